"""The numbers beside the picture, each conserved one with the check that it is."""

from __future__ import annotations

import math
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from particles import History
from particles.diagnostics import Snapshot

from .lineage import nodes_at

ULPS = 4  # per particle: what rounding may do to a sum
_totals: WeakKeyDictionary[History, _Totals] = WeakKeyDictionary()


class Readouts(NamedTuple):
    """The system at one time: ``seen`` as the diagnostics see it, how many ``distinct`` positions, the ``penalty`` R of
    the positions (each particle counts once), and ``ok``, the invariants by name."""

    seen: Snapshot
    distinct: int
    penalty: float
    ok: dict[str, bool]


class _Totals(NamedTuple):
    """What holds for a whole history: sums at time 0, sums of their sizes (the scale of rounding), heat so far."""

    mass: float
    moment: float
    momentum: float
    energy: float
    moment_size: float
    momentum_size: float
    heat: np.ndarray


def readouts(history: History, t: float) -> Readouts:
    """All readouts at time t, in O(n), from the k clusters of that time.

    ``ok``: "mass" and "momentum" are what they were at time 0; "centre_of_mass" is on its straight line; "energy":
    kinetic energy and the heat of each collision add up to the energy at time 0; "order": no cluster has passed
    its neighbour.  Each up to 4 n ulps of the sum of sizes.
    """
    t, n, total, tree = float(t), len(history.particles), _totals_of(history), history.tree
    nodes = nodes_at(history, t)
    first, mass, momentum = tree.first[nodes], tree.mass[nodes], tree.momentum[nodes]
    size = np.diff(first, append=n)
    with np.errstate(over="ignore", invalid="ignore"):
        moment = tree.moment[nodes] + t * momentum
        place = moment / mass
        gaps = np.diff(place)
        left = first[1:].astype(np.float64)
        energy = 0.5 * float((momentum * (momentum / mass)).sum())
        whole, drift = float(mass.sum()), abs(float(momentum.sum()) - total.momentum)
        seen = Snapshot(
            time=t,
            clusters=len(nodes),
            largest=int(size.max(initial=0)),
            mass=whole,
            momentum=float(momentum.sum()),
            momentum_drift=drift / float(np.spacing(max(total.momentum_size, np.finfo(np.float64).tiny))),
            centre_of_mass=float(moment.sum()) / whole if n else math.nan,
            kinetic_energy=energy,
            heat=max(total.energy - energy, 0.0),  # not -1e-17
            information_lost=_bits(size) / max(n, 1),
        )
        distinct = min(len(nodes), 1) + int((gaps > 0).sum())
        penalty = float((np.maximum(gaps, 0.0) * left * (n - left)).sum()) / max(n - 1, 1)
        return Readouts(seen, distinct, penalty, _checks(history, seen, place, gaps))


def _checks(history: History, seen: Snapshot, place: np.ndarray, gaps: np.ndarray) -> dict[str, bool]:
    n, t, total = len(history.particles), seen.time, _totals_of(history)
    collisions = int(np.searchsorted(history.tree.time, t, side="right"))
    heat = float(total.heat[collisions - 1]) if collisions else 0.0
    if n == 0:
        return dict.fromkeys(("mass", "momentum", "centre_of_mass", "energy", "order"), True)

    def close(a: float, b: float, size: float) -> bool:
        return abs(a - b) <= ULPS * n * float(np.spacing(size))

    expected = (total.moment + t * total.momentum) / total.mass
    reach = (total.moment_size + t * total.momentum_size) / total.mass
    slack = ULPS * n * float(np.spacing(max(abs(place[0]), abs(place[-1])) + reach))
    return {
        "mass": close(seen.mass, total.mass, total.mass),
        "momentum": close(seen.momentum, total.momentum, total.momentum_size),
        "centre_of_mass": close(seen.centre_of_mass, expected, reach),
        "energy": close(seen.kinetic_energy + heat, total.energy, total.energy),
        "order": bool((gaps >= -slack).all()),
    }


def _bits(size: np.ndarray) -> float:
    """Sum of size log2(size) over the clusters; those of one particle have lost nothing."""
    merged = size[size > 1]
    return float((merged * np.log2(merged)).sum())


def _totals_of(history: History) -> _Totals:
    """Once for each history."""
    if history not in _totals:
        particles = history.particles
        moment, momentum = particles.mass * particles.position, particles.mass * particles.velocity
        _totals[history] = _Totals(
            mass=float(particles.mass.sum()),
            moment=float(moment.sum()),
            momentum=float(momentum.sum()),
            energy=0.5 * float((momentum * particles.velocity).sum()),
            moment_size=float(np.abs(moment).sum()),
            momentum_size=float(np.abs(momentum).sum()),
            heat=np.cumsum(history.events.energy_lost),
        )
    return _totals[history]
