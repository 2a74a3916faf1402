"""The command line: every setting can be given, nothing unknown is taken, and a stopped run says how to go on."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from one_sentence import refused

from training.lock import check_free, locked

pytestmark = pytest.mark.torch
ROOT = Path(__file__).parent.parent
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
TINY = ["--width=1,2", "--train-size=200", "--batch=20", "--epochs=2", "--finetune-epochs=1", "--threads=1"]


@pytest.fixture
def command(capsys, monkeypatch, tmp_path):
    """Runs a command line in an empty folder: (exit code, stdout, stderr)."""
    from training.__main__ import main

    monkeypatch.chdir(tmp_path)

    def call(*argv):
        code = main(list(argv))
        return code, *capsys.readouterr()

    return call


def test_list_shows_presets_data_sets_and_methods(command):
    from training.data import NAMES
    from training.presets import METHODS, PRESETS

    code, out, _ = command("list")
    assert code == 0
    assert all(f"  {name} " in out for name in (*PRESETS, *METHODS, *NAMES))


def test_a_dry_run_shows_settings_and_rules_and_writes_nothing(command, tmp_path):
    code, out, _ = command("run", "digits-torus", "--method", "wsr-latent", "--strength", "0.5,0.25", "--dry-run")
    assert code == 0
    settings, _, table = out.partition("\n}\n")
    shown = json.loads(settings + "}")
    assert (shown["mode"], shown["strength"], shown["epochs"]) == ("latent", [0.5, 0.25], 400)
    rules = {line.split()[0]: line for line in table.splitlines() if "weight" in line}
    assert "strength=0.25" in rules["fc2.weight"]
    assert "131,072" in rules["fc2.weight"]
    assert rules["fc3.weight"].endswith("-")
    assert table.strip().endswith(str(Path("runs") / "digits-torus-wsr-latent-0"))
    assert list(tmp_path.iterdir()) == []


def test_a_run_is_written_where_its_name_says_and_goes_on_only_as_it_began(command):
    code, out, err = command(
        "run", "digits-torus-quick", "--method", "l1", "--seed", "4", *TINY, "--project=8", "--no-figures"
    )
    assert code == 0
    folder = Path("runs") / "digits-torus-quick-l1-4"
    assert out.strip().endswith(str(folder))
    assert "finetuned" in out
    assert err.startswith("epoch 2/2  loss")
    assert json.loads((folder / "config.json").read_text())["width"] == [1, 2]
    assert command("run", "digits-torus-quick", "--method", "l1", "--seed", "4", *TINY)[0] == 2
    assert command("run", "--resume", "--no-figures", "--out", str(folder))[:2] == (0, out)
    code, _, err = command("run", "--resume", "--out", str(folder), "--lr", "3")
    assert (code, err.count("\n")) == (2, 1)
    assert "lr 0.5, not 3.0" in err


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["run", "digits"], ("digits", "digits-torus-quick")),
        (["run", "--learning-rate", "1"], ("--learning-rate",)),
        (["run", "--epoch", "3"], ("--epoch",)),
        (["run", "--epochs", "1.5"], ("epochs", "whole number")),
        (["run", "--method", "wrs"], ("wrs", "wsr-latent")),
        (["run", "--lr", "-1"], ("lr is -1.0",)),
        (["run", "--batch", "5000"], ("batch is 5000", "1000 training images")),
        (["run", "mnist", "--data", "nowhere"], ("nowhere", "python -m training download mnist")),
        (["run", "--device", "cuda:77"], ("cuda:77",)),
        (["run", "--schedule", "sine:1"], ("sine",)),
        (["run", "linear", "--method", "cnn"], ("linear", "partner")),
        (["run", "--resume", "--out", "gone"], ("gone", "config.json")),
        (["run", "--out", os.devnull], (f"{os.devnull} is no folder",)),
        (["run", "--out", f"{os.devnull}/run"], (f"{os.devnull} is no folder",)),
        (["compare", "linear", "--out", os.devnull, "--methods", "none"], (f"{os.devnull} is no folder",)),
        (["download", "moon"], ("moon",)),
        (["train"], ("train",)),
    ],
    ids=" ".join,
)
def test_what_does_not_fit_is_told_in_one_sentence(command, tmp_path, argv, words):
    code, out, err = command(*argv)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("error: ")
    assert all(word in err for word in words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", ["--dry-run", "--quiet"])
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["--rewind-schedule", "constant:3"], ("rewind", "3")),
        (["--rewind-schedule", "target:distinct=9"], ("rewind", "Target")),
        (["--method", "subgradient", "--schedule", "target:bits=4"], ("Target", "Subgradient")),
        (["--schedule", "target:sparsity=0.5", "--l1", "0"], ("l1 > 0",)),
        (["--method", "none", "--schedule", "sine:1"], ("sine",)),
        (["--scope", "row", "--layers", "fc1.weight,fc1.bias", "--strength", "1"], ("fc1.bias", "dimensions")),
        (["--layers", "nothing"], ("no tensor 'nothing'", "torus-mlp", "fc1.weight", "fc3.bias")),
        (["--layers", "nothing", "--strength", "1"], ("no tensor 'nothing'", "torus-mlp", "fc1.weight", "fc3.bias")),
        (["--layers", "fc*.weight", "--method", "none", "--strength", "1"], ("no tensor 'fc*.weight'", "fc1.weight")),
        (["--strength", "1,2,3"], ("strength has 3 values for 2 tensors",)),
        (["--project", "1,2,3", "--method", "none"], ("project has 3 values for 2 tensors",)),
        (["--start", "4", "--stop", "4"], ("stop is 4",)),
    ],
    ids=" ".join,
)
def test_what_does_not_fit_the_network_is_told_before_anything_is_printed_or_made(
    command, tmp_path, settings, words, how
):
    code, out, err = command("run", "digits-torus", *settings, how)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert all(word in err for word in words)
    assert list(tmp_path.iterdir()) == []


def test_every_setting_is_an_argument(command):
    import dataclasses

    from training.config import Config

    code, out, _ = command("run", "--help")
    assert code == 0
    for field in dataclasses.fields(Config)[1:]:
        assert ("--data-set" if field.name == "data" else "--" + field.name.replace("_", "-")) + " " in out


def test_a_live_run_is_left_alone_and_ctrl_c_saves_and_says_how_to_go_on(command, tmp_path):
    out = tmp_path / "a run"
    argv = [sys.executable, "-m", "training", "run", f"--out={out}", "--data=the data", *TINY, "--epochs=100000"]
    process = subprocess.Popen(argv, cwd=ROOT, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)
    while not (out / "metrics.jsonl").exists():
        assert process.poll() is None
        time.sleep(0.05)
    code, _, err = command("run", "--resume", "--out", str(out))
    assert (code, err.count("\n")) == (2, 1)
    assert f"{out} is in use: process {process.pid} works in it" in err
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    words = f"go on with: python -m training run --resume --out '{out}' --data 'the data'"
    assert err.strip().splitlines()[-1].endswith(words)
    assert (out / "checkpoints" / "last.pt").exists()
    assert json.loads((out / "status.json").read_text())["status"] == "interrupted"


HOLD = """
import sys, time
from training.lock import locked
with locked(sys.argv[1]):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_lock_ends_with_its_process_also_after_kill_9(tmp_path):
    check_free(tmp_path)
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    for take in (lambda: check_free(tmp_path), locked(tmp_path).__enter__):
        refused(RuntimeError, take, str(tmp_path), f"process {holder.pid}")
    holder.kill()
    holder.communicate()
    check_free(tmp_path)
    with locked(tmp_path):
        refused(RuntimeError, lambda: check_free(tmp_path), str(tmp_path), f"process {os.getpid()}")


