"""The pages of the window, each built when it is first shown."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget, QWidget

from .parts import PAGE_TEXT, part


class Pages(QStackedWidget):
    """``window.session`` is handed to each page, with its workers and its voice."""

    def __init__(self, window, particles_page: QWidget):
        super().__init__()
        self._window = window
        self._built: dict[str, QWidget] = {"particles": particles_page}
        self.addWidget(particles_page)
        self.shown = "particles"

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """What the page that is shown needs: others take no room from the panels beside it."""
        return self.currentWidget().minimumSizeHint()

    def existing(self, name: str) -> QWidget | None:
        """The page of that name if it has been built."""
        return self._built.get(name)

    def built(self, name: str) -> QWidget | None:
        """The page of that name, built if need be; None, with a message, where that fails."""
        if name not in self._built:
            try:
                window = self._window
                page = part(name)(window.session, window.colours, window.workers, partial(window.tell, page=name))
            except (ImportError, AttributeError) as error:
                self._window.tell(f"The page {PAGE_TEXT[name]} could not be loaded: {error}")
                return None
            self._built[name] = page
            self.addWidget(page)
            self._window.splitters.watch(page)
            if name == "training":
                page.particles_opened.connect(lambda: self.show("particles"))
                page.drawings_made.connect(partial(window.splitters.watch, page))
        return self._built[name]

    def all_built(self) -> list[QWidget]:
        """The pages that exist."""
        return list(self._built.values())

    def show(self, name: str) -> None:
        """Show a page, and beside it the panels that belong to it."""
        page = self.built(name)
        if page is not None and name != self.shown:
            self.shown = name
            self.setCurrentWidget(page)
            self._window.page_shown(name)
            activated = getattr(page, "activated", None)
            if activated is not None:
                activated()


class PageController:
    """Stands in for the controller of a page until the page exists: the first action builds and shows it."""

    def __init__(self, pages: Pages, name: str, table: tuple):
        self._pages, self._name = pages, name
        self._later = {"can_" + row.id.replace("-", "_") for row in table if not row.at_first}

    def __getattr__(self, method: str):
        page = self._pages.existing(self._name)
        if method.startswith("do_"):
            return lambda: self._do(method)
        if page is None and method in self._later:
            return lambda: False
        if page is None or method.startswith("__"):
            raise AttributeError(method)
        return getattr(page, method)

    def _do(self, method: str) -> None:
        self._pages.show(self._name)
        page = self._pages.existing(self._name)
        if page is not None:
            getattr(page, method)()
