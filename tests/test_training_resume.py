"""2N steps are N steps, a fresh process, and N steps: bit for bit, in both modes."""

import copy
import os
import subprocess
import sys
from pathlib import Path

import pytest
from one_sentence import refused

torch = pytest.importorskip("torch")
from small_training import FIRST, SECOND, bits, network, same_bits, train  # noqa: E402
from torch import optim  # noqa: E402

from training import BetaLasso, Linear, Target, WeightSharing, attach  # noqa: E402

pytestmark = pytest.mark.torch
HERE = Path(__file__).resolve()
RULES = {FIRST: WeightSharing(0.2, l1=0.02, rewind=0.3), SECOND: BetaLasso(0.01, beta=2.0)}
SETTINGS = {
    "step": {"mode": "step", "every": 3, "schedule": Linear(0.0, 1.0, 15)},
    "step, to a target": {"mode": "step", "schedule": {FIRST: Target(distinct=40, every=4)}},
    "latent": {"mode": "latent", "schedule": Linear(0.0, 1.0, 15), "rewind": Linear(0.0, 1.0, 20)},
    "latent, to a target": {"mode": "latent", "start": 2, "stop": 18, "schedule": {FIRST: Target(bits=5, every=4)}},
}
HALF = 11  # not a multiple of every: sums and the loop are caught in between


def everything(setting):
    model = network()
    optimizer = optim.AdamW(model.parameters(), lr=0.05)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, 2 * HALF)
    return model, optimizer, scheduler, attach(optimizer, model, RULES, **SETTINGS[setting])


def run(parts, steps):
    model, optimizer, scheduler, sharing = parts
    for step in steps:
        train(model, optimizer, [step])
        scheduler.step()
    return sharing.report()


def save(parts, path):
    torch.save([part.state_dict() for part in parts], path)


def load(parts, path, order):
    states = torch.load(path, weights_only=True)
    for place in order:
        parts[place].load_state_dict(states[place])


def resume(setting, path):
    """The second half; the main program of the fresh process."""
    parts = everything(setting)
    load(parts, path, order=(3, 0, 1, 2))  # the sharing before the model
    run(parts, range(HALF, 2 * HALF))
    save(parts, path)


def same(one, other):
    """Are two states equal, tensors bit for bit?"""
    if isinstance(one, torch.Tensor):
        return torch.equal(bits(one), bits(other)) if one.is_floating_point() else torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def test_a_fresh_process_goes_on_bit_for_bit(tmp_path):
    straight = {}
    for number, setting in enumerate(SETTINGS):
        straight[setting] = everything(setting)
        run(straight[setting], range(2 * HALF))
        half = everything(setting)
        run(half, range(HALF))
        save(half, tmp_path / f"{number}.pt")
    code = (
        "import sys, test_training_resume as t\nfor n, s in enumerate(t.SETTINGS): t.resume(s, f'{sys.argv[1]}/{n}.pt')"
    )
    subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(tmp_path)],
        cwd=HERE.parent,
        env=os.environ | {"PYTHONPATH": str(HERE.parents[1])},
        check=True,
        timeout=120,
    )
    for number, setting in enumerate(SETTINGS):
        resumed = torch.load(tmp_path / f"{number}.pt", weights_only=True)
        for part, state in zip(straight[setting], resumed, strict=True):
            assert same(part.state_dict(), state), setting


@pytest.mark.parametrize("setting", SETTINGS)
def test_model_optimizer_and_sharing_may_be_loaded_in_any_order(setting, tmp_path):
    half = everything(setting)
    run(half, range(HALF))
    save(half, tmp_path / "half.pt")
    reports = []
    for order in ((0, 1, 2, 3), (3, 2, 1, 0)):
        parts = everything(setting)
        load(parts, tmp_path / "half.pt", order)
        assert parts[3].steps == HALF
        assert parts[3].strengths() == half[3].strengths()
        reports.append(run(parts, range(HALF, 2 * HALF)))
        reports.append(parts[0])
    assert same_bits(reports[1], reports[3])
    moved = [[(r.merges, r.splits, r.untrained) for r in report.values()] for report in reports[::2]]
    assert moved[0] == moved[1]
    straight = run(half, range(HALF, 2 * HALF))
    assert [(r.merges, r.splits, r.untrained) for r in straight.values()] == moved[0]


def test_the_latent_of_another_model_is_noticed():
    parts = everything("latent")
    run(parts, range(4))
    other = everything("latent")
    other[3].load_state_dict(parts[3].state_dict())  # and not the model
    with pytest.warns(UserWarning, match="was changed") as caught:
        run(other, [4])
    assert [str(one.message).split()[0] for one in caught] == [FIRST, SECOND]


