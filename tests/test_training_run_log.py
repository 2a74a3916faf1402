"""A run's folder: what was written is read, also while it is written, and nothing broken is believed."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from refusals import refused as refused_file

from particles.checked_file import write_npz
from training.run_log import (
    METRICS,
    RunFolder,
    append_line,
    cut_back,
    snapshot_path,
    write_json,
)


@pytest.fixture
def folder(tmp_path):
    write_json(tmp_path / "config.json", {"lr": 0.5, "width": (4, 8)})
    (tmp_path / "snapshots").mkdir()
    return tmp_path


def test_the_run_log_loads_no_torch():
    code = "import sys, training, training.run_log; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent.parent).returncode == 0


def test_a_folder_without_a_config_is_no_run(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"not the folder of a run: it has no config\.json"):
        RunFolder(tmp_path)


def test_a_young_run_is_running_and_otherwise_empty(folder):
    run = RunFolder(folder)
    assert run.config == {"lr": 0.5, "width": [4, 8]}
    assert (run.environment, run.status(), run.report(), run.metrics(), run.snapshots()) == ({}, "running", {}, [], [])


def test_following_gives_every_line_once_and_leaves_half_a_line_for_later(folder):
    run, log = RunFolder(folder), folder / METRICS
    append_line(log, {"epoch": 1})
    append_line(log, {"epoch": 2})
    with open(log, "a") as file:
        file.write('{"epoch": 3, "train')
    news = run.follow()
    assert [line["epoch"] for line in news.lines] == [1, 2]
    assert run.follow(news.position).lines == []
    with open(log, "a") as file:
        file.write('_loss": 0.5}\n')
    late = run.follow(news.position)
    assert late.lines == [{"epoch": 3, "train_loss": 0.5}]
    assert not late.restarted
    assert [line["epoch"] for line in run.metrics()] == [1, 2, 3]


def test_a_log_that_was_cut_back_is_read_from_its_start(folder):
    run, log = RunFolder(folder), folder / METRICS
    for epoch in range(1, 6):
        append_line(log, {"epoch": epoch})
    with open(log, "a") as file:
        file.write('{"epoch"')
    position = run.follow().position
    cut_back(log, 2)
    for epoch in range(3, 9):  # longer again than it was
        append_line(log, {"epoch": epoch})
    news = run.follow(position)
    assert news.restarted
    assert [line["epoch"] for line in news.lines] == list(range(1, 9))


def test_snapshots_come_in_order_with_their_weights_and_strengths(folder):
    weights = np.arange(6, dtype=np.float32).reshape(2, 3)
    for step, epoch in ((120, 12), (30, 3)):
        arrays = {"fc1.weight": weights + step, "step": np.int64(step), "epoch": np.int64(epoch)}
        write_npz(snapshot_path(folder, step), arrays | {"strength/fc1.weight": np.float64(0.25)})
    run = RunFolder(folder)
    early, late = run.snapshots()
    assert (early.step, early.epoch, late.step, late.epoch) == (30, 3, 120, 12)
    assert list(run.weights(early)) == ["fc1.weight"]
    np.testing.assert_array_equal(run.weights(early)["fc1.weight"], weights + 30)
    assert run.strengths(late) == {"fc1.weight": 0.25}


def test_numbers_that_are_not_finite_are_written_as_null(folder):
    write_json(folder / "report.json", {"loss": float("nan"), "step": np.int64(3), "at": Path("a")})
    assert RunFolder(folder).report() == {"loss": None, "step": 3, "at": "a"}


@pytest.mark.parametrize(
    ("name", "text", "read"),
    [
        ("config.json", "{", lambda run: run.config),
        ("report.json", "[1]", lambda run: run.report()),
        ("status.json", '{"status": "gone"}', lambda run: run.status()),
        (METRICS, '{"epoch": 1}\n{"epo\n', lambda run: run.metrics()),
        (METRICS, '{"loss": 1}\n', lambda run: run.metrics()),
        ("snapshots/00000001.npz", "PK", lambda run: run.snapshots()),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence_that_names_it(folder, name, text, read):
    (folder / name).write_text(text)
    refused_file(lambda path: read(RunFolder(folder)), folder / name)


def test_a_failed_write_leaves_the_old_file(folder):
    with pytest.raises(TypeError):
        write_json(folder / "config.json", {"lr": object()})
    assert json.loads((folder / "config.json").read_text())["lr"] == 0.5
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "snapshots"]
