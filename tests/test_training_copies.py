"""Copies of an optimizer lose the sharing and say so; detaching, and how long things live."""

import copy
import gc
import pickle
import warnings
import weakref

import pytest

torch = pytest.importorskip("torch")
from small_training import (  # noqa: E402
    FIRST,
    RULES,
    SECOND,
    SHARING,
    distinct,
    network,
    same_bits,
    train,
)
from torch import optim  # noqa: E402

from training import (  # noqa: E402
    attach,
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


@pytest.mark.parametrize("copy_of", [copied, pickled])
def test_a_copy_that_is_attached_again_shares_without_a_word(copy_of):
    model, optimizer, _ = attached()
    train(model, optimizer, range(2))
    optimizer, model = copy_of(optimizer, model)
    sharing = attach(optimizer, model, RULES)
    train(model, optimizer, range(3))
    assert sharing.steps == 3


def test_the_mark_passes_torch_load_with_weights_only(tmp_path):
    model, optimizer, _ = attached()
    train(model, optimizer, range(2))
    torch.save(optimizer.state_dict(), tmp_path / "optimizer.pt")
    loaded = torch.load(tmp_path / "optimizer.pt", weights_only=True)
    assert loaded["param_groups"][0]["weight_sharing"] == "attached, 2 steps"
    assert optimizer.param_groups[0]["weight_sharing"] == "attached"


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


def test_detached_sharings_and_their_copies_of_weights_are_let_go():
    model, optimizer, _ = attached({SECOND: SHARING})
    alive = []
    for step in range(5):
        for mode in ("step", "latent"):
            sharing = attach(optimizer, model, RULES, mode=mode)
            train(model, optimizer, [step])
            state = sharing.state_dict()["tensors"][FIRST]
            assert state["before"] is not None
            sharing.detach()
            state = sharing.state_dict()["tensors"][FIRST]
            assert state["before"] is None
            assert state["latent"] is None
            alive.append(weakref.ref(sharing))
    del sharing
    gc.collect()
    assert [one() for one in alive] == [None] * 10
    assert len(attached_to(optimizer)) == 1


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
