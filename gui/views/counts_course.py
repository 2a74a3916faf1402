"""The course of a history as steps that a picture can show."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from particles import History
from particles.diagnostics import Series, series

COLUMNS = 1_500  # changes within one of so many columns of the time axis are drawn as one
HATCH = 8.0  # units of the drawing from one line of a hatching to the next
WAITS = 50_000  # more particles than this are counted while the window goes on


class Course(NamedTuple):
    """Values that hold from ``place`` (0 .. 1 on the time axis) to the next, arrays (s,); the last holds to the end.

    ``kinetic`` is the share of the first kinetic energy that is left (1 where nothing moves), ``lost`` the mean number
    of bits of rank lost; ``energy`` is the kinetic energy at time 0, ``bits`` what can be lost at most;
    ``series`` holds every change.
    """

    place: np.ndarray
    clusters: np.ndarray
    kinetic: np.ndarray
    lost: np.ndarray
    energy: float
    bits: float
    series: Series

    def at(self, t: float) -> tuple[int, float, float]:
        """Clusters, kinetic energy and bits lost at time t, exactly."""
        row = int(np.searchsorted(self.series.time, t, side="right")) - 1
        return (
            int(self.series.clusters[row]),
            float(self.series.kinetic_energy[row]),
            float(self.series.information_lost[row]),
        )


def course_of(history: History, axis, horizon: float) -> Course:
    """The course from time 0 to ``horizon`` along a time ``axis``; the last change in each column is kept."""
    values, n = series(history), len(history.particles)
    shown = int(np.searchsorted(values.time, horizon, side="right"))
    place = np.asarray(axis.forward(values.time[:shown]), dtype=np.float64)
    kept = np.arange(shown)
    if shown > 2 * COLUMNS:
        column = np.floor(place * COLUMNS)
        kept = np.append(np.flatnonzero(np.diff(column)), shown - 1)
    place = place[kept]
    place[0] = 0.0
    energy = float(values.kinetic_energy[0])
    kinetic = values.kinetic_energy[kept] / energy if energy > 0 else np.ones(kept.size)
    bits = float(np.log2(n)) if n > 1 else 0.0
    return Course(place, values.clusters[kept], kinetic, values.information_lost[kept], energy, bits, values)


def steps(course: Course, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The corners of the stair that ``values`` make, up to the end of the axis."""
    place = np.append(course.place, 1.0)
    return np.repeat(place, 2)[1:-1], np.repeat(values, 2)


def hatching(x: np.ndarray, y: np.ndarray, top: float, left: float, right: float) -> np.ndarray:
    """Slanted lines (s, 4), from upper right to lower left, ``HATCH`` apart, between the height ``top`` and a stair
    that only falls (``y``, downward, grows with ``x``), from ``left`` to ``right``.

    Along the stair x + y grows and along a line it stays, so that they meet at one point.  A brush of Qt's would have
    pixels of one size on paper of any size.
    """
    low, high = max(x[0], left) + top, min(x[-1], right) + max(y[-1], top)
    place = HATCH * np.arange(np.ceil(low / HATCH), np.floor(high / HATCH) + 1)
    place = place[place <= x[-1] + y[-1]]
    upper = np.minimum(place - top, x[-1])
    lower = np.where(place < x[0] + y[0], x[0], np.interp(place, x + y, x))
    return np.column_stack((upper, place - upper, lower, place - lower))[upper > lower]
