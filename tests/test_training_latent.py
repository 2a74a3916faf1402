"""Latent mode: dual averaging, the latent copy, and what happens when someone else changes the weights."""

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
    train,
)
from torch import optim  # noqa: E402

from training import BetaLasso, Constant, Linear, Subgradient, WeightSharing, attach  # noqa: E402

pytestmark = pytest.mark.torch
LR = 0.1


def attached(rules=RULES, **options):
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=LR, momentum=0.9, weight_decay=0.01)
    return model, optimizer, attach(optimizer, model, rules, mode="latent", **options)


def plain_state(optimizer):
    """The optimizer's state as if no Sharing had ever been attached."""
    state = copy.deepcopy(optimizer.state_dict())
    for group in state["param_groups"]:
        del group["weight_sharing"]
    return state


def latent_of(sharing):
    return sharing.state_dict()["tensors"][FIRST]["latent"]


def averaging_by_hand(steps, share_of_step):
    """Yields the model after each step of dual averaging, ``share_of_step(step)`` adding to the strength."""
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=LR, momentum=0.9, weight_decay=0.01)
    weights = model[0].weight
    latent, total = weights.detach().clone(), 0.0
    for step in range(steps):
        optimizer.zero_grad()
        loss_of(model, step).backward()  # at the shared weights
        weights.data.copy_(latent)
        optimizer.step()
        latent.copy_(weights.data)
        total += share_of_step(step)
        if total:
            prox_by_hand_(weights, total)
        yield model


def test_the_strength_grows_by_rate_times_factor_from_start_to_stop_and_then_stands():
    schedule = Linear(0.5, 1.5, 5)
    model, optimizer, sharing = attached(schedule=schedule, start=2, stop=6)
    total = 0.0
    for step, plain in enumerate(averaging_by_hand(9, lambda n: LR * schedule.factor(n) * (2 <= n < 6))):
        step_once(model, optimizer, step)
        assert same_bits(model, plain), step
        total += LR * schedule.factor(step) * (2 <= step < 6)
        assert sharing.strengths()[FIRST] == pytest.approx(SHARING.strength * total)


def test_unscaled_l1_counts_steps_and_rewind_replaces_the_penaltys_own():
    penalty = WeightSharing(0.1, l1=0.002)
    model, optimizer, sharing = attached({FIRST: penalty}, unscaled_l1=True, rewind=Constant(1.0))
    for step in range(4):
        step_once(model, optimizer, step)
        expected = latent_of(sharing)
        prox_by_hand_(expected, sum([LR] * (step + 1)), penalty, l1=(step + 1) * penalty.l1, rewind=1.0)
        assert torch.equal(model[0].weight, expected)


def test_the_weights_are_shared_and_their_latent_is_not():
    model, optimizer, sharing = attached({FIRST: WeightSharing(1.0)})
    train(model, optimizer, range(20))
    assert distinct(model[0].weight) < 0.5 * distinct(latent_of(sharing))


def test_sharing_survives_in_latent_mode_what_it_does_not_in_step_mode():
    found = {}
    for mode in ("step", "latent"):
        model = network()
        optimizer = optim.SGD(model.parameters(), lr=0.05)
        sharing = attach(optimizer, model, {FIRST: WeightSharing(0.05)}, mode=mode)
        train(model, optimizer, range(200))
        found[mode] = sharing.report()[FIRST].distinct
    assert found["latent"] < 0.7 * found["step"]


def test_before_the_first_strength_there_is_no_latent_and_training_is_plain():
    model, optimizer, sharing = attached(start=3)
    plain = network()
    other = optim.SGD(plain.parameters(), lr=LR, momentum=0.9, weight_decay=0.01)
    train(model, optimizer, range(3))
    train(plain, other, range(3))
    assert same_bits(model, plain)
    assert latent_of(sharing) is None


@pytest.mark.parametrize("penalty", [Subgradient(0.3), BetaLasso(0.01)], ids=str)
def test_a_gradient_is_that_at_the_shared_weights(penalty):
    model, optimizer, _ = attached({FIRST: penalty})
    train(model, optimizer, range(3))
    shared = model[0].weight.detach().clone()
    optimizer.zero_grad()
    loss_of(model, 3).backward()
    expected = model[0].weight.grad + penalty.gradient(shared)
    optimizer.step()
    assert torch.equal(model[0].weight.grad, expected)


