"""Several solvers on the same particles, on one clock; and by how much their answers differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from particles.state import Clusters, Particles
from prox import SOLVERS

from .lane import Lane, record

MOST = 2048  # particles: the pass with a stack takes one step for each, and every step is shown
CLOCKS = {
    "step": "One step each",
    "depth": "One unit of depth each: a machine with a processor for every particle",
    "work": "One unit of work each: a machine with one processor",
}


class Difference(NamedTuple):
    """A solver's answer beside that of ``sequential``: the largest difference of two positions in units in the last
    place of the farthest free flight, and the ranks (ascending) at which only one of the two has a border.

    A place near 0 comes from numbers that cancel: its own last place says nothing about rounding.
    """

    solver: str
    ulps: float
    borders: np.ndarray


@dataclass(frozen=True, eq=False)
class Race:
    """The lanes of a race to ``time``, on ``particles``: every ``stride``-th of those of the document, at most
    ``MOST``."""

    particles: Particles
    time: float
    lanes: tuple[Lane, ...]
    stride: int = 1

    @property
    def running(self) -> tuple[Lane, ...]:
        """The lanes with steps to show."""
        return tuple(lane for lane in self.lanes if lane.steps)

    def spent(self, lane: Lane, clock: str) -> np.ndarray:
        """What the clock shows when each step of a lane is done, (s + 1,)."""
        return np.arange(lane.steps + 1) if clock == "step" else getattr(lane, clock)

    def length(self, clock: str) -> int:
        """What the clock shows when the last lane is done."""
        return max((int(self.spent(lane, clock)[-1]) for lane in self.running), default=0)

    def step_at(self, lane: Lane, clock: str, now: float) -> int:
        """How many steps of a lane are done when the clock shows ``now``."""
        return int(np.searchsorted(self.spent(lane, clock), now, side="right")) - 1

    def moment(self, clock: str, now: float, direction: int) -> int:
        """The next (+1) or last (-1) moment at which a lane ends a step; the end or 0 where there is none."""
        if not self.running:
            return 0
        moments = np.unique(np.concatenate([self.spent(lane, clock) for lane in self.running]))
        if direction > 0:
            place = min(np.searchsorted(moments, now, side="right"), moments.size - 1)
        else:
            place = max(np.searchsorted(moments, now, side="left") - 1, 0)
        return int(moments[place])

    def places(self, clock: str) -> dict[str, int]:
        """Solver -> its place in the race, 1 for the first; equals share a place."""
        ends = {lane.solver: int(self.spent(lane, clock)[-1]) for lane in self.running}
        return {solver: 1 + sum(other < end for other in ends.values()) for solver, end in ends.items()}


def prepared(particles: Particles) -> tuple[Particles, int]:
    """The particles to race with, at most ``MOST``, evenly by rank; and how many of the given ones each stands for."""
    stride = -(-len(particles) // MOST) or 1
    if stride == 1:
        return particles, 1
    chosen = slice(None, None, stride)
    return Particles(particles.position[chosen], particles.velocity[chosen], particles.mass[chosen]), stride


def run(
    particles: Particles,
    time: float,
    stopped: Callable[[], bool] = lambda: False,
    progress: Callable[[float], None] = lambda share: None,
) -> Race:
    """Record all solvers; ``Stopped`` (see lane) where ``stopped`` says so.  ``progress`` is told the share done."""
    chosen, stride = prepared(particles)
    lanes = []
    for number, solver in enumerate(SOLVERS):
        lanes.append(record(chosen, time, solver, stopped))
        progress((number + 1) / len(SOLVERS))
    return Race(chosen, time, tuple(lanes), stride)


def differences(race: Race) -> list[Difference]:
    """Each solver's final answer beside that of the first lane, which is ``sequential``."""
    n, reference = len(race.particles), race.lanes[0].final
    way = np.maximum(np.abs(race.particles.position), np.abs(race.time * race.particles.velocity))
    ulp = float(np.spacing(way.max(initial=np.finfo(np.float64).tiny)))
    others = [lane for lane in race.lanes[1:] if lane.final is not None]
    return [_difference(lane.solver, lane.final, reference, (n, ulp)) for lane in others]


def _difference(solver: str, found: Clusters, reference: Clusters, size: tuple[int, float]) -> Difference:
    n, ulp = size
    ours, theirs = found.expand(found.position, n), reference.expand(reference.position, n)
    borders = np.setxor1d(found.start, reference.start, assume_unique=True)
    return Difference(solver, float(np.abs(ours - theirs).max(initial=0.0)) / ulp, borders)
