"""A comparison that a signal stops: its runs save, nobody else may work in its folders, and it goes on where it was."""

import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from one_sentence import refused

from training.compare import Plan, _parser, main
from training.lock import check_free
from training.run_log import RunFolder

pytestmark = pytest.mark.torch  # the networks are built with it
ROOT = Path(__file__).parent.parent


def test_a_signal_reaches_the_runs_which_save_and_the_same_command_goes_on(tmp_path, capsys):
    out = tmp_path / "an out"
    words = ["digits-torus-quick", "--methods", "wsr-latent", "--grid", "wsr-latent=1", "--seeds", "2", "--jobs", "2"]
    words += ["--width", "1,2", "--train-size", "100", "--epochs", "100000", "--out", str(out), "--quiet"]
    folders = [run.folder for run in Plan(_parser().parse_args(words)).seed_runs({"wsr-latent": (3e-3, 3e-4)})]
    reached = [0, 0]
    for number, status in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
        argv = [sys.executable, "-m", "training", "compare", *words]
        parent = subprocess.Popen(argv, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        while not all(last_epoch(folder) > epoch for folder, epoch in zip(folders, reached, strict=True)):
            assert parent.poll() is None, parent.stderr.read()
            time.sleep(0.05)
        refused(RuntimeError, lambda: main(words), str(out), f"process {parent.pid}")
        parent.send_signal(number)
        told = parent.communicate(timeout=60)[1]
        assert parent.returncode == status
        assert told.count("\n") == 1
        assert told.strip().endswith("go on with: " + shlex.join(["python", "-m", "training", "compare", *words]))
        reached = [last_epoch(folder) for folder in folders]
        for folder in folders:
            check_free(folder)
            assert RunFolder(folder).status() == "interrupted"
            epochs = [line["epoch"] for line in RunFolder(folder).metrics()]
            assert epochs == list(range(1, len(epochs) + 1))


def last_epoch(folder):
    return len(RunFolder(folder).metrics()) if (folder / "config.json").exists() else 0
