"""The clock of a race: play, step, back and to the end; no Qt, no wall clock of its own."""

from __future__ import annotations

from .race import Race

WHOLE = 14.0  # seconds that a race takes at speed 1
AT_LEAST = 1.5  # units a second at speed 1: a short race is not drawn out
STEP = 0.35  # seconds for a single step
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


class Player:
    """``now``: what the race's clock shows, from 0 to ``length``.  ``clock``: a key of ``race.CLOCKS``."""

    def __init__(self):
        self.race: Race | None = None
        self.clock = "step"
        self.now = 0.0
        self.speed = 1.0
        self.playing = False
        self._goal: float | None = None

    @property
    def length(self) -> int:
        return self.race.length(self.clock) if self.race else 0

    @property
    def moving(self) -> bool:
        """Does ``tick`` change anything?"""
        return self.playing or self._goal is not None

    @property
    def over(self) -> bool:
        return self.now >= self.length

    def start(self, race: Race | None) -> None:
        """A new race, at its beginning."""
        self.race = race
        self.rewind()

    def choose(self, clock: str) -> None:
        """Another clock; the race begins again, since lanes that were level are no longer so."""
        self.clock = clock
        self.rewind()

    def play(self) -> None:
        if self.over:
            self.now = 0.0
        self.playing, self._goal = self.length > 0, None

    def pause(self) -> None:
        self.playing, self._goal = False, None

    def rewind(self) -> None:
        self.pause()
        self.now = 0.0

    def to_end(self) -> None:
        self.pause()
        self.now = float(self.length)

    def go(self, now: float) -> None:
        self.pause()
        self.now = min(max(float(now), 0.0), float(self.length))

    def step(self, direction: int) -> None:
        """On (+1) or back (-1) to the next moment at which a lane ends a step; a second call does not wait."""
        if self.race is None:
            return
        if self._goal is not None:
            self.now = self._goal
        self.playing = False
        goal = float(self.race.moment(self.clock, self.now, direction))
        self._goal = None if goal == self.now else goal
        self._pace = abs(goal - self.now) / STEP

    def tick(self, seconds: float) -> bool:
        """Let ``seconds`` pass; whether anything moved."""
        if not self.moving:
            return False
        if self._goal is not None:
            way = self._goal - self.now
            if abs(way) <= self._pace * seconds:
                self.now, self._goal = self._goal, None
            else:
                self.now += self._pace * seconds * (1 if way > 0 else -1)
        else:
            self.now += self.speed * max(self.length / WHOLE, AT_LEAST) * seconds
            if self.over:
                self.to_end()
        return True
