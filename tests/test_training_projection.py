"""Projection leaves the asked number of values, at the strength that the collisions of the particles give."""

import numpy as np
import pytest

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def layer(torch, values, dtype="float32"):
    """A linear layer whose weights are the values, (rows, columns)."""
    values = torch.as_tensor(np.atleast_2d(values)).to(getattr(torch, dtype))
    made = torch.nn.Linear(values.shape[1], values.shape[0], dtype=values.dtype)
    with torch.no_grad():
        made.weight.copy_(values)
    return made


def drawn(torch, n=1024, seed=0, dtype="float32"):
    return layer(torch, np.random.default_rng(seed).normal(size=(16, n // 16)), dtype)


@pytest.mark.parametrize("rewind", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("k", [1, 2, 16, 256, 1000, 1023, 1024])
def test_exactly_k_values_remain(torch, k, dtype, rewind):
    from training import project

    model = drawn(torch, dtype=dtype)
    found = project(model, distinct=k, rewind=rewind)["weight"]
    assert model.weight.unique().numel() == k == found.after.distinct
    assert found.before.distinct == 1024


@pytest.mark.parametrize("seed", range(5))
def test_exactly_k_values_remain_of_many_weights(torch, seed):
    from training import project

    model = drawn(torch, 1 << 15, seed)
    for k in (20_000, 4097, 256, 3):
        project(model, distinct=k)
        assert model.weight.unique().numel() <= k


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_where_rounding_unites_clusters_as_many_as_can_be_remain(torch, dtype):
    from training import project

    model = drawn(torch, dtype=dtype)
    start = model.weight.unique().numel()
    for rewind in (0.0, 1.0):
        for k in (start - 5, 64, 16, 1):
            copy = drawn(torch, dtype=dtype)
            project(copy, distinct=k, rewind=rewind)
            assert 0.9 * k <= copy.weight.unique().numel() <= k


def test_the_projection_is_the_prox_at_its_strength(torch):
    from prox import prox_weight_sharing
    from training import project

    model = drawn(torch)
    before = model.weight.detach().clone()
    found = project(model, distinct=16, rewind=0.5)["weight"]
    assert torch.equal(model.weight, prox_weight_sharing(before, found.strength, rewind=0.5))
    assert found.change == pytest.approx(float((model.weight.detach() - before).double().square().mean().sqrt()))


def test_the_strength_lies_halfway_between_two_merges(torch):
    """0, 1 and 3 with pulls 1, 0, -1: the left two meet at 1, all at 5/3, where the pair at 1/2 has speed 1/2."""
    from training import project

    assert project(layer(torch, [0.0, 1.0, 3.0]), distinct=2)["weight"].strength == pytest.approx((1 + 5 / 3) / 2)


def test_equal_weights_merge_first_and_equal_times_together(torch):
    from training import project

    ties = layer(torch, [0.0, 0.0, 1.0, 5.0, 5.0])
    assert project(ties, distinct=3)["weight"].strength == 0
    assert project(ties, distinct=2)["weight"].after.distinct == 2
    even = layer(torch, [0.0, 1.0, 2.0, 3.0])  # all gaps close at once
    assert project(even, distinct=3)["weight"].after.distinct == 1


def test_rewinding_keeps_each_cluster_at_its_mean(torch):
    from training import project

    model = layer(torch, [0.0, 1.0, 10.0, 12.0])
    project(model, distinct=2)
    assert model.weight.tolist() == [[0.5, 0.5, 11.0, 11.0]]


def test_a_dict_aims_at_each_tensor_and_leaves_the_others(torch):
    from training import project

    model = torch.nn.Sequential(drawn(torch, seed=1), drawn(torch, seed=2), drawn(torch, seed=3))
    untouched, bias = model[2].weight.detach().clone(), model[0].bias.detach().clone()
    found = project(model, distinct={"0.weight": 5, "1.weight": np.int64(7)})
    assert {name: entry.after.distinct for name, entry in found.items()} == {"0.weight": 5, "1.weight": 7}
    assert torch.equal(model[2].weight, untouched)
    assert torch.equal(model[0].bias, bias)
    assert list(project(model, strength={"2.weight": 0.1})) == ["2.weight"]
    assert list(project(model, strength=0.0)) == ["0.weight", "1.weight", "2.weight"]
    assert list(project(model, distinct=2, only="[01].weight")) == ["0.weight", "1.weight"]


def test_tied_and_empty_parameters_and_their_places_are_kept(torch):
    from training import project

    model = torch.nn.Sequential(drawn(torch), torch.nn.Linear(64, 16), drawn(torch, seed=1))
    model[2].weight = model[0].weight
    kept, place = model[0].weight, model[0].weight.data_ptr()
    assert list(project(model, distinct=4, only="*.weight")) == ["0.weight", "1.weight"]
    assert model[0].weight is kept is model[2].weight
    assert kept.data_ptr() == place
    empty = torch.nn.Module()
    empty.weight = torch.nn.Parameter(torch.empty(0, 3))
    assert project(empty, distinct=3)["weight"].after.numel == 0


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ({}, ValueError, "exactly one of distinct"),
        ({"distinct": 3, "strength": 1.0}, ValueError, "exactly one of distinct"),
        ({"distinct": 0}, ValueError, "distinct is 0: give a whole number >= 1"),
        ({"distinct": 2.5}, TypeError, "distinct is a float: give a whole number >= 1"),
        ({"distinct": True}, TypeError, "distinct is a bool"),
        ({"strength": -1.0}, ValueError, "strength is -1.0"),
        ({"strength": float("nan")}, ValueError, "strength is nan"),
        ({"distinct": 3, "rewind": 2}, ValueError, "rewind is 2"),
        ({"distinct": {}}, ValueError, "distinct is an empty dict"),
        ({"distinct": {"weights": 3}}, ValueError, "weights"),
        ({"distinct": {"0.weight": 3}, "only": "*.weight"}, ValueError, "no number for '1.weight'"),
        ({"distinct": {"0.weight": 3, "1.weight": 3}, "only": "0.weight"}, ValueError, "names '1.weight'"),
        ({"distinct": {"0.weight": 3, "1.weight": 0}}, ValueError, r"distinct\['1.weight'\] is 0"),
    ],
)
def test_bad_aims_are_one_sentence(torch, arguments, error, sentence):
    from training import project

    model = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.Linear(3, 3))
    with pytest.raises(error, match=sentence):
        project(model, **arguments)


def test_weights_that_are_not_finite_are_named_and_nothing_is_changed(torch):
    from training import project

    model = torch.nn.Sequential(layer(torch, [1.0, 2.0, 4.0]), layer(torch, [1.0, np.nan, 4.0]))
    for aim in ({"distinct": 2}, {"strength": 1.0}):
        with pytest.raises(ValueError, match=r"1\.weight: w"):
            project(model, **aim)
    assert model[0].weight.tolist() == [[1.0, 2.0, 4.0]]
