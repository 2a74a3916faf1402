"""What diverges, or cannot be written, stops the run in a sentence, and leaves a checkpoint to go back to."""

import json
import resource

import pytest
from one_sentence import refused

pytestmark = pytest.mark.torch


@pytest.fixture
def linear():
    """A regression, not regularized: ten steps an epoch."""
    from training.config import Config

    return Config(
        data="linear", model="linear", width=10, dropout=0.0, train_size=100, batch=10, epochs=3, lr=0.1, threads=1,
        method="none", lr_schedule="constant",
    )  # fmt: skip


def stopped(config, folder):
    """The sentence of a run that diverges, whose folder is as it should be then."""
    from training.loop import train
    from training.run_log import RunFolder
    from training.stopping import DivergedError

    with pytest.raises(DivergedError) as told:
        train(config, folder)
    assert RunFolder(folder).status() == "failed"
    assert not (folder / "report.json").exists()
    assert "start a new run with a smaller --lr or --strength" in str(told.value)
    assert "last.pt" in str(told.value)
    assert all(weights.isfinite().all() for weights in state(folder)["model"].values())
    return str(told.value)


def state(folder):
    import torch

    return torch.load(folder / "checkpoints" / "last.pt", weights_only=True)


def test_a_loss_that_is_not_finite_stops_the_run(linear, tmp_path):
    told = stopped(linear.replace(lr=50.0), tmp_path / "run")
    assert told.startswith("the loss is ")
    assert " at step " in told


def test_weights_that_are_not_finite_become_no_checkpoint_though_no_loss_has_seen_them(linear, tmp_path, monkeypatch):
    """They are made by the last step of an epoch, and of the run."""
    from training import loop

    prepare = loop.prepare

    def spoiling(*args):
        import torch

        setup = prepare(*args)

        def spoil(optimizer, *rest):
            spoil.step += 1
            if spoil.step == 30:
                with torch.no_grad():
                    next(setup.model.parameters())[0, 0] = torch.inf

        spoil.step = 0
        setup.optimizer.register_step_post_hook(spoil)
        return setup

    monkeypatch.setattr(loop, "prepare", spoiling)
    monkeypatch.setattr(loop, "evaluate", lambda *args: loop.Score(1.0, None))
    monkeypatch.setattr("training.recorder.SHARE", 1e9)  # a checkpoint at the end of each epoch
    told = stopped(linear, tmp_path / "run")
    assert "weight is not finite at step 30" in told
    assert state(tmp_path / "run")["counters"]["epoch"] == 2


def test_where_the_validation_loss_is_not_finite_there_is_no_checkpoint(linear, tmp_path, monkeypatch):
    from training import loop

    epochs = iter((1.0, float("inf")))
    monkeypatch.setattr(loop, "evaluate", lambda *args: loop.Score(next(epochs), None))
    monkeypatch.setattr("training.recorder.SHARE", 1e9)
    told = stopped(linear, tmp_path / "run")
    assert told.startswith("the validation loss is inf at step 20")
    assert state(tmp_path / "run")["counters"]["epoch"] == 1


def test_asked_to_stop_a_diverged_run_does_not_say_that_it_saved(linear, tmp_path, monkeypatch):
    import signal

    from training import loop

    def spoil(event):
        if event.step == 4:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(loop, "not_finite", lambda model: "weight")
    from training.stopping import DivergedError

    refused(DivergedError, lambda: loop.train(linear, tmp_path / "run", progress=spoil), "weight is not finite")
    assert state(tmp_path / "run")["counters"]["step"] == 0


def test_weights_that_the_prox_refuses_are_divergence_and_its_other_errors_are_not(linear, tmp_path, monkeypatch):
    """A loss may be finite though its gradient is not."""
    from training import dose, loop

    mean_loss = loop.mean_loss

    def steep(outputs, targets):
        return mean_loss(outputs, targets) + (outputs * 0).abs().sqrt().sum()

    with monkeypatch.context() as patch:
        patch.setattr(loop, "mean_loss", steep)
        told = stopped(linear.replace(method="wsr"), tmp_path / "run")
    assert told.startswith("fc1.weight is not finite at step 0")

    def misuse(*args):
        raise ValueError("a wrong setting")

    monkeypatch.setattr("training.sharing.proximal_steps", misuse)
    with pytest.raises(ValueError, match="a wrong setting") as raised:
        loop.train(linear.replace(method="wsr"), tmp_path / "other")
    assert not isinstance(raised.value, dose.NotFiniteWeightsError)
    assert json.loads((tmp_path / "other" / "status.json").read_text())["status"] == "failed"


def test_fine_tuning_that_diverges_says_so(linear, tmp_path):
    from training.loop import train
    from training.stopping import DivergedError

    config = linear.replace(epochs=1, project=4, finetune_epochs=1, finetune_lr=1e30)
    refused(DivergedError, lambda: train(config, tmp_path / "run"), "fine-tuning", "a smaller --finetune-lr")


def test_on_a_full_disk_the_old_checkpoint_stays_and_the_file_is_named(tmp_path):
    import torch

    from training.checkpoint import Counters, load_checkpoint_, save_checkpoint

    model = torch.nn.Linear(100, 100)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    path = tmp_path / "last.pt"
    save_checkpoint(path, Counters(step=1), model, optimizer, None)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))  # the system stops writing half-way
    try:
        refused(
            OSError, lambda: save_checkpoint(path, Counters(step=2), model, optimizer, None), f"could not write {path}"
        )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert load_checkpoint_(path, model, optimizer, None).step == 1
    assert list(tmp_path.iterdir()) == [path]
