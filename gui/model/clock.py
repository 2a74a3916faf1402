"""The clock: which time is shown, and how it passes.

The state follows from ``t`` alone, so it is the same however ``t`` was reached.  The physics knows no clock: where
the computer is too slow, time passes more slowly on the screen, and frames are left out, never queued.
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager

import numpy as np

from .pace import Pace
from .setting import Setting, one_of
from .signal import Signal

LOOPS, MODES = ("once", "loop", "bounce"), ("time", "events")
LONGEST_FRAME = 0.1  # seconds that pass at most at once
SECONDS_A_RUN = 10.0  # at speed 1
SLOWEST, FASTEST = 0.01, 100.0
STEPS = 200  # single steps in a run


class Clock:
    """The time ``t`` in 0 .. ``horizon``, and its course.

    ``changed()``: another t.  ``state_changed()``: playing, speed, direction, loop, range, mode or slow motion.
    ``advance()`` is called for every frame.  In the mode "time" a run takes 10 s at speed 1; in the mode "events"
    every merge gets equal time on the screen, and a run takes 10 s as well.
    """

    playing = Setting(False, bool)  # does time pass?  Better said with play() and pause().
    speed = Setting(1.0, lambda speed: _checked_speed(speed))  # runs in 10 s
    direction = Setting(1, one_of("direction", (1, -1)))
    loop = Setting("once", one_of("loop", LOOPS))  # at the end: stop, start over, or turn round
    mode = Setting("time", one_of("mode", MODES))  # what passes evenly
    slow_near_events = Setting(False, bool)  # slow before and after collisions, each shown at its very moment

    def __init__(self, now=time.perf_counter):
        self.changed, self.state_changed = Signal(), Signal()
        self._now = now
        self._t, self._horizon, self._range = 0.0, 1.0, None
        self._events = np.empty(0)
        self._holds, self._last = 0, now()
        self._pace = None

    # the time

    @property
    def t(self) -> float:
        """The time shown."""
        return self._t

    @t.setter
    def t(self, t: float) -> None:
        self.go(t)

    def go(self, t: float) -> None:
        """Show the time ``t``, or the nearest that there is; NaN is no time and changes nothing."""
        t = float(t)
        if math.isnan(t):
            return
        t = min(max(t, 0.0), self._horizon) + 0.0  # no minus zero
        if t != self._t:
            self._t = t
            self.changed.emit()

    @property
    def horizon(self) -> float:
        """The end of the time shown (> 0, finite)."""
        return self._horizon

    @horizon.setter
    def horizon(self, horizon: float) -> None:
        horizon = float(horizon)
        if not 0 < horizon < math.inf:
            raise ValueError(f"the horizon is {horizon}: it must be a time > 0")
        if horizon != self._horizon:
            self._horizon, self._pace = horizon, None
            if self._range is not None:
                self.range = self._range
            self.go(self._t)
            self.state_changed.emit()

    @property
    def events(self) -> np.ndarray:
        """The times of the collisions, sorted."""
        return self._events

    @events.setter
    def events(self, times) -> None:
        self._events, self._pace = np.asarray(times, dtype=np.float64), None

    # how it passes

    @property
    def range(self) -> tuple[float, float] | None:
        """Play only from a to b; None: everything.  Any time can be shown all the same."""
        return self._range

    @range.setter
    def range(self, ends) -> None:
        if ends is not None:
            a, b = sorted(min(max(float(end), 0.0), self._horizon) for end in ends)
            ends = (a, b) if a < b else None
        if ends != self._range:
            self._range = ends
            self.state_changed.emit()

    def play(self) -> None:
        """Let time pass; from the beginning where it is at its end."""
        if not self.playing:
            self._last = self._now()
            low, high = self._ends()
            beyond = self._t >= high if self.direction > 0 else self._t <= low
            if beyond or not low <= self._t <= high:
                self.go(low if self.direction > 0 else high)
            self.playing = True

    def pause(self) -> None:
        """Let it stand still."""
        self.playing = False

    def toggle(self) -> None:
        """Play or pause."""
        self.pause() if self.playing else self.play()

    def reverse(self) -> None:
        """Turn the direction round."""
        self.direction = -self.direction

    def hold(self) -> None:
        """Stand still until ``release`` (the time is being dragged), and then go on as before; may be nested."""
        self._holds += 1

    def release(self) -> None:
        """Let go of a hold."""
        self._holds = max(0, self._holds - 1)
        self._last = self._now()

    @contextmanager
    def held(self):
        """A hold for the length of a block."""
        self.hold()
        try:
            yield
        finally:
            self.release()

    def start_over(self, t: float) -> None:
        """At time ``t``, forwards and without a range, as for something new."""
        self.range = None
        self.direction = 1
        self.go(t)

    # steps

    def step(self, direction: int, big: bool = False) -> None:
        """Pause, and go to the next of 200 (big: 20) even marks of the run: there and back is the same time."""
        self.pause()
        pace = self._get_pace()
        marks = STEPS // 10 if big else STEPS
        here = pace.place(self._t, self.mode) * marks
        nearest = round(here)
        if abs(here - nearest) < 1e-6:
            target = nearest + direction
        else:
            target = math.ceil(here) if direction > 0 else math.floor(here)
        self.go(pace.time(min(max(target, 0), marks) / marks, self.mode))

    def step_event(self, direction: int, history=None) -> None:
        """Pause, and go to the next (-1: the last) moment of a collision, or to the end of the time shown."""
        self.pause()
        times = self._events if history is None else history.events.time
        if direction > 0:
            after = np.searchsorted(times, self._t, side="right")
            self.go(times[after] if after < times.size else self._horizon)
        else:
            before = np.searchsorted(times, self._t, side="left") - 1
            self.go(times[before] if before >= 0 else 0.0)

    def advance(self) -> bool:
        """Let the time pass that has passed since the last frame, at most 0.1 s; has t changed?"""
        now = self._now()
        elapsed, self._last = min(max(now - self._last, 0.0), LONGEST_FRAME), now
        if not self.playing or self._holds or elapsed == 0.0:
            return False
        before = self._t
        self._pass(elapsed)
        return self._t != before

    def _pass(self, seconds: float) -> None:
        low, high = self._ends()
        start, end = (low, high) if self.direction > 0 else (high, low)
        t = self._t
        if t == end and self.loop == "loop":  # the end was shown for a frame
            t = start
        elif t == end and self.loop == "bounce":
            self.reverse()
            start, end = end, start
        elif not low <= t <= high:
            t = start
        pace = self._get_pace()
        amount = seconds * self.speed / SECONDS_A_RUN * self.direction
        t = pace.passed(t, amount, self.mode, self.slow_near_events)
        self.go(min(max(t, low), high))
        if self._t == end and self.loop == "once":
            self.pause()

    def _ends(self) -> tuple[float, float]:
        return self._range or (0.0, self._horizon)

    def _get_pace(self) -> Pace:
        if self._pace is None:
            self._pace = Pace(self._events, self._horizon)
        return self._pace


def _checked_speed(speed) -> float:
    if not float(speed) > 0:
        raise ValueError(f"the speed is {speed}: it must be > 0 (reverse runs time backwards)")
    return min(max(float(speed), SLOWEST), FASTEST)
