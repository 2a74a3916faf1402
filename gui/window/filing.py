"""The actions of the menu File, and how anything that is given to the window is opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox

from particles import scenarios

from ..model.simulation import check_room
from ..model.system import System
from .questions import ask_still_saving, ask_unsaved
from .waiting import wait_while

FIGURES = (".png", ".svg", ".pdf")
PATIENCE = 5000  # ms of waiting for a save, after which one may leave without it
LARGE = 20_000  # particles that are drawn up in a worker
OPENED = (
    "All that can be opened (*.json *.npz *.npy *.pt *.pth *.safetensors *.png *.svg *.pdf);;"
    "Scenarios (*.json);;Histories and weights (*.npz *.npy *.pt *.pth *.safetensors);;"
    "Figures (*.png *.svg *.pdf);;All files (*)"
)


class Filing:
    """Opens, saves and copies the session's document."""

    def __init__(self, window):
        self._window, self._session = window, window.session
        self._document = window.session.document
        self._waits = 0  # how often somebody wanted to leave
        self._asking = False

    # opening

    def open(self, path, time: float | None = None) -> None:
        """Open a file or folder: whoever knows what it is takes it.  ValueError or OSError in one sentence.

        What is open, a lesson too, is left only once the file has been read.
        """
        from ..weights.opening import SUFFIXES

        path = Path(path)
        self._forget_opening()
        name = "training" if path.is_dir() else "weights" if path.suffix.lower() in SUFFIXES else ""
        page = self._window.pages.built(name) if name else None

        def ready() -> float | None:
            self._leave_lesson()
            self._window.pages.show(name)
            return time

        if page is not None and page.open(path, ready):
            pass  # and says what it finds
        elif path.is_dir():
            raise ValueError(f"{path}: this folder is no training run")
        elif path.suffix.lower() in FIGURES:
            self._open_figure(path, time)
        else:
            self._document.open_file(path, lambda system, own: self._replace(system, own, time or 0.0))

    def _forget_opening(self) -> None:
        """Of several openings the last counts: one that is still under way neither arrives nor complains."""
        page = self._window.pages.existing("weights")
        if page is not None:
            page.forget_opening()
        self._window.workers.cancel("scenario")
        self._document.forget_opening()

    def _replace(self, system: System, path: Path | None, time: float) -> None:
        """Another document, if the user lets the present one go."""
        if self._asking:
            self._window.tell(f"“{system.name}” was not opened, because you were asked something: open it again.")
        elif self.may_leave():
            self._session.begin_at(time)
            self._document.load(system, path)
            if system.origin is not None:
                self._document.recent.add(system.origin.path)
            if (self._window.pages.shown, system.kind) != ("weights", "weights"):
                self._window.pages.show("particles")  # where all of it is seen

    def _open_figure(self, path: Path, time: float | None) -> None:
        """In a worker: a small figure can stand for many particles."""
        from ..export.reopen import figure_in

        def found(figure) -> None:
            self._replace(figure.system, None, figure.time if time is None else time)

        self._later(lambda: figure_in(path), found, f"opening {path.name}", path)

    def _later(self, work, then, what: str, name) -> None:
        """A new document out of a worker: ``then(result)``, unless the document was changed meanwhile."""
        before = self._document.latest

        def arrived(result) -> None:
            if self._document.latest is before and not self._document.making:
                then(result)
            else:
                self._window.tell(f"{name} was not opened, because the document was changed meanwhile: open it again.")

        self._window.workers.run(work, arrived, what, key="scenario")

    def load_scenario(self, name: str, n: int | None = None, seed: int | None = None, *, play: bool = True) -> None:
        """Load one of the catalogue; a large one is drawn up in a worker.  ValueError for what cannot be."""
        self._forget_opening()
        smallest, default, largest = scenarios.sizes(name)
        count = default if n is None else n
        if not smallest <= count <= largest or (count <= LARGE and name != "trained-layer"):
            self._loaded(System.of_scenario(scenarios.get(name, n, seed)), play)
        else:
            check_room(count)
            self._later(
                lambda: System.of_scenario(scenarios.get(name, n, seed)),
                lambda system: self._loaded(system, play),
                f"drawing up {count:,} particles",
                f"“{name}”",
            )

    def _loaded(self, system: System, play: bool) -> None:
        clock = self._session.clock
        clock.pause()
        self._document.load(system)
        if play:
            clock.play()

    def do_new(self) -> None:
        if self.may_leave():
            self._forget_opening()
            self._session.clock.pause()
            self._document.load(System.empty())
            self._window.pages.show("particles")

    def do_open(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(self._window, "Open", "", OPENED)
        if path:
            self.open(path)

    def do_open_run(self) -> None:
        path = QFileDialog.getExistingDirectory(self._window, "Open a run folder")
        if path:
            self.open(path)

    # saving

    def do_save(self) -> None:
        if self._document.path is None:
            self.do_save_as()
        else:
            self._document.save()

    def do_save_as(self) -> None:
        name = f"{self._document.latest.name}.json".replace("/", "-")
        path, _kind = QFileDialog.getSaveFileName(self._window, "Save", name, "Scenario (*.json)")
        if path:
            path = Path(path)
            self._document.save(path if path.suffix else path.with_suffix(".json"))

    def can_save(self) -> bool:
        return len(self._document.latest) > 0

    can_save_as = can_export = can_copy_python = can_copy_command = can_save

    def may_leave(self, closing: bool = False) -> bool:
        """Ask what to do with unsaved changes, if there are any; False: stay.

        What is being made or saved is waited for, while the window goes on, and before ``closing`` all that is being
        written; of several who wait the last may leave.  Whether to wait on for a save that takes long is asked.
        """
        self._leave_lesson()  # the question is about the user's own document
        document = self._document
        self._waits += 1
        mine = self._waits
        while self._unsaved(mine):  # once more where it was changed while it was saved
            if not document.saving:
                answer = self._ask()
                if answer == QMessageBox.StandardButton.Discard:
                    break
                if answer != QMessageBox.StandardButton.Save:
                    return False
                self._window.attempt(self.do_save)
            saved = document.latest
            if not self._wait_until_not(lambda: document.saving, mine):
                return mine == self._waits
            if document.modified and document.latest is saved and not document.making:
                return False  # it was not saved; who asked for that knows why
        if closing:
            self._wait_until_not(lambda: document.writing is not None, mine)
        return mine == self._waits

    def _unsaved(self, mine: int) -> bool:
        wait_while(lambda: self._document.making, self._window.workers, PATIENCE)
        return mine == self._waits and self._document.modified

    def _ask(self) -> QMessageBox.StandardButton:
        self._asking = True
        answer = ask_unsaved(self._window, self._document.latest.name)
        self._asking = False
        return answer

    def _wait_until_not(self, saving: Callable[[], bool], mine: int) -> bool:
        """Wait for a save; False: no longer, the user has said so or somebody else leaves."""
        window = self._window
        while wait_while(saving, window.workers, PATIENCE):
            if mine != self._waits or window.unasked or ask_still_saving(window, lambda: not saving()):
                return False
        return True

    def _leave_lesson(self) -> None:
        if self._window.docks.lessons is not None:
            self._window.docks.lessons.leave()

    # elsewhere

    def do_export(self) -> None:
        self._session.clock.pause()
        self._window.open_export()

    def do_copy_python(self) -> None:
        from ..export.copying import as_python

        self._copy(as_python(self._session), "The Python code is in the clipboard.")

    def do_copy_command(self) -> None:
        from ..export.copying import as_command

        self._copy(as_command(self._session), "The command line is in the clipboard.")

    def _copy(self, text: str, told: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._window.tell(told, "info")

    def do_quit(self) -> None:
        self._window.close()
