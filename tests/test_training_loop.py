"""A run ends with the same bytes however often it was stopped; what it leaves behind is whole."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from one_sentence import refused

pytestmark = pytest.mark.torch
ROOT = Path(__file__).parent.parent


@pytest.fixture
def tiny():
    return make_tiny()


def make_tiny():
    from training.config import Config

    return Config(
        width=(1, 2), dropout=0.1, train_size=200, batch=20, epochs=16, lr=0.3, strength=(3e-3, 3e-4), threads=1,
        project=(20, 40), finetune_epochs=1, snapshot_every=3,
    )  # fmt: skip


WAYS = {
    "step": {"mode": "step", "schedule": "linear:0:2:100", "momentum": 0.5, "l1": (1e-4,)},
    "latent": {"mode": "latent", "schedule": "target:distinct=300,every=7", "rewind_schedule": "cosine:1:0:150"},
}


def train(*args, **settings):
    from training.loop import train

    return train(*args, **settings)


def flags(config):
    """The command line of a configuration."""
    from training.arguments import FLAGS

    for name, value in config.to_json().items():
        text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        if name != "preset" and text:
            yield f"{FLAGS.get(name, '--' + name.replace('_', '-'))}={text}"


def state(folder):
    import torch

    return torch.load(folder / "checkpoints" / "last.pt", weights_only=True)


def assert_same_run(one, other):
    """Weights, shared file, snapshots and figures; not the times."""
    from training import load_shared

    for name in ("model", "sharing", "optimizer"):
        assert repr(state(one)[name]) == repr(state(other)[name])
    for name, weights in state(one)["model"].items():
        assert weights.numpy().tobytes() == state(other)["model"][name].numpy().tobytes()
    names = [sorted(path.name for path in (folder / "snapshots").iterdir()) for folder in (one, other)]
    assert names[0] == names[1]
    for name in names[0]:
        assert (one / "snapshots" / name).read_bytes() == (other / "snapshots" / name).read_bytes()
    shared = [load_shared(folder / "shared.safetensors") for folder in (one, other)]
    assert all(shared[0][name].equal(shared[1][name]) for name in shared[0].keys() | shared[1].keys())
    assert [without_times(line) for line in metrics(one)] == [without_times(line) for line in metrics(other)]
    reports = [without_times(json.loads((folder / "report.json").read_text())) for folder in (one, other)]
    assert reports[0] == reports[1]


def metrics(folder):
    from training.run_log import RunFolder

    return RunFolder(folder).metrics()


def without_times(value):
    if isinstance(value, dict):
        return {name: without_times(item) for name, item in value.items() if name not in ("seconds", "prox_ms")}
    return value


STARTED = """
import json, os, sys
import torch._dynamo  # what takes long to load is loaded once, for all
import training.loop
from training.__main__ import main

numbers = []
for argv in json.loads(sys.argv[1]):
    if (number := os.fork()) == 0:
        os._exit(main(argv))
    numbers.append(number)
