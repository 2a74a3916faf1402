"""The Jacobian of the prox averages within a cluster: autograd, finite differences and the formula agree."""

import numpy as np
import pytest
import weights
from checks import tolerance
from hypothesis import given
from hypothesis import strategies as st

from prox import WeightSharing, prox_weight_sharing

pytestmark = pytest.mark.torch
OPTIONS = [
    {},
    {"rewind": 0.4},
    {"rewind": 1.0},
    {"l1": 0.2},
    {"l1": 0.2, "rewind": 0.4},
    {"scope": "row"},
    {"scope": "column"},
    {"solver": "steps"},
]


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def weights_of(seed, shape=(3, 4)):
    """Some merge and some do not at the strengths below, none by a hair's breadth."""
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("strength", [0.0, 0.3, 10.0])
@pytest.mark.parametrize("with_mass", [False, True], ids=["unit masses", "masses"])
def test_gradcheck_once_and_twice(torch, options, strength, with_mass):
    w = torch.from_numpy(weights_of(4)).requires_grad_()
    mass = np.random.default_rng(1).uniform(0.5, 2, w.shape) if with_mass else None

    def prox(x):
        return prox_weight_sharing(x, strength, mass=mass, **options)

    assert torch.autograd.gradcheck(prox, w)
    assert torch.autograd.gradgradcheck(lambda x: prox(x) ** 2, w)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_the_gradient_is_the_difference_quotient_of_the_numpy_prox(torch, options, seed):
    w, direction, upstream = weights_of(seed), weights_of(seed + 50), weights_of(seed + 90)
    t = torch.from_numpy(w).requires_grad_()
    (gradient,) = torch.autograd.grad(prox_weight_sharing(t, 0.5, **options), t, torch.from_numpy(upstream))
    step = 1e-6
    ahead, behind = (prox_weight_sharing(w + h * direction, 0.5, **options) for h in (step, -step))
    expected = (upstream * (ahead - behind)).sum() / (2 * step)
    assert (gradient.numpy() * direction).sum() == pytest.approx(expected, abs=1e-8)


@given(case=weights.any_case(), seed=st.one_of(st.none(), weights.MASSES), other=weights.MASSES)
def test_each_member_gets_its_share_of_the_sum_over_its_cluster(case, seed, other):
    torch = pytest.importorskip("torch")
    d = case.weights.size
    mass = None if seed is None else weights.masses(seed, d)
    t = torch.from_numpy(case.weights).requires_grad_()
    result, clusters = prox_weight_sharing(t, case.strength, mass=mass, return_clusters=True)
    upstream = np.random.default_rng(other).normal(size=d)
    result.backward(torch.from_numpy(upstream))
    order = np.argsort(case.weights, kind="stable")
    m, labels = np.ones(d) if mass is None else mass, np.empty(d, int)
    labels[order] = clusters.labels(d)
    expected = [m[i] * upstream[labels == labels[i]].sum() / m[labels == labels[i]].sum() for i in range(d)]
    assert (np.abs(t.grad.numpy() - expected) <= tolerance(np.float64, max(d, 1))).all()


@pytest.mark.parametrize("dtype", weights.DTYPES)
def test_result_and_gradient_have_the_dtype_of_the_weights(torch, dtype):
    dtype = getattr(torch, dtype)
    t = torch.from_numpy(weights_of(0)).to(dtype).requires_grad_()
    result = prox_weight_sharing(t, 0.5)
    result.sum().backward()
    assert result.dtype == t.grad.dtype == dtype
    assert t.grad.shape == t.shape
    assert (t.grad - 1).abs().max() <= 2 * torch.finfo(dtype).eps
    assert torch.equal(result, prox_weight_sharing(t.detach(), 0.5))


def test_a_gradient_that_is_not_contiguous_is_read_in_the_order_of_the_weights(torch):
    w = torch.from_numpy(weights_of(0)).T.requires_grad_()
    upstream = torch.from_numpy(weights_of(9)).T
    (found,) = torch.autograd.grad(prox_weight_sharing(w, 0.5), w, upstream)
    (expected,) = torch.autograd.grad(prox_weight_sharing(w, 0.5), w, upstream.contiguous())
    assert torch.equal(found, expected)


def test_a_cluster_at_zero_under_l1_gets_no_gradient(torch):
    t = torch.tensor([-3.0, -0.1, 0.0, 0.2, 4.0], dtype=torch.float64, requires_grad=True)
    prox_weight_sharing(t, 0.1, l1=0.5).sum().backward()
    assert t.grad.tolist() == [1, 0, 0, 0, 1]


def test_a_cluster_that_is_only_rewound_to_zero_keeps_its_gradient(torch):
    """[-1, 10] flies to [1.5, 7.5], l1 makes it [1, 7]; half of that way is [0, 8.5]: not held at zero."""
    t = torch.tensor([-1.0, 10.0], dtype=torch.float64, requires_grad=True)
    result = prox_weight_sharing(t, 2.5, l1=0.5, rewind=0.5)
    result.sum().backward()
    assert result.tolist() == [0.0, 8.5]
    assert t.grad.tolist() == [1.0, 1.0]


def test_without_l1_a_value_of_zero_is_like_any_other(torch):
    t = torch.tensor([-1.0, 1.0], dtype=torch.float64, requires_grad=True)
    prox_weight_sharing(t, 5.0)[0].backward()
    assert t.grad.tolist() == [0.5, 0.5]


@pytest.mark.parametrize("scope", ["tensor", "row", "column"])
@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (1, 1), (0,), (1,), ()])
def test_next_to_no_weights_have_a_gradient_too(torch, shape, scope):
    scope = scope if len(shape) == 2 else "tensor"
    t = torch.ones(shape, requires_grad=True)
    prox_weight_sharing(t, 1.0, scope=scope).sum().backward()
    assert torch.equal(t.grad, torch.ones(shape))


def test_no_grad_and_inference_mode_are_respected(torch):
    t = torch.ones(4, requires_grad=True)
    with torch.no_grad():
        assert not prox_weight_sharing(t, 1.0).requires_grad
    with torch.inference_mode():
        assert not prox_weight_sharing(t, 1.0).requires_grad
    assert prox_weight_sharing(t, 1.0).requires_grad
    assert not prox_weight_sharing(t.detach(), 1.0).requires_grad


def test_gradients_flow_through_a_module_to_its_parameters(torch):
    class Shared(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.from_numpy(weights_of(2)))

        def forward(self, x):
            return x @ WeightSharing(0.5, l1=0.1).prox(self.weight)

    torch.manual_seed(0)
    model, x = Shared(), torch.randn(7, 3, dtype=torch.float64)
    target = torch.randn(7, 4, dtype=torch.float64)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = ((model(x) - target) ** 2).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
    assert torch.isfinite(model.weight.grad).all()


def test_the_weights_may_be_the_result_of_other_operations(torch):
    a = torch.from_numpy(weights_of(3)).requires_grad_()
    (through,) = torch.autograd.grad((prox_weight_sharing(2 * a, 0.5) ** 2).sum(), a)
    w = (2 * a).detach().requires_grad_()
    (direct,) = torch.autograd.grad((prox_weight_sharing(w, 0.5) ** 2).sum(), w)
    assert torch.allclose(through, 2 * direct)
