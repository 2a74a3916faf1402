"""Waits for a worker while the window goes on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEventLoop

from .workers import Workers


def wait_while(holds: Callable[[], bool], workers: Workers) -> None:
    """Until ``holds`` no longer does, or no work is left that could end it; meanwhile the window answers."""
    loop = QEventLoop()

    def check(*_) -> None:
        if not (holds() and workers.running):
            loop.quit()

    if holds() and workers.running:
        workers.busy.connect(check)
        loop.exec()
        workers.busy.disconnect(check)