def test_a_killed_beginning_does_not_fill_the_folder_and_another_run_there_is_not_overwritten(tmp_path):
    from training.opening import check_folder, create_folder_
    from training.presets import configured

    (tmp_path / "lock").touch()
    (tmp_path / ".config.json.0a1b.part").touch()
    ours, other = configured("digits-torus"), configured("digits-torus", lr=0.25)
    check_folder(tmp_path, ours, resume=False)
    create_folder_(tmp_path, ours)
    refused(ValueError, lambda: create_folder_(tmp_path, other), str(tmp_path), "lr 0.5, not 0.25")
    assert json.loads((tmp_path / "config.json").read_text())["lr"] == 0.5
    refused(FileExistsError, lambda: check_folder(tmp_path, ours, resume=False), str(tmp_path), "not empty")


BOTH = """
import sys, torch
from training import launch, loop
from training.__main__ import main

def check(model, ranks):
    launch.check_same_weights(model, ranks)
    weight = next(model.parameters())
    kept = weight.detach().clone()
    with torch.no_grad():
        weight[0, 0] += 1e-3 * ranks.rank
    try:
        launch.check_same_weights(model, ranks)
    except RuntimeError as error:
        print(f"told: {error}", flush=True)
    with torch.no_grad():
        weight.copy_(kept)

loop.check_same_weights = check
sys.exit(main(sys.argv[1:]))
"""


def test_two_processes_end_with_the_same_weights_or_say_that_they_do_not(tmp_path):
    (tmp_path / "both.py").write_text(BOTH)
    argv = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    argv += [str(tmp_path / "both.py"), "run", f"--out={tmp_path / 'run'}", *TINY, "--mode=latent", "--strength=0.01"]
    argv += ["--no-figures"]
    environment = {**ENVIRONMENT, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(argv, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("told: the weights of process 1 differ from those of process 0") == 2
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert report["steps"] == 20
    assert report["stages"]["trained"]["tensors"]["fc2.weight"]["distinct"] < 8000
    assert json.loads((tmp_path / "run" / "environment.json").read_text())["processes"] == 2
