"""The one place that decides whether two answers are the same: the tolerance table, and what it is applied to."""

from __future__ import annotations

import numpy as np

# Relative to the scale of a problem, by the dtype in which the answer is given (the name, so that bfloat16 fits in).
TOLERANCE = {"float64": 1e-12, "float32": 5e-7, "float16": 4e-3, "bfloat16": 3e-2}
SMALLEST = 5e-324


def tolerance(dtype, scale: float) -> float:
    """The absolute error allowed for numbers of size ``scale``, given in ``dtype`` (numpy's, torch's, or its name)."""
    return TOLERANCE[getattr(dtype, "__name__", str(dtype)).rpartition(".")[2]] * float(scale)


def position_tolerance(particles, time: float) -> float:
    """The error allowed for float64 positions at ``time``.

    Relative to the farthest that any particle can be from the origin; near the denormals, a few of the smallest
    numbers (a mean velocity is known to one of them, and is multiplied by the time).
    """
    farthest = (np.abs(particles.position) + time * np.abs(particles.velocity)).max(initial=0.0)
    return tolerance(np.float64, farthest) + (16 + 4 * time) * SMALLEST


def assert_same_clusters(a, b, particles, time: float, exact: bool = False) -> np.ndarray:
    """``a`` and ``b`` are the same answer; returns the ranks before which only one of them sees a gap.

    ``exact``: every bit of start, position, velocity and mass is equal.  Otherwise each particle's position is equal
    within the tolerance, and the partitions are equal except across gaps narrower than that (a contact at the very
    time is decided by rounding); those disputed gaps are returned, so that a caller can say or bound how many.
    """
    if exact:
        for name in ("start", "position", "velocity", "mass"):
            left, right = getattr(a, name), getattr(b, name)
            assert left.dtype == right.dtype, f"{name} is {left.dtype} here and {right.dtype} there"
            assert np.array_equal(left, right), f"{name} differs: {left} and {right}"
        return np.empty(0, np.int64)
    n, allowed = len(particles), position_tolerance(particles, time)
    apart = np.abs(a.expand(a.position, n) - b.expand(b.position, n))
    worst = int(apart.argmax()) if n else 0
    assert (apart <= allowed).all(), f"rank {worst} is {apart[worst]:g} apart, allowed are {allowed:g}"
    for here, there in ((a, b), (b, a)):
        disputed = np.flatnonzero(~np.isin(here.start, there.start))
        gaps = here.position[disputed] - here.position[disputed - 1]
        assert (gaps <= allowed).all(), (
            f"a gap {gaps.max():g} wide before rank {here.start[disputed[gaps.argmax()]]} is closed in the "
            f"other answer (only {allowed:g} or less may be)"
        )
    if np.array_equal(a.start, b.start):
        for name in ("velocity", "mass"):
            left, right = getattr(a, name), getattr(b, name)
            members = np.abs(getattr(particles, name)).max(initial=0.0)
            allowed = tolerance(np.float64, np.abs(left).max(initial=members)) + 16 * SMALLEST
            assert (np.abs(left - right) <= allowed).all(), f"{name} differs: {left} and {right}"
    return np.setxor1d(a.start, b.start)


def assert_coherent(steps, n: int, final) -> None:
    """A trace tells one story: each step merges what it says, nothing else changes, and it ends in ``final``."""
    start = np.arange(n)
    for step in steps:
        inside = np.zeros(n, dtype=bool)
        for first, stop in step.merged:
            assert 0 <= first < stop <= n
            assert first in start, f"a cluster cannot begin at rank {first}, in the middle of another"
            assert ((start > first) & (start < stop)).any(), f"ranks {first} to {stop - 1} were one cluster before"
            inside[first + 1 : stop] = True
        assert np.array_equal(step.start, start[~inside[start]]), step.what
        assert 0 <= step.comparisons <= step.work
        assert step.depth >= 1
        assert step.what
        start = step.start
    assert np.array_equal(start, final.start)