def test_merges_and_splits_are_counted_from_the_state_on():
    parts = everything("latent")
    run(parts, range(4))
    states = copy.deepcopy([part.state_dict() for part in parts])
    other = everything("latent")
    train(other[0], other[1], range(20, 24))
    for part, state in zip(other, states, strict=True):
        part.load_state_dict(state)
    moved = [[(r.merges, r.splits) for r in run(one, range(4, 6)).values()] for one in (parts, other)]
    assert moved[0] == moved[1]


def moves_of(report):
    return [(one.merges, one.splits) for one in report.values()]


@pytest.mark.parametrize("setting", ["latent", "latent, to a target"])
def test_a_stop_between_two_reports_does_not_show_in_merges_and_splits(setting):
    straight, resumed, older = everything(setting), everything(setting), everything(setting)
    run(straight, range(5))
    train(*straight[:2], range(5, 9))
    states = copy.deepcopy([part.state_dict() for part in straight])
    for part, state in zip(resumed, states, strict=True):
        part.load_state_dict(state)
    for fields in states[3]["tensors"].values():
        del fields["before"]
    for part, state in zip(older, states, strict=True):
        part.load_state_dict(state)
    for parts in (straight, resumed, older):
        train(*parts[:2], range(9, 11))
    moved = moves_of(straight[3].report())
    assert moves_of(resumed[3].report()) == moved
    assert moves_of(older[3].report()) != moved  # from the state on


def test_a_state_of_an_older_version_without_the_last_reports_weights_is_read():
    parts = everything("latent")
    run(parts, range(4))
    states = copy.deepcopy([part.state_dict() for part in parts])
    for fields in states[3]["tensors"].values():
        del fields["before"]
    other = everything("latent")
    for part, state in zip(other, states, strict=True):
        part.load_state_dict(state)
    assert moves_of(run(other, range(4, 6))) == moves_of(run(parts, range(4, 6)))  # the last report was at the state
    assert same_bits(other[0], parts[0])


@pytest.mark.parametrize("attach_first", [True, False])
def test_without_the_sharings_state_the_first_step_warns_once(attach_first, tmp_path):
    half = everything("step")
    run(half, range(HALF))
    save(half, tmp_path / "half.pt")
    states = torch.load(tmp_path / "half.pt", weights_only=True)
    model = network()
    optimizer = optim.AdamW(model.parameters(), lr=0.05)
    sharing = attach(optimizer, model, RULES) if attach_first else None
    model.load_state_dict(states[0])
    optimizer.load_state_dict(states[1])
    sharing = sharing or attach(optimizer, model, RULES)
    with pytest.warns(UserWarning, match="11 steps.*has seen 0.*load_state_dict") as caught:
        train(model, optimizer, range(3))
    assert len(caught) == 1
    optimizer.load_state_dict(optimizer.state_dict())
    train(model, optimizer, range(3, 5))  # these steps it has seen
    assert sharing.steps == 5


def test_a_state_is_a_copy():
    parts = everything("latent")
    run(parts, range(4))
    state = parts[3].state_dict()
    before = state["tensors"][FIRST]["latent"].clone()
    run(parts, range(4, 6))
    assert torch.equal(state["tensors"][FIRST]["latent"], before)
    parts[3].load_state_dict(state)
    parts[0][0].weight.data.zero_()
    assert torch.equal(parts[3].state_dict()["tensors"][FIRST]["latent"], before)


def test_states_of_something_else_are_refused_and_change_nothing():
    model, optimizer, _, sharing = everything("step")
    train(model, optimizer, range(3))
    state = sharing.state_dict()
    refused(ValueError, lambda: sharing.load_state_dict({"steps": 3}), "state_dict()")
    refused(ValueError, lambda: sharing.load_state_dict(None), "state_dict()")
    refused(ValueError, lambda: sharing.load_state_dict(state | {"mode": "latent"}), "'latent'", "'step'")
    other = state | {"steps": 9, "tensors": {"fc.weight": state["tensors"][FIRST], SECOND: state["tensors"][SECOND]}}
    refused(ValueError, lambda: sharing.load_state_dict(other), FIRST, "fc.weight", "attach")
    wrong = state["tensors"][FIRST] | {"latent": torch.zeros(2, 2)}
    other = state | {"steps": 9, "tensors": state["tensors"] | {FIRST: wrong}}
    refused(ValueError, lambda: sharing.load_state_dict(other), FIRST, "(2, 2)", "(16, 12)")
    for key in ("mode", "steps", "tensors"):
        missing = {name: value for name, value in state.items() if name != key}
        refused(ValueError, lambda missing=missing: sharing.load_state_dict(missing), key)
    first = state["tensors"][FIRST]
    for key in set(first) - {"before"}:
        lacking = {name: value for name, value in first.items() if name != key}
        for wrong in (lacking, first | {key: "text"}):
            other = state | {"steps": 9, "tensors": state["tensors"] | {FIRST: wrong}}
            refused(ValueError, lambda other=other: sharing.load_state_dict(other), FIRST, "broken")
    assert same(sharing.state_dict(), state)
