"""Freezing fixes who shares with whom and trains the values; thawing gives the plain parameters back."""

import copy

import pytest
from shared_networks import batch, shared_model, trained

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


OPTIMIZERS = {
    "SGD": {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01},
    "Adam": {"lr": 0.01},
    "AdamW": {"lr": 0.01, "amsgrad": True, "fused": True},
    "LBFGS": {"lr": 0.1, "max_iter": 3},
}


def test_weights_that_share_are_frozen_and_the_outputs_stay_bit_equal(torch):
    from training import freeze_sharing, thaw_sharing

    model, (inputs, _) = shared_model(torch), batch(torch)
    before, outputs = copy.deepcopy(model.state_dict()), model(inputs)
    assert freeze_sharing(model) == ["0.weight", "3.weight"]  # the last layer holds too many values
    assert torch.equal(model(inputs), outputs)
    assert model[3].parametrizations.weight.original.shape == before["3.weight"].unique().shape
    assert freeze_sharing(model) == []
    assert thaw_sharing(model) == ["0.weight", "3.weight"]
    assert thaw_sharing(model) == []
    assert torch.equal(model(inputs), outputs)
    assert list(model.state_dict()) == list(before)
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name])
    assert type(model[3]) is torch.nn.Linear


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("gradient", ["mean", "sum"])
def test_training_keeps_exactly_the_sharing_and_the_zeros(torch, name, gradient):
    from training import freeze_sharing, thaw_sharing
    from training.tensor_figures import moves

    model = shared_model(torch)
    optimizer = getattr(torch.optim, name)(model.parameters(), **OPTIMIZERS[name])
    trained(torch, model, optimizer, 2)  # so that there are momenta to forget
    model.load_state_dict(shared_model(torch).state_dict())
    before = {place: model[place].weight.detach().clone() for place in (0, 3)}
    freeze_sharing(model, optimizer, gradient=gradient)
    losses = trained(torch, model, optimizer)
    assert losses[-1] < losses[0]
    thaw_sharing(model, optimizer)
    for place, old in before.items():
        new = model[place].weight
        assert not torch.equal(new, old)
        assert torch.equal(new == 0, old == 0)
        assert moves(old, new) == (0, 0)
    losses = trained(torch, model, optimizer)  # and on with plain parameters
    assert losses[-1] < losses[0]


def test_without_keep_zeros_the_zeros_move_together(torch):
    from training import freeze_sharing

    model = shared_model(torch)
    zeros = model[3].weight == 0
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    freeze_sharing(model, optimizer, keep_zeros=False)
    trained(torch, model, optimizer, 1)
    assert (moved := model[3].weight[zeros].unique()).numel() == 1
    assert moved != 0


def test_a_zero_stays_zero_whatever_is_done_to_its_codebook(torch):
    from training import freeze_sharing, thaw_sharing

    model = shared_model(torch)
    zeros = model[3].weight == 0
    freeze_sharing(model)
    with torch.no_grad():
        model[3].parametrizations.weight.original.add_(1.0)
    thaw_sharing(model)
    assert torch.equal(model[3].weight == 0, zeros)


def test_the_optimizer_keeps_groups_places_settings_and_scheduler(torch):
    from training import freeze_sharing, thaw_sharing

    model = shared_model(torch)
    groups = [{"params": [model[4].weight, model[3].weight]}, {"params": [model[0].weight], "lr": 0.5}]
    optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)
    kept, shapes = list(optimizer.param_groups), [p.shape for g in optimizer.param_groups for p in g["params"]]
    trained(torch, model, optimizer, 1)
    model.load_state_dict(shared_model(torch).state_dict())
    freeze_sharing(model, optimizer)
    assert all(group is old for group, old in zip(optimizer.param_groups, kept, strict=True))
    assert optimizer.param_groups[0]["params"][0] is model[4].weight
    assert optimizer.param_groups[0]["params"][1] is model[3].parametrizations.weight.original
    assert optimizer.param_groups[1]["params"] == [model[0].parametrizations.weight.original]
    assert set(optimizer.state) == {model[4].weight}
    scheduler.step()
    assert [group["lr"] for group in optimizer.param_groups] == [0.05, 0.25]
    before = model[3].weight.detach().clone()
    trained(torch, model, optimizer, 1)
    thaw_sharing(model, optimizer)
    assert not torch.equal(model[3].weight, before)
    assert optimizer.param_groups[0]["params"][1] is model[3].weight
    assert [p.shape for g in optimizer.param_groups for p in g["params"]] == shapes
    trained(torch, model, optimizer, 1)


def test_attached_sharings_are_detached(torch):
    from training import WeightSharing, attach, freeze_sharing
    from training.hook import attached_to

    model = shared_model(torch)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    attach(optimizer, model, {"3.weight": WeightSharing(1e-3)})
    freeze_sharing(model, optimizer, only="0.weight")
    assert attached_to(optimizer) == []
    trained(torch, model, optimizer, 1)


