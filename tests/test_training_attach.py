"""attach: when the prox acts, at which strength, on what."""

import math

import pytest

torch = pytest.importorskip("torch")
from small_training import (  # noqa: E402
    FIRST,
    RULES,
    SECOND,
    SHARING,
    bits,
    loss_of,
    network,
    prox_by_hand_,
    same_bits,
    step_once,
    train,
)
from torch import nn, optim  # noqa: E402

from training import (  # noqa: E402
    L1,
    BetaLasso,
    Constant,
    GroupLasso,
    Linear,
    Subgradient,
    Target,
    WeightSharing,
    attach,
    measure,
)
from training.stopwatch import Stopwatch  # noqa: E402

pytestmark = pytest.mark.torch
LR = 0.1


def attached(rules=RULES, **options):
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=LR, momentum=0.5)
    return model, optimizer, attach(optimizer, model, rules, **options)


def unattached():
    model = network()
    return model, optim.SGD(model.parameters(), lr=LR, momentum=0.5)


def agrees_with(by_hand, steps=8, rules=RULES, **options):
    """Each step of the attached training is bit for bit a plain one, then ``by_hand(weights, step)``."""
    model, optimizer, _ = attached(rules, **options)
    plain, other = unattached()
    for step in range(steps):
        step_once(model, optimizer, step)
        step_once(plain, other, step)
        by_hand(plain[0].weight, step)
        assert same_bits(model, plain), step


def test_every_start_and_stop_say_after_which_steps_the_prox_acts_and_no_rate_is_lost():
    summed = LR + LR + LR

    def by_hand(weights, step):
        if step in (4, 7):  # start 2, every 3, stop 10: after the steps 2, 3, 4 and 5, 6, 7; 8, 9 are no three
            prox_by_hand_(weights, summed)

    agrees_with(by_hand, steps=14, every=3, start=2, stop=10)


def test_the_factor_of_a_schedule_multiplies_the_strength():
    schedule = Linear(0.0, 2.0, 6)
    agrees_with(lambda w, step: prox_by_hand_(w, LR * schedule.factor(step)), schedule=schedule)
    agrees_with(lambda w, step: prox_by_hand_(w, LR * 0.5), schedule=Constant(0.5))


def test_each_rule_may_have_its_own_schedule():
    rules = {"0.*": SHARING, lambda name, parameter: name == SECOND: SHARING}
    model, optimizer, sharing = attached(rules, schedule={"0.*": Constant(0.25)})
    train(model, optimizer, range(2))
    assert sharing.strengths() == {FIRST: LR * 0.25 * SHARING.strength, SECOND: LR * SHARING.strength}


def test_a_rewind_schedule_replaces_the_penaltys_own():
    rewind = Linear(0.0, 1.0, 4)
    rules = {FIRST: WeightSharing(0.3, rewind=0.7)}
    agrees_with(lambda w, step: prox_by_hand_(w, LR, rules[FIRST]), rules=rules)
    agrees_with(lambda w, step: prox_by_hand_(w, LR, rewind=rewind.factor(step), l1=0.0), rules=rules, rewind=rewind)


def test_unscaled_l1_is_not_multiplied_by_the_rate():
    agrees_with(lambda w, step: prox_by_hand_(w, LR, l1=SHARING.l1), unscaled_l1=True)
    l1 = {FIRST: L1(0.01)}

    def soft(w, threshold):
        w.data.copy_(l1[FIRST].prox(w, threshold))

    agrees_with(lambda w, step: soft(w, 1.0), rules=l1, unscaled_l1=True)
    agrees_with(lambda w, step: soft(w, LR), rules=l1)


@pytest.mark.parametrize("factor", [1.0, 0.5])
@pytest.mark.parametrize(
    "penalty", [L1(0.05), BetaLasso(0.01, beta=3.0), GroupLasso(0.02), Subgradient(0.3, l1=0.02)], ids=str
)
def test_other_penalties_act_by_their_gradient_before_and_their_prox_after(penalty, factor):
    model, optimizer, _ = attached({FIRST: penalty}, schedule=Constant(factor))
    plain, other = unattached()
    scaled = type(penalty)(**vars(penalty) | {"strength": penalty.strength * factor})
    if isinstance(penalty, Subgradient):
        scaled = Subgradient(penalty.strength * factor, l1=penalty.l1 * factor)
    weights = plain[0].weight
    for step in range(4):
        step_once(model, optimizer, step)
        other.zero_grad()
        loss_of(plain, step).backward()
        if hasattr(scaled, "gradient"):
            weights.grad += scaled.gradient(weights)
        other.step()
        weights.data.copy_(scaled.prox(weights, LR))
        assert torch.allclose(model[0].weight, weights, rtol=1e-6, atol=1e-8)
        assert torch.equal(model[0].weight == 0, weights == 0)


