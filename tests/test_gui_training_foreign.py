"""What lies among a run's files and is none of them is named in one sentence, and the rest is shown."""

import io
import os
import zipfile

import numpy as np
import pytest
from written_runs import write_run

from gui.training.follower import Follower
from training.run_log import CONFIG, METRICS


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path / "run")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_what_is_no_file_among_the_snapshots_is_one_sentence_and_holds_nothing_up(run):
    pipe, folder = run / "snapshots" / "00000077.npz", run / "snapshots" / "00000078.npz"
    os.mkfifo(pipe)
    folder.mkdir()
    follower = Follower(run)
    state = follower.look()
    assert len(state.moments) == 5
    assert state.behind == 0
    assert "00000078.npz: " in state.trouble
    folder.rmdir()
    assert "00000077.npz: it is not a regular file" in follower.look().trouble
    pipe.unlink()
    assert follower.look().trouble == ""


def test_a_snapshot_that_claims_more_than_there_is_is_named(run):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (10**13,)})
    bomb = run / "snapshots" / "00000077.npz"
    with zipfile.ZipFile(bomb, "w") as archive:
        archive.writestr("fc1.weight.npy", header.getvalue() + bytes(64))
    state = Follower(run).look()
    assert "00000077.npz: it is not a whole snapshot" in state.trouble
    assert len(state.moments) == 5
    with open(bomb, "wb") as file:
        np.save(file, np.zeros(3))  # one array and no archive
    assert "00000077.npz: it is not a whole snapshot" in Follower(run).look().trouble


def test_a_log_that_is_a_folder_is_one_sentence(run):
    (run / METRICS).unlink()
    (run / METRICS).mkdir()
    trouble = Follower(run).look().trouble
    assert f"{METRICS}: " in trouble
    assert "Errno" not in trouble


def test_a_config_that_is_broken_while_it_is_followed_is_told_until_it_is_whole(run):
    follower = Follower(run)
    sound, text = follower.look(), (run / CONFIG).read_text()
    (run / CONFIG).write_text("{{{")
    for _ in range(2):
        state = follower.look()
        assert (state.status, state.config) == ("broken", sound.config)
        assert CONFIG in state.trouble
    (run / CONFIG).write_text(text)
    assert follower.look().trouble == ""
