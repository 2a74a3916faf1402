"""Stands in for a worker thread: work waits until the test lets it happen."""

from __future__ import annotations


class Later:
    """``Document.run`` of a test: work in the order in which it was asked for, or in another."""

    def __init__(self):
        self.waiting = []

    def __call__(self, work, then, what):
        self.waiting.append((work, then, what))

    def happen(self, which: int = 0) -> str:
        """Do one piece of the waiting work, and hand on its result; what it was."""
        work, then, what = self.waiting.pop(which)
        then(work())
        return what

    def settle(self) -> None:
        """Do all that waits, and what comes of it."""
        while self.waiting:
            self.happen()
