"""With any optimizer of torch, the weights are bit for bit those of a loop that applies the prox by hand."""

import copy

import pytest

torch = pytest.importorskip("torch")
from small_training import (  # noqa: E402
    FIRST,
    RULES,
    SHARING,
    distinct,
    loss_of,
    network,
    prox_by_hand_,
    same_bits,
    step_once,
)
from torch import nn, optim  # noqa: E402

from training import BetaLasso, Subgradient, attach  # noqa: E402

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


def optimizer_for(name, model):
    options = copy.deepcopy(OPTIMIZERS[name])
    kind = getattr(optim, name.split()[0], None)
    if kind is None:
        pytest.skip(f"this torch has no {name}")
    return kind([p for p in model.parameters() if p.ndim == 2 or name != "Muon"], **options)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_step_is_the_optimizers_and_then_the_prox(name):
    model, plain = network(), network()
    optimizer, by_hand = optimizer_for(name, model), optimizer_for(name, plain)
    sharing = attach(optimizer, model, RULES)
    for step in range(5):
        step_once(model, optimizer, step)
        step_once(plain, by_hand, step)
        prox_by_hand_(plain[0].weight, float(by_hand.param_groups[0]["lr"]))
        assert same_bits(model, plain)
    lr = float(by_hand.param_groups[0]["lr"])
    assert sharing.steps == 5
    assert sharing.strengths() == {FIRST: pytest.approx(lr * SHARING.strength, rel=1e-12)}
    assert distinct(model[0].weight) < distinct(network()[0].weight)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_in_latent_mode_the_optimizer_moves_the_latent_and_the_weights_are_its_prox(name):
    model, plain = network(), network()
    optimizer, by_hand = optimizer_for(name, model), optimizer_for(name, plain)
    attach(optimizer, model, RULES, mode="latent")
    latent, total = plain[0].weight.detach().clone(), 0.0
    for step in range(5):
        step_once(model, optimizer, step)
        by_hand.zero_grad()
        loss_of(plain, step).backward()
        with torch.no_grad():
            plain[0].weight.copy_(latent)
            by_hand.step()
            latent.copy_(plain[0].weight)
        total += float(by_hand.param_groups[0]["lr"])
        prox_by_hand_(plain[0].weight, total)
        assert same_bits(model, plain)


def test_lbfgs_evaluates_its_closure_often_and_the_prox_follows_once():
    model, plain = network(), network()
    optimizer, by_hand = (optim.LBFGS(m.parameters(), lr=0.3, max_iter=4) for m in (model, plain))
    sharing = attach(optimizer, model, RULES)

    def closure_of(model, optimizer, step, calls):
        def closure():
            calls.append(step)
            optimizer.zero_grad()
            loss = loss_of(model, step)
            loss.backward()
            return loss

        return closure

    calls = []
    for step in range(3):
        optimizer.step(closure_of(model, optimizer, step, calls))
        by_hand.step(closure_of(plain, by_hand, step, []))
        prox_by_hand_(plain[0].weight, 0.3)
        assert same_bits(model, plain)
    assert sharing.steps == 3
    assert len(calls) > 3


def test_a_closure_is_fine_in_step_mode_and_refused_where_it_would_be_wrong():
    def closure():
        return None

    for options, what in (
        ({"rules": RULES, "mode": "latent"}, "latent mode"),
        ({"rules": {FIRST: BetaLasso(0.1)}}, "gradient of BetaLasso"),
    ):
        model = network()
        optimizer = optim.SGD(model.parameters(), lr=0.1)
        attach(optimizer, model, **options)
        for call in (lambda o=optimizer: o.step(closure), lambda o=optimizer: o.step(closure=closure)):
            with pytest.raises(RuntimeError, match=what):
                call()
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    sharing = attach(optimizer, model, RULES)
    optimizer.step(closure)
    assert sharing.steps == 1


def test_sparse_adam_on_an_embedding():
    torch.manual_seed(0)
    model = nn.Embedding(30, 4, sparse=True)
    plain = copy.deepcopy(model)
    optimizers = [optim.SparseAdam(m.parameters(), lr=0.05) for m in (model, plain)]
    attach(optimizers[0], model, {"weight": SHARING})
    for step in range(3):
        for m, optimizer in zip((model, plain), optimizers, strict=True):
            optimizer.zero_grad()
            m(torch.tensor([step, 7])).square().sum().backward()
            optimizer.step()
        prox_by_hand_(plain.weight, 0.05)
        assert same_bits(model, plain)


def test_a_gradient_cannot_be_added_to_a_sparse_one():
    model = nn.Embedding(30, 4, sparse=True)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    attach(optimizer, model, {"weight": Subgradient(0.1)})
    model(torch.tensor([1])).sum().backward()
    with pytest.raises(RuntimeError, match=r"sparse gradient.*sparse=False"):
        optimizer.step()


def test_the_step_size_is_the_rate_of_the_tensors_group_at_the_step_just_taken():
    model, plain = network(), network()
    groups = [
        [{"params": m[0].parameters(), "lr": 0.1}, {"params": m[2].parameters(), "lr": 0.4}] for m in (model, plain)
    ]
    optimizer, by_hand = (optim.SGD(g) for g in groups)
    schedulers = [optim.lr_scheduler.CosineAnnealingLR(o, 6) for o in (optimizer, by_hand)]
    attach(optimizer, model, {"*.weight": SHARING})
    for step in range(5):
        step_once(model, optimizer, step)
        step_once(plain, by_hand, step)
        for place, group in zip((0, 2), by_hand.param_groups, strict=True):
            prox_by_hand_(plain[place].weight, group["lr"])
        for scheduler in schedulers:
            scheduler.step()
        assert same_bits(model, plain)


def test_tied_parameters_share_once():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 6, bias=False), nn.Tanh(), nn.Linear(6, 6, bias=False))
    model[2].weight = model[0].weight
    plain = copy.deepcopy(model)
    optimizer, by_hand = (optim.SGD(m.parameters(), lr=0.1) for m in (model, plain))
    sharing = attach(optimizer, model, {"2.weight": SHARING})
    assert [tensor.name for tensor in sharing.tensors] == ["0.weight"]
    for m, one in ((model, optimizer), (plain, by_hand)):
        m(torch.ones(4, 6)).square().mean().backward()
        one.step()
    prox_by_hand_(plain[0].weight, 0.1)
    assert same_bits(model, plain)
    assert list(sharing.report()) == ["0.weight"]
