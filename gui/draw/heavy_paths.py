"""World lines as heavy paths: at each merge the heavier cluster lives on, so that each particle is one line from time
0 to the merge in which a heavier cluster takes it in.  A million of them can be looked at through a pyramid of levels.

A level keeps, of each path, the last segment that begins in each row of pixels; what it leaves out is shorter than a
row.  Paths are ordered by the end of their lives: those that live for half a pixel or longer are a prefix.  Where more
are in sight than can be told apart, every second, fourth, ... path goes, but never one that stands alone in its column
of pixels, nor a heavy one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from particles import History
from particles.compiled import compiled

FINEST = 40  # a level of 2^40 rows keeps every segment that numbers can tell apart
KEPT = 6  # levels, of up to 60 MB each where there are a million lines
QUICK = 200_000  # segments of which a level is made in some milliseconds
COLUMNS = 1_500  # of pixels, at which no path that stands alone is left out


@dataclass(frozen=True, eq=False)
class Lines:
    """Pieces of world lines, each array (s,): a cluster ``node`` of ``mass`` goes from (x0, u0) to (x1, u1).

    ``u`` is height on the time axis, 0 .. 1.  ``born``, ``died`` are times: where the axis is not linear the line
    from u0 is curved, x = centre + velocity * t.
    """

    x0: np.ndarray
    u0: np.ndarray
    x1: np.ndarray
    u1: np.ndarray
    node: np.ndarray
    ends: np.ndarray  # minus the u at which the path that the line belongs to ends, ascending
    path: np.ndarray  # place of the path in that order; -1 for one that is never left out

    def __len__(self) -> int:
        return self.node.size

    def taken(self, which) -> Lines:
        """Some of them."""
        if isinstance(which, slice):
            return Lines(*(values[which] for values in vars(self).values()))
        which = np.flatnonzero(which) if which.dtype == bool else which
        return Lines(*(values.take(which) for values in vars(self).values()))


@dataclass(frozen=True, eq=False)
class HeavyPaths:
    """All segments of a history up to ``horizon`` on one time axis, and the levels that were asked for so far."""

    history: History
    horizon: float
    segments: Lines  # every segment, path after path
    first: np.ndarray  # bool: the segment is the first of its path
    levels: dict[tuple[int, int], Lines] = field(default_factory=dict)

    @staticmethod
    def of(history: History, horizon: float, axis) -> HeavyPaths:
        """Segments with their heights on ``axis`` (anything with a monotone, vectorised ``forward(t)``), O(n log n)."""
        tree, n = history.tree, len(history.particles)
        path, born, died = _lives(tree, n, horizon)
        alive = np.flatnonzero((died > born) | ((died == born) & (born == horizon) & (horizon == 0)))
        ends = _path_ends(path, died, alive, n)
        u_end = np.asarray(axis.forward(ends), dtype=np.float64)
        place = np.empty(n, np.int64)
        place[np.lexsort((_evenly(n), -u_end))] = np.arange(n)
        alive = alive[np.lexsort((born[alive], place[path[alive]]))]
        centre, velocity = tree.moment[alive] / tree.mass[alive], tree.momentum[alive] / tree.mass[alive]
        with np.errstate(over="ignore", invalid="ignore"):
            x0, x1 = centre + born[alive] * velocity, centre + died[alive] * velocity
        u0, u1 = (np.asarray(axis.forward(times[alive]), dtype=np.float64) for times in (born, died))
        owner = path[alive]
        first = np.ones(alive.size, bool)
        first[1:] = owner[1:] != owner[:-1]
        place[_outstanding(history, horizon)] = -1
        return HeavyPaths(history, horizon, Lines(x0, u0, x1, u1, alive, -u_end[owner], place[owner]), first)

    def level(self, rows: float, every: int = 1) -> Lines:
        """The lines to draw where the whole axis is ``rows`` pixels high, built on first use.

        Only those whose paths live for half a pixel or longer; with ``every`` > 1, a power of two, only every such
        path, and those that are never left out.
        """
        power = _power(rows)
        lines = self.levels.get((power, every))
        if lines is None:
            lines = self._thinned(power) if every == 1 else _sparse(self.level(rows), every)
            for oldest in list(self.levels)[: max(len(self.levels) - KEPT + 1, 0)]:
                self.levels.pop(oldest, None)  # a worker may have done so
            self.levels[power, every] = lines
        return lines.taken(slice(0, int(np.searchsorted(lines.ends, -0.5 / max(rows, 1.0), side="right"))))

    def nearest(self, rows: float) -> float:
        """``rows`` if their level can be had at once, else the rows of the nearest one that is built."""
        built = [power for power, every in list(self.levels) if every == 1]
        power = _power(rows)
        if power in built or not built or len(self.segments) <= QUICK:
            return rows
        return 2.0 ** min(built, key=lambda other: abs(other - power))

    def made_ready(self, rows: float) -> HeavyPaths:
        """This, with the level for ``rows`` built: in a worker, so that no frame has to wait for it."""
        self.level(rows)
        return self

    def visible(self, rows: float, x: tuple[float, float], u: tuple[float, float], most: int) -> Lines:
        """About ``most`` lines at most that cross the window x, u."""
        lines = self.level(rows)
        seen = (np.minimum(lines.x0, lines.x1) <= x[1]) & (np.maximum(lines.x0, lines.x1) >= x[0])
        seen &= (lines.u0 <= u[1]) & (lines.u1 >= u[0])
        chosen = lines.taken(np.flatnonzero(seen))
        return chosen if len(chosen) <= most else _sparse(chosen, power_of_two(len(chosen) / most))

    def _thinned(self, power: int) -> Lines:
        lasting = int(np.searchsorted(self.segments.ends, -0.5 / 2.0**power, side="right"))
        everything, first = self.segments.taken(slice(0, lasting)), self.first[:lasting]
        if lasting == 0:
            return everything
        kept = _kept(everything.u0, first, 2.0**power)
        if kept.size == len(everything):
            return everything
        lines = everything.taken(kept)
        goes_on = np.flatnonzero(~first[kept[1:]])  # the next one kept belongs to the same path
        lines.x1[goes_on], lines.u1[goes_on] = lines.x0[goes_on + 1], lines.u0[goes_on + 1]
        final = np.ones(kept.size, bool)
        final[goes_on] = False
        path_end = np.append(np.flatnonzero(first)[1:], len(everything)) - 1
        lines.x1[final], lines.u1[final] = everything.x1[path_end], everything.u1[path_end]
        return lines


def _power(rows: float) -> int:
    """The level for ``rows`` has two to the power of this many."""
    return int(np.clip(np.ceil(np.log2(max(rows, 2.0))), 1, FINEST))


def _lives(tree, n: int, horizon: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each node: the rank whose path it lies on, its time of birth and of death, both up to ``horizon``."""
    born = np.minimum(np.concatenate((np.zeros(n), tree.time)), horizon)
    died = np.full(born.size, float(horizon))
    merged = np.flatnonzero(tree.parent >= 0)
    died[merged] = np.minimum(tree.time[tree.parent[merged] - n], horizon)
    return _paths(n, tree.left, tree.right, tree.mass), born, died


