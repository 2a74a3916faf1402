"""One pass with a stack: the fastest way on one core, and the reference for all others.

Idea: take the particles from the left, each at its position after free flight.  A new one goes on top of a stack
of clusters; while the top touches the cluster below it, the two become one (pool adjacent violators).
Invariant: the stack is the solution for the particles seen so far, so neighbours on it never touch.
Cost: every comparison either ends a particle's turn or removes a cluster for good: at most 2n comparisons, work
O(n); each waits for the one before, so the depth is O(n) as well.
Source: Ayer et al., An empirical distribution function for sampling with incomplete information, 1955.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from particles.compiled import compiled
from particles.state import Clusters, Particles, gather, touching

from .sums import moments
from .trace import Cost, Step, check_time

_touching = compiled(touching, inline="always")


def solve(particles: Particles, time: float) -> Clusters:
    """The clusters at ``time``, by one pass with a stack: work O(n), depth O(n), compiled.

    Raises ValueError when ``time`` is negative, not finite, or so large that the sums overflow float64.
    """
    time = check_time(particles, time)
    mass, moment = moments(particles, time)
    return gather(particles, _starts(mass, moment), time)


def trace(particles: Particles, time: float) -> Iterator[Step]:
    """The same pass, one ``Step`` after each particle; particles not yet seen are clusters of their own."""
    n = len(particles)
    stack = []  # of (first rank, mass, moment), plain numbers
    for rank, (mass, moment) in enumerate(moments(particles, check_time(particles, time)).T.tolist()):
        cost, first = Cost(), rank
        while stack:
            cost.compare(1)
            if not touching(*stack[-1][1:], mass, moment):
                break
            first, mass_below, moment_below = stack.pop()
            mass, moment = mass_below + mass, moment_below + moment
        stack.append((first, mass, moment))
        cost.spend(1, 1)
        start = [entry[0] for entry in stack] + list(range(rank + 1, n))
        if first == rank:
            yield cost.step(start, [], f"rank {rank} touches nobody on its left")
        else:
            yield cost.step(start, [(first, rank + 1)], f"rank {rank} joins: ranks {first} to {rank} are one cluster")


@compiled
def _starts(mass, moment):
    """The first rank of each cluster; ``mass`` and ``moment`` serve as the stack and are overwritten."""
    start = np.empty(mass.size, np.int64)
    top = -1
    for rank in range(mass.size):
        first, top_mass, top_moment = rank, mass[rank], moment[rank]
        while top >= 0 and _touching(mass[top], moment[top], top_mass, top_moment):
            first = start[top]
            top_mass, top_moment = mass[top] + top_mass, moment[top] + top_moment
            top -= 1
        top += 1
        start[top], mass[top], moment[top] = first, top_mass, top_moment
    return start[: top + 1].copy()