def test_a_gradient_acts_only_from_start_to_stop_and_on_a_tensor_without_gradient_too():
    model, optimizer, _ = attached({SECOND: Subgradient(1.0)}, start=1, stop=2)
    seen = []
    for _ in range(3):
        optimizer.zero_grad()
        optimizer.step()
        seen.append(model[2].weight.grad is not None)
    assert seen == [False, True, False]


@pytest.mark.parametrize("mode", ["step", "latent"])
def test_a_target_is_reached_by_the_loop(mode):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(40, 60), nn.Tanh(), nn.Linear(60, 1))
    inputs = torch.randn(64, 40)
    targets = inputs[:, :4].sum(1, keepdim=True)
    optimizer = optim.SGD(model.parameters(), lr=0.05)
    target = Target(distinct=200, every=5)
    sharing = attach(optimizer, model, {FIRST: WeightSharing(0.05)}, schedule=target, mode=mode)
    for _ in range(400):
        optimizer.zero_grad()
        nn.functional.mse_loss(model(inputs), targets).backward()
        optimizer.step()
    assert 100 <= sharing.report()[FIRST].distinct <= 400


def test_a_target_corrects_after_every_so_many_steps_by_what_it_measures():
    class Recorder:
        every = 4
        seen = []  # noqa: RUF012

        def corrected(self, state, figures):
            self.seen.append((sharing.steps, figures))
            return {"log_factor": math.log(2.0)}

    model, optimizer, sharing = attached(schedule=Recorder(), start=1, stop=10)
    train(model, optimizer, range(5))
    assert [step for step, _ in Recorder.seen] == [5]
    assert Recorder.seen[0][1] == measure(model[0].weight)
    assert sharing.strengths()[FIRST] == LR * SHARING.strength
    train(model, optimizer, range(5, 20))
    assert [step for step, _ in Recorder.seen] == [5, 9]
    assert sharing.strengths()[FIRST] == pytest.approx(2 * LR * SHARING.strength)


def test_while_not_enabled_training_is_as_if_nothing_were_attached():
    model, optimizer, sharing = attached()
    plain, other = unattached()
    sharing.enabled = False
    train(model, optimizer, range(3))
    train(plain, other, range(3))
    assert same_bits(model, plain)
    assert sharing.steps == 3
    sharing.enabled = True
    train(model, optimizer, [3])
    train(plain, other, [3])
    prox_by_hand_(plain[0].weight, LR)
    assert same_bits(model, plain)


def test_frozen_tensors_are_left_alone():
    model, optimizer, sharing = attached({"*.weight": SHARING})
    model[0].weight.requires_grad_(False)
    before = model[0].weight.clone()
    train(model, optimizer, range(2))
    assert torch.equal(model[0].weight, before)
    assert sharing.strengths()[FIRST] == 0.0
    assert sharing.strengths()[SECOND] > 0.0


def test_a_tensor_without_gradient_gets_the_prox_though_the_optimizer_passes_over_it():
    model, optimizer, _ = attached()
    expected = model[0].weight.detach().clone()
    for _ in range(2):
        optimizer.zero_grad()
        optimizer.step()
        prox_by_hand_(expected, LR)
    assert torch.equal(model[0].weight, expected)


def test_no_sharing_at_strength_zero_but_for_equal_weights():
    agrees_with(lambda w, step: None, rules={FIRST: WeightSharing(0.0)})
    model, optimizer, _ = attached(schedule=Constant(0.0))
    plain, other = unattached()
    train(model, optimizer, range(2))
    train(plain, other, range(2))
    assert torch.equal(bits(model[0].weight), bits(plain[0].weight))


@pytest.mark.parametrize("mode", ["step", "latent"])
def test_tensors_that_go_through_the_prox_at_once_as_on_a_gpu_share_as_one_by_one(monkeypatch, mode):
    rules = {FIRST: SHARING, SECOND: WeightSharing(0.1, scope="row"), "0.bias": L1(0.1), "2.bias": BetaLasso(0.01)}
    one_by_one = attached(rules, mode=mode)
    monkeypatch.setattr("training.sharing._batches", lambda tracks: [(tracks, Stopwatch(torch.device("cpu")))])
    at_once = attached(rules, mode=mode)
    for model, optimizer, _ in (one_by_one, at_once):
        train(model, optimizer, range(4))
    assert same_bits(one_by_one[0], at_once[0])
    times = [one.prox_ms / one.numel for one in at_once[2].report().values()]
    assert times == pytest.approx([times[0]] * 4)
