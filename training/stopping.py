"""Ctrl-C and SIGTERM let a run finish its step and save."""

from __future__ import annotations

import shlex
import signal
import threading
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM)
GO_ON = "; go on with: "


class Interrupted(KeyboardInterrupt):
    """A run was asked to stop, and has saved; its text says how to go on, as the last thing."""

    def going_on(self, command: str) -> Interrupted:
        """The same with another command to go on with."""
        return Interrupted(str(self).partition(GO_ON)[0] + GO_ON + command)


class DivergedError(RuntimeError):
    """The loss, or a weight, is no longer finite; its text names the step."""


class StopRequest:
    """True once a signal asked to stop."""

    def __init__(self):
        self.asked = False

    def __bool__(self) -> bool:
        return self.asked


def resume_command(folder, data_folder=None) -> str:
    """The command line that goes on with the run in ``folder``, quoted for a shell."""
    words = ["python", "-m", "training", "run", "--resume", "--out", str(folder)]
    return shlex.join(words + (["--data", str(data_folder)] if data_folder else []))


@contextmanager
def stop_request():
    """A ``StopRequest`` that Ctrl-C or SIGTERM sets while the block runs; a second signal interrupts at once.

    Signals reach the main thread only: in another one the request is never set.
    """
    request = StopRequest()

    def ask(number, frame):
        if request.asked:
            raise KeyboardInterrupt
        request.asked = True

    with on_signals(ask):
        yield request


@contextmanager
def on_signals(handler, signals=SIGNALS):
    """``handler(number, frame)`` answers these signals while the block runs; in another than the main thread, none."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in signals}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
