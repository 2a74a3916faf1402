"""Whole models in shared files: sizes, wrappers, frozen and tied weights."""

import os

import pytest

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "net.safetensors"


def convolutional(torch):
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 8, 3), torch.nn.BatchNorm2d(8), torch.nn.Flatten(), torch.nn.Linear(288, 16)
    )
    model(torch.randn(5, 1, 8, 8))
    with torch.no_grad():
        model[3].weight.copy_((model[3].weight * 100).round() / 100)
    return model


def test_the_sizes_are_those_of_the_files(torch, path, tmp_path):
    import safetensors.torch

    from training import save_shared

    model = convolutional(torch)
    size = save_shared(model, path)
    plain = tmp_path / "plain.safetensors"
    safetensors.torch.save_file(model.state_dict(), plain)
    assert size.bytes == os.path.getsize(path) < os.path.getsize(plain) == size.dense_bytes
    data = sum(size.tensors[name] * tensor.numel() / 8 for name, tensor in model.state_dict().items())
    assert data <= size.bytes <= data + 2000  # the rest is the header


def test_a_model_predicts_the_same_also_in_a_wrapper(torch, path):
    from training import load_shared, save_shared

    model = convolutional(torch)
    save_shared(torch.nn.DataParallel(model), path)
    other = convolutional(torch)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.add_(1)
    load_shared(other, path)
    assert other[1].num_batches_tracked == 1
    inputs = torch.randn(3, 1, 8, 8)
    assert torch.equal(model.eval()(inputs), other.eval()(inputs))


def test_frozen_models_are_saved_and_filled_under_plain_names(torch, path):
    from training import freeze_sharing, load_shared, save_shared

    plain, frozen = convolutional(torch), convolutional(torch)
    assert freeze_sharing(frozen) == ["3.weight"]
    save_shared(frozen, path)
    loaded = load_shared(path)
    assert sorted(loaded) == sorted(plain.state_dict())
    assert torch.equal(loaded["3.weight"], plain[3].weight)
    with torch.no_grad():
        plain[3].weight.mul_(2)
        frozen[3].parametrizations.weight.original.add_(5)
    save_shared(plain, path)
    load_shared(frozen, path)
    assert torch.equal(frozen[3].weight, plain[3].weight)
    with torch.no_grad():
        plain[3].weight[0, 0] += 1
    save_shared(plain, path)
    kept = frozen[3].weight.detach().clone()
    with pytest.raises(ValueError, match=r"'3\.weight' is frozen in the model: 1 of 4608 weights do not share"):
        load_shared(frozen, path)
    assert torch.equal(frozen[3].weight, kept)


@pytest.mark.parametrize("frozen", [False, True], ids=["plain", "frozen"])
def test_tied_tensors_are_stored_once(torch, path, frozen):
    from training import freeze_sharing, load_shared, save_shared

    def tied():
        model = torch.nn.ModuleDict({"a": torch.nn.Embedding(30, 16), "b": torch.nn.Linear(16, 30, bias=False)})
        with torch.no_grad():
            model["a"].weight.copy_(model["a"].weight.round())
        model["b"].weight = model["a"].weight
        return model

    model = tied()
    if frozen:
        freeze_sharing(model)
    size = save_shared(model, path)
    assert list(size.tensors) == ["a.weight"]
    loaded = load_shared(path)
    assert loaded["b.weight"] is loaded["a.weight"]
    other = tied()
    load_shared(other, path)
    assert other["b"].weight is other["a"].weight
    assert torch.equal(other["b"].weight, model["a"].weight)
    model = torch.nn.ModuleDict({"a": torch.nn.Embedding(30, 16), "b": torch.nn.Linear(16, 30, bias=False)})
    save_shared(model, path)
    with pytest.raises(ValueError, match=r"'b\.weight' and 'a\.weight' differ in it, but are tied in the model"):
        load_shared(other, path)
