"""Families of weight vectors with a strength, as hypothesis strategies; the strength suits the size of the weights."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

DTYPES = ("float16", "bfloat16", "float32", "float64")  # the numbers a family is rounded to, whatever holds them
LIMITS = {"float16": (6e-8, 65504.0), "bfloat16": (1e-40, 3.38e38), "float32": (1.4e-45, 3.4e38)}  # smallest, largest


class Case(NamedTuple):
    """``weights`` (d,) under ``strength``."""

    weights: np.ndarray
    strength: float


def gaussian(rng, n):
    return rng.normal(size=n), 1.0


def uniform(rng, n):
    return rng.random(n), 0.5


def clustered(rng, n):
    """A few values with noise around them, at the strength that closes the noise."""
    return rng.integers(-3, 4, n) + 0.01 * rng.normal(size=n), 0.1


def tied(rng, n):
    return rng.integers(-1, 2, n).astype(float), 1.0


def quantised(rng, n):
    return np.round(rng.normal(size=n), 1), 1.0


def critical(rng, n):
    """Evenly spaced, at the strength at which all of them meet at once: gap / closing speed."""
    return 0.25 * rng.permutation(n), 0.125 * (n - 1) if n else 0.0


def sparse(rng, n):
    return np.where(rng.random(n) < 0.7, 0.0, rng.normal(size=n)), 0.5


def constant(rng, n):
    return np.full(n, rng.normal()), 1.0


def heavy_tailed(rng, n):
    return rng.standard_cauchy(n), 2.0


def signed_zeros(rng, n):
    return rng.choice([-0.0, 0.0, -1.0, 1.0], n), 0.5


def tiny(rng, n):
    return 1e-30 * rng.normal(size=n), 1e-30


def huge(rng, n):
    return 1e30 * rng.normal(size=n), 1e30


PLAIN = (gaussian, uniform, clustered, tied, quantised, critical, sparse, constant, heavy_tailed, signed_zeros)
FAMILIES = (*PLAIN, tiny, huge)


def rounded(values, name: str) -> np.ndarray:
    """The values rounded to the numbers of a dtype, in the NumPy dtype that holds them (bfloat16: float32)."""
    if name == "float64":
        return values.astype(np.float64)
    most = LIMITS[name][1]
    values = np.clip(values, -most, most)
    if name != "bfloat16":
        return values.astype(name)
    bits = values.astype(np.float32).view(np.uint32)
    return (bits & np.uint32(0xFFFF0000)).view(np.float32)


@st.composite
def cases(draw, dtype="float64", families=FAMILIES, most=40):
    """A family at, below or above its own strength."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    values, strength = draw(st.sampled_from(families))(rng, draw(st.integers(0, most)))
    factor = draw(st.sampled_from([0.0, 1e-3, 0.1, 0.5, 1.0, 1.0, 3.0, 1e3]))
    return Case(rounded(values, dtype), strength * factor)


@st.composite
def one_ulp(draw, dtype="float64", most=40):
    """Neighbours are 0, 1 or 2 ulps apart."""
    gaps = np.array(draw(st.lists(st.integers(0, 2), max_size=most)), int)
    first = draw(st.sampled_from([1.0, 1 / 3, -1e4]))
    kind = "float32" if dtype == "bfloat16" else dtype
    ulp = float(np.spacing(np.dtype(kind).type(abs(first)))) * (2**16 if dtype == "bfloat16" else 1)
    strength = draw(st.sampled_from([0.0, 0.3 * ulp, ulp, 5 * ulp, 1.0]))
    values = np.random.default_rng(gaps.size).permutation(first + np.cumsum(gaps) * ulp)
    return Case(rounded(values, dtype), strength)


@st.composite
def denormal(draw, dtype="float64", most=24):
    """Small multiples of the smallest number there is, of both signs.

    Few, because strength / (d - 1) is itself known only to the smallest number, and is multiplied by up to d - 1.
    """
    smallest = LIMITS[dtype][0] if dtype in LIMITS else 5e-324
    counts = np.array(draw(st.lists(st.integers(-40, 40), max_size=most)), float)
    return Case(rounded(counts * smallest, dtype), draw(st.integers(0, 60)) * smallest)


def any_case(dtype="float64", most=40):
    return st.one_of(
        cases(dtype, most=most), cases(dtype, most=most), one_ulp(dtype, most=most), denormal(dtype, most=min(most, 24))
    )


ANY = any_case()
NORMAL = cases(families=(*PLAIN, tiny, huge))  # no denormal number, so scaling by a power of two is exact
MASSES = st.integers(0, 2**32 - 1)  # a seed for ``masses``


def masses(seed: int, n: int) -> np.ndarray:
    """Masses of three kinds: small integers, anything between 0.1 and 10, and powers of ten up to 1e6."""
    rng = np.random.default_rng(seed)
    kinds = (rng.integers(1, 5, n).astype(float), rng.uniform(0.1, 10, n), 10.0 ** rng.integers(-6, 7, n))
    return kinds[seed % 3]


def scale(case: Case, l1: float = 0.0) -> float:
    """The size of the numbers that a prox of this case computes with: the tolerance is relative to it."""
    return float(np.abs(case.weights).max(initial=0.0)) + case.strength + l1
