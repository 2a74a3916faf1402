"""What the scenarios are made of: initial data, a time to look until, and the answer where one is known.

The answers are derived here, from the initial data alone; none comes out of a simulation.  To add a scenario, put
a row into ``FIXED`` or a function under ``@_sized``: it is then listed, and tested, by its name.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .state import Particles
from .trained import SIZE, evenly_by_rank, trained_layer

LARGEST_N = 2**31 - 1  # the simulation counts gaps in int32
NEVER = math.inf


@dataclass(frozen=True, eq=False)
class Answer:
    """What is known about a scenario without simulating it; None where it is not.

    ``merge_times`` (n - 1,), inf for never; ``first_merge`` and ``last_merge`` of those that happen; ``clusters``
    (their number) and ``final_velocity`` (clusters,), from left to right, at the end of time.
    """

    merge_times: np.ndarray | None = None
    first_merge: float | None = None
    last_merge: float | None = None
    clusters: int | None = None
    final_velocity: np.ndarray | None = None


class Fixed(NamedTuple):
    """A scenario of a few particles in small exact numbers."""

    why: str
    position: list
    velocity: list
    mass: list
    horizon: float
    merge_times: list
    final_velocity: list


class Sized(NamedTuple):
    """A scenario for any n up to ``largest``: build(n) or, where ``seeded``, build(n, seed) gives the particles,
    the horizon and the answer."""

    build: Callable
    why: str
    n: int
    seeded: bool
    largest: int


FIXED = {
    "two-equal": Fixed(
        "Two equal particles meet half-way and stop: all their energy turns into heat.",
        [-1, 1], [1, -1], [1, 1], 2.0, [1], [0],
    ),
    "two-unequal": Fixed(
        "The heavier of two wins: the pair moves on with the mean velocity, weighted by mass.",
        [0, 2], [1, -1], [3, 1], 2.0, [1], [0.5],
    ),
    "mirrored-pair": Fixed(
        "Two mirrored pairs merge at one time, then meet each other in the middle: symmetry must survive.",
        [-4, -3, 3, 4], [3, 1, -1, -3], [1, 1, 1, 1], 2.5, [0.5, 1.75, 0.5], [0],
    ),
    "three-at-once": Fixed(
        "Three particles arrive at one point at one time: the order in which they are merged must not matter.",
        [-2, 0, 1], [2, 0, -1], [1, 4, 3], 2.0, [1, 1], [-0.125],
    ),
    "chain": Fixed(
        "One cluster grows on the right and on the left in turn, each time on the course that the last collision set.",
        [-2, -1, 1, 2, 7], [0, 1, -1, -1, -1], [4, 1, 1, 2, 8], 12.0, [6, 1, 2, 10], [-0.625],
    ),
    "already-touching": Fixed(
        "Two pairs touch from the start, one pressing and one at rest within: both stick at time 0, then they meet.",
        [0, 0, 2, 2], [1, 0, -0.5, -0.5], [1, 1, 1, 1], 3.0, [0, 2, 0], [0],
    ),
    "coincident-start": Fixed(
        "All start at one point: those that press together stick at once, those that move apart never meet.",
        [0, 0, 0, 0, 0], [-2, 1, -1, 3, 1], [1, 1, 1, 1, 1], 1.0, [NEVER, 0, NEVER, 0], [-2, 0, 2],
    ),
}  # fmt: skip
SIZED: dict[str, Sized] = {}


def known(merge_times, final_velocity) -> Answer:
    """The answer where every merge time is known."""
    merge_times, final_velocity = np.array(merge_times, np.float64), np.array(final_velocity, np.float64)
    finite = merge_times[np.isfinite(merge_times)]
    first, last = (float(finite.min()), float(finite.max())) if finite.size else (None, None)
    return Answer(merge_times, first, last, merge_times.size - finite.size + 1, final_velocity)


def _sized(name: str, n: int, why: str, *, seeded: bool = False, largest: int = LARGEST_N):
    def register(build):
        SIZED[name] = Sized(build, why, n, seeded, largest)
        return build

    return register


def _symmetric(n: int) -> np.ndarray:
    """n evenly spaced exact numbers in (-1, 1), symmetric about 0."""
    return (2.0 * np.arange(n) - (n - 1)) / 2.0 ** math.ceil(math.log2(n))


@_sized("converging-fan", 12, "Velocity is minus position: all n particles meet at one point at t = 1 and stop.")
def _converging_fan(n):
    position = _symmetric(n)
    return Particles(position, -position), 1.5, known(np.ones(n - 1), [0])


@_sized("snow-plough", 24, "One particle sweeps up resting ones one by one: the worst case for rounds in parallel.")
def _snow_plough(n):
    """All of mass 1, at 0, 1, 2, ...: the plough of mass k, momentum 1 and centre sum(0 .. k-1)/k + t/k meets the
    particle at k when t = k * k - k (k - 1) / 2 = k (k + 1) / 2, the k-th triangular number."""
    k = np.arange(1.0, n)
    velocity = np.zeros(n)
    velocity[0] = 1.0
    return Particles(np.arange(float(n)), velocity), n * (n + 1) / 2, known(k * (k + 1) / 2, [1 / n])


@_sized("explosion", 12, "Velocity is position: everything flies apart and nobody ever meets anybody.")
def _explosion(n):
    position = _symmetric(n)
    return Particles(position, position), 1.0, known(np.full(n - 1, NEVER), position)


@_sized(
    "heavy-through-dust", 40, "One heavy particle drags the dust before it along and leaves that behind.", seeded=True
)
def _heavy_through_dust(n, seed):
    """Dust of mass 1 at rest, the heavy one three times as heavy as all dust before it.  With momentum M and the
    mass M + k - 1 it meets the k-th grain at x_k when M t = (M + k - 1) x_k - (x_1 + ... + x_{k-1})."""
    behind = (n - 1) // 4
    ahead = n - 1 - behind
    heavy = 3.0 * ahead
    jitter = np.random.default_rng(seed).uniform(0.1, 0.9, n - 1)  # within a cell each: no two at one place
    dust = (np.arange(n - 1) - behind + jitter) / ahead
    position, velocity, mass = np.insert(dust, behind, 0.0), np.zeros(n), np.ones(n)
    velocity[behind], mass[behind] = 1.0, heavy
    grain = dust[behind:]
    swept = ((heavy + np.arange(ahead)) * grain - (np.cumsum(grain) - grain)) / heavy
    answer = known(np.concatenate((np.full(behind, NEVER), swept)), np.append(np.zeros(behind), 0.75))
    return Particles(position, velocity, mass), 1.25 * swept[-1], answer


@_sized(
    "random-masses", 60, "Normal positions and velocities, log-normal masses: nothing special, any bug.", seeded=True
)
def _random_masses(n, seed):
    random = np.random.default_rng(seed)
    position, velocity = np.sort(random.normal(size=n)), random.normal(size=n)
    return Particles(position, velocity, random.lognormal(sigma=1.5, size=n)), 2.0, None


@_sized("zeldovich", 64, "A sine wave of velocities collapses to a pancake near t = 1, as matter did in the cosmos.")
def _zeldovich(n):
    """x = q, v = -sin(2 pi q) / (2 pi) on the circle of length 1: a smooth medium has its first caustic at t = 1.

    In free flight q reaches the middle at t = -q / v, later the farther out; so no two meet elsewhere, and the gap
    closes when the outer of its two arrives.  The first of n do at (pi / n) / sin(pi / n), n even, or at twice
    the angle, n odd: just after 1.
    """
    position = (2.0 * np.arange(n) - (n - 1)) / (2 * n)
    velocity = -np.sin(2 * np.pi * position) / (2 * np.pi)
    gap = np.arange(n - 1)
    outer = np.where(2 * gap + 2 <= n, gap, gap + 1)
    return Particles(position, velocity), 4.0, known(-position[outer] / velocity[outer], [0])


def _under_penalty(weights: np.ndarray, horizon: float | None = None):
    """Weights with the penalty's velocities: all merge, and rest.

    They are one cluster once, for every k, the k leftmost in free flight have a centre at or beyond that of the
    others.  The mean velocities of the two parts differ by d / (d - 1), so that the last merge is at
    (d - 1) / d times the largest distance of their centres at time 0.
    """
    particles = Particles.from_weights(weights)
    d, sums = len(particles), np.cumsum(particles.position)
    k = np.arange(1, d)
    distance = (sums[-1] - sums[:-1]) / (d - k) - sums[:-1] / k
    last = float((d - 1) / d * distance.max())
    answer = Answer(last_merge=last, clusters=1, final_velocity=np.zeros(1))
    return particles, 1.1 * last if horizon is None else horizon, answer


@_sized(
    "gaussian-weights",
    256,
    "A fresh layer under the penalty: the dense middle shares first, the tails last.",
    seeded=True,
)
def _gaussian_weights(n, seed):
    return _under_penalty(np.random.default_rng(seed).normal(size=n))


@_sized(
    "uniform-weights",
    256,
    "Even density is a converging fan with noise: nearly all merge just around t = 1.",
    seeded=True,
)
def _uniform_weights(n, seed):
    return _under_penalty(np.random.default_rng(seed).uniform(-1, 1, n), 1.25)


@_sized(
    "clustered-weights",
    256,
    "Sixteen values blurred by noise: nearly all are points at strength 0.5, and one point soon after 1.",
    seeded=True,
)
def _clustered_weights(n, seed):
    random = np.random.default_rng(seed)
    return _under_penalty(random.choice(np.linspace(-1, 1, 16), n) + random.normal(scale=0.01, size=n), 1.5)


@_sized(
    "heavy-tailed-weights", 256, "Student's t with 2 degrees: lone outliers come home long after the rest.", seeded=True
)
def _heavy_tailed_weights(n, seed):
    return _under_penalty(np.random.default_rng(seed).standard_t(2, n), 6.0)


@_sized("trained-layer", SIZE, "The first layer of a small network trained on digits.", seeded=True, largest=SIZE)
def _trained_layer(n, seed):
    return _under_penalty(evenly_by_rank(trained_layer(seed).weights, n))
