"""A codebook entry receives the mean or the sum of the gradients of its weights."""

import copy

import numpy as np
import pytest
from shared_networks import batch, shared_model, trained

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


@pytest.mark.parametrize("gradient", ["mean", "sum"])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_gradient_is_the_mean_or_the_sum_over_each_cluster(torch, gradient, dtype):
    from training import freeze_sharing

    plain = shared_model(torch).to(getattr(torch, dtype))
    frozen = copy.deepcopy(plain)
    freeze_sharing(frozen, gradient=gradient)
    for model in (plain, frozen):
        inputs, targets = batch(torch)
        torch.nn.functional.cross_entropy(model(inputs.to(plain[3].weight.dtype)), targets).backward()
    dense, w = plain[3].weight.grad.double().numpy(), plain[3].weight.detach().double().numpy()
    values = np.unique(w)
    assert 0 in values
    reduce = np.mean if gradient == "mean" else np.sum
    expected = [0.0 if value == 0 else reduce(dense[w == value]) for value in values]
    found = frozen[3].parametrizations.weight.original.grad.double().numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-2 if dtype == "bfloat16" else 1e-6, atol=1e-12)


def test_a_step_with_the_mean_is_the_projected_step(torch):
    from training import freeze_sharing

    plain = shared_model(torch)
    frozen = copy.deepcopy(plain)
    freeze_sharing(frozen, keep_zeros=False)
    for model in (plain, frozen):
        trained(torch, model, torch.optim.SGD(model.parameters(), lr=0.3), 1)
    old = shared_model(torch)[3].weight.detach()
    for value in old.unique():
        stepped = plain[3].weight.detach()[old == value].mean()
        assert torch.allclose(frozen[3].weight.detach()[old == value], stepped, atol=1e-6)


def test_the_codebook_is_differentiated_as_autograd_would_also_twice(torch):
    from training.codebook import codebook_of
    from training.shared_weights import SharedWeights

    weights = torch.tensor([[1.0, 2.0, 0.0], [2.0, 2.0, -1.0]], dtype=torch.float64)
    for gradient in ("sum", "mean"):
        shared = SharedWeights(codebook_of(weights), gradient, True)
        values = shared.right_inverse(weights).requires_grad_()
        (first,) = torch.autograd.grad(shared(values).pow(3).sum(), values, create_graph=True)
        assert torch.allclose(first, 3 * values**2 * (shared.count if gradient == "sum" else 1))
    shared = SharedWeights(codebook_of(weights), "sum", True)
    assert torch.autograd.gradcheck(shared, values)
    assert torch.autograd.gradgradcheck(lambda v: shared(v).pow(3), values)


def test_recurrent_layers_compute_with_the_frozen_weights(torch):
    from training import freeze_sharing

    torch.manual_seed(0)
    model = torch.nn.LSTM(8, 16)
    with torch.no_grad():
        model.weight_hh_l0.copy_((model.weight_hh_l0 * 8).round() / 8)
    inputs = torch.randn(5, 1, 8)
    outputs = model(inputs)[0]
    assert freeze_sharing(model) == ["weight_hh_l0"]
    assert torch.equal(model(inputs)[0], outputs)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    model(inputs)[0].sum().backward()
    optimizer.step()
    assert not torch.equal(model(inputs)[0], outputs)
