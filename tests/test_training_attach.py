"""attach: when the prox acts, at which strength, on what; copies, detaching, reports, and refusals."""

import copy
import gc
import math
import pickle
import warnings
import weakref

import pytest
from one_sentence import refused

torch = pytest.importorskip("torch")
from small_training import (  # noqa: E402
    FIRST,
    RULES,
    SECOND,
    SHARING,
    bits,
    distinct,
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
from training.hook import attached_to  # noqa: E402

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


def test_groups_that_load_state_dict_replaced_are_found_again():
    model, optimizer, sharing = attached()
    train(model, optimizer, range(2))
    state = optimizer.state_dict()
    state["param_groups"][0]["lr"] = 0.025
    del state["param_groups"][0]["weight_sharing"]
    optimizer.load_state_dict(state)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        train(model, optimizer, range(2, 4))
    assert sharing.strengths()[FIRST] == 0.025 * SHARING.strength
    assert optimizer.param_groups[0]["weight_sharing"] == "attached"


def test_the_mark_passes_torch_load_with_weights_only(tmp_path):
    model, optimizer, _ = attached()
    train(model, optimizer, range(2))
    torch.save(optimizer.state_dict(), tmp_path / "optimizer.pt")
    loaded = torch.load(tmp_path / "optimizer.pt", weights_only=True)
    assert loaded["param_groups"][0]["weight_sharing"] == "attached"


def copied(optimizer, model):
    model, optimizer = copy.deepcopy((model, optimizer))
    return optimizer, model


def pickled(optimizer, model):
    model, optimizer = pickle.loads(pickle.dumps((model, optimizer)))
    return optimizer, model


def loaded(optimizer, model):
    other = network()
    fresh = optim.SGD(other.parameters(), lr=LR)
    fresh.load_state_dict(optimizer.state_dict())
    return fresh, other


@pytest.mark.parametrize("copy_of", [copied, pickled, loaded])
def test_a_copy_of_an_optimizer_says_once_at_its_step_that_it_lost_the_sharing(copy_of):
    model, optimizer, _ = attached()
    train(model, optimizer, range(2))
    optimizer, model = copy_of(optimizer, model)
    with pytest.warns(UserWarning, match="call attach again") as caught:
        train(model, optimizer, range(3))
    assert len(caught) == 1


@pytest.mark.parametrize("copy_of", [copied, pickled, loaded])
def test_a_copy_that_is_attached_again_shares_without_a_word(copy_of):
    model, optimizer, _ = attached()
    train(model, optimizer, range(2))
    optimizer, model = copy_of(optimizer, model)
    sharing = attach(optimizer, model, RULES)
    train(model, optimizer, range(3))
    assert sharing.steps == 3


def test_a_detached_optimizer_is_a_plain_one_and_its_copies_are_silent():
    model, optimizer, sharing = attached()
    train(model, optimizer, range(2))
    assert attached_to(optimizer) == [sharing]
    sharing.detach()
    sharing.detach()
    assert attached_to(optimizer) == []
    assert "weight_sharing" not in optimizer.param_groups[0]
    plain, other = unattached()
    plain.load_state_dict(model.state_dict())
    other.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    train(model, optimizer, range(2, 4))
    train(plain, other, range(2, 4))
    assert same_bits(model, plain)
    assert sharing.steps == 2
    assert attach(optimizer, model, RULES).attached


def test_two_sharings_on_one_optimizer_act_each_on_its_own_and_leave_one_by_one():
    model, optimizer, first = attached()
    second = attach(optimizer, model, {SECOND: SHARING}, every=2)
    train(model, optimizer, range(3))
    assert (first.steps, second.steps) == (3, 3)
    assert second.strengths() == {SECOND: pytest.approx(2 * LR * SHARING.strength)}
    first.detach()
    assert attached_to(optimizer) == [second]
    assert optimizer.param_groups[0]["weight_sharing"] == "attached"


def test_an_optimizer_is_freed_with_its_sharing():
    model, optimizer, sharing = attached()
    train(model, optimizer, range(1))
    gone = weakref.ref(optimizer), weakref.ref(sharing)
    del model, optimizer, sharing
    gc.collect()
    assert [one() for one in gone] == [None, None]


def test_a_sharing_outlives_its_optimizer_to_report():
    model, optimizer, sharing = attached()
    train(model, optimizer, range(1))
    del optimizer
    gc.collect()
    assert sharing.report()[FIRST].distinct == distinct(model[0].weight)
    sharing.detach()


def test_the_report_has_the_figures_and_what_happened_since_the_last():
    model, optimizer, sharing = attached({"*.weight": WeightSharing(0.5, l1=0.05)})
    untrained = measure(model[0].weight)
    train(model, optimizer, range(6))
    report = sharing.report()
    assert list(report) == [FIRST, SECOND]
    one, figures = report[FIRST], measure(model[0].weight)
    assert all(one[name] == figures[name] for name in figures.__dataclass_fields__)
    assert one.untrained == untrained
    assert one.merges - one.splits == untrained.distinct - figures.distinct > 0
    assert one["strength"] == sharing.strengths()[FIRST]
    assert one.prox_ms > 0
    idle = sharing.report()[FIRST]
    assert (idle.merges, idle.splits, idle.prox_ms) == (0, 0, 0.0)
    assert idle.distinct == one.distinct


def test_prox_milliseconds_are_the_mean_over_all_steps_since_the_last_report(monkeypatch):
    ticks = iter(range(1000))
    model, optimizer, sharing = attached(every=4)
    monkeypatch.setattr("training.stopwatch.time.perf_counter", lambda: next(ticks))  # a second from look to look
    train(model, optimizer, range(8))
    assert sharing.report()[FIRST].prox_ms == 2 * 1000 / 8


def test_a_report_prints_as_an_aligned_table_and_goes_to_json():
    model, optimizer, sharing = attached({"*.weight": SHARING})
    train(model, optimizer, range(2))
    report = sharing.report()
    lines = str(report).splitlines()
    assert [line.split()[0] for line in lines] == ["tensor", FIRST, SECOND]
    assert len({len(line) for line in lines}) == 1
    assert f"{report[FIRST].distinct}" in lines[1]
    fields = report[FIRST].to_json()
    assert fields["merges"] == report[FIRST].merges
    assert fields["untrained"]["distinct"] == report[FIRST].untrained.distinct
    assert fields["numel"] == 12 * 16


def test_not_finite_weights_stop_with_tensor_and_step():
    model, optimizer, _ = attached()
    train(model, optimizer, range(2))
    model[0].weight.data[1, 2] = math.nan
    refused(ValueError, lambda: step_once(model, optimizer, 2), FIRST, "step 2", "nan")


def test_no_sharing_at_strength_zero_but_for_equal_weights():
    agrees_with(lambda w, step: None, rules={FIRST: WeightSharing(0.0)})
    model, optimizer, _ = attached(schedule=Constant(0.0))
    plain, other = unattached()
    train(model, optimizer, range(2))
    train(plain, other, range(2))
    assert torch.equal(bits(model[0].weight), bits(plain[0].weight))


@pytest.mark.parametrize(
    ("error", "options", "words"),
    [
        (ValueError, {"mode": "lazy"}, ["'lazy'", "step, latent"]),
        (ValueError, {"every": 0}, ["every is 0", ">= 1"]),
        (TypeError, {"every": 2.0}, ["every", "float", "whole number"]),
        (TypeError, {"start": True}, ["start", "bool"]),
        (ValueError, {"start": -1}, ["start is -1"]),
        (ValueError, {"start": 5, "stop": 5}, ["stop is 5", "start 5"]),
        (ValueError, {"mode": "latent", "every": 2}, ["every is 2", "latent"]),
        (TypeError, {"schedule": 0.5}, ["float", "Constant"]),
        (TypeError, {"schedule": Constant}, ["class Constant"]),
        (ValueError, {"schedule": {"nothing": Constant()}}, ["'nothing'", FIRST]),
        (TypeError, {"rewind": 0.5}, ["rewind", "float", "Constant"]),
        (TypeError, {"rewind": Target(distinct=3)}, ["rewind", "Target", "open-loop"]),
        (ValueError, {"schedule": Target(sparsity=0.5), "rules": {FIRST: WeightSharing(1.0)}}, ["l1"]),
        (ValueError, {"rules": {"fc9.weight": SHARING}}, ["fc9.weight", FIRST]),
    ],
)
def test_refusals(error, options, words):
    refused(error, lambda: attached(**options), *words)


def test_what_the_optimizer_does_not_train_or_what_is_regularized_already_is_refused():
    model = network()
    optimizer = optim.SGD(model[2].parameters(), lr=LR)
    refused(ValueError, lambda: attach(optimizer, model, RULES), FIRST, "optimizer")
    refused(TypeError, lambda: attach(model, model, RULES), "Sequential", "torch.optim.Optimizer")
    first = optim.SGD(model.parameters(), lr=LR)
    sharing = attach(first, model, RULES)
    refused(ValueError, lambda: attach(first, model, {"*.weight": SHARING}), FIRST, "already")
    refused(ValueError, lambda: attach(optim.SGD(model.parameters(), lr=LR), model, RULES), FIRST, "already")
    assert attached_to(first) == [sharing]
    assert "weight_sharing" not in optimizer.param_groups[0]
