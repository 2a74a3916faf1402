"""What a physicist reads off a history: conserved quantities, heat, and how much has been forgotten."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .history import History


class Snapshot(NamedTuple):
    """The system at one time.  ``momentum_drift`` is the distance from the initial momentum in ulps of the sum
    of |momenta| (0 or a few: rounding); ``heat`` is the kinetic energy lost so far; ``information_lost`` is the
    mean number of bits that a particle's cluster no longer tells about the particle's rank."""

    time: float
    clusters: int
    largest: int
    mass: float
    momentum: float
    momentum_drift: float
    centre_of_mass: float
    kinetic_energy: float
    heat: float
    information_lost: float


class Series(NamedTuple):
    """The course of a history: values just after each collision, after the values at time 0; arrays (k + 1,)."""

    time: np.ndarray
    clusters: np.ndarray
    kinetic_energy: np.ndarray
    information_lost: np.ndarray


def snapshot(history: History, t: float) -> Snapshot:
    """All diagnostics at time t, in O(n).

    Information lost: sum over clusters of (size / n) log2(size): 0 while all are apart, log2 n when all are one.
    """
    particles, clusters = history.particles, history.clusters(t)
    momenta = particles.mass * particles.velocity
    momentum = float((clusters.mass * clusters.velocity).sum())
    initial_energy = 0.5 * float((momenta * particles.velocity).sum())
    energy = 0.5 * float((clusters.mass * clusters.velocity**2).sum())
    mass = float(clusters.mass.sum())
    sizes = clusters.sizes(len(particles))
    ulp = np.spacing(max(np.abs(momenta).sum(), np.finfo(np.float64).tiny))
    centre = float((clusters.mass * clusters.position).sum() / mass) if len(particles) else float("nan")
    return Snapshot(
        time=float(t),
        clusters=len(clusters),
        largest=int(sizes.max(initial=0)),
        mass=mass,
        momentum=momentum,
        momentum_drift=abs(momentum - float(momenta.sum())) / float(ulp),
        centre_of_mass=centre,
        kinetic_energy=energy,
        heat=initial_energy - energy,
        information_lost=float((sizes * np.log2(np.maximum(sizes, 1))).sum() / max(len(particles), 1)),
    )


def series(history: History) -> Series:
    """Cluster count, kinetic energy and information lost after each collision."""
    n, events = len(history.particles), history.events
    particles = history.particles
    initial = 0.5 * (particles.mass * particles.velocity**2).sum()
    left, right = events.middle - events.first + 1, events.last - events.middle
    lost = (_bits(left + right) - _bits(left) - _bits(right)) / max(n, 1)
    return Series(
        time=np.concatenate(([0.0], events.time)),
        clusters=n - np.arange(events.time.size + 1),
        kinetic_energy=np.maximum(initial - np.concatenate(([0.0], np.cumsum(events.energy_lost))), 0.0),
        information_lost=np.concatenate(([0.0], np.cumsum(lost))),
    )


def _bits(size: np.ndarray) -> np.ndarray:
    return size * np.log2(size)
