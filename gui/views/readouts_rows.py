"""What the readouts say: each row's name, value, and the law that its tick stands for.  No Qt."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gui.model.readouts import Readouts
from particles import History

from .linked_axes import MINUS

EXTRA = 2  # decimals


class Law(NamedTuple):
    """An invariant: its name in ``Readouts.ok``, what holds, and what it would mean if it did not."""

    key: str
    holds: str
    broken: str


class Row(NamedTuple):
    """One line: ``value(readouts, scales)`` is its text; ``law`` None: nothing is conserved here."""

    id: str
    label: str
    why: str
    value: Callable[[Readouts, Scales], str]
    law: Law | None = None
    weights_only: bool = False


class Scales(NamedTuple):
    """How large values can become, by which they get as many decimals as stay the same all the time."""

    time: float
    position: float
    momentum: float
    energy: float
    bits: float
    penalty: float
    particles: int

    @property
    def finest(self) -> float:
        """The smaller scale of momentum and energy: mass, momentum and energies have its decimals, to be compared."""
        return min((scale for scale in (self.momentum, self.energy) if scale > 0), default=math.inf)


ORDER = Law("order", "No cluster has passed its neighbour.", "Clusters have passed each other.")
MASS = Law("mass", "The total mass is what it was at time 0.", "The total mass has changed.")
MOMENTUM = Law(
    "momentum", "Momentum is conserved: it is what it was at time 0, up to rounding.", "Momentum is not what it was."
)
STRAIGHT = Law(
    "centre_of_mass", "The centre of mass moves on a straight line, as if nothing collided.", "It has left its line."
)
ENERGY = Law(
    "energy", "Kinetic energy and heat add up to the energy at time 0.", "Kinetic energy and heat do not add up."
)

ROWS = (
    Row("strength", "Strength", "How strong the penalty is: for weights, time is this strength.",
        lambda r, s: steady(r.seen.time, s.time), None, True),
    Row("distinct", "Distinct values", "How many different values the weights have left.",
        lambda r, s: f"{r.distinct:,}", None, True),
    Row("penalty", "Penalty R(w)", "The mean distance of the weights from each other, times half their number.",
        lambda r, s: steady(r.penalty, s.penalty), None, True),
    Row("clusters", "Clusters", "How many clusters are left.",
        lambda r, s: f"{r.seen.clusters:,} of {s.particles:,}", ORDER),
    Row("largest", "Largest cluster", "How many particles the largest cluster holds.",
        lambda r, s: f"{r.seen.largest:,}", None),
    Row("mass", "Mass", "The mass of all clusters together.",
        lambda r, s: steady(r.seen.mass, r.seen.mass, s.finest), MASS),
    Row("momentum", "Momentum", "The sum of mass times velocity.",
        lambda r, s: steady(r.seen.momentum, s.momentum, s.finest), MOMENTUM),
    Row("centre", "Centre of mass", "The mean position, weighted by mass.",
        lambda r, s: steady(r.seen.centre_of_mass, s.position), STRAIGHT),
    Row("kinetic", "Kinetic energy", "The sum of half the mass times velocity squared; collisions turn it into heat.",
        lambda r, s: steady(r.seen.kinetic_energy, s.energy, s.finest), ENERGY),
    Row("heat", "Heat", "The kinetic energy that collisions have taken so far.",
        lambda r, s: steady(r.seen.heat, s.energy, s.finest), ENERGY),
    Row("information", "Information lost", "The bits of its rank that a particle has lost in its cluster, on average.",
        lambda r, s: f"{steady(r.seen.information_lost, max(s.bits, 1.0))} bits"),
)  # fmt: skip


def rows_for(kind: str) -> tuple[Row, ...]:
    """The rows for a system of this kind: weights have three more."""
    return tuple(row for row in ROWS if kind == "weights" or not row.weights_only)


def scales_of(history: History, horizon: float) -> Scales:
    """The scales of a history up to ``horizon``."""
    particles = history.particles
    mass, position, velocity = particles.mass, particles.position, particles.velocity
    n = len(particles)
    if n == 0:
        return Scales(horizon, 1.0, 1.0, 1.0, 1.0, 1.0, 0)
    end = history.clusters(min(horizon, history.until)).position
    reach = max(abs(float(places[at])) for places in (position, end) for at in (0, -1))
    momentum = float(np.dot(mass, np.abs(velocity)))
    energy = 0.5 * float(np.dot(mass, velocity**2))
    width = float(position[-1] - position[0])
    return Scales(horizon, reach, momentum, energy, math.log2(n), 0.5 * width * n, n)


def steady(value: float, scale: float, finest: float = math.inf) -> str:
    """``value`` with as many decimals as suit ``scale``, so that digits keep their places while it changes.

    With those that suit a smaller scale ``finest``, but at most EXTRA more, where that stands beside it.
    """
    if not math.isfinite(value):
        return "none"
    scale = max(abs(scale), 1e-300)
    if not 1e-3 <= scale < 1e7:
        text = f"{value / scale:.4f}" if abs(value) <= 1e-5 * scale else f"{value:.4e}"
        return ("0" if float(text) == 0 else text).replace("-", MINUS)
    decimals = _decimals(scale)
    if finest < scale:
        decimals = min(_decimals(finest), decimals + EXTRA)
    return f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", MINUS)


def _decimals(scale: float) -> int:
    return min(max(5 - math.ceil(math.log10(max(scale, 1e-300)) + 1e-9), 0), 6)
