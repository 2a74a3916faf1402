"""Where the clusters of a lane are at one moment of a race, also half-way through a step."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .lane import Lane, state
from .race import Race

MOVING = 0.7  # of a step: the last part, in which what merges moves together


class Picture(NamedTuple):
    """The clusters of a lane: their first ranks, positions and masses (k,).  ``final``: the number of the cluster at
    the end that each will belong to.  ``busy``: made by the present step, or about to be."""

    start: np.ndarray
    position: np.ndarray
    mass: np.ndarray
    final: np.ndarray
    busy: np.ndarray
    step: int


def picture(race: Race, lane: Lane, clock: str, now: float) -> Picture:
    """The lane when the clock shows ``now``: what merges in the step under way is on its way already."""
    step = race.step_at(lane, clock, now)
    here = state(race.particles, lane, step, race.time)
    position, busy = here.position, lane.merged(step)[here.start]
    spent = race.spent(lane, clock)
    if step < lane.steps and now > spent[step]:
        share = (now - spent[step]) / (spent[step + 1] - spent[step])
        next_start, next_position = _state_of(race, lane, step + 1)
        into = np.searchsorted(next_start, here.start, side="right") - 1
        position = position + eased((share - 1 + MOVING) / MOVING) * (next_position[into] - position)
        busy = lane.merged(step + 1)[here.start]
    final = np.searchsorted(lane.final.start, here.start, side="right") - 1
    return Picture(here.start, position, here.mass, final, busy, step)


def reach(race: Race) -> tuple[float, float]:
    """The least and the largest position at which any lane can show a particle."""
    particles = race.particles
    if not len(particles):
        return 0.0, 1.0
    free = particles.position + race.time * particles.velocity
    low, high = float(free.min()), float(free.max())
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def eased(share: float) -> float:
    """0 to 1, starting and ending gently."""
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)


@lru_cache(maxsize=16)
def _state_of(race: Race, lane: Lane, step: int) -> tuple[np.ndarray, np.ndarray]:
    found = state(race.particles, lane, step, race.time)
    return found.start, found.position
