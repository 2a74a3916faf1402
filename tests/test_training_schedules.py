"""Schedules hold what they say, and a closed loop reaches its aim from either side."""

import json
import math
from types import SimpleNamespace

import pytest
from one_sentence import refused

torch = pytest.importorskip("torch")
from prox import WeightSharing  # noqa: E402
from training.penalties import L1, BetaLasso, GroupLasso, Subgradient  # noqa: E402
from training.schedules import RANGE, Constant, Cosine, Linear, Target, parse  # noqa: E402
from training.tensor_figures import measure  # noqa: E402

pytestmark = pytest.mark.torch


def figures(**fields):
    return SimpleNamespace(**{"numel": 1000, "distinct": 1000, "sparsity": 0.0} | fields)


def test_ramps_begin_at_begin_and_hold_end():
    for ramp in (Linear(0.0, 2.0, 100), Cosine(0.0, 2.0, 100)):
        assert [ramp.factor(step) for step in (0, 50, 100, 10_000)] == pytest.approx([0, 1, 2, 2])
        assert all(ramp.factor(step) <= ramp.factor(step + 1) for step in range(120))
    assert Linear(0.0, 2.0, 100).factor(25) == 0.5
    assert Cosine(1.0, 0.0, 3).factor(1) == pytest.approx(0.75)
    assert Cosine(1.0, 0.0, 3).factor(3) == 0.0
    assert Constant().factor(7) == 1.0
    assert Constant(0.3).factor(10**9) == 0.3


def controlled(target, penalty, begin, corrections=60, drift=0.0):
    """What is left of the prox of a Gaussian, correction by correction, as ``drift`` makes the weights wider."""
    weights = torch.randn(4096, generator=torch.Generator().manual_seed(0))
    state, seen = {"log_factor": math.log(begin)}, []
    for _ in range(corrections):
        found = measure(penalty.prox(weights, math.exp(state["log_factor"])))
        seen.append(found)
        state = target.corrected(json.loads(json.dumps(state)), found)
        weights *= 1.0 + drift
    return seen


AIMS = [
    (Target(distinct=256), WeightSharing(1.0), lambda found: found.distinct / 256),
    (Target(sparsity=0.9), WeightSharing(0.1, l1=1.0), lambda found: found.sparsity / 0.9),
    (Target(sparsity=0.9), L1(1.0), lambda found: found.sparsity / 0.9),
    (Target(bits=4), WeightSharing(1.0), lambda found: math.log2(found.distinct) / 4),
]


@pytest.mark.parametrize(
    ("target", "penalty", "ratio"), AIMS, ids=[f"{aim}-{type(penalty).__name__}" for aim, penalty, _ in AIMS]
)
@pytest.mark.parametrize("begin", [0.02, 50.0], ids=["too weak", "too strong"])
@pytest.mark.parametrize("drift", [0.0, 0.01], ids=["still", "drifting"])
def test_target_reaches_its_aim_from_either_side(target, penalty, ratio, begin, drift):
    seen = [ratio(found) for found in controlled(target, penalty, begin, drift=drift)]
    assert abs(seen[0] - 1) > 0.1
    late = seen[-15:]
    away = [abs(value - 1) for value in late]
    assert max(away) < 0.05 if drift == 0 else sum(away) / len(away) < 0.08


def test_a_steep_plant_is_bisected_and_a_flat_one_is_walked():
    """distinct = 256 (strength / critical) ** -slope, from 1000 values at slope 60 to an all but flat 0.5."""
    for slope in (0.5, 5.0, 60.0):
        state, seen = {"log_factor": 2.0}, []
        for _ in range(100):
            values = 256 * math.exp(min(max(-slope * state["log_factor"], -5.0), 5.0))
            state = Target(distinct=256).corrected(state, figures(distinct=max(round(values), 1)))
            seen.append(values)
        assert all(abs(value / 256 - 1) < 0.05 for value in seen[-20:]), slope


def test_a_settled_loop_follows_when_training_moves_on():
    """At slope 60 the reach has shrunk by the 60th correction; then the critical strength is e^3 times what it was."""
    state, seen = {"log_factor": 1.0}, []
    for number in range(160):
        away = state["log_factor"] - (3.0 if number >= 60 else 0.0)
        seen.append(256 * math.exp(min(max(-60 * away, -5.0), 5.0)))
        state = Target(distinct=256).corrected(state, figures(distinct=max(round(seen[-1]), 1)))
        if number == 59:
            assert state["reach"] < 0.1
    assert all(abs(values / 256 - 1) < 0.05 for values in seen[50:60] + seen[-20:])


