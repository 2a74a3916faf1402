"""What follows training: projection with batch norm taken anew, fine-tuning that comes to rest, the report."""

import dataclasses

import numpy as np
import pytest

pytestmark = pytest.mark.torch


@pytest.fixture
def tiny():
    from training.config import Config

    return Config(width=(1, 2), dropout=0.1, train_size=100, batch=20, epochs=1, threads=1, finetune_epochs=10)


def prepared(config):
    import torch

    from training.launch import ranks_from_environment
    from training.setup import prepare

    return prepare(config, torch.device("cpu"), ranks_from_environment())


def averages(model):
    return {name: value.clone() for name, value in model.state_dict().items() if "running" in name}


def test_after_a_projection_the_averages_of_batch_norm_are_those_of_the_projected_weights(tiny):
    from training.batch_norm import reestimate_batch_norm
    from training.finish import _project

    setup = prepared(dataclasses.replace(tiny, project=(4, 8)))
    before = averages(setup.model)
    assert _project(setup) == ["fc1.weight", "fc2.weight"]
    after = averages(setup.model)
    assert len(after) == 4
    assert not any(after[name].equal(before[name]) for name in after)
    reestimate_batch_norm(setup.model, setup.data.train.inputs.split(20))
    assert all(found.equal(after[name]) for name, found in averages(setup.model).items())


def test_without_a_projection_the_averages_stay(tiny):
    from training.finish import _project

    setup = prepared(tiny)
    before = averages(setup.model)
    assert _project(setup) == []
    assert all(found.equal(before[name]) for name, found in averages(setup.model).items())


@pytest.mark.parametrize("lr_schedule", ["cosine", "constant"])
def test_fine_tuning_comes_to_rest_where_the_learning_rate_is_to_fall(tiny, lr_schedule, monkeypatch):
    from training import finish

    rates, make = [], finish.make_optimizer

    def watched(*args):
        optimizer = make(*args)
        optimizer.register_step_post_hook(lambda optimizer, *rest: rates.append(optimizer.param_groups[0]["lr"]))
        return optimizer

    monkeypatch.setattr(finish, "make_optimizer", watched)
    setup = prepared(dataclasses.replace(tiny, project=8, finetune_lr=0.2, lr_schedule=lr_schedule))
    finish.finetune(setup, finish._project(setup), lambda: None)
    assert len(rates) == 10 * 5
    assert rates[:5] == [0.2] * 5
    if lr_schedule == "constant":
        assert set(rates) == {0.2}
    else:
        assert sorted(rates, reverse=True) == rates
        assert 0 < rates[-1] < 0.03 * rates[0]


def test_shuffled_pixels_are_put_back_before_translation_is_scored_as_in_the_figures(tiny, tmp_path):
    import torch

    from training.data import pixel_order
    from training.figures import filters_of
    from training.finish import stage_report
    from training.run_log import RunFolder, write_json
    from training.translation import translation_score

    setup = prepared(dataclasses.replace(tiny, shuffle_pixels=True, seed=5))
    kernel = np.random.default_rng(0).normal(size=(8, 8))
    copies = np.stack([np.roll(kernel, (y, x), (0, 1)) for y in range(8) for x in range(8)])
    shuffled = copies.reshape(64, 64)[:, pixel_order(64, 5).numpy()].astype(np.float32)
    with torch.no_grad():
        setup.model.fc1.weight.copy_(torch.from_numpy(shuffled))
    assert translation_score(shuffled.reshape(64, 8, 8)) < 0.5
    score = stage_report(setup)["translation"]
    assert score == pytest.approx(1, abs=1e-5)
    write_json(tmp_path / "config.json", setup.config.to_json())
    images, _ = filters_of(RunFolder(tmp_path), {"fc1.weight": shuffled})
    assert translation_score(images) == score
