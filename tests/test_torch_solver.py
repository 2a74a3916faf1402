"""The array-level torch path gives the prox of each row, and says who shares with whom."""

import math

import numpy as np
import problems
import pytest
import weights
from checks import SMALLEST, assert_same_clusters, tolerance
from hypothesis import given, settings
from hypothesis import strategies as st

from particles.state import Clusters, Particles
from prox import prox_weight_sharing, solve
from prox.torch_solver import prox_rows

pytestmark = pytest.mark.torch
SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 127, 128, 129, 1025]
SHAPES = {  # d -> (weights, strength), from nobody merges to all do
    "apart": lambda d: (np.arange(d) * 1.0, 0.25),
    "one cluster": lambda d: (weights.gaussian(np.random.default_rng(d), d)[0], 1e3),
    "large and small clusters": lambda d: (weights.gaussian(np.random.default_rng(d), d)[0], 1.5),
    "all equal": lambda d: (np.full(d, 1 / 3), 0.7),
    "all meet at once": lambda d: weights.critical(np.random.default_rng(d), d),
    "plough": lambda d: (np.concatenate(([0.0], 1 + np.cumsum(np.linspace(2, 2.5, d)[1:]) / max(d, 1)))[:d], 1.05),
    "heavy tail": lambda d: weights.heavy_tailed(np.random.default_rng(d), d),
    "sparse": lambda d: weights.sparse(np.random.default_rng(d), d),
}
few = settings(max_examples=40)


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def tensor(array, dtype=None):
    torch = pytest.importorskip("torch")
    made = torch.from_numpy(np.array(array))
    return made if dtype is None else made.to(getattr(torch, dtype))


def one_row(w, strength, *, dtype="float64", **options):
    """(values in the places of the weights, the whole answer), of one vector."""
    found = prox_rows(tensor(w, dtype)[None], strength, **options)
    return found.values[0], found


def clusters_of(found, d, strength, row=0):
    """The partition as the other solvers give it."""
    start = np.flatnonzero(found.is_start[row].numpy())
    mean, pull, mass = (getattr(found, name)[row].numpy()[start] for name in ("mean", "pull", "mass"))
    velocity = pull / max(d - 1, 1)
    return Clusters(start, np.maximum.accumulate(mean + strength * velocity), velocity, mass)


def allowed(w, strength, mass=None):
    """Relative to the farthest that a weight can fly; masses below 1 make the smallest numbers underflow."""
    mass = np.ones(w.size) if mass is None else mass
    reach = strength * mass.sum() / max(w.size - 1, 1)
    least = (16 + 4 * reach) * SMALLEST / mass.min(initial=1.0) ** 2
    return tolerance(np.float64, np.abs(w).max(initial=0.0) + reach) + least


@pytest.mark.parametrize("dtype", weights.DTYPES)
@few
@given(data=st.data(), share=st.sampled_from([0.0, 0.3]))
def test_the_values_are_those_of_numpy(dtype, data, share):
    case = data.draw(weights.any_case(dtype))
    l1 = share * case.strength
    found, _ = one_row(case.weights, case.strength, dtype=dtype, l1=l1)
    assert str(found.dtype) == f"torch.{dtype}"
    expected = prox_weight_sharing(case.weights, case.strength, l1=l1).astype(np.float64)
    smallest = weights.LIMITS.get(dtype, (16 * SMALLEST,))[0] * (1 + 64 * (dtype == "float64"))
    limit = tolerance(dtype, weights.scale(case, l1)) + smallest
    assert (np.abs(found.double().numpy() - expected) <= limit).all()


@given(case=weights.ANY)
def test_the_clusters_are_those_of_the_sequential_solver(case):
    particles = Particles.from_weights(case.weights)
    _, found = one_row(case.weights, case.strength)
    found, expected = clusters_of(found, len(particles), case.strength), solve(particles, case.strength)
    assert_same_clusters(found, expected, particles, case.strength)


@few
@given(case=weights.NORMAL, rewind=st.sampled_from([0.5, 1.0]), share=st.sampled_from([0.0, 0.3]))
def test_rewinding_moves_each_cluster_back_and_keeps_zeros(case, rewind, share):
    l1 = share * case.strength
    plain, _ = one_row(case.weights, case.strength, l1=l1)
    rewound, found = one_row(case.weights, case.strength, l1=l1, rewind=rewind)
    first = found.labels[0]
    expected = rewind * found.mean[0][first] + (1 - rewind) * plain
    if l1 > 0:
        expected[plain == 0] = 0.0
    assert ((rewound - expected).abs() <= tolerance("float64", weights.scale(case, l1))).all()


