"""The cumulative-sum diagram of free flight and the taut string under it, quick at a million particles.

Point k is (M_k, S_k(t)): mass and moment m (x + t v), summed over the first k particles, positions measured from the
centre of mass at t.  The string is the greatest convex minorant of the points; its edges are the clusters at t, and the
slope of an edge is the cluster's position, seen from the centre of mass.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from particles import Clusters, History
from particles.compiled import compiled

COLUMNS = 1_000  # more points than twice as many are told apart only by the column of mass that they are in
MOST_MARKED = 12  # points marked as having just left the string


class Sums(NamedTuple):
    """What does not change with time, (n + 1,) each: point k is (mass[k], start[k] + t rate[k]).

    ``low`` and ``high``: no point is outside of them between time 0 and the horizon.  ``centre`` and ``drift`` are
    position and velocity of the centre of mass at time 0.
    """

    mass: np.ndarray
    start: np.ndarray
    rate: np.ndarray
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
        return Sums(np.zeros(1), np.zeros(1), np.zeros(1), 0.0, 0.0, 0.0, 0.0)
    mass = np.concatenate(([0.0], np.cumsum(particles.mass)))
    centre, drift = (float(np.dot(particles.mass, v) / mass[-1]) for v in (particles.position, particles.velocity))
    start = _moments(particles.mass, particles.position, centre)
    rate = _moments(particles.mass, particles.velocity, drift)
    start[-1] = rate[-1] = 0.0  # by the choice of the centre; what rounding leaves would tilt the last edge
    with np.errstate(over="ignore"):
        end = start + horizon * rate
    low, high = min(start.min(), end.min()), max(start.max(), end.max())
    return Sums(mass, start, rate, float(low), float(high), centre, drift)


def upright(sums: Sums, clusters: Clusters, t: float) -> tuple[float, float]:
    """The heights to show at t: room for the whole string; a hill of slack above it may rise out of the picture.

    The room shrinks more slowly than the string (as the root of its depth), so that it is seen to flatten, and yet
    fills the picture.
    """
    centre = sums.centre + t * sums.drift
    left = int(np.searchsorted(clusters.position, centre))
    depth = float(np.dot(clusters.mass[:left], centre - clusters.position[:left]))
    deepest = max(-sums.low, depth)
    room = max(np.sqrt(deepest) * np.sqrt(depth), 0.15 * deepest)
    if room <= 0.05 * sums.high:
        return sums.low, sums.high
    return -room, min(sums.high, 0.6 * room)


def heights(sums: Sums, t: float, points: np.ndarray) -> np.ndarray:
    """S_k(t) of the given points."""
    return sums.start[points] + t * sums.rate[points]


def shown_edges(sums: Sums, clusters: Clusters, limits: tuple[float, float]) -> np.ndarray:
    """The clusters whose edges are told apart among the masses in ``limits``: all, or those at the columns' seams.

    An edge that is wider than a column lies on a seam.
    """
    k, n = len(clusters), sums.mass.size - 1
    if k <= COLUMNS:
        return np.arange(k)
    seams = np.searchsorted(sums.mass, np.linspace(*limits, COLUMNS + 1), side="right") - 1
    ranks = np.clip(seams, 0, n - 1)
    return np.unique(np.searchsorted(clusters.start, ranks, side="right") - 1)


def ends_of(clusters: Clusters, shown: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The points at which the edges of the clusters ``shown`` begin and end."""
    last = shown == len(clusters) - 1
    after = clusters.start[np.where(last, shown, shown + 1)]
    return clusters.start[shown], np.where(last, n, after)


def neighbours(clusters: Clusters, k: int, n: int) -> np.ndarray:
    """The vertex before point ``k``, which is a vertex, that point, and the vertex after it."""
    at = int(np.searchsorted(clusters.start, k))
    after = clusters.start[at + 1] if at + 1 < len(clusters) else n
    return np.array([clusters.start[at - 1], k, after])


def curve(sums: Sums, t: float, limits: tuple[float, float], string: np.ndarray) -> Curve:
    """The points with masses in ``limits``, or the extremes of each column; ``string``: the points that hold it."""
    n = sums.mass.size - 1
    first = max(int(np.searchsorted(sums.mass, limits[0])) - 1, 0)
    last = min(int(np.searchsorted(sums.mass, limits[1], side="right")), n)
    mass, start, rate = (values[first : last + 1] for values in (sums.mass, sums.start, sums.rate))
    if mass.size > 2 * COLUMNS:
        seams = np.searchsorted(mass, np.linspace(max(limits[0], 0.0), min(limits[1], sums.mass[-1]), COLUMNS + 1)[:-1])
        seams = np.unique(np.minimum(seams, mass.size - 1))
        moment = _extremes(start, rate, float(t), seams).ravel()
        mass = np.repeat(mass[seams], 4)
        mass[-1] = sums.mass[last]
    else:
        moment = start + t * rate
    return Curve(mass, moment, np.interp(mass, sums.mass[string], heights(sums, t, string)))


@compiled
def _moments(mass, values, mean):
    """The cumulative sums of mass x (value - mean), from 0."""
    found = np.zeros(mass.size + 1)
    for i in range(mass.size):
        found[i + 1] = found[i] + mass[i] * (values[i] - mean)
    return found


@compiled
def _extremes(start, rate, t, seams):
    """First, lowest, highest and last moment of the points from each seam to the next, (seams, 4)."""
    found = np.empty((seams.size, 4))
    for c in range(seams.size):
        end = seams[c + 1] if c + 1 < seams.size else start.size
        low, high = np.inf, -np.inf
        for i in range(seams[c], end):
            moment = start[i] + t * rate[i]
            low, high = min(low, moment), max(high, moment)
        found[c, 0] = start[seams[c]] + t * rate[seams[c]]
        found[c, 1], found[c, 2] = low, high
        found[c, 3] = start[end - 1] + t * rate[end - 1]
    return found


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
    if end - at > MOST_MARKED:
        at = end  # a blur of marks would say nothing
    return _points(history, at, end), np.clip((t - times[at:end]) / span, 0.0, 1.0)


def _points(history: History, at: int, end: int) -> np.ndarray:
    tree = history.tree
    return tree.last[tree.left[at:end]].astype(np.int64) + 1
