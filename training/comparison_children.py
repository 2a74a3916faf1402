"""The processes that train for a comparison: a signal that stops it stops them, and each saves first."""

from __future__ import annotations

import signal
import subprocess
import threading
from contextlib import contextmanager

from .stopping import SIGNALS, on_signals


class Stopped(KeyboardInterrupt):
    """A comparison was stopped by signal ``number``; all its processes have ended."""

    def __init__(self, number: int):
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.number = number


class Children:
    """The processes under way; ``stopped_by`` is the signal that ended them, else None.

    Each is in a process group of its own: Ctrl-C on a terminal reaches this process alone, which passes it on once.
    """

    def __init__(self):
        self.stopped_by: int | None = None
        self._alive: set[subprocess.Popen] = set()
        self._changing = threading.RLock()  # a second signal may come inside of the first one's handler

    def run(self, words: list[str], environment: dict[str, str]) -> tuple[int, str]:
        """Start a process and wait for its end: (exit status, what it wrote to stderr); Stopped once stopped."""
        with self._changing:
            if self.stopped_by is not None:
                raise Stopped(self.stopped_by)
            quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
            process = subprocess.Popen(words, text=True, env=environment, process_group=0, **quiet)
            self._alive.add(process)
        try:
            told = process.communicate()[1]
        finally:
            with self._changing:
                self._alive.discard(process)
        return process.returncode, told

    def stop(self, number: int, frame=None) -> None:
        """Ask all to save and end, and start no other; asked twice, they end at once."""
        with self._changing:
            self.stopped_by = number
            for process in self._alive:
                process.terminate()

    @contextmanager
    def listening(self):
        """Signals that end this process are passed on inside of the block; Stopped at its end if there was one."""
        hangup = getattr(signal, "SIGHUP", None)  # under nohup it is ignored, and shall be
        wanted = hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN
        with on_signals(self.stop, SIGNALS + ((hangup,) if wanted else ())):
            yield
        if self.stopped_by is not None:
            raise Stopped(self.stopped_by)
