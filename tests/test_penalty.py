"""R is the sum over pairs; it ignores order and shift, scales, is convex; and WeightSharing is R, l1 and the prox."""

import numpy as np
import pytest
import weights
from checks import SMALLEST, tolerance
from hypothesis import given
from hypothesis import strategies as st

from prox import WeightSharing, prox_weight_sharing, weight_sharing


def allowed(*vectors):
    largest = max(np.abs(w).max(initial=0.0) for w in vectors)
    return (vectors[0].size + 1) * (tolerance(np.float64, largest) + 4 * SMALLEST)


@given(weights.ANY)
def test_the_penalty_is_the_sum_over_pairs(case):
    w = case.weights
    expected = np.abs(w[:, None] - w[None, :]).sum() / 2 / max(w.size - 1, 1)
    assert abs(weight_sharing(w) - expected) <= allowed(w)


@given(weights.ANY, weights.MASSES)
def test_the_penalty_ignores_order_and_shape(case, seed):
    places = np.random.default_rng(seed).permutation(case.weights.size)
    assert weight_sharing(case.weights[places]) == weight_sharing(case.weights.reshape(1, -1, 1))


@given(weights.NORMAL, st.floats(0.1, 10))
def test_the_penalty_ignores_shift_and_sign_and_scales(case, c):
    w = case.weights
    assert abs(weight_sharing(c * w) - c * weight_sharing(w)) <= allowed(c * w)
    assert abs(weight_sharing(-w) - weight_sharing(w)) <= allowed(w)
    shift = np.abs(w).max(initial=0.0)
    assert abs(weight_sharing(w + shift) - weight_sharing(w)) <= allowed(2 * w)


@given(weights.NORMAL, weights.MASSES)
def test_the_penalty_is_convex(case, seed):
    w = case.weights
    u = np.random.default_rng(seed).permutation(w)
    assert weight_sharing(0.5 * w + 0.5 * u) <= 0.5 * weight_sharing(w) + 0.5 * weight_sharing(u) + allowed(w)


@given(weights.NORMAL, st.sampled_from([0.0, 0.4]))
def test_the_prox_never_raises_the_value(case, share):
    sharing = WeightSharing(case.strength, share * case.strength)
    size = max(case.strength, 1.0)
    assert sharing.value(sharing.prox(case.weights)) <= sharing.value(case.weights) + 2 * size * allowed(case.weights)


@given(weights.ANY, st.floats(0.0, 3.0), st.sampled_from([0.0, 0.5]))
def test_the_regularizer_is_the_prox_at_step_times_strength(case, step, rewind):
    found = WeightSharing(case.strength, 0.5 * case.strength, rewind).prox(case.weights, step)
    l1 = step * (0.5 * case.strength)
    expected = prox_weight_sharing(case.weights, step * case.strength, rewind=rewind, l1=l1)
    assert np.array_equal(found, expected)


def test_the_value_of_the_regularizer_is_the_sum_over_its_groups():
    w = np.array([[1.0, 2.0, 4.0], [0.0, -2.0, 8.0]])
    assert WeightSharing(3.0, 0.5).value(w.reshape(-1)) == pytest.approx(3.0 * 63 / 5 + 0.5 * 17)
    assert WeightSharing(3.0, scope="row").value(w) == pytest.approx(3.0 * (6 + 20) / 2)
    assert WeightSharing(3.0, scope="column").value(w) == pytest.approx(3.0 * (1 + 4 + 4))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, ">f4"])
def test_the_penalty_is_a_float_of_double_precision_for_every_dtype(dtype):
    w = np.array([0.5, 2.0, -1.0], dtype)
    assert type(weight_sharing(w)) is float
    assert weight_sharing(w) == 3.0


@pytest.mark.parametrize("w", [np.empty(0), np.empty((0, 3)), np.array(5.0), np.ones(1), np.ones(7)])
def test_fewer_than_two_and_equal_weights_cost_nothing(w):
    assert weight_sharing(w) == 0.0


def test_a_regularizer_is_a_value():
    assert WeightSharing(1, rewind=0) == WeightSharing(1.0, 0.0, 0.0, "tensor")
    with pytest.raises(AttributeError):
        WeightSharing(1.0).strength = 2.0


@pytest.mark.parametrize("scope", ["row", "column"])
def test_the_regularizer_passes_its_scope_on(scope):
    w = np.random.default_rng(0).normal(size=(4, 5))
    assert np.array_equal(WeightSharing(0.3, scope=scope).prox(w), prox_weight_sharing(w, 0.3, scope=scope))
