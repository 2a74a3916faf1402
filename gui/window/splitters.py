"""Where the user has put the handles between parts of a page; what was never moved stays as it was designed."""

from __future__ import annotations

from PySide6.QtWidgets import QSplitter, QWidget

from .settings import Settings


class Splitters:
    """Watches splitters by their object names, and brings each to where it was left the last time.

    One with the property ``placed`` stands where the user wants it.
    """

    def __init__(self, settings: Settings):
        self._settings = settings
        self._designed: dict[QSplitter, object] = {}
        self._moved: dict[str, list[int]] = {}

    def watch(self, part: QWidget) -> None:
        """``part`` if it is a splitter, and all that are in it."""
        found = [part] if isinstance(part, QSplitter) else []
        for splitter in found + part.findChildren(QSplitter):
            if splitter.objectName() and splitter not in self._designed:
                self._designed[splitter] = splitter.saveState()
                splitter.splitterMoved.connect(lambda *_, moved=splitter: self._keep(moved))
                if sizes := self._settings.sizes(splitter.objectName(), splitter.count()):
                    splitter.setSizes(sizes)
                    splitter.setProperty("placed", True)

    def remember(self) -> None:
        """Write down what was moved."""
        for name, sizes in self._moved.items():
            self._settings.keep_sizes(name, sizes)

    def reset(self) -> None:
        """All as designed."""
        for splitter, designed in self._designed.items():
            splitter.setProperty("placed", False)
            splitter.restoreState(designed)
        self._moved.clear()
        self._settings.forget_sizes()

    def _keep(self, splitter: QSplitter) -> None:
        splitter.setProperty("placed", True)
        self._moved[splitter.objectName()] = splitter.sizes()