@given(problem=problems.ANY)
def test_general_masses(problem):
    x, mass, strength = problem.particles.position, problem.particles.mass, problem.time
    found, _ = one_row(x, strength, mass=tensor(mass)[None])
    expected = prox_weight_sharing(x, strength, mass=mass)
    assert (np.abs(found.numpy() - expected) <= allowed(x, strength, mass)).all()


@given(w=st.lists(st.integers(-30, 30), max_size=9), quarters=st.integers(0, 40), seed=st.none() | st.integers(0, 99))
def test_small_integers_agree_bit_for_bit(w, quarters, seed):
    """d - 1 is made a power of two, so that all velocities are dyadic and every sum is exact."""
    w = np.array((w * 9)[: 2 ** ((len(w) or 1).bit_length() - 1) + 1] if w else w, float)
    mass = None if seed is None else np.random.default_rng(seed).integers(1, 9, w.size).astype(float)
    found, shared = one_row(w, quarters / 4, mass=None if mass is None else tensor(mass)[None])
    options = {"mass": mass, "solver": "sequential", "return_clusters": True}
    expected, clusters = prox_weight_sharing(w, quarters / 4, **options)
    assert np.array_equal(found.numpy(), expected)
    assert_same_clusters(clusters_of(shared, w.size, quarters / 4), clusters, None, quarters / 4, exact=True)


@pytest.mark.parametrize("d", SIZES)
@pytest.mark.parametrize("make", SHAPES.values(), ids=SHAPES)
def test_any_number_of_weights_of_any_shape(make, d):
    w, strength = make(d)
    found, shared = one_row(w, strength)
    expected, clusters = prox_weight_sharing(w, strength, return_clusters=True)
    assert (np.abs(found.numpy() - expected) <= allowed(w, strength)).all()
    assert_same_clusters(clusters_of(shared, d, strength), clusters, Particles.from_weights(w), strength)


@pytest.mark.parametrize("strength", [0.3, 1.2533, 1.5])
def test_no_gap_is_disputed_among_twenty_thousand_weights(strength):
    w = np.random.default_rng(7).normal(size=20_003).astype(np.float32)
    found, shared = one_row(w, strength, dtype="float32")
    expected, clusters = prox_weight_sharing(w, strength, return_clusters=True)
    assert np.array_equal(np.flatnonzero(shared.is_start[0].numpy()), clusters.start)
    assert (np.abs(found.numpy() - expected) <= tolerance("float32", 4.0)).all()


def test_dust_beside_a_giant_keeps_its_own_accuracy(torch):
    """Sums are taken over members only: differences of longer sums would lose the dust, and glue it together."""
    mass = torch.tensor([[1e100, 1e-90, 1e-90, 1e-90, 1e100, 1e-90, 1e-90]], dtype=torch.float64)
    found = prox_rows(torch.arange(7.0)[None], 0.0, mass=mass)
    moving = prox_rows(torch.arange(7.0)[None], 1e-102, mass=mass)
    assert found.is_start.all()
    assert moving.is_start.all()


@given(case=st.one_of(weights.one_ulp(), weights.cases(families=(weights.tied, weights.constant, weights.sparse))))
def test_equal_weights_always_merge(case):
    for strength in (0.0, case.strength):
        _, found = one_row(case.weights, strength)
        for value in np.unique(case.weights):
            assert np.unique(found.labels[0].numpy()[case.weights == value]).size == 1


def test_minus_zero_becomes_zero(torch):
    found = prox_rows(torch.tensor([[-1.0, -2.0, -0.0], [-0.0, 0.0, 1.0]]), 0.0).values
    assert not found[found == 0].signbit().any()


def test_order_is_kept_to_the_last_bit():
    """Means of clusters an ulp apart are rounded: the values are kept in order nevertheless."""
    for seed in range(60):
        w = np.sort(1 / 3 + np.random.default_rng(seed).integers(0, 40, 60) * 2.0**-54)
        values, _ = one_row(w, 2.0 ** (-54 + seed % 6))
        assert (values.diff() >= 0).all()


