"""Compiled kernels round like Python: no multiplication is fused with an addition, no comparison is rearranged.

Contact is decided on rounded numbers, so two kernels agree on every partition only if they round alike.
"""

from fractions import Fraction

import numpy as np
import pytest
import weights
from hypothesis import given
from hypothesis import strategies as st

from particles.compiled import compiled
from particles.state import touching
from prox import minorant

FUSED_DIFFERS = (1 + 2.0**-30, 1 - 2.0**-30, -1.0)  # a b + c: 0 if a b is rounded, -2**-60 if it is not

_touching = compiled(touching, inline="always")


@compiled
def multiply_add(a, b, c):
    return a * b + c


@compiled
def multiply_add_all(a, b, c, out):
    for i in range(a.size):
        out[i] = a[i] * b[i] + c[i]


@compiled
def dot(a, b):
    total = 0.0
    for i in range(a.size):
        total += a[i] * b[i]
    return total


@compiled
def contacts(mass_left, sum_left, mass_right, sum_right, out):
    for i in range(out.size):
        out[i] = _touching(mass_left[i], sum_left[i], mass_right[i], sum_right[i])


def test_the_example_tells_a_fused_operation_from_two():
    a, b, c = FUSED_DIFFERS
    assert a * b + c == 0.0
    assert float(Fraction(a) * Fraction(b) + Fraction(c)) == -(2.0**-60)


def test_a_scalar_kernel_rounds_the_product():
    assert multiply_add(*FUSED_DIFFERS) == 0.0


@pytest.mark.parametrize("n", [1, 7, 64, 1000])
def test_a_loop_rounds_the_product_vectorised_or_not(n):
    out = np.empty(n)
    multiply_add_all(*(np.full(n, value) for value in FUSED_DIFFERS), out)
    assert (out == 0.0).all()


def test_a_sum_of_products_rounds_each_product_and_keeps_the_order():
    a, b, c = FUSED_DIFFERS
    assert dot(np.array([c, a]), np.array([1.0, b])) == 0.0
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=1000), rng.normal(size=1000)
    expected = 0.0
    for product in (x * y).tolist():
        expected += product
    assert dot(x, y) == expected


@given(st.integers(0, 10**6), st.integers(1, 10**9), st.integers(0, 10**6), st.floats(-1e3, 1e3))
def test_a_clusters_sum_after_its_flight_is_the_python_expression(p, m, beyond, s):
    a = 0.37 / (p + m + beyond)
    d, q = p + m + beyond, p + m
    assert minorant._moved(s, a, d, p, q) == s + a * (float(m) * float(d - p - q))


MASS = st.one_of(st.integers(1, 9).map(float), st.floats(1e-6, 1e6))


@st.composite
def near_ties(draw):
    """Two clusters at the same place to a few ulps."""
    left, right, place = draw(MASS), draw(MASS), draw(st.floats(-1e6, 1e6))
    sums = [left * place, right * place]
    for k in (0, 1):
        for _ in range(draw(st.integers(0, 3))):
            sums[k] = float(np.nextafter(sums[k], draw(st.sampled_from([-np.inf, np.inf]))))
    return left, sums[0], right, sums[1]


ANY = st.floats(-1e100, 1e100)


@given(st.lists(st.one_of(near_ties(), st.tuples(MASS, ANY, MASS, ANY)), min_size=1, max_size=40))
def test_contact_is_the_same_in_python_in_numpy_and_compiled(pairs):
    expected = [touching(*pair) for pair in pairs]
    columns = [np.array(column) for column in zip(*pairs, strict=True)]
    assert touching(*columns).tolist() == expected
    assert [_touching(*pair) for pair in pairs] == expected
    out = np.empty(len(pairs), bool)
    contacts(*columns, out)
    assert out.tolist() == expected


@given(weights.any_case(most=60))
def test_the_pass_over_sorted_weights_rounds_the_same_compiled_and_interpreted(case):
    """The same source, run by Python, with the predicate of Python."""
    x, d = np.sort(case.weights), case.weights.size
    if d < 2:
        return
    a = case.strength / (d - 1)
    found, expected = ((np.zeros(d + 1, np.int64), np.zeros(d)) for _ in range(2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(minorant, "_touching", touching)
        for name in ("_moved", "_runs", "pool_"):
            patch.setattr(minorant, name, getattr(minorant, name).py_func)
        k = minorant.unit_clusters.py_func(x, 0, d, a, *expected)
    assert minorant.unit_clusters(x, 0, d, a, *found) == k
    assert found[0][:k].tobytes() == expected[0][:k].tobytes()
    assert found[1][:k].tobytes() == expected[1][:k].tobytes()
