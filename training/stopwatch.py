"""What work costs: by the clock on the CPU, by events on a GPU, without ever waiting for it."""

from __future__ import annotations

import time
from collections import deque

import torch


class Stopwatch:
    """The time between ``begin`` and ``end``, summed over all such pairs since the last ``reset``, in milliseconds.

    On a GPU a pair of events is put into the stream, and read when it has passed; only ``read`` waits for those that
    have not.  On the CPU it is the clock's time.
    """

    def __init__(self, device: torch.device):
        self._gpu = device if device.type == "cuda" else None
        self._begun = None
        self._open = deque()  # (event before, event after), oldest first
        self.reset()

    def reset(self) -> None:
        self._spent = 0.0
        self._open.clear()

    def begin(self) -> None:
        self._begun = self._event() if self._gpu else time.perf_counter()

    def end(self) -> None:
        if not self._gpu:
            self._spent += 1e3 * (time.perf_counter() - self._begun)
            return
        self._open.append((self._begun, self._event()))
        while self._open and self._open[0][1].query():
            self._add_oldest()

    def read(self) -> float:
        while self._open:
            self._open[0][1].synchronize()
            self._add_oldest()
        return self._spent

    def _add_oldest(self) -> None:
        before, after = self._open.popleft()
        self._spent += before.elapsed_time(after)

    def _event(self) -> torch.cuda.Event:
        event = torch.cuda.Event(enable_timing=True)
        event.record(torch.cuda.current_stream(self._gpu))
        return event
