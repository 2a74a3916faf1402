"""The steps that can be taken back: pairs of whole systems, so that what comes back is what was there, to the bit."""

from __future__ import annotations

from dataclasses import dataclass

from .home import Home
from .system import System

MOST_STEPS = 300
MOST_BYTES = 512 * 2**20  # of particles that only the steps remember
BYTES_A_PARTICLE = 32


@dataclass(frozen=True, eq=False)
class Step:
    """An edit: the systems before and after it, and what it is called.

    ``homes`` are those of the document before it and of the one after it, None within one document.
    """

    before: System
    after: System
    what: str
    merge: object
    homes: tuple[Home, Home] | None = None


class Undo:
    """Steps done and steps taken back; the oldest are forgotten beyond 300 steps or 512 MiB, never the last."""

    def __init__(self):
        self.clear()

    def clear(self) -> None:
        """Forget all steps."""
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._merging = False

    def steps(self) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
        """The steps done and those taken back."""
        return tuple(self._done), tuple(self._undone)

    def set_steps(self, steps: tuple[tuple[Step, ...], tuple[Step, ...]]) -> None:
        """What ``steps`` gave, again."""
        self.clear()
        self._done, self._undone = map(list, steps)

    def homes(self) -> set[Home]:
        """Those of all documents that the steps lead to."""
        return {home for step in [*self._done, *self._undone] for home in step.homes or ()}

    def push(self, step: Step) -> None:
        """An edit was made; what was taken back before is forgotten."""
        last = self._done[-1] if self._done else None
        if self._merging and step.merge is not None and last.merge == step.merge:
            self._done[-1] = Step(last.before, step.after, step.what, step.merge)
        else:
            self._done.append(step)
        self._undone.clear()
        self._merging = True
        self._forget()

    def stop_merging(self) -> None:
        """The next edit is a step of its own."""
        self._merging = False

    def undo(self) -> Step:
        """Take the last step back."""
        step = self._done.pop()
        self._undone.append(step)
        self._merging = False
        return step

    def redo(self) -> Step:
        """Make the step again that was taken back last."""
        step = self._undone.pop()
        self._done.append(step)
        self._merging = False
        return step

    can_undo = property(lambda self: bool(self._done))
    can_redo = property(lambda self: bool(self._undone))
    undo_text = property(lambda self: self._done[-1].what if self._done else "")
    redo_text = property(lambda self: self._undone[-1].what if self._undone else "")

    def __len__(self) -> int:
        return len(self._done)

    def _forget(self) -> None:
        sizes = [BYTES_A_PARTICLE * len(step.before) for step in self._done]
        total = sum(sizes)
        first = max(0, len(self._done) - MOST_STEPS)
        total -= sum(sizes[:first])
        while total > MOST_BYTES and first < len(self._done) - 1:
            total -= sizes[first]
            first += 1
        del self._done[:first]
