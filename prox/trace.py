"""What every solver shows of itself: its steps, and what they cost on a machine with unlimited processors.

Costs follow one convention.  *Comparisons* are evaluations of the contact predicate.  *Work* is the number of
elementary operations, comparisons included: an item added, compared or moved counts once.  *Depth* is the number
of operations that must wait for one another: comparing any number of independent pairs has depth 1; a running
sum, a tournament or a compaction over m items has depth ceil(log2 m), at least 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from particles.state import Particles


class Step(NamedTuple):
    """One step of a solver; the costs are those of this step alone, so totals are sums over steps.

    ``start`` (k,) int64: the first rank of each cluster after the step, an array of the step's own.
    ``merged`` (j, 2) int64: the ranges [first, stop) of ranks that became one cluster in the step, from left to
    right.  ``what``: a sentence for a reader who watches.
    """

    start: np.ndarray
    merged: np.ndarray
    comparisons: int
    work: int
    depth: int
    what: str


class Cost:
    """The running costs of one step; see the module for the convention."""

    def __init__(self):
        self.comparisons = self.work = self.depth = 0

    def compare(self, count: int) -> None:
        """``count`` independent evaluations of the predicate."""
        self.comparisons += count
        self.spend(count, 1)

    def sweep(self, count: int, width: int | None = None) -> None:
        """A running sum or compaction of ``count`` items, in independent rows of ``width`` (default: one row)."""
        self.spend(count, levels(count if width is None else width))

    def spend(self, work: int, depth: int) -> None:
        self.work += work
        self.depth += depth

    def step(self, start: np.ndarray, merged, what: str) -> Step:
        merged = np.asarray(merged, dtype=np.int64).reshape(-1, 2)
        return Step(np.array(start, dtype=np.int64), merged, self.comparisons, self.work, self.depth, what)


def levels(count: int) -> int:
    """ceil(log2 count), at least 1: how often ``count`` items are halved until one is left."""
    return max(1, (int(count) - 1).bit_length())


def last_start(particles: Particles, steps: Iterable[Step]) -> np.ndarray:
    """The partition after the last step; where there is no step, every particle is alone."""
    start = np.arange(len(particles))
    for step in steps:
        start = step.start
    return start


def check_time(particles: Particles, time: float) -> float:
    """``time`` as a float at which the particles' state can be computed.

    Raises TypeError for something that is not a number; ValueError for a time that is negative, NaN or infinite,
    or so large that the positions, summed with their masses, overflow float64.
    """
    try:
        value = float(time)
    except OverflowError:
        value = np.inf
    except (TypeError, ValueError):
        raise TypeError(f"time is {time!r}: give a number >= 0") from None
    if not 0 <= value < np.inf:
        raise ValueError(f"time is {value}: give a finite time >= 0")
    with np.errstate(over="ignore", invalid="ignore"):
        reach = np.abs(particles.position) + value * np.abs(particles.velocity)
        if not np.isfinite(particles.mass.sum() * (particles.mass * reach).sum()):
            raise ValueError(
                f"time {value:g} is too large: the positions then, times mass and summed over all particles, overflow "
                "float64; rescale the problem or ask for an earlier time"
            )
    return value