def test_weights_that_were_swapped_out_and_back_are_the_same_weights():
    model, optimizer, _ = attached()
    plain, other, _ = attached()
    for step in range(5):
        kept = copy.deepcopy(model.state_dict())
        model.load_state_dict(network().state_dict())  # as for an evaluation with averaged weights
        model.load_state_dict(kept)
        step_once(model, optimizer, step)
        step_once(plain, other, step)
    assert same_bits(model, plain)


def test_weights_that_someone_changed_are_said_and_taken_over():
    model, optimizer, sharing = attached()
    train(model, optimizer, range(3))
    with torch.no_grad():
        model[0].weight.mul_(2.0)
    plain = copy.deepcopy(model)
    other = optim.SGD(plain.parameters(), lr=LR, momentum=0.9, weight_decay=0.01)
    other.load_state_dict(plain_state(optimizer))
    sharing_too = attach(other, plain, RULES, mode="latent")
    with pytest.warns(UserWarning, match=r"0\.weight was changed"):
        step_once(model, optimizer, 3)
    step_once(plain, other, 3)
    assert same_bits(model, plain)  # as if attached at the changed weights
    assert sharing.strengths() == sharing_too.strengths()


def fill(model):
    model[0].weight.data.fill_(5.0)


def clamp(model):
    model[0].weight.data.clamp_(-0.05, 0.05)


def replace(model):
    model[0].weight.data = torch.full_like(model[0].weight, 0.25)


def round_trip(model):
    model.bfloat16()
    model.float()


@pytest.mark.parametrize("edit", [fill, clamp, replace, round_trip])
def test_edits_past_autograd_are_taken_over_as_well(edit):
    model, optimizer, _ = attached()
    train(model, optimizer, range(3))
    edit(model)
    plain = copy.deepcopy(model)
    other = optim.SGD(plain.parameters(), lr=LR, momentum=0.9, weight_decay=0.01)
    other.load_state_dict(plain_state(optimizer))
    attach(other, plain, RULES, mode="latent")
    with pytest.warns(UserWarning, match=r"0\.weight was changed") as caught:
        train(model, optimizer, range(3, 6))
    assert len(caught) == 1  # at the first step only
    train(plain, other, range(3, 6))
    assert same_bits(model, plain)


@pytest.mark.parametrize("edit", [replace, round_trip, torch.nn.Module.bfloat16])
def test_where_values_are_not_compared_new_memory_and_another_dtype_are_edits(edit, monkeypatch):
    monkeypatch.setattr("training.edits.by_value", lambda tensor: False)  # as on a GPU
    model, optimizer, _ = attached()
    train(model, optimizer, range(3))  # no edit, no warning
    edit(model)
    for group in optimizer.param_groups:
        group["momentum"] = 0.0  # its buffers are of the old dtype
    edited = model[0].weight.detach().clone()
    model[0].weight.grad = None
    with pytest.warns(UserWarning, match=r"0\.weight was changed"):
        optimizer.step()
    prox_by_hand_(edited, LR)
    assert torch.equal(model[0].weight, edited)


def test_an_edit_that_changes_nothing_is_none():
    model, optimizer, _ = attached()
    plain, other, _ = attached()
    for step in range(4):
        model[0].weight.data.clamp_(-100.0, 100.0)
        model[0].weight.data = model[0].weight.detach().clone()
        step_once(model, optimizer, step)
        step_once(plain, other, step)
    assert same_bits(model, plain)


def test_a_step_that_failed_halfway_is_repeated_from_the_latent():
    model, optimizer, _ = attached()
    plain, other, _ = attached()
    train(model, optimizer, range(2))
    train(plain, other, range(2))

    def fail(*_):
        raise KeyboardInterrupt

    handle = optimizer.register_step_pre_hook(fail)
    with pytest.raises(KeyboardInterrupt):
        step_once(model, optimizer, 2)
    handle.remove()
    optimizer.step()
    step_once(plain, other, 2)
    assert same_bits(model, plain)


def test_disabled_and_enabled_again_it_starts_anew():
    model, optimizer, sharing = attached()
    train(model, optimizer, range(3))
    sharing.enabled = False
    train(model, optimizer, range(3, 5))
    assert latent_of(sharing) is None
    sharing.enabled = True
    train(model, optimizer, range(5, 6))
    assert sharing.steps == 6
    assert sharing.strengths()[FIRST] == pytest.approx(LR * SHARING.strength)


def test_detached_the_weights_stay_shared():
    model, optimizer, sharing = attached({FIRST: WeightSharing(1.0)})
    train(model, optimizer, range(5))
    before = copy.deepcopy(model)
    sharing.detach()
    assert same_bits(model, before)
