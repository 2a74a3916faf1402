"""Families of problems, as hypothesis strategies; where the answer is known, the problem carries it.

In an ``exact`` problem all numbers have so few bits that every sum and product of a solver is exact: there all
implementations must agree bit for bit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from particles.state import Particles

TINY = 5e-324  # the smallest positive float64


class Problem(NamedTuple):
    """The ``particles`` at ``time``; ``expected``: the first ranks of the clusters, None if not known beforehand."""

    particles: Particles
    time: float
    exact: bool
    expected: list[int] | None = None


def _integers(low, high, size=None, most=24):
    sizes = {"max_size": most} if size is None else {"min_size": size, "max_size": size}
    return st.lists(st.integers(low, high), **sizes)


def _landing(position, landed, mass, expected) -> Problem:
    """Particles that would stand at ``landed`` at time 1 if they flew freely."""
    position, landed = np.array(position, float), np.array(landed, float)
    return Problem(Particles(position, landed - position, mass), 1.0, True, expected)


@st.composite
def dyadic(draw):
    """A few bits each, coincident positions and simultaneous contacts galore."""
    position = sorted(draw(_integers(-40, 40)))
    n = len(position)
    velocity, mass = draw(_integers(-16, 16, n)), draw(_integers(1, 8, n))
    time = draw(st.integers(0, 64)) / 8
    return Problem(Particles(np.array(position) / 4, np.array(velocity) / 4, np.array(mass)), time, True)


@st.composite
def ties(draw):
    """Everything is one of two or three values."""
    position = sorted(draw(_integers(0, 2)))
    n = len(position)
    velocity, mass = draw(_integers(-1, 1, n)), draw(_integers(1, 2, n))
    return Problem(Particles(position, velocity, mass), draw(st.integers(0, 8)) / 4, True)


@st.composite
def none_collide(draw):
    """Strictly ascending positions, ascending velocities."""
    position = np.cumsum(draw(_integers(1, 20)))
    n = position.size
    velocity, mass = sorted(draw(_integers(-9, 9, n))), draw(_integers(1, 9, n))
    return Problem(Particles(position, velocity, mass), draw(st.integers(0, 64)) / 8, True, list(range(n)))


@st.composite
def all_collide(draw):
    """Free flight would reverse the order."""
    position = sorted(draw(_integers(-50, 50)))
    n = len(position)
    landed = sorted(draw(_integers(-50, 50, n)), reverse=True)
    return _landing(position, landed, draw(_integers(1, 9, n)), [0] if n else [])


@st.composite
def planted(draw):
    """Free flight reverses the order within each planted cluster, and keeps the clusters apart."""
    sizes = draw(st.lists(st.integers(1, 6), min_size=1, max_size=6))
    n = sum(sizes)
    landed = []
    for number, size in enumerate(sizes):
        landed += [100 * number + z for z in sorted(draw(_integers(-40, 40, size)), reverse=True)]
    expected = [0, *np.cumsum(sizes)[:-1].tolist()]
    return _landing(sorted(draw(_integers(-50, 50, n))), landed, draw(_integers(1, 9, n)), expected)


@st.composite
def plough(draw):
    """Ranks 1, 2, 3, ... lie at rest at 1, 2, 3, ...; rank 0 would fly to ``reach`` and gathers snow on its way.

    It gathers the k-th flake iff the mean of reach, 1, ..., k - 1 is at least k, that is reach >= k (k + 1) / 2.
    """
    n, reach = draw(st.integers(2, 30)), draw(st.integers(0, 600))
    gathered = sum(reach >= k * (k + 1) // 2 for k in range(1, n))
    return snow_plough(n, reach)._replace(expected=[0, *range(gathered + 1, n)])


def snow_plough(n: int, reach: float) -> Problem:
    """The plough of any size."""
    landed = np.arange(n, dtype=float)
    landed[0] = reach
    return _landing(np.arange(n), landed, None, None)


@st.composite
def fan(draw):
    """All meet at one point at time 1, and nobody before."""
    position = sorted(set(draw(_integers(-60, 60))))
    n, time = len(position), draw(st.integers(1, 12)) / 8
    expected = list(range(n)) if time < 1 else [0][:n]
    return Problem(Particles(position, -np.array(position, float), None), time, True, expected)


@st.composite
def scaled(draw):
    """A dyadic problem at the scale of 1e-30 or 1e30."""
    base, scale = draw(dyadic()), draw(st.sampled_from([2.0**-100, 2.0**100]))
    particles = base.particles
    return base._replace(particles=Particles(particles.position * scale, particles.velocity * scale, particles.mass))


@st.composite
def denormal(draw):
    """Positions and velocities are the smallest numbers there are."""
    position = sorted(draw(_integers(-40, 40)))
    n = len(position)
    velocity, mass = draw(_integers(-9, 9, n)), draw(_integers(1, 8, n))
    particles = Particles(np.array(position) * TINY, np.array(velocity) * TINY, np.array(mass))
    return Problem(particles, float(draw(st.integers(0, 9))), True)


@st.composite
def one_ulp(draw):
    """Neighbours are 0, 1 or 2 ulps apart."""
    gaps = draw(_integers(0, 2))
    n = len(gaps)
    position = draw(st.sampled_from([1.0, 1 / 3, -1e10])) * (1 + np.cumsum(gaps) * np.finfo(float).eps)
    velocity = np.array(draw(_integers(-3, 3, n))) * draw(st.sampled_from([1.0, 0.1, 1e-16]))
    return Problem(
        Particles(np.sort(position), velocity, draw(_integers(1, 3, n))), draw(st.sampled_from([0.1, 1.0, 3.0])), False
    )


@st.composite
def lopsided(draw):
    """Masses differ by factors up to 1e12, or 1e180."""
    position = sorted(draw(st.lists(st.floats(-1, 1), max_size=16)))
    n = len(position)
    velocity = draw(st.lists(st.floats(-1, 1), min_size=n, max_size=n))
    power = draw(st.sampled_from([6, 90]))
    mass = 10.0 ** np.array(draw(_integers(-power, power, n)))
    return Problem(Particles(position, velocity, mass), draw(st.floats(0.0, 4.0)), False)


@st.composite
def weights(draw):
    """Normal weights under the penalty's velocities, some of them equal."""
    n, seed = draw(st.integers(0, 60)), draw(st.integers(0, 2**32 - 1))
    values = np.random.default_rng(seed).normal(size=n)
    if draw(st.booleans()):
        values = np.round(values, 1)
    return Problem(Particles.from_weights(values), draw(st.floats(0.0, 3.0)), False)


@st.composite
def floats(draw):
    """Anything within reason."""
    number = st.floats(-1e6, 1e6)
    position = sorted(draw(st.lists(number, max_size=16)))
    n = len(position)
    velocity = draw(st.lists(number, min_size=n, max_size=n))
    mass = draw(st.lists(st.floats(0.01, 100), min_size=n, max_size=n))
    return Problem(Particles(position, velocity, mass), draw(st.floats(0.0, 10.0)), False)


KNOWN = st.one_of(none_collide(), all_collide(), planted(), plough(), fan())
EXACT = st.one_of(dyadic(), ties(), scaled(), denormal(), KNOWN)
ANY = st.one_of(EXACT, one_ulp(), lopsided(), weights(), floats())
