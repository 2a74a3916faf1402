"""The history of a sticky system: one array of merge times, and everything that follows from it.

A cluster is a contiguous range of ranks, and its centre of mass never changes course.  So the times at which
the n - 1 gaps between neighbours close determine the state at every time: the clusters at t are the runs between
gaps that close after t, and nothing accumulates error, in whatever order the times are asked for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .compiled import compiled
from .state import Clusters, Particles, gather
from .tree import Events, MergeTree, WorldLines, build_tree, events_of, world_lines_of


@dataclass(frozen=True, eq=False)
class History:
    """What happened to ``particles`` from time 0 to ``until`` (inf: to the end of time).

    ``merge_times`` is (n - 1,) float64: when the gap between ranks i and i + 1 closes, inf for never (by
    ``until``).  A contact exactly at t counts as merged at t.  Any method that takes a time raises ValueError
    for one that is negative, NaN or beyond ``until``.
    """

    particles: Particles
    merge_times: np.ndarray
    until: float = math.inf

    def __post_init__(self):
        object.__setattr__(self, "until", check_until(self.until))
        merge_times = np.asarray(self.merge_times, dtype=np.float64)
        if merge_times.shape != (max(len(self.particles) - 1, 0),):
            raise ValueError(
                f"merge_times has shape {merge_times.shape} but {len(self.particles)} particles have "
                f"{max(len(self.particles) - 1, 0)} gaps"
            )
        if not (merge_times >= 0).all():
            raise ValueError("merge_times holds a negative or NaN time: a gap closes at a time >= 0, or at inf")
        if (merge_times[np.isfinite(merge_times)] > self.until).any():
            raise ValueError(f"merge_times holds times past until = {self.until:g}: a gap that is open then is inf")
        merge_times.setflags(write=False)
        object.__setattr__(self, "merge_times", merge_times)

    def __repr__(self) -> str:
        merged = np.isfinite(self.merge_times).sum()
        return f"History(n={len(self.particles)}, collisions={merged}, until={self.until:g})"

    def clusters(self, t: float) -> Clusters:
        """The clusters at time t, in O(n).

        Neighbours that start at one point and move apart count as two at all times, also at 0, where the solvers,
        which see only that they touch, count them as one.
        """
        t = self._checked(t)
        n = len(self.particles)
        start = _starts(self.merge_times, t) if n else np.empty(0, np.int64)
        return gather(self.particles, start, t)

    def positions(self, t: float) -> np.ndarray:
        """Each particle's position at time t, (n,)."""
        clusters = self.clusters(t)
        return clusters.expand(clusters.position, len(self.particles))

    def velocities(self, t: float) -> np.ndarray:
        """Each particle's velocity at time t (just after any collision at t), (n,)."""
        clusters = self.clusters(t)
        return clusters.expand(clusters.velocity, len(self.particles))

    def count(self, t) -> np.ndarray:
        """The number of clusters at each time in ``t`` (any shape), in O(log n) a time."""
        t = np.asarray(t, dtype=np.float64)
        self._checked(np.min(t, initial=math.inf)), self._checked(np.max(t, initial=0.0))
        return len(self.particles) - np.searchsorted(self.tree.time, t, side="right")

    @cached_property
    def tree(self) -> MergeTree:
        """The binary merge tree, collisions in order of time (simultaneous ones from left to right)."""
        return build_tree(self.particles, self.merge_times)

    @cached_property
    def events(self) -> Events:
        """The collisions in order of time: partners, time, position, masses, energy lost."""
        return events_of(self.tree)

    def world_lines(self, until: float | None = None) -> WorldLines:
        """One straight segment for each cluster that ever lived for a while, for plotting.

        Lines still alive end at ``until`` (default: the history's own, or the last collision if that is inf).
        """
        if until is None:
            until = self.until if math.isfinite(self.until) else self.last_collision
        return world_lines_of(self.tree, self._checked(until))

    @property
    def last_collision(self) -> float:
        """The time of the last collision, 0 if there is none."""
        return float(self.tree.time[-1]) if self.tree.time.size else 0.0

    def linkage(self) -> np.ndarray:
        """The merge tree as a SciPy linkage matrix, (n - 1, 4): left node, right node, time, particles.

        Raises ValueError unless all particles merge by ``until``.
        """
        apart = np.flatnonzero(np.isinf(self.merge_times))
        if apart.size:
            raise ValueError(
                f"{apart.size + 1} clusters never merge by t = {self.until:g} (the first gap left is after rank "
                f"{apart[0]}): a linkage matrix needs all to merge, use history.tree or a longer run"
            )
        tree = self.tree
        size = (tree.last - tree.first + 1)[len(self.particles) :]
        return np.column_stack((tree.left, tree.right, tree.time, size)).astype(np.float64)

    def _checked(self, t) -> float:
        try:
            t = float(t) if not isinstance(t, str | bytes) else None
        except (TypeError, ValueError):
            t = None
        if t is None:
            raise TypeError("a time in a history is a number >= 0, got something else")
        if not t >= 0:
            raise ValueError(f"time {t} is not in this history: ask for a time >= 0")
        if t > self.until:
            raise ValueError(f"time {t:g} is past the end of this history: simulate(particles, until={t:g}) first")
        return t


@compiled
def _starts(merge_times, t):
    """The first rank of each cluster: 0, and what lies right of a gap that is still open."""
    count = 1
    for i in range(merge_times.size):
        count += merge_times[i] > t
    start = np.zeros(count, np.int64)
    k = 1
    for i in range(merge_times.size):
        if merge_times[i] > t:
            start[k] = i + 1
            k += 1
    return start


def check_until(until) -> float:
    """The end of a simulation as a float >= 0 (inf: to the last collision), or one sentence."""
    try:
        end = float(until)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"until is {until!r}: give a number >= 0") from None
    if not end >= 0:
        raise ValueError(f"until is {end}: give a time >= 0, or leave it out to run to the last collision")
    return end
