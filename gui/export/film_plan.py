"""Which moments a film shows: one time a frame, as fast as on the screen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

SECONDS_AT_SPEED_1 = 10.0  # for the time that is shown, as the clock of the window has it
MOST_FRAMES = 20_000
SLOWEST, FASTEST = 1.0, 120.0  # frames a second


@dataclass(frozen=True)
class FilmPlan:
    """A film from time ``start`` to ``stop`` (backwards if that is earlier), ``seconds`` long, with ``fps`` frames a
    second.  ValueError, in one sentence, for what cannot be."""

    start: float
    stop: float
    seconds: float
    fps: float = 30.0

    def __post_init__(self):
        if not (0 <= self.start < math.inf and 0 <= self.stop < math.inf):
            raise ValueError(f"the film goes from {self.start:g} to {self.stop:g}: give two times >= 0")
        if self.start == self.stop:
            raise ValueError(f"the film starts and ends at {self.start:g}: give two different times")
        if not SLOWEST <= self.fps <= FASTEST:
            raise ValueError(f"{self.fps:g} frames a second: give {SLOWEST:g} to {FASTEST:g}")
        if not 0 < self.seconds < math.inf:
            raise ValueError(f"the film takes {self.seconds:g} seconds: give a number > 0")
        if self.seconds * self.fps > MOST_FRAMES:
            raise ValueError(
                f"the film has {self.seconds * self.fps:,.0f} frames: at most {MOST_FRAMES:,} are written, so make it "
                "shorter or faster"
            )

    @classmethod
    def at_speed(cls, start: float, stop: float, speed: float, horizon: float, fps: float = 30.0) -> FilmPlan:
        """The film that takes as long as the window does at ``speed`` (1: the horizon in 10 seconds)."""
        if not 0 < speed < math.inf:
            raise ValueError(f"the speed is {speed:g}: give a number > 0")
        return cls(start, stop, abs(stop - start) / (speed * horizon) * SECONDS_AT_SPEED_1, fps)

    @property
    def count(self) -> int:
        """The number of frames, the first and the last moment among them."""
        return max(round(self.seconds * self.fps), 1) + 1

    @property
    def times(self) -> np.ndarray:
        """The moment of each frame, (count,); evenly spaced, ends included."""
        return np.linspace(self.start, self.stop, self.count)
