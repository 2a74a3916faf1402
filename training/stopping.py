"""Ctrl-C and SIGTERM let a run finish its step and save."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """A run was asked to stop, and has saved; its text says how to go on."""


class DivergedError(RuntimeError):
    """The loss, or a weight, is no longer finite; its text names the step."""


class StopRequest:
    """True once a signal asked to stop."""

    def __init__(self):
        self.asked = False

    def __bool__(self) -> bool:
        return self.asked


@contextmanager
def stop_request():
    """A ``StopRequest`` that Ctrl-C or SIGTERM sets while the block runs; a second signal interrupts at once.

    Signals reach the main thread only: in another one the request is never set.
    """
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return

    def ask(number, frame):
        if request.asked:
            raise KeyboardInterrupt
        request.asked = True

    before = {number: signal.signal(number, ask) for number in SIGNALS}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
