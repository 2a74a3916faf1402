"""Waits for a worker while the window goes on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QTimer

from .workers import Workers


def wait_while(holds: Callable[[], bool], workers: Workers, longest: int) -> bool:
    """Until ``holds`` no longer does, no work is left that could end it, or ``longest`` ms are over.

    Meanwhile the window answers.  Whether there is still something to wait for.
    """
    loop = QEventLoop()

    def waits() -> bool:
        return holds() and workers.running > 0

    def check(*_) -> None:
        if not waits():
            loop.quit()

    if waits():
        workers.busy.connect(check)
        timer = QTimer(singleShot=True, interval=longest)
        timer.timeout.connect(loop.quit)
        timer.start()
        loop.exec()
        timer.stop()
        workers.busy.disconnect(check)
    return waits()
