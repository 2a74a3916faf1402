"""Edits: pure functions from a system to a new one, sorted by position again, each particle with its id."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from particles import Particles, scenarios
from particles.catalogue import SIZED

from .system import System, are_weights, checked_horizon, checked_text

FORGOTTEN = {"source": None, "origin": None, "seed": None}  # an edited system comes from nowhere
RANDOM = tuple(name for name, row in SIZED.items() if row.seeded and row.largest > 10**6)


def moved(system: System, id: int, position: float) -> System:
    """The particle of that id at another position; it may pass its neighbours."""
    return with_values(system, [id], position=position)


def with_velocity(system: System, id: int, velocity: float) -> System:
    """The particle of that id with another velocity."""
    return with_values(system, [id], velocity=velocity)


def with_mass(system: System, id: int, mass: float) -> System:
    """The particle of that id with another mass (> 0)."""
    return with_values(system, [id], mass=mass)


def with_values(system: System, ids, *, position=None, velocity=None, mass=None) -> System:
    """Several particles with other values: each a number for all of ``ids``, or one for each of them.

    ValueError for an id that is not there, a value that is not finite, or a mass that is not positive.
    """
    ranks = system.ranks(ids)
    columns = []
    for what, values in (("position", position), ("velocity", velocity), ("mass", mass)):
        column = getattr(system.particles, what)
        if values is not None:
            column = column.copy()
            column[ranks] = _checked(what, values, ranks.size)
        columns.append(column)
    return edited(system, *columns, system.ids)


def added(system: System, position: float, velocity: float, mass: float = 1.0) -> tuple[System, int]:
    """One particle more, and its id."""
    new = next_id(system)
    given = {"position": position, "velocity": velocity, "mass": mass}
    columns = [np.append(getattr(system.particles, what), _checked(what, given[what], 1)) for what in given]
    return edited(system, *columns, np.append(system.ids, new)), new


def removed(system: System, ids) -> System:
    """Without the particles of these ids."""
    kept = np.ones(len(system), bool)
    kept[system.ranks(ids)] = False
    return edited(system, *(column[kept] for column in _columns(system)), system.ids[kept])


def duplicated(system: System, ids) -> System:
    """A copy of each, halfway to the next particle on its right, so that both are seen.

    The copies have the ids from ``next_id(system)`` on, from left to right.
    """
    ranks = np.sort(system.ranks(ids))
    position, velocity, mass = _columns(system)
    right = np.searchsorted(position, position[ranks], side="right")
    gap = np.full(ranks.size, _spacing(position))
    inner = right < len(system)
    gap[inner] = 0.5 * position[right[inner]] - 0.5 * position[ranks[inner]]
    copies = position[ranks] + gap
    new = next_id(system) + np.arange(ranks.size)
    return edited(
        system,
        np.append(position, copies),
        np.append(velocity, velocity[ranks]),
        np.append(mass, mass[ranks]),
        np.append(system.ids, new),
    )


def renamed(system: System, name: str, why: str | None = None) -> System:
    """Under another name, and with another sentence of what there is to see."""
    name = checked_text("name", name.strip() if isinstance(name, str) else name)
    return replace(system, name=name, why=system.why if why is None else checked_text("why", why), **FORGOTTEN)


def with_horizon(system: System, horizon: float) -> System:
    """Looked at until another time (> 0)."""
    return replace(system, horizon=checked_horizon(horizon), **FORGOTTEN)


def mirrored(system: System) -> System:
    """Left and right exchanged: positions and velocities change sign, but for 0, so it runs as in a mirror."""
    position, velocity, mass = (column[::-1] for column in _columns(system))
    return edited(system, 0.0 - position, 0.0 - velocity, mass, system.ids[::-1])


def penalty_velocities(system: System) -> System:
    """With the velocities of the weight-sharing penalty: (mass to the right - mass to the left) / (n - 1).

    Those of mass 1 are weights by that.
    """
    position, _, mass = _columns(system)
    before = np.cumsum(mass) - mass
    after = np.cumsum(mass[::-1])[::-1] - mass
    velocity = (after - before) / max(len(system) - 1, 1)
    return edited(replace(system, kind="weights"), position, velocity, mass, system.ids)


def random(kind: str, n: int, seed: int) -> System:
    """Random particles of one of the ``RANDOM`` kinds; the same arguments always give the same particles."""
    if kind not in RANDOM:
        raise ValueError(f"unknown kind of random particles {kind!r}: choose one of {', '.join(RANDOM)}")
    return System.of_scenario(scenarios.get(kind, n, seed))


def next_id(system: System) -> int:
    """An id that no particle has."""
    return int(system.ids.max(initial=-1)) + 1


def edited(system: System, position, velocity, mass, ids) -> System:
    """The same document with other particles; those at one position keep the order in which they are given.

    They are weights, whose time is the strength of the penalty, while they move as the penalty moves them; of two or
    three particles that is no sign, if they were none before: an added one between two that meet moves like that.
    """
    order = np.argsort(position, kind="stable")
    particles = Particles(position[order], velocity[order], mass[order])
    kind = "weights" if are_weights(particles, 1 if system.kind == "weights" else 4) else "particles"
    why = system.why_edited(order.size)
    return replace(system, particles=particles, ids=ids[order], why=why, kind=kind, **FORGOTTEN)


def _columns(system: System) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    particles = system.particles
    return particles.position, particles.velocity, particles.mass


def _checked(what: str, values, n: int) -> np.ndarray:
    """One value or n of them as float64, or one sentence."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"the {what} must be a number") from None
    if array.shape not in ((), (1,), (n,)):
        raise ValueError(f"there are {array.size} values of the {what} for {n} particles: give one for each")
    bad = array[~np.isfinite(array)]
    if bad.size:
        raise ValueError(f"the {what} is {float(bad.flat[0])}: it must be a finite number")
    if what == "mass" and (array <= 0).any():
        raise ValueError(f"the mass is {float(array.min()):g}: it must be positive")
    return array


def _spacing(position: np.ndarray) -> float:
    """A typical distance between neighbours, 1 where there is none."""
    if position.size < 2:
        return 1.0
    width = (position[-1] - position[0]) / (position.size - 1)
    return width if 0 < width < math.inf else 1.0
