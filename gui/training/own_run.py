"""The run that this window has started: watched until it ends, stopped when the window closes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from gui.window.afterwards import afterwards
from training.run_log import CONFIG

from .child import Child, resume_arguments
from .choices import Request, arguments_of

BUSY = "A run of this window trains now: stop it first."
_TICK = 200  # ms
SAVING = 20.0  # seconds that a run which was asked to stop has to finish its step and save, once the window is gone
_PATIENCE = 2.0  # then it is asked again, and last it is killed


class OwnRun(QObject):
    """``waits`` tells what it has said until ``began`` tells the folder, which can be followed from then on; ``ended``
    tells how it ended, "" where that was as it should."""

    waits = Signal(list)
    began = Signal(object)
    ended = Signal(str)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._child: Child | None = None
        self._told = False
        self._timer = QTimer(self, interval=_TICK)
        self._timer.timeout.connect(self._tick)

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._child is not None

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop, and has not ended yet."""
        return self._child is not None and self._child.asked_to_stop > 0

    @property
    def folder(self) -> Path | None:
        """Its folder, None where there is no such run."""
        return self._child.folder if self._child is not None else None

    def start(self, request: Request) -> None:
        """Start a run.  OSError, in one sentence, where that cannot be, or one trains already."""
        self._begin(arguments_of(request), request.folder, afresh=True)

    def resume(self, folder: Path) -> None:
        """Go on with the run in a folder.  OSError as in ``start``."""
        self._begin(resume_arguments(folder), folder, afresh=False)

    def stop(self) -> None:
        """Ask it to finish its step and save; again: to end at once."""
        if self._child is not None:
            self._child.stop()

    def closing(self, keeps: bool) -> None:
        """Stop it so that it saves, which is waited for when the window is gone; or leave it where it ``keeps``
        training."""
        self._timer.stop()
        child, self._child = self._child, None
        if child is None:
            return
        if keeps:
            child.leave()
            return
        if not child.asked_to_stop:
            child.stop()
        afterwards(lambda: _ended(child))

    def _begin(self, arguments: list[str], folder: Path, *, afresh: bool) -> None:
        if self._child is not None:
            raise OSError(BUSY)
        self._child, self._told = Child(arguments, folder, afresh=afresh), False
        self._timer.start()

    def _tick(self) -> None:
        child = self._child
        if child is None:
            return
        code = child.code()
        if not self._told and (child.folder / CONFIG).is_file():
            self._told = True
            self.began.emit(child.folder)
        elif not self._told:
            self.waits.emit(child.lines())
        if code is not None:
            self._timer.stop()
            self._child = None
            self.ended.emit(child.ending())


def _ended(child: Child) -> bool:
    patience = SAVING
    while not child.wait(patience):
        child.stop()
        patience = _PATIENCE
    return True
