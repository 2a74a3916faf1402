"""How time passes between events: evenly, one unit per merge, and slowly where something happens."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from .time_axis import last_in_cell, merge_knots

NEAR = 0.02  # of the run: this close to an event time passes slowly
SLOWEST = 0.15  # of the usual pace, at the event
BUNCH = 1 / 2000  # of the run: events closer together than this are shown as one
STRIDE, STRIDES = 1 / 2400, 24  # of the run: slow motion at one pace; the most of them in a frame


class Pace:
    """A run of length ``horizon`` with the sorted times of its events; places on it go from 0 to 1."""

    def __init__(self, events: np.ndarray, horizon: float):
        self._events, self._horizon = events, horizon

    def place(self, t: float, mode: str) -> float:
        """How much of the run is over at time t: of the time, or ("events") of the merges."""
        if mode == "time":
            return t / self._horizon
        times, units = self._knots
        return float(np.interp(t, times, units) / units[-1])

    def time(self, place: float, mode: str) -> float:
        """The time at a place of the run."""
        if mode == "time":
            return place * self._horizon
        times, units = self._knots
        return float(np.interp(place * units[-1], units, times))

    def passed(self, t: float, amount: float, mode: str, slow: bool) -> float:
        """The time after ``amount`` of the run (< 0: backwards); it may lie past an end of the run.

        ``slow``: time passes more slowly near events, and where one would be passed it ends there, so that each
        is shown at its moment (of a bunch closer together than 1/2000 of the run, the last one).
        """
        if slow:
            return self._slowly(t, amount, mode)
        return self.time(self.place(t, mode) + amount, mode)

    def _slowly(self, t: float, amount: float, mode: str) -> float:
        direction = 1 if amount > 0 else -1
        stop = self._stop_after(t, direction)
        left, longest = abs(amount), max(STRIDE, abs(amount) / STRIDES)
        while left > 0:
            stride = min(left, longest)
            place = self.place(t, mode) + direction * stride * self._slowness(t, mode)
            if not 0 <= place <= 1:
                t = self._horizon if direction > 0 else 0.0
                left = 0
            else:
                t = self.time(place, mode)
            if stop is not None and (t - stop) * direction >= 0:
                return stop
            left -= stride
        return t

    def _slowness(self, t: float, mode: str) -> float:
        """From 0.15 at an event to 1 away from events, smoothly."""
        stops = self._stops
        after = int(np.searchsorted(stops, t))
        beside = [self.place(stops[i], mode) for i in (after - 1, after) if 0 <= i < stops.size]
        nearest = min((abs(self.place(t, mode) - place) for place in beside), default=1.0)
        near = min(nearest / NEAR, 1.0)
        return SLOWEST + (1 - SLOWEST) * near * near * (3 - 2 * near)

    def _stop_after(self, t: float, direction: int) -> float | None:
        stops = self._stops
        if direction > 0:
            i = int(np.searchsorted(stops, t, side="right"))
        else:
            i = int(np.searchsorted(stops, t, side="left")) - 1
        return float(stops[i]) if 0 <= i < stops.size else None

    @cached_property
    def _stops(self) -> np.ndarray:
        """The moments to be shown: of each bunch of events the last."""
        times = self._events[self._events <= self._horizon]
        return times[last_in_cell(times, BUNCH * self._horizon)]

    @cached_property
    def _knots(self) -> tuple[np.ndarray, np.ndarray]:
        return merge_knots(self._events, self._horizon)
