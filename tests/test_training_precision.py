"""GradScaler, autocast, 16-bit parameters, compiled steps: around the prox nothing changes."""

import copy
import warnings

import pytest

torch = pytest.importorskip("torch")
from small_training import (  # noqa: E402
    FIRST,
    RULES,
    bits,
    loss_of,
    network,
    same_bits,
    step_once,
)
from torch import optim  # noqa: E402

from training import BetaLasso, Subgradient, WeightSharing, attach  # noqa: E402

pytestmark = pytest.mark.torch
OPTIMIZERS = {
    "SGD": {"lr": 0.1},
    "SGD momentum": {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
    "SGD foreach": {"lr": 0.1, "momentum": 0.9, "foreach": True},
    "SGD fused": {"lr": 0.1, "momentum": 0.9, "fused": True},
    "Adam": {"lr": 0.02},
    "Adam foreach": {"lr": 0.02, "foreach": True},
    "Adam fused": {"lr": 0.02, "fused": True},
    "Adam amsgrad": {"lr": 0.02, "amsgrad": True},
    "Adam tensor": {"lr": torch.tensor(0.02)},
    "AdamW": {"lr": 0.02, "weight_decay": 0.1},
    "AdamW fused": {"lr": 0.02, "fused": True},
    "RMSprop": {"lr": 0.02},
    "Adagrad": {"lr": 0.1},
    "Adagrad fused": {"lr": 0.1, "fused": True},
    "NAdam": {"lr": 0.02},
    "RAdam": {"lr": 0.02},
    "Adadelta": {"lr": 1.0},
    "Adamax": {"lr": 0.02},
    "ASGD": {"lr": 0.1},
    "Rprop": {"lr": 0.01},
    "Adafactor": {"lr": 0.05},
    "Muon": {"lr": 0.05},
}


@pytest.mark.parametrize("mode", ["step", "latent"])
@pytest.mark.parametrize("fused", [False, True])
def test_a_step_that_grad_scaler_skips_is_skipped(mode, fused):
    model = network()
    optimizer = optim.AdamW(model.parameters(), lr=0.05, fused=fused)
    sharing = attach(optimizer, model, RULES, mode=mode)
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)

    def scaled_step(step, spoilt):
        optimizer.zero_grad()
        scaler.scale(loss_of(model, step)).backward()
        if spoilt:
            model[0].weight.grad[2, 3] = torch.inf
        scaler.step(optimizer)
        scaler.update()

    for step in range(3):
        scaled_step(step, spoilt=False)
    before, versions = copy.deepcopy(model), sharing.strengths()
    scaled_step(3, spoilt=True)
    assert same_bits(model, before)
    assert (sharing.steps, sharing.strengths()) == (3, versions)
    scaled_step(4, spoilt=False)
    assert sharing.steps == 4
    assert not same_bits(model, before)


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("penalty", [Subgradient(0.5, l1=0.1), BetaLasso(0.01, beta=2.0)], ids=str)
def test_a_penalty_with_gradient_trains_alike_with_and_without_grad_scaler(fused, penalty):
    model, plain = network(), network()
    optimizer, other = (optim.Adam(m.parameters(), lr=0.05, fused=fused) for m in (model, plain))
    attach(optimizer, model, {FIRST: penalty})
    attach(other, plain, {FIRST: penalty})
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)  # a power of two: scaling is exact
    for step in range(4):
        optimizer.zero_grad()
        scaler.scale(loss_of(model, step)).backward()
        scaler.step(optimizer)
        scaler.update()
        step_once(plain, other, step)
        assert same_bits(model, plain)


@pytest.mark.parametrize("mode", ["step", "latent"])
def test_autocast_changes_nothing_about_the_prox(mode):
    model, plain = network(), network()
    optimizer, by_hand = (optim.SGD(m.parameters(), lr=0.1) for m in (model, plain))
    attach(optimizer, model, RULES, mode=mode)
    attach(by_hand, plain, RULES, mode=mode)
    for step in range(3):
        optimizer.zero_grad()
        by_hand.zero_grad()
        with torch.autocast("cpu", torch.bfloat16):
            loss_of(model, step).backward()
            optimizer.step()  # inside, as some loops have it
            loss_of(plain, step).backward()
        by_hand.step()
        assert same_bits(model, plain)


@pytest.mark.parametrize("mode", ["step", "latent"])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_members_of_a_cluster_are_bit_equal_in_the_parameters_dtype(mode, dtype):
    model = network(dtype)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    sharing = attach(optimizer, model, {FIRST: WeightSharing(100.0)}, mode=mode)  # all become one
    step_once(model, optimizer, 0)
    assert model[0].weight.dtype is dtype
    assert bits(model[0].weight).unique().numel() == 1
    assert sharing.report()[FIRST].distinct == 1


@pytest.mark.parametrize("mode", ["step", "latent"])
def test_a_compiled_step_trains_as_a_plain_one(mode):
    model, plain = network(), network()
    optimizer, other = (optim.SGD(m.parameters(), lr=0.1, momentum=0.9) for m in (model, plain))
    sharing = attach(optimizer, model, RULES, mode=mode)
    attach(other, plain, RULES, mode=mode)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dynamo's own
        compiled = torch.compile(optimizer.step, backend="eager")
        for step in range(4):
            optimizer.zero_grad()
            loss_of(model, step).backward()
            compiled()
            step_once(plain, other, step)
            assert same_bits(model, plain)
    assert sharing.steps == 4


def test_a_compiled_model_has_its_plain_names():
    model = torch.compile(network(), backend="eager")
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    assert attach(optimizer, model, RULES).tensors[0].name == FIRST


@pytest.mark.parametrize("mode", ["step", "latent"])
def test_autograd_sees_that_the_weights_were_written(mode):
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    attach(optimizer, model, RULES, mode=mode)
    product = (model[0].weight * model[0].weight).sum()
    step_once(model, optimizer, 0)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        product.backward()
    optimizer.zero_grad()
    version = model[0].weight._version
    optimizer.step()  # without gradients only the prox writes
    assert model[0].weight._version > version
