"""The cumulative-sum diagram of free flight and the taut string under it, quick at a million particles.

Point k is (M_k, S_k(t)): mass and moment m (x + t v), summed over the first k particles, positions measured from the
centre of mass at t.  The string is the greatest convex minorant of the points; its edges are the clusters at t, and the
slope of an edge is the cluster's position, seen from the centre of mass.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from particles import Clusters, History

COLUMNS = 1_000  # more points than twice as many are told apart only by the column of mass that they are in
MOST_MARKED = 50  # points marked as having just left the string


class Sums(NamedTuple):
    """What does not change with time, (n + 1,) each: point k is (mass[k], start[k] + t rate[k]).

    ``columns`` (c,) are the first points of the columns that a picture tells apart, None where all points are shown.
    ``low`` and ``high``: no point is outside of them between time 0 and the horizon.  ``centre`` and ``drift`` are
    position and velocity of the centre of mass at time 0.
    """

    mass: np.ndarray
    start: np.ndarray
    rate: np.ndarray
    columns: np.ndarray | None
    low: float
    high: float
    centre: float
    drift: float


class Curve(NamedTuple):
    """The points as a line, and the string's height at the same masses: arrays of one length."""

    mass: np.ndarray
    moment: np.ndarray
    string: np.ndarray


def sums_of(history: History, horizon: float) -> Sums:
    """The sums of all particles; O(n), once for a history."""
    particles = history.particles
    if not len(particles):
        return Sums(np.zeros(1), np.zeros(1), np.zeros(1), None, 0.0, 0.0, 0.0, 0.0)
    mass = np.concatenate(([0.0], np.cumsum(particles.mass)))
    centre, drift = (float((particles.mass * v).sum() / mass[-1]) for v in (particles.position, particles.velocity))
    start, rate = (
        np.concatenate(([0.0], np.cumsum(particles.mass * (values - mean))))
        for values, mean in ((particles.position, centre), (particles.velocity, drift))
    )
    start[-1] = rate[-1] = 0.0  # by the choice of the centre; what rounding leaves would tilt the last edge
    columns = None
    if len(particles) > 2 * COLUMNS:
        column = np.minimum((mass * (COLUMNS / mass[-1])).astype(np.int32), COLUMNS - 1)
        columns = np.flatnonzero(np.diff(column, prepend=-1))
    end = start + horizon * rate
    low, high = min(start.min(), end.min()), max(start.max(), end.max())
    return Sums(mass, start, rate, columns, float(low), float(high), centre, drift)


def upright(sums: Sums) -> tuple[float, float]:
    """The heights to show, the same at all times: the string never leaves them, a hill of slack above it may."""
    depth = -sums.low
    return sums.low, min(sums.high, 0.6 * depth) if depth > 0.1 * sums.high else sums.high


def heights(sums: Sums, t: float, points: np.ndarray) -> np.ndarray:
    """S_k(t) of the given points."""
    return sums.start[points] + t * sums.rate[points]


def vertices(clusters: Clusters, n: int) -> np.ndarray:
    """The points that hold the string: those between clusters, and both ends."""
    return np.append(clusters.start, n)


def curve(sums: Sums, clusters: Clusters, t: float) -> Curve:
    """All points, or the lowest and the highest of each column, with the string under them."""
    held = vertices(clusters, sums.mass.size - 1)
    moment = sums.start + t * sums.rate
    string = moment[held]
    mass = sums.mass
    if sums.columns is not None:
        low, high = np.minimum.reduceat(moment, sums.columns), np.maximum.reduceat(moment, sums.columns)
        ends = np.append(sums.columns[1:] - 1, sums.mass.size - 1)
        block = (moment[sums.columns], low, high, moment[ends])
        mass = np.repeat(sums.mass[sums.columns], len(block))
        mass[-2:] = sums.mass[-1]
        moment = np.stack(block, axis=1).ravel()
    return Curve(mass, moment, np.interp(mass, sums.mass[held], string))


def shown_edges(sums: Sums, clusters: Clusters, limits: tuple[float, float]) -> np.ndarray:
    """The clusters whose edges are told apart among the masses in ``limits``: all, or the longest of each column."""
    low, high = limits
    first = max(int(np.searchsorted(sums.mass[clusters.start], low, side="right")) - 1, 0)
    last = int(np.searchsorted(sums.mass[clusters.start], high, side="right"))
    if last - first <= COLUMNS:
        return np.arange(first, last)
    place = (sums.mass[clusters.start[first:last]] - low) * (COLUMNS / (high - low))
    column = place.astype(np.int32)
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    longest = np.maximum.reduceat(clusters.mass[first:last], starts)
    group = np.cumsum(np.diff(column, prepend=-1) != 0) - 1
    best = np.flatnonzero(clusters.mass[first:last] == longest[group])
    return first + best[np.unique(group[best], return_index=True)[1]]


def leaving(history: History, t: float) -> tuple[float, np.ndarray]:
    """When the next vertices leave the string (inf: none will), and which points they are."""
    times = history.tree.time
    at = int(np.searchsorted(times, t, side="right"))
    if at == times.size:
        return np.inf, np.empty(0, np.int64)
    end = int(np.searchsorted(times, times[at], side="right"))
    return float(times[at]), _points(history, at, end)


def just_left(history: History, t: float, span: float) -> tuple[np.ndarray, np.ndarray]:
    """The points that left the string within ``span`` before t, and the parts of ``span`` gone by since (0 .. 1)."""
    times = history.tree.time
    at, end = (int(np.searchsorted(times, when, side="right")) for when in (t - span, t))
    at = max(at, end - MOST_MARKED)
    return _points(history, at, end), np.clip((t - times[at:end]) / span, 0.0, 1.0)


def _points(history: History, at: int, end: int) -> np.ndarray:
    tree = history.tree
    return tree.last[tree.left[at:end]].astype(np.int64) + 1
