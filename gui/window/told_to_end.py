"""Signals of the system: Ctrl-C closes the window as its cross does, and who ends the program is asked nothing."""

from __future__ import annotations

import signal
from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog

_ENDING = ("SIGTERM", "SIGHUP")  # kill, or the end of the session; the terminal was closed


def closes_on_signals(window) -> QTimer:
    """Until the timer is stopped; Python sees a signal only when some Python runs."""
    _answer(signal.SIGINT, window.close)
    for name in _ENDING:
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:  # nohup
            _answer(number, lambda: close_unasked(window))
    timer = QTimer(window, interval=250)
    timer.timeout.connect(lambda: None)
    timer.start()
    return timer


def close_unasked(window) -> None:
    """Close the window though nobody answers: what was not saved is kept, and offered at the next start."""
    window.rescue()
    window.unasked = True
    for dialog in window.findChildren(QDialog):  # the question about unsaved changes may be on the screen
        dialog.close()
    window.close()


def _answer(number: signal.Signals, doing: Callable[[], object]) -> None:
    signal.signal(number, lambda *_: QTimer.singleShot(0, doing))  # not in the middle of a paint
