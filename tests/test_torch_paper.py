"""The paper's algorithms as array-level torch, against which the GPU solver is timed, give the prox."""

import numpy as np
import pytest
import weights
from checks import tolerance
from hypothesis import given, settings
from hypothesis import strategies as st

from prox import prox_weight_sharing
from prox.torch_paper import imminent_prox, search_prox

pytestmark = pytest.mark.torch
both = pytest.mark.parametrize("solver", [search_prox, imminent_prox])


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def tensor(array):
    return pytest.importorskip("torch").from_numpy(np.array(array))


@both
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@settings(max_examples=50)
@given(data=st.data())
def test_the_values_are_those_of_numpy(solver, dtype, data):
    case = data.draw(weights.cases(dtype))
    found = solver(tensor(case.weights), case.strength)
    expected = prox_weight_sharing(case.weights, case.strength)
    assert str(found.dtype) == f"torch.{dtype}"
    assert (np.abs(found.numpy() - expected) <= tolerance(dtype, weights.scale(case))).all()


@both
@pytest.mark.parametrize("d", [0, 1, 2, 3, 4, 5, 63, 64, 65, 513])
@pytest.mark.parametrize("family", weights.PLAIN)
def test_any_number_of_weights(solver, family, d):
    w, strength = family(np.random.default_rng(d), d)
    for factor in (0.1, 1.0):
        case = weights.Case(w, factor * strength)
        found = solver(tensor(w), case.strength).numpy()
        expected = prox_weight_sharing(w, case.strength)
        assert (np.abs(found - expected) <= tolerance("float64", weights.scale(case))).all()


@both
def test_small_integers_are_exact(solver):
    """d - 1 is a power of two, so that every sum is exact."""
    for seed in range(20):
        w = np.random.default_rng(seed).integers(-9, 10, 65).astype(float)
        expected = prox_weight_sharing(w, seed / 4, solver="sequential")
        assert np.abs(solver(tensor(w), seed / 4).numpy() - expected).max() <= 4 * np.spacing(9.0)
        assert np.unique(solver(tensor(w), seed / 4)).size == np.unique(expected).size


def test_search_needs_no_value_on_the_host_and_imminent_does(torch):
    """A tensor on the device "meta" has a shape and no values: whoever needs one fails."""
    assert search_prox(torch.empty(100, device="meta"), 1.0).shape == (100,)
    with pytest.raises(RuntimeError, match="meta"):
        imminent_prox(torch.empty(100, device="meta"), 1.0)


def test_imminent_raises_where_it_hits_its_cap(torch):
    """A snow plough: one weight pushes the others together, a few a round."""
    w = tensor(np.concatenate(([0.0], 1 + np.cumsum(np.linspace(2, 2.5, 199)) / 200)))
    expected = imminent_prox(w, 1.05)
    with pytest.raises(RuntimeError, match=r"not ended after max_rounds = 5 rounds: \d+ clusters of 200 weights"):
        imminent_prox(w, 1.05, max_rounds=5)
    assert torch.equal(imminent_prox(w, 1.05, max_rounds=199), expected)


@both
def test_what_is_not_flat_float32_or_float64_is_refused(torch, solver):
    for wrong in (torch.ones(2, 2), torch.ones(2, dtype=torch.float16), torch.ones(2, dtype=torch.int64)):
        with pytest.raises(ValueError, match="one dimension of float32 or float64"):
            solver(wrong, 1.0)
