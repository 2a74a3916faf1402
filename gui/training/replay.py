"""Plays the moments of a run one after the other."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from .look import Look

INTERVAL = 120  # ms a moment


class Replay(QObject):
    """Moves a look on until it is at the last moment; ``moved`` after each step, and when it begins or ends."""

    moved = Signal()

    def __init__(self, look: Look, parent: QObject | None = None):
        super().__init__(parent)
        self._look = look
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self._step)

    @property
    def plays(self) -> bool:
        """Whether it is moving."""
        return self._timer.isActive()

    def toggle(self) -> None:
        """Play on from the moment shown, from the first where that is the last; or stop."""
        shown = self._look.shown
        if self.plays:
            self._timer.stop()
        elif shown is not None and len(shown.moments) > 1:
            if self._look.last:
                self._look.go_to(shown.moments[0].step)
            self._timer.start()
        self.moved.emit()

    def stop(self) -> None:
        """Stay at the moment shown."""
        self._timer.stop()

    def _step(self) -> None:
        self._look.go_by(1)
        if self._look.last:
            self._timer.stop()
        self.moved.emit()