def tied_model(torch):
    model = torch.nn.ModuleDict({"a": torch.nn.Embedding(30, 16), "b": torch.nn.Linear(16, 30, bias=False)})
    with torch.no_grad():
        model["a"].weight.copy_(model["a"].weight.round())
    model["b"].weight = model["a"].weight
    model["c"] = model["b"]  # and a module under two names
    return model


def test_tied_parameters_stay_tied(torch):
    from training import freeze_sharing, thaw_sharing

    model = tied_model(torch)
    tied = model["a"].weight
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    assert freeze_sharing(model, optimizer) == ["a.weight"]
    assert len(list(model.parameters())) == 1
    twin = copy.deepcopy(model)
    for each in (model, twin):
        assert each["a"].parametrizations.weight.original is each["b"].parametrizations.weight.original
    for _ in range(2):
        optimizer.zero_grad()
        model["b"](model["a"](torch.arange(30))).square().mean().backward()
        optimizer.step()
    assert torch.equal(model["a"].weight, model["b"].weight)
    assert not torch.equal(model["a"].weight, twin["a"].weight)
    assert thaw_sharing(model, optimizer) == ["a.weight"]
    assert model["a"].weight is model["b"].weight is tied
    assert thaw_sharing(twin) == ["a.weight"]
    assert twin["a"].weight is twin["b"].weight is not tied


def test_state_dicts_travel_between_frozen_models_and_between_plain_ones(torch):
    from training import freeze_sharing, thaw_sharing

    model = shared_model(torch)
    plain = copy.deepcopy(model.state_dict())
    freeze_sharing(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    trained(torch, model, optimizer, 3)
    frozen, settings = copy.deepcopy(model.state_dict()), copy.deepcopy(optimizer.state_dict())
    other = shared_model(torch)
    freeze_sharing(other)
    other.load_state_dict(frozen)
    again = torch.optim.Adam(other.parameters(), lr=0.1)
    again.load_state_dict(settings)
    assert trained(torch, model, optimizer) == trained(torch, other, again)
    assert torch.equal(model[0].weight, other[0].weight)
    thaw_sharing(model)
    model.load_state_dict(plain)
    assert torch.equal(model[3].weight, shared_model(torch)[3].weight)


def test_a_copied_model_trains_by_itself(torch):
    from training import freeze_sharing

    model = shared_model(torch)
    freeze_sharing(model)
    twin = copy.deepcopy(model)
    before = model[3].weight.detach().clone()
    trained(torch, twin, torch.optim.SGD(twin.parameters(), lr=0.1), 1)
    assert torch.equal(model[3].weight, before)
    assert not torch.equal(twin[3].weight, before)


def test_weights_are_set_only_where_they_share_alike(torch):
    from training import freeze_sharing

    model = shared_model(torch)
    freeze_sharing(model)
    doubled = model[3].weight.detach() * 2
    model[3].weight = doubled
    assert torch.equal(model[3].weight, doubled)
    with pytest.raises(ValueError, match="of 512 weights do not share as the frozen ones do: thaw_sharing first"):
        model[3].weight = torch.randn(16, 32)


def test_what_is_named_is_frozen_even_where_it_saves_nothing_and_stays_untrained(torch):
    from training import freeze_sharing, thaw_sharing

    model = shared_model(torch)
    model[4].weight.requires_grad_(False)
    optimizer = torch.optim.SGD([model[3].weight], lr=0.1)
    assert freeze_sharing(model, optimizer, only=["4.weight"]) == ["4.weight"]
    assert not model[4].parametrizations.weight.original.requires_grad
    thaw_sharing(model)
    assert not model[4].weight.requires_grad


def test_bad_input_is_one_sentence_and_changes_nothing(torch):
    from training import freeze_sharing, thaw_sharing

    model = shared_model(torch)
    other = torch.optim.SGD(shared_model(torch).parameters(), lr=0.1)
    with pytest.raises(ValueError, match="unknown gradient 'max': the known ones are mean, sum"):
        freeze_sharing(model, gradient="max")
    with pytest.raises(ValueError, match=r"'0\.weight' is in no group of the optimizer"):
        freeze_sharing(model, other)
    with pytest.raises(ValueError, match="fc9"):
        freeze_sharing(model, only="fc9.weight")
    assert model[3].weight.shape == (16, 32)
    torch.nn.utils.parametrizations.weight_norm(model[3])
    with pytest.raises(ValueError, match="belongs to a parametrization"):
        freeze_sharing(model, only="3.parametrizations.weight.original1")
    assert freeze_sharing(model) == ["0.weight"]
    torch.nn.utils.parametrize.register_parametrization(model[0], "weight", torch.nn.Identity())
    with pytest.raises(ValueError, match=r"'0\.weight' has a further parametrization"):
        thaw_sharing(model)