print(json.dumps(numbers), flush=True)
print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(number, 0)[1]) for number in numbers]))
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """The folder of a run of each of the ways, killed as soon as six of its epochs were logged."""
    folders = {way: tmp_path_factory.mktemp(way) / "run" for way in WAYS}
    tiny = {way: dataclasses.replace(make_tiny(), **changes) for way, changes in WAYS.items()}
    lines = [["run", f"--out={folders[way]}", "--quiet", *flags(config)] for way, config in tiny.items()]
    argv = [sys.executable, "-c", STARTED, json.dumps(lines)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as started:
        running = dict(zip(WAYS, json.loads(started.stdout.readline()), strict=True))
        deadline = time.monotonic() + 100
        while running:
            for way, number in list(running.items()):
                log = folders[way] / "metrics.jsonl"
                if time.monotonic() > deadline or (log.exists() and log.read_bytes().count(b"\n") >= 6):
                    os.kill(number, signal.SIGKILL)
                    del running[way]
            time.sleep(0.002)
        ends = json.loads(started.stdout.readline())
    assert ends == [-signal.SIGKILL] * len(WAYS)
    return folders


@pytest.mark.parametrize("way", WAYS)
def test_killed_and_resumed_a_run_ends_with_the_same_bytes(killed, way, tmp_path):
    folder = killed[way]
    half_written = [folder / place / ".x.npz.0123456789ab.part" for place in ("", "snapshots", "checkpoints")]
    for path in half_written:  # a kill may leave these
        path.touch()
    assert 1 <= state(folder)["counters"]["epoch"] < 16
    config = dataclasses.replace(make_tiny(), preset="digits-torus", **WAYS[way])
    train(config, folder, resume=True)
    assert len(metrics(folder)) == 16
    assert not any(path.exists() for path in half_written)
    train(config, tmp_path / "straight")
    assert_same_run(folder, tmp_path / "straight")


@pytest.mark.parametrize(("number", "step"), [(signal.SIGINT, 37), (signal.SIGTERM, 40)])
def test_stopped_in_the_middle_of_an_epoch_or_at_its_end_it_goes_on_from_there(tiny, number, step, tmp_path):
    from training.stopping import Interrupted

    config = dataclasses.replace(tiny, epochs=6, mode="latent")
    seen, before = [], signal.getsignal(number)

    def press(event):
        seen.append(event.step)
        if event.step == step - 1:
            signal.raise_signal(number)

    with pytest.raises(Interrupted, match=rf"after step {step} .*run --resume --out"):
        train(config, tmp_path / "a", progress=press)
    assert seen[-1] == step
    assert json.loads((tmp_path / "a" / "status.json").read_text())["status"] == "interrupted"
    assert signal.getsignal(number) is before
    train(config, tmp_path / "a", resume=True, progress=press)
    assert min(seen[seen.index(step) + 1 :]) >= step
    train(config, tmp_path / "b")
    for folder in ("a", "b"):  # a report looks back to the last stop, so merges are counted from there
        for line in (lines := metrics(tmp_path / folder)):
            for figures in line["tensors"].values():
                del figures["merges"], figures["splits"]
        (tmp_path / folder / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert_same_run(tmp_path / "a", tmp_path / "b")


def test_a_short_run_learns_and_shares_and_its_folder_is_complete(tiny, tmp_path):
    import torch

    from training import load_shared, measure
    from training.evaluation import evaluate
    from training.run_log import RunFolder
    from training.setup import build_model, load_data

    config = dataclasses.replace(tiny, mode="latent", width=(2, 4), train_size=400, strength=(3e-3, 3e-3))
    config = dataclasses.replace(config, lr=0.5, batch=20, project=(0, 1000))
    report = train(config, tmp_path / "run")
    run = RunFolder(tmp_path / "run")
    stages = report["stages"]
    assert list(stages) == ["untrained", "trained", "best", "projected", "finetuned"]
    assert stages["trained"]["test_accuracy"] > stages["untrained"]["test_accuracy"] + 0.08
    tensors = {name: stage["tensors"]["fc2.weight"]["distinct"] for name, stage in stages.items()}
    assert tensors["untrained"] > 32_000
    assert tensors["trained"] < 20_000
    assert tensors["projected"] <= 1000
    assert tensors["finetuned"] <= 1000
    tensors = {name: stage["tensors"]["fc1.weight"]["distinct"] for name, stage in stages.items()}
    assert tensors["finetuned"] <= tensors["trained"]
    assert run.status() == "finished"
    assert run.report() == json.loads(json.dumps(report))
    assert [line["epoch"] for line in run.metrics()] == list(range(1, 17))
    assert [snapshot.epoch for snapshot in run.snapshots()] == [0, 3, 6, 9, 12, 15, 16]
    last = run.weights(run.snapshots()[-1])
    assert {name: measure(w).distinct for name, w in last.items()} == {
        name: found["distinct"] for name, found in stages["trained"]["tensors"].items()
    }
    assert run.environment["torch"] == torch.__version__
    data = load_data(config)
    model = build_model(config, data)
    load_shared(model, run.path / "shared.safetensors")
    assert tuple(evaluate(model, data.test)) == (stages["finetuned"]["test_loss"], stages["finetuned"]["test_accuracy"])
    assert (run.path / "shared.safetensors").stat().st_size == report["shared_file"]["bytes"]


def test_a_folder_in_use_is_refused_and_a_run_goes_on_only_as_it_began(tiny, tmp_path):
    config = dataclasses.replace(tiny, epochs=1, finetune_epochs=0)
    report = train(config, tmp_path / "run")
    refused(FileExistsError, lambda: train(config, tmp_path / "run"), "not empty", "--resume", "--out")
    other = dataclasses.replace(config, lr=0.25)
    refused(ValueError, lambda: train(other, tmp_path / "run", resume=True), "lr 0.3, not 0.25")
    assert train(config, tmp_path / "run", resume=True) == json.loads(json.dumps(report))
    refused(FileExistsError, lambda: train(config, tmp_path, resume=True), "not the folder of a run")


def test_settings_that_do_not_fit_are_refused_before_a_folder_is_made(tiny, tmp_path):
    for words, changes in (
        (("batch is 2000", "200 training images"), {"batch": 2000}),
        (("fc9.weight",), {"layers": ("fc9.weight", "fc1.weight"), "method": "none"}),
        (("moon", "digits-torus"), {"data": "moon"}),
    ):
        refused(ValueError, lambda c=changes: train(dataclasses.replace(tiny, **c), tmp_path / "run"), *words)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "none"},
        {"method": "l1", "optimizer": "adamw", "lr": 1e-3},
        {"method": "beta-lasso", "precision": "bfloat16"},
        {"method": "group-lasso", "model": "torus-cnn", "shuffle_pixels": True},
        {"method": "subgradient", "lr_schedule": "constant", "validate_on_test": True},
        {"data": "linear", "model": "linear", "width": 10, "strength": 0.1, "project": 8, "mode": "latent"},
        {"model": "cifar-mlp", "width": (2, 8), "project": 16, "strength": 1e-3, "augment": True},
    ],
    ids=str,
)
def test_every_method_optimizer_and_kind_of_data_trains(tiny, changes, tmp_path):
    report = train(dataclasses.replace(tiny, epochs=2, **changes), tmp_path / "run")
    last = metrics(tmp_path / "run")[-1]
    assert last["epoch"] == 2
    assert last["train_loss"] < metrics(tmp_path / "run")[0]["train_loss"]
    assert (report["planted"] is None) == (changes.get("data") != "linear")
