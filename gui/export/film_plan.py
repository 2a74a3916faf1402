"""Which moments a film shows: one time a frame, as fast as on the screen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gui.model.clock import SECONDS_A_RUN, Clock
from gui.model.pace import Pace

MOST_FRAMES = 20_000
SLOWEST, FASTEST = 1.0, 120.0  # frames a second


@dataclass(frozen=True, eq=False)
class FilmPlan:
    """The time that each frame shows, ``times`` (count,), and how many frames there are in a second."""

    times: np.ndarray
    fps: float = 30.0

    def __post_init__(self):
        times = np.asarray(self.times, dtype=np.float64)
        if not SLOWEST <= self.fps <= FASTEST:
            raise ValueError(f"{self.fps:g} frames a second: give {SLOWEST:g} to {FASTEST:g}")
        if times.ndim != 1 or times.size < 2 or not (times >= 0).all() or not np.isfinite(times).all():
            raise ValueError("a film needs two frames or more, each at a time >= 0")
        object.__setattr__(self, "times", times)

    @property
    def seconds(self) -> float:
        """How long the film takes."""
        return len(self.times) / self.fps

    @classmethod
    def evenly(cls, start: float, stop: float, seconds: float, fps: float = 30.0) -> FilmPlan:
        """From ``start`` to ``stop`` (backwards if that is earlier), both shown, at one pace.

        ValueError, in one sentence, for what cannot be; so do the others.
        """
        _check_ends(start, stop)
        if not 0 < seconds < math.inf:
            raise ValueError(f"the film takes {seconds:g} seconds: give a number > 0")
        if not SLOWEST <= fps <= FASTEST:
            raise ValueError(f"{fps:g} frames a second: give {SLOWEST:g} to {FASTEST:g}")
        if seconds * fps > MOST_FRAMES:
            raise ValueError(_too_long(seconds * fps))
        return cls(np.linspace(start, stop, max(round(seconds * fps), 2)), fps)

    @classmethod
    def at_speed(cls, start: float, stop: float, clock: Clock, fps: float = 30.0) -> FilmPlan:
        """From ``start`` to ``stop`` as ``clock`` passes: its speed, its slow motion, its mode."""
        start, stop = min(start, clock.horizon), min(stop, clock.horizon)  # where the clock would stop
        _check_ends(start, stop)
        if clock.mode == "time" and not clock.slow_near_events:
            return cls.evenly(start, stop, abs(stop - start) / (clock.speed * clock.horizon) * SECONDS_A_RUN, fps)
        pace, direction = Pace(clock.events, clock.horizon), 1 if stop > start else -1
        amount = direction * clock.speed / SECONDS_A_RUN / max(fps, SLOWEST)
        times = [start]
        while (stop - times[-1]) * direction > 0:
            if len(times) > MOST_FRAMES:
                raise ValueError(_too_long(len(times)))
            passed = pace.passed(times[-1], amount, clock.mode, clock.slow_near_events)
            times.append(min(passed, stop) if direction > 0 else max(passed, stop))
        return cls(np.array(times), fps)


def _check_ends(start: float, stop: float) -> None:
    if not (0 <= start < math.inf and 0 <= stop < math.inf):
        raise ValueError(f"the film goes from {start:g} to {stop:g}: give two times >= 0")
    if start == stop:
        raise ValueError(f"the film starts and ends at {start:g}: give two different times")


def _too_long(frames: float) -> str:
    return f"the film would have {frames:,.0f} frames, and {MOST_FRAMES:,} is the limit: make it shorter or faster"