@given(case=weights.ANY)
def test_at_strength_0_the_weights_stay_and_only_equal_ones_share(case):
    values, found = one_row(case.weights, 0.0)
    assert np.array_equal(values.numpy(), case.weights)
    assert found.is_start.sum().item() == np.unique(case.weights).size


def test_the_fields_tell_one_story(torch):
    """Labels point at the first rank of a cluster, at which its mean, pull and mass stand."""
    rows, strength, d = torch.randn(5, 37, generator=torch.manual_seed(0), dtype=torch.float64), 1.0, 37
    mass = 1 + torch.rand(5, 37, generator=torch.manual_seed(1), dtype=torch.float64)
    found = prox_rows(rows, strength, mass=mass)
    flat = found.labels.reshape(-1)
    assert found.is_start.reshape(-1)[flat].all()
    assert torch.equal(flat.unique(), found.is_start.reshape(-1).nonzero()[:, 0])
    assert ((flat // d).reshape(5, d) == torch.arange(5)[:, None]).all()
    total = torch.zeros(5 * d, dtype=torch.float64).index_add(0, flat, mass.reshape(-1))
    weighted = torch.zeros(5 * d, dtype=torch.float64).index_add(0, flat, (mass * rows).reshape(-1))
    assert torch.allclose(total[flat], found.mass.reshape(-1)[flat], rtol=1e-12)
    assert torch.allclose(weighted[flat] / total[flat], found.mean.reshape(-1)[flat], rtol=0, atol=1e-12)
    values = (found.mean + strength / (d - 1) * found.pull).reshape(-1)[flat].reshape(5, d)
    assert torch.allclose(values, found.values, rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", weights.DTYPES)
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_broken_row_comes_back_as_nan_and_leaves_the_others_alone(torch, dtype, bad):
    rows = torch.randn(3, 21, generator=torch.manual_seed(0)).to(getattr(torch, dtype))
    good = prox_rows(rows, 0.5, l1=0.1)
    broken = rows.clone()
    broken[1, 4] = bad
    found = prox_rows(broken, 0.5, l1=0.1)
    assert found.values[1].isnan().all()
    assert found.mean[1].isnan().all()
    for row in (0, 2):
        assert all(torch.equal(a[row], b[row]) for a, b in zip(found, good, strict=True))


def test_sums_that_overflow_give_nan_too(torch):
    rows = torch.tensor([[1e308, 1e308, 1e308], [1.0, 2.0, 3.0]], dtype=torch.float64)
    found = prox_rows(rows, 0.0).values
    assert found[0].isnan().all()
    assert torch.equal(found[1], rows[1])


@pytest.mark.parametrize("d", [1, 2, 33, 500])
def test_rows_are_solved_as_if_alone(torch, d):
    rows = torch.randn(7, d, generator=torch.manual_seed(d))
    together = prox_rows(rows, 0.8)
    for row in range(7):
        alone = prox_rows(rows[row : row + 1], 0.8)
        assert torch.equal(together.values[row], alone.values[0])
        assert torch.equal(together.labels[row] - row * d, alone.labels[0])


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
@pytest.mark.parametrize("dtype", weights.DTYPES)
def test_empty_rows(torch, shape, dtype):
    found = prox_rows(torch.empty(shape, dtype=getattr(torch, dtype)), 1.0)
    assert all(field.shape == shape for field in found)
    assert [field.dtype for field in found[1:]] == [torch.int64, *[torch.float64] * 3, torch.bool]


def test_an_unknown_solver_is_refused(torch):
    with pytest.raises(ValueError, match=r"'imminent' does not run on torch tensors: choose 'steps'"):
        prox_rows(torch.ones(1, 2), 1.0, solver="imminent")


def test_same_input_same_bits_and_the_order_of_the_weights_does_not_matter(torch):
    rows = torch.randn(2, 3000, generator=torch.manual_seed(0))
    order = torch.randperm(3000, generator=torch.manual_seed(1))
    before = rows.clone()
    first, again, permuted = prox_rows(rows, 1.4), prox_rows(rows, 1.4), prox_rows(rows[:, order], 1.4)
    assert torch.equal(rows, before)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert torch.equal(permuted.values, first.values[:, order])
    assert torch.equal(permuted.labels, first.labels[:, order])
