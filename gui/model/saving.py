"""Systems become files: of several saves to one file the last is what it holds in the end."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from particles.files import write_scenario

from .home import Home
from .long_work import run_guarded
from .simulation import AT_ONCE
from .system import System


class Save(NamedTuple):
    """A system to be written to a file, for the document of ``home``; later ones have larger numbers."""

    number: int
    home: Home
    system: System
    path: Path

    def write(self) -> None:
        write_scenario(self.path, self.system.to_scenario())


class Saving:
    """Writes for ``document``: to one file one save after the other, and of those that wait for it only the last."""

    def __init__(self, document):
        self._document = document
        self._number = 0
        self._waiting: dict[Path, Save | None] = {}  # files that are being written -> what comes next

    writing = property(lambda self: next(iter(self._waiting), None), doc="A file that is being written, if any is.")

    def save_latest(self, home: Home, path: Path) -> None:
        """Write the document's latest system, as that of ``home``; a small one at once where nothing else is written
        there, else through ``document.run``.  ValueError where there is nothing to save."""
        if self._document.home is not home:
            raise ValueError(f"{path} was not saved, because another document was opened meanwhile")
        system = self._document.latest
        if not len(system):
            raise ValueError("an empty line cannot be saved: add a particle first")
        self._number += 1
        save, key = Save(self._number, home, system, path), path.absolute()
        if len(system) <= AT_ONCE and key not in self._waiting:
            save.write()
            self._written(save)
            return
        overtaken = self._waiting.get(key)
        if overtaken is not None:
            overtaken.home.stop_saving(overtaken.system)
        home.saving = system
        if key in self._waiting:
            self._waiting[key] = save
        else:
            self._begin(save)

    def _begin(self, save: Save) -> None:
        self._waiting[save.path.absolute()] = None

        def written(_) -> None:
            self._written(save)
            self._next(save)

        def failed(sentence: str) -> None:
            save.home.stop_saving(save.system)
            self._document.title_changed.emit()
            self._document.trouble.emit(sentence)
            self._next(save)

        run_guarded(self._document.run, save.write, written, failed, f"saving {save.path}")

    def _next(self, save: Save) -> None:
        following = self._waiting.pop(save.path.absolute())
        if following is not None:
            self._begin(following)

    def _written(self, save: Save) -> None:
        self._document.forget_saved(save.path)
        home = save.home
        if save.number > home.last_save:  # else it was saved elsewhere since
            home.path, home.saved, home.last_save = save.path, save.system, save.number
        home.stop_saving(save.system)
        self._document.recent.add(save.path)
        self._document.title_changed.emit()
