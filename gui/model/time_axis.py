"""Time on an axis: linear, logarithmic, or one unit per merge; forward and back without a loss."""

from __future__ import annotations

import math

import numpy as np

from particles import History
from particles.compiled import compiled

KINDS = ("linear", "log", "merges")
FINEST = 1e-9  # of the horizon: merges closer together than this are one knot, or u would not lead back to t


class TimeAxis:
    """A strictly rising map of the times 0 .. horizon onto 0 .. 1.

    "linear": t / horizon.  "log": log(1 + t / scale), with ``scale`` where the first merges happen, so that time 0
    is on the axis.  "merges": straight between the moments at which clusters merge, each taking as much room as
    clusters merge in it, and one unit more for the time after the last.
    """

    def __init__(self, kind: str, history: History, horizon: float):
        if kind not in KINDS:
            raise ValueError(f"unknown time axis {kind!r}: choose one of {', '.join(KINDS)}")
        self.kind, self.horizon = kind, float(horizon)
        events = history.events.time
        if kind == "log":
            self._scale = _log_scale(events, self.horizon)
            self._whole = math.log1p(self.horizon / self._scale)
        elif kind == "merges":
            self._times, self._merges = merge_knots(events, self.horizon)
            self._at_start = int(np.searchsorted(events, FINEST * self.horizon, side="right"))

    def forward(self, t):
        """Where on the axis the time ``t`` is, in [0, 1]; any shape; what is off the axis goes to its end."""
        t = np.clip(np.asarray(t, dtype=np.float64), 0.0, self.horizon)
        if self.kind == "linear":
            u = t / self.horizon
        elif self.kind == "log":
            u = np.log1p(t / self._scale) / self._whole
        else:
            u = np.interp(t, self._times, self._merges) / self._merges[-1]
        return np.clip(u, 0.0, 1.0)[()]

    def inverse(self, u):
        """The time at the place ``u`` of the axis; any shape; what is off the axis goes to its end."""
        u = np.clip(np.asarray(u, dtype=np.float64), 0.0, 1.0)
        if self.kind == "linear":
            t = u * self.horizon
        elif self.kind == "log":
            t = np.expm1(u * self._whole) * self._scale
        else:
            t = np.interp(u * self._merges[-1], self._merges, self._times)
        return np.clip(t, 0.0, self.horizon)[()]

    def ticks(self, count: int = 6) -> list[tuple[float, str]]:
        """About ``count`` places with their texts: times, or on the axis of merges how many have happened."""
        count = max(int(count), 2)
        if self.kind == "merges":
            return self._merge_ticks(count)
        times = _round_numbers(self.horizon, count) if self.kind == "linear" else self._decades(count)
        return [(float(self.forward(t)), f"{t:g}") for t in times]

    def _merge_ticks(self, count: int) -> list[tuple[float, str]]:
        whole = float(self._merges[-1])
        merges = np.unique(np.round(_round_numbers(max(whole - 1.0, 1.0), count)))
        return [(float(m / whole), f"{m + self._at_start:,.0f}") for m in merges if m <= whole - 1 or m == 0]

    def _decades(self, count: int) -> list[float]:
        """0, then the powers of ten (with 2 and 5 times them where there is room) that stand apart."""
        lowest = math.floor(math.log10(self._scale))
        powers = range(lowest, math.floor(math.log10(self.horizon)) + 1)
        steps = (1, 2, 5) if 3 * len(powers) <= 2 * count else (1,)
        times = [0.0]
        for t in (step * 10.0**power for power in powers for step in steps):
            apart = float(self.forward(t)) - float(self.forward(times[-1])) >= 0.6 / count
            if t <= self.horizon and apart:
                times.append(t)
        return times


def merge_knots(events: np.ndarray, horizon: float) -> tuple[np.ndarray, np.ndarray]:
    """The knots of "one unit per merge": times (strictly rising, from 0 to the horizon) and units (from 0).

    Merges at time 0 take no room, those at the horizon share the last stretch, later ones are not on the axis.
    """
    width = FINEST * horizon
    times = np.asarray(events, dtype=np.float64)
    first, last = np.searchsorted(times, width, side="right"), np.searchsorted(times, horizon - width)
    at_end = int(np.searchsorted(times, horizon, side="right") - last)
    times = times[first : max(first, last)]
    last = _knots(times, width)
    units = np.concatenate(([0.0], last + 1.0, [times.size + max(at_end, 1.0)]))
    return np.concatenate(([0.0], times[last], [horizon])), units


def last_in_cell(times: np.ndarray, width: float) -> np.ndarray:
    """Which of the sorted times are the last in their cell of a grid, bool."""
    cell = np.floor(times / width)
    return np.append(cell[1:] != cell[:-1], True)[: times.size]


@compiled
def _knots(times, width):
    """The last of the sorted times in each cell of a grid; of two that are nearly one on both sides of a line, the
    second."""
    last, count = np.empty(times.size, np.int64), 0
    for i in range(times.size):
        if i + 1 < times.size and np.floor(times[i + 1] / width) == np.floor(times[i] / width):
            continue
        if count and times[i] - times[last[count - 1]] < 0.5 * width:
            count -= 1
        last[count] = i
        count += 1
    return last[:count]


def _log_scale(events: np.ndarray, horizon: float) -> float:
    """A time before which few of the merges on the axis happen, but at most six decades below its end."""
    early = events[slice(*np.searchsorted(events, (0.0, horizon), side="right"))]
    first = float(early[early.size // 50]) if early.size else 0.01 * horizon
    return min(max(first, 1e-6 * horizon), 0.1 * horizon)


def _round_numbers(end: float, count: int) -> np.ndarray:
    """0 and the multiples up to ``end`` of 1, 2 or 5 times a power of ten, about ``count`` of them."""
    rough = end / count
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    step = next((m * power for m in (1, 2, 5, 10) if m * power >= rough), end) or end
    return step * np.arange(int(end / step * (1 + 1e-12)) + 1)
