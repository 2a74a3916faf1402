"""Each penalty's prox minimizes what it says, and each gradient is one of its value's."""

import numpy as np
import pytest
from one_sentence import refused
from scipy.optimize import minimize

from prox import weight_sharing

torch = pytest.importorskip("torch")
from training.penalties import L1, PENALTIES, BetaLasso, GroupLasso, Subgradient, WeightSharing, scaled  # noqa: E402

pytestmark = pytest.mark.torch
EACH = [
    L1(0.3),
    BetaLasso(0.01, beta=30.0),
    GroupLasso(0.2),
    GroupLasso(0.2, scope="column"),
    Subgradient(0.3, l1=0.1),
    Subgradient(0.3, scope="row"),
    Subgradient(0.3, scope="column"),
]
WITH_PROX = [L1(0.3), GroupLasso(0.2), GroupLasso(0.2, scope="column")]
WITH_GRADIENT = [penalty for penalty in EACH if hasattr(penalty, "gradient")]


def gaussian(*shape, seed=0, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def same_bits(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.numpy().tobytes() == b.numpy().tobytes()


@pytest.mark.parametrize("penalty", WITH_PROX, ids=str)
@pytest.mark.parametrize("step", [0.5, 3.0])
def test_prox_is_where_a_numerical_minimizer_goes(penalty, step):
    w = gaussian(3, 2)

    def objective(flat):
        u = torch.from_numpy(flat.reshape(3, 2))
        return 0.5 * float(((u - w) ** 2).sum()) + step * penalty.value(u)

    found = penalty.prox(w, step).numpy().ravel()
    options = {"xtol": 1e-10, "ftol": 1e-14, "maxiter": 100_000}
    ends = [minimize(objective, x0, method="Powell", options=options) for x0 in (w.numpy().ravel(), 0 * found)]
    best = min(ends, key=lambda end: end.fun)
    assert objective(found) <= best.fun + 1e-12
    np.testing.assert_allclose(found, best.x, atol=1e-5)


@pytest.mark.parametrize("shape", [(5, 4), (4, 3, 2, 2)], ids=["linear", "convolution"])
@pytest.mark.parametrize("scope", ["row", "column"])
def test_group_lasso_meets_its_conditions_of_optimality(shape, scope):
    """Where a group stays, w - u = t u / |u|; where it goes, |w| <= t; t = step strength sqrt(group size)."""
    w = gaussian(*shape, seed=3)
    axis = 0 if scope == "row" else 1
    w *= torch.linspace(0.1, 1.2, shape[axis]).view([-1 if i == axis else 1 for i in range(w.ndim)])
    u = GroupLasso(0.5, scope=scope).prox(w, 0.8)
    gone = 0
    for before, after in zip(w.unbind(axis), u.unbind(axis), strict=True):
        t = 0.8 * 0.5 * before.numel() ** 0.5
        if after.any():
            torch.testing.assert_close(before - after, t * after / after.norm())
        else:
            gone += 1
            assert before.norm() <= t
    assert 0 < gone < shape[axis]


def test_l1_is_soft_thresholding():
    w = torch.tensor([-2.0, -0.5, -0.25, -0.0, 0.0, 0.1, 0.5, 3.0])
    expected = torch.tensor([-1.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.5])
    assert same_bits(L1(0.25).prox(w, 2.0), expected)


def test_beta_lasso_zeroes_below_beta_times_strength_whatever_the_step():
    penalty = BetaLasso(0.01, beta=50.0)
    w = torch.tensor([-2.0, -0.5, -0.49, 0.0, 0.49, 0.5, 3.0])
    expected = torch.tensor([-2.0, -0.5, 0.0, 0.0, 0.0, 0.5, 3.0])
    for step in (1e-6, 1.0, 100.0):
        assert same_bits(penalty.prox(w, step), expected)
    assert same_bits(penalty.prox(w, 0.0), w)
    torch.testing.assert_close(penalty.gradient(w), 0.01 * torch.tensor([-1.0, -1, -1, 0, 1, 1, 1]))
    assert penalty.value(w) == pytest.approx(0.01 * 6.98)


@pytest.mark.parametrize("penalty", WITH_GRADIENT, ids=str)
def test_the_gradient_is_the_values_where_nothing_ties(penalty):
    w = gaussian(4, 3)
    found = penalty.gradient(w)
    for index in np.ndindex(4, 3):
        up, down = w.clone(), w.clone()
        up[index] += 1e-5
        down[index] -= 1e-5
        slope = (penalty.value(up) - penalty.value(down)) / 2e-5
        assert float(found[index]) == pytest.approx(slope, abs=1e-8)


@pytest.mark.parametrize("penalty", WITH_GRADIENT, ids=str)
def test_the_gradient_is_a_subgradient_where_weights_tie(penalty):
    """value(u) >= value(w) + <gradient, u - w> for every u: near, far, and along each tie."""
    w = gaussian(4, 3).mul(2).round().div(2)
    assert w.unique().numel() < w.numel()
    assert (w == 0).any()
    gradient = penalty.gradient(w)
    for seed in range(200):
        u = w + 10.0 ** (seed % 4 - 3) * gaussian(4, 3, seed=seed)
        assert penalty.value(u) >= penalty.value(w) + float((gradient * (u - w)).sum()) - 1e-12


def test_equal_weights_get_bit_equal_gradients_and_one_cluster_none():
    w = gaussian(50, 40, dtype=torch.float32).mul(4).round()
    gradient = Subgradient(0.7).gradient(w)
    for value in w.unique():
        assert gradient[w == value].unique().numel() == 1
    assert not Subgradient(0.7).gradient(torch.full((5, 5), 0.3)).any()


def test_the_subgradients_value_is_that_of_weight_sharing():
    w = gaussian(6, 5)
    assert Subgradient(0.7, l1=0.2).value(w) == pytest.approx(0.7 * weight_sharing(w) + 0.2 * float(w.abs().sum()))
    for scope in ("row", "column"):
        assert Subgradient(0.7, scope=scope).value(w) == pytest.approx(WeightSharing(0.7, scope=scope).value(w))


@pytest.mark.parametrize("penalty", EACH, ids=str)
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_16_bits_are_computed_with_in_float32_and_rounded_once(penalty, dtype):
    w = gaussian(20, 30, dtype=dtype)
    assert same_bits(penalty.prox(w, 0.7).float(), penalty.prox(w.float(), 0.7).to(dtype).float())
    assert penalty.prox(w, 0.7).dtype == dtype
    assert penalty.value(w) == penalty.value(w.float())
    if hasattr(penalty, "gradient"):
        assert penalty.gradient(w).dtype == dtype
        assert torch.equal(penalty.gradient(w), penalty.gradient(w.float()).to(dtype))


@pytest.mark.parametrize("penalty", EACH, ids=str)
def test_strides_do_not_matter_and_w_stays_as_it_is(penalty):
    w = torch.nn.Parameter(gaussian(6, 4, 3, 3).contiguous(memory_format=torch.channels_last))
    before = w.detach().clone()
    found = penalty.prox(w, 0.7)
    assert torch.equal(found, penalty.prox(before.contiguous(), 0.7))
    assert torch.equal(w, before)
    assert not found.requires_grad
    assert found.data_ptr() != w.data_ptr()
    if hasattr(penalty, "gradient"):
        assert torch.equal(penalty.gradient(w), penalty.gradient(before.contiguous()))
        assert not penalty.gradient(w).requires_grad


@pytest.mark.parametrize("penalty", EACH, ids=str)
def test_nothing_is_read_from_the_device(penalty):
    """A meta tensor has no values: whatever asked for one, and so would wait for a GPU, raises."""
    w = torch.empty(6, 4, 3, 3, device="meta", dtype=torch.bfloat16)
    assert penalty.prox(w, 0.7).shape == w.shape
    if hasattr(penalty, "gradient"):
        assert penalty.gradient(w).device == w.device


@pytest.mark.parametrize("penalty", EACH, ids=str)
@pytest.mark.parametrize("shape", [(1, 1), (0, 3), (3, 0), (1, 4), (4, 1)])
def test_small_and_empty_tensors_keep_their_shape(penalty, shape):
    w = gaussian(*shape, dtype=torch.float32)
    assert penalty.prox(w, 0.1).shape == w.shape
    assert np.isfinite(penalty.value(w))
    if hasattr(penalty, "gradient"):
        assert penalty.gradient(w).shape == w.shape
        assert penalty.gradient(w).isfinite().all()


@pytest.mark.parametrize("penalty", [L1(0.1), BetaLasso(0.01), Subgradient(0.1, l1=0.2)], ids=str)
@pytest.mark.parametrize("shape", [(), (1,), (0,)])
def test_without_groups_any_shape_will_do(penalty, shape):
    w = gaussian(*shape)
    assert penalty.prox(w, 1.0).shape == w.shape
    assert penalty.value(w) >= 0
    if hasattr(penalty, "gradient"):
        assert penalty.gradient(w).shape == w.shape


@pytest.mark.parametrize("penalty", EACH, ids=str)
def test_step_zero_changes_nothing_and_zeros_are_positive(penalty):
    w = gaussian(6, 5)
    assert torch.equal(penalty.prox(w, 0.0), w)
    far = penalty.prox(w, 1e3)
    assert not far[far == 0].signbit().any()


@pytest.mark.parametrize("penalty", [*WITH_PROX, BetaLasso(0.01)], ids=str)
def test_nan_is_not_taken_for_zero(penalty):
    w = gaussian(6, 5)
    w[2, 3] = float("nan")
    assert penalty.prox(w, 1e3)[2, 3].isnan()
    assert np.isnan(penalty.value(w))


def test_a_group_of_zeros_stays_zero():
    w = torch.zeros(3, 4)
    for step in (0.0, 1.0):
        assert same_bits(GroupLasso(0.1).prox(w, step), w)


def test_scaled_multiplies_the_strength_and_l1_only():
    assert scaled(BetaLasso(0.2, beta=7.0), 0.5) == BetaLasso(0.1, beta=7.0)
    assert scaled(WeightSharing(1.0, l1=0.5, rewind=0.3), 2.0) == WeightSharing(2.0, l1=1.0, rewind=0.3)
    assert scaled(Subgradient(1.0, l1=0.5, scope="row"), 0.0) == Subgradient(0.0, scope="row")


def test_penalties_are_found_by_name():
    for name in ("wsr", "l1", "beta-lasso", "group-lasso", "subgradient"):
        penalty = PENALTIES[name](1e-3)
        assert penalty.prox(gaussian(3, 3), 1.0).shape == (3, 3)


def test_bad_input_is_refused_in_one_sentence():
    refused(ValueError, lambda: L1(float("nan")), "strength is nan")
    refused(ValueError, lambda: BetaLasso(1.0, beta=-1), "beta is -1")
    refused(TypeError, lambda: Subgradient("1"), "strength is a str")
    refused(ValueError, lambda: GroupLasso(1.0, scope="tensor"), "unknown scope 'tensor'", "row, column")
    refused(ValueError, lambda: Subgradient(1.0, scope="filter"), "unknown scope 'filter'")
    refused(ValueError, lambda: GroupLasso(1.0).prox(torch.zeros(3), 1.0), "two or more dimensions", "(3,)")
    refused(ValueError, lambda: L1(1.0).prox(torch.zeros(3), -1.0), "step is -1")
    refused(TypeError, lambda: L1(1.0).prox(np.zeros(3), 1.0), "ndarray", "torch tensor")
    refused(TypeError, lambda: Subgradient(1.0).gradient(torch.zeros(3, dtype=torch.int64)), "int64")
