"""Sums over ranges are exact for small integers and good to a few ulps otherwise; the argmin is the last one."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prox.sums import NEVER, filled, last_argmin, running

INTEGERS = st.lists(st.tuples(st.integers(1, 5), st.integers(-20, 20)), min_size=1, max_size=40)


@given(INTEGERS)
def test_running_sums_of_integers_are_exact(items):
    items = np.array(items, float).T
    assert np.array_equal(running(items), np.cumsum(items, axis=-1))


@pytest.mark.parametrize("m", [0, 1, 2, 3, 1000, 4097])
def test_running_sums_are_good_to_log2_m_ulps(m):
    items = np.random.default_rng(m).exponential(size=m)
    exact = np.array([math.fsum(items[: i + 1]) for i in range(m)])
    assert (np.abs(running(items) - exact) <= math.ceil(math.log2(m + 1)) * np.spacing(exact)).all()


@given(INTEGERS)
def test_last_argmin_of_the_running_averages(items):
    averages, mass, total = [], 0, 0
    for m, s in items:
        mass, total = mass + m, total + s
        averages.append(Fraction(total, mass))
    last = max(i for i, average in enumerate(averages) if average == min(averages))
    padded = filled(np.array(items, float).T, 64)
    assert last_argmin(running(padded), padded) == last


def test_rows_are_independent():
    rng = np.random.default_rng(1)
    items = np.stack((rng.integers(1, 5, (7, 16)), rng.integers(-9, 9, (7, 16)))).astype(float)
    together = last_argmin(running(items), items)
    alone = [last_argmin(running(items[:, row]), items[:, row]) for row in range(7)]
    assert together.tolist() == alone


def test_a_missing_item_is_never_the_least():
    padded = filled(np.array([[1.0], [1e300]]), 8)
    assert padded[:, 1:].T.tolist() == [NEVER.tolist()] * 7
    assert last_argmin(running(padded), padded) == 0
