"""A training run in a process of its own: started, stopped so that it saves, gone on with, left alone.

Its words go into a file beside the folder of the run, so that it can outlive the window, and the window it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import training
from particles.checked_file import at_once
from training.run_log import RunFolder

_ROOT = Path(training.__file__).absolute().parent.parent
_TAIL = 32 * 1024  # bytes that are read of the end of the words
LINES = 200


class Child:
    """The process, from its start to its end.  OSError, in one sentence, where it cannot be started."""

    def __init__(self, arguments: list[str], folder: Path, *, afresh: bool = True):
        self.folder = folder
        self.asked_to_stop = 0
        self.words = words_beside(folder)
        environment = os.environ | {"PYTHONUNBUFFERED": "1"}
        try:
            self.words.parent.mkdir(parents=True, exist_ok=True)
            if afresh:
                self.words.unlink(missing_ok=True)  # a process that still writes there must not write into the new one
            with open(self.words, "ab") as file:
                self._first = file.tell()
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "training", *arguments],
                    cwd=_ROOT,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # Ctrl-C in the window's terminal is not meant for the run
                )
        except OSError as error:
            raise OSError(f"The run could not be started in {folder}: {error.strerror or error}.") from None

    @property
    def number(self) -> int:
        """The number of the process."""
        return self._process.pid

    def code(self) -> int | None:
        """Its exit status, None while it runs; at once."""
        return self._process.poll()

    def lines(self) -> list[str]:
        """The last lines of what this process has said."""
        return last_lines(self.words, after=self._first)

    def ending(self) -> str:
        """How it ended, in one sentence; "" where it ended as it should, or has not ended."""
        code = self.code()
        return "" if code is None else ending(code, self.asked_to_stop, self.lines(), self._finished())

    def _finished(self) -> bool:
        """Whether the run has reached its end, and only its figures were still to be drawn."""
        with suppress(ValueError, OSError):  # a log that cannot be read says nothing
            return RunFolder(self.folder).status() == "finished"
        return False

    def stop(self) -> None:
        """Ask it to finish its step, save and end; asked again it ends at once, and a third time it is killed."""
        self.asked_to_stop += 1
        if self.code() is None:
            if self.asked_to_stop > 2 or os.name == "nt":  # Windows has no signal that the run would answer
                self._process.kill()
            else:
                self._process.send_signal(signal.SIGINT)

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within so many seconds."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def leave(self) -> None:
        """Forget the process: it goes on when the window is gone."""
        if self.code() is None:
            self._process.returncode = 0  # Popen warns when it is forgotten before its process ends: that is meant


def resume_arguments(folder: Path) -> list[str]:
    """What follows ``python -m training`` to go on with the run in a folder."""
    return ["run", "--resume", "--out", str(folder)]


def words_beside(folder: Path) -> Path:
    """The file for the words of a run: beside its folder, which must be empty when a run starts."""
    return folder.with_name(folder.name + ".log")


def last_lines(path: Path, count: int = LINES, after: int = 0) -> list[str]:
    """The last lines of a file of words, of those from byte ``after`` on; none where it is not there.

    Of a line that was written over with carriage returns, what came last.
    """
    try:
        with open(path, "rb", opener=at_once) as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(size - _TAIL, after))
            text = file.read(_TAIL).decode("utf-8", "replace")
    except OSError:
        return []
    lines = text.split("\n")[1 if size - _TAIL > after else 0 :]
    shown = (line.rstrip("\r").rpartition("\r")[2].rstrip() for line in lines)
    return [line for line in shown if line][-count:]


def ending(code: int, asked_to_stop: int, lines: list[str], finished: bool = False) -> str:
    """How a process ended, in one sentence with its last words; "" where it ended as it should."""
    last = lines[-1].removeprefix("error: ") if lines else ""
    if code == 0 or (asked_to_stop and finished):
        return ""
    if code in (130, -signal.SIGINT) and asked_to_stop:
        if "saved" in last:
            return ""
        if asked_to_stop > 1:
            return "The run was stopped at once; its last checkpoint, if there is one, stands."
        return "The run was stopped before it had anything to save."
    if code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        if asked_to_stop > 2:
            return "The run was killed; its last checkpoint stands."
        return f"The run was killed ({name})" + (f" after it said: {_short(last)}" if last else ".")
    return f"The run failed: {_short(last)}" if last else f"The run failed without a word (exit status {code})."


def _short(text: str) -> str:
    text = text if len(text) <= 300 else text[:299] + "…"
    return text if text.endswith((".", "…")) else text + "."
