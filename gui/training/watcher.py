"""Looks at a run's folder about once a second, in a thread: the window never waits for a disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from gui.window.errors import one_sentence
from gui.window.workers import Workers
from training.run_log import RunFolder

from .child import last_lines, words_beside
from .follower import Follower
from .run_state import Moment, RunState

INTERVAL = 1000  # ms between looks
HURRIED = 10  # ms, while an old run is read
READING = "reading a snapshot"


class Watcher(QObject):
    """``seen`` tells the newest state and the last lines of what the run said; ``refused`` one sentence."""

    seen = Signal(object, object)
    refused = Signal(str)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._workers = Workers(self)
        self._follower: Follower | None = None
        self._timer = QTimer(self, singleShot=True, interval=INTERVAL)
        self._timer.timeout.connect(self.look)
        self._looking: Follower | None = None

    @property
    def path(self) -> Path | None:
        """The folder that is followed."""
        return self._follower.path if self._follower is not None else None

    def check(self, path: Path, sound: Callable[[], object]) -> None:
        """Read the configuration of the run in this folder, then ``sound()``; ``refused`` where it is broken."""
        self._workers.run(
            lambda: RunFolder(path).config,
            lambda _: sound(),
            f"reading {path.name}",
            failed=lambda error: self.refused.emit(one_sentence(error)),
            key="config",
        )

    def follow(self, path: Path) -> None:
        """Follow the run in this folder.  FileNotFoundError where there is none."""
        follower = Follower(path)
        self.leave()
        self._follower = follower
        self.look()

    def look(self) -> None:
        """Look now, unless it is looking already."""
        follower = self._follower
        if follower is None or self._looking is follower:
            return
        self._looking = follower
        words = words_beside(follower.path)
        self._workers.run(
            lambda: (follower.look(), last_lines(words)),
            lambda found: self._looked(follower, *found),
            "looking at the run",
            failed=lambda error: self._failed(follower, error),
            key=("look", follower),
        )

    def leave(self) -> None:
        """Follow nothing any more; what was asked of the run is forgotten."""
        self._follower = None
        self._timer.stop()
        self._workers.forget(READING)

    def ask(self, moment: Moment, work: Callable[[dict], object] | None, then: Callable[[object], None]) -> None:
        """Read the tensors of a moment and do ``work`` with them in a thread, then ``then(result)`` here.

        Of what was asked before, what had ``work`` too (or what had none too) is forgotten.
        """
        follower = self._follower
        if follower is not None:
            self._workers.run(
                lambda: work(follower.weights(moment)) if work else follower.weights(moment),
                then,
                READING,
                failed=lambda error: self.refused.emit(one_sentence(error, READING)),
                key=("weights", work is None),
            )

    def closing(self) -> None:
        """Stop looking."""
        self.leave()
        self._workers.closing()

    def _looked(self, follower: Follower, state: RunState, words: list[str]) -> None:
        self._looking = None
        if follower is self._follower:
            self._timer.start(HURRIED if state.behind else INTERVAL)
            self.seen.emit(state, words)

    def _failed(self, follower: Follower, error: BaseException) -> None:
        self._looking = None
        if follower is self._follower:
            self._timer.start(INTERVAL)
            self.refused.emit(one_sentence(error, "looking at the run"))