def test_the_correction_has_the_right_sign_is_bounded_and_pure():
    for target, too_much, too_little in (
        (Target(distinct=100), figures(distinct=900), figures(distinct=3)),
        (Target(bits=5), figures(distinct=900), figures(distinct=3)),
        (Target(sparsity=0.5), figures(sparsity=0.1), figures(sparsity=1.0)),
    ):
        state = {"log_factor": 1.0}
        assert 1.0 < target.corrected(state, too_much)["log_factor"] <= 1.3
        assert 0.7 <= target.corrected(state, too_little)["log_factor"] < 1.0
        assert state == {"log_factor": 1.0}


def test_an_aim_out_of_reach_stops_at_the_end_of_the_range():
    state = {"log_factor": 0.0}
    for _ in range(200):
        state = Target(distinct=10).corrected(state, figures(distinct=1000))
    assert state["log_factor"] == RANGE
    assert Target(sparsity=0.5).corrected(state, figures(numel=0, distinct=0)) == state


def test_target_says_where_no_factor_helps():
    Target(sparsity=0.9).check(WeightSharing(1e-3, l1=1e-4))
    for penalty in (L1(1e-3), BetaLasso(1e-3), GroupLasso(1e-3)):
        Target(sparsity=0.9).check(penalty)
    for penalty in (WeightSharing(1e-3), WeightSharing(0.0, l1=1e-3), L1(1e-3)):
        Target(distinct=256).check(penalty)
    refused(ValueError, lambda: Target(sparsity=0.9).check(WeightSharing(1e-3)), "sparsity=0.9", "l1 > 0")
    refused(ValueError, lambda: Target(bits=4).check(Subgradient(1e-3)), "bits=4", "use WeightSharing")
    refused(ValueError, lambda: Target(sparsity=0.9).check(Subgradient(1e-3, l1=1e-3)), "use WeightSharing")
    refused(ValueError, lambda: Target(distinct=4).check(WeightSharing(0.0)), "strength 0")


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("constant", Constant()),
        ("constant:0.5", Constant(0.5)),
        ("linear:0:1:1000", Linear(0, 1, 1000)),
        (" cosine:1:0:5000 ", Cosine(1, 0, 5000)),
        ("target:distinct=256", Target(distinct=256)),
        ("target:sparsity=0.9", Target(sparsity=0.9)),
        ("target:bits=4,every=50,gain=0.1", Target(bits=4, every=50, gain=0.1)),
    ],
)
def test_schedules_are_read_from_text(text, schedule):
    assert parse(text) == schedule


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "unknown schedule ''"),
        ("step:3", "linear:0:1:1000"),
        ("linear:0:1", "unknown schedule"),
        ("linear:0:1:x", "'linear:0:1:x'"),
        ("linear:0:1:0", "steps is 0"),
        ("linear:0:-1:5", "end is -1"),
        ("constant:nan", "value is nan"),
        ("target:", "not understood"),
        ("target:values=4", "'values=4'"),
        ("target:bits=4,bits=5", "each once"),
        ("target:bits=4,distinct=16", "exactly one"),
        ("target:every=4", "no aim"),
        ("target:bits=4,every=0", "every is 0"),
        ("target:bits=4,gain=0", "gain is 0"),
        ("target:sparsity=1", "both excluded"),
        ("target:distinct=0.5", "at least 1"),
    ],
)
def test_a_text_that_is_no_schedule_is_refused_in_one_sentence(text, words):
    refused(ValueError, lambda: parse(text), words)


def test_bad_fields_are_refused_in_one_sentence():
    refused(TypeError, lambda: Linear(0, 1, 2.5), "steps is a float")
    refused(ValueError, lambda: Constant(-1), "value is -1")
    refused(ValueError, lambda: Target(), "no aim", "exactly one")
    refused(ValueError, lambda: Target(distinct=float("inf")), "distinct is inf")
    refused(TypeError, lambda: parse(None), "NoneType")
