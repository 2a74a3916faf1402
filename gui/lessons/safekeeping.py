"""While a lesson is on, the user's unsaved document lies in a swap file of its own: a crash does not lose it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..model.autosave import Autosave
from ..model.signal import Signal
from ..model.system import System


class SetAside:
    """A document that waits, as ``Autosave`` sees one: it has something to save, and nothing happens to it."""

    modified = True
    dragging = False

    def __init__(self, system: System, path: Path | None):
        self.latest, self.path = system, path
        self.changed, self.title_changed, self.drag_ended = Signal(), Signal(), Signal()


class Safekeeping:
    """Keeps unsaved documents in ``folder`` (None: nowhere); ``run`` does the writing, as in ``Autosave``."""

    def __init__(self, folder, run: Callable):
        self._folder, self._run = folder, run
        self._autosave: Autosave | None = None
        self._aside: SetAside | None = None

    def keep(self, system: System, path: Path | None) -> None:
        """From now on a crash leaves a copy of this document."""
        self.release()
        if self._folder is not None and len(system):
            self._aside = SetAside(system, path)
            self._autosave = Autosave(self._aside, self._folder, self._run)

    def release(self) -> None:
        """The document is safe elsewhere: its copy is removed."""
        if self._autosave is not None:
            self._autosave.close()
            self._autosave = self._aside = None