def power_of_two(ratio: float) -> int:
    """The smallest power of two that is at least ``ratio``."""
    return 1 << max(int(np.ceil(np.log2(max(ratio, 1.0)))), 0)


def _sparse(lines: Lines, every: int) -> Lines:
    return lines.taken((lines.path & (every - 1) == 0) | (lines.path < 0))


def _outstanding(history: History, horizon: float) -> np.ndarray:
    """Ranks spread evenly over the places at both ends of time, and over the mass: nothing that they stand for is
    missed when they are kept."""
    particles = history.particles
    if len(particles) == 0:
        return np.empty(0, np.int64)
    with np.errstate(over="ignore", invalid="ignore"):
        scales = (particles.position, history.positions(horizon), np.cumsum(particles.mass))
        grids = (np.linspace(scale[0], scale[-1], COLUMNS) for scale in scales)
        ranks = [np.searchsorted(scale, grid) for scale, grid in zip(scales, grids, strict=True)]
    return np.unique(np.minimum(np.concatenate(ranks), len(particles) - 1))


def _evenly(n: int) -> np.ndarray:
    """The ranks' places in an order whose every prefix is spread evenly: 0, 1/2, 1/4, 3/4, ... (bits reversed)."""
    bits = max(int(n - 1).bit_length(), 1)
    rank, mirrored = np.arange(n), np.zeros(n, np.int64)
    for bit in range(bits):
        mirrored |= ((rank >> bit) & 1) << (bits - 1 - bit)
    return mirrored


@compiled
def _kept(u0, first, rows):
    """The first segment of each path, and the last one that begins in each row."""
    kept, count = np.empty(u0.size, np.int64), 0
    for i in range(u0.size):
        last = i + 1 == u0.size or first[i + 1] or np.floor(u0[i + 1] * rows) != np.floor(u0[i] * rows)
        if last or first[i]:
            kept[count] = i
            count += 1
    return kept[:count]


@compiled
def _paths(n, left, right, mass):
    """The rank whose path each node continues: that of the heavier partner, of the left one where both are equal."""
    path = np.empty(n + left.size, np.int64)
    for i in range(n):
        path[i] = i
    for k in range(left.size):
        a, b = left[k], right[k]
        path[n + k] = path[a] if mass[a] >= mass[b] else path[b]
    return path


@compiled
def _path_ends(path, died, alive, n):
    """When the path of each rank ends."""
    ends = np.zeros(n)
    for node in alive:
        ends[path[node]] = max(ends[path[node]], died[node])
    return ends
