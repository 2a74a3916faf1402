"""Batch norm's averages are taken anew, or kept after an error."""

import copy

import pytest

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def normed(torch, track=True):
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Linear(4, 6), torch.nn.BatchNorm1d(6, track_running_stats=track), torch.nn.Dropout(0.5)
    )


def test_batch_norm_averages_become_the_means_over_the_batches(torch):
    from training import reestimate_batch_norm

    model = normed(torch)
    model[2].eval()
    batches = [torch.randn(8, 4) + shift for shift in range(3)]
    model[1].running_mean.fill_(7.0)
    assert reestimate_batch_norm(model, [(inputs, None) for inputs in batches]) == 1
    outputs = [model[0](inputs).detach() for inputs in batches]
    assert torch.allclose(model[1].running_mean, torch.stack([o.mean(0) for o in outputs]).mean(0), atol=1e-6)
    assert torch.allclose(model[1].running_var, torch.stack([o.var(0) for o in outputs]).mean(0), atol=1e-6)
    assert model[1].momentum == 0.1
    assert [module.training for module in model.modules()] == [True, True, True, False]
    kept = model[1].running_mean.clone()
    assert reestimate_batch_norm(model, iter(batches)) == 1
    assert torch.equal(model[1].running_mean, kept)
    assert reestimate_batch_norm(normed(torch, track=False), batches) == 0


def test_batch_norm_averages_are_kept_after_an_error(torch):
    from training import reestimate_batch_norm

    model = normed(torch).eval()
    kept = copy.deepcopy(model.state_dict())
    for batches, error, sentence in (
        ([], ValueError, "batches is empty"),
        ([torch.randn(8, 4), "text"], TypeError, "batch 1 is a str"),
        ([torch.randn(8, 4), torch.randn(1, 4)], ValueError, "more than 1 value per channel"),
    ):
        with pytest.raises(error, match=sentence):
            reestimate_batch_norm(model, batches)
        assert all(torch.equal(tensor, kept[name]) for name, tensor in model.state_dict().items())
        assert not any(module.training for module in model.modules())
