"""The folder of a run or its log vanishes: that is told, and what was read stays in view."""

import shutil

import pytest
from written_runs import line_of, write_epoch, write_run, write_snapshot

from gui.training.follower import Follower
from gui.training.sentences import about, beside, place_of
from training.run_log import METRICS, append_line


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path / "run")


def test_a_folder_that_vanishes_leaves_its_view_and_may_come_back(run, tmp_path):
    follower = Follower(run)
    before = follower.look()
    run.rename(tmp_path / "elsewhere")
    gone = follower.look()
    assert gone.status == "gone"
    assert "no longer there" in about(gone)
    assert gone.moments is before.moments
    (tmp_path / "elsewhere").rename(run)
    assert follower.look().status == "finished"


def test_a_log_that_vanishes_leaves_its_view_and_may_come_back(run, tmp_path):
    follower = Follower(run)
    before = follower.look()
    (run / METRICS).rename(tmp_path / METRICS)
    for path in (run / "snapshots").iterdir():
        path.unlink()
    write_snapshot(run, 5)
    for _ in range(2):
        state = follower.look()
        assert (state.status, state.lines, state.curves) == ("broken", before.lines, before.curves)
        assert state.moments[:5] == before.moments
        assert place_of(state.moments[5]) == "epoch 5, step 50"
        assert beside(state) == f"The log {run / METRICS} is no longer there: what was read of it stays in view."
    (tmp_path / METRICS).rename(run / METRICS)
    state = follower.look()
    assert (state.status, len(state.lines), len(state.moments), state.restarted) == ("finished", 4, 1, False)


@pytest.mark.parametrize("epochs", [(), (1, 2), (7, 8, 9, 10, 11)])
def test_another_log_in_the_place_of_one_that_vanished_is_shown_anew(run, epochs):
    follower = Follower(run)
    follower.look()
    (run / METRICS).unlink()
    follower.look()
    (run / METRICS).touch()
    for epoch in epochs:
        append_line(run / METRICS, line_of(epoch))
    state = follower.look()
    assert (state.curves.epoch.tolist(), state.restarted, state.trouble) == (list(epochs), True, "")


def test_a_folder_that_is_removed_during_a_look_leaves_its_view(run, monkeypatch):
    follower = Follower(run)
    before = follower.look()
    write_epoch(run, 5)
    monkeypatch.setattr(follower, "_files", lambda: shutil.rmtree(run) or {})
    gone = follower.look()
    assert (gone.status, gone.lines, gone.moments) == ("gone", before.lines, before.moments)
    monkeypatch.undo()
    write_run(run, 5)
    assert len(follower.look().lines) == 5
