"""A run's folder is followed whatever happens to it, and its past can be looked at while it goes on."""

import shutil

import numpy as np
import pytest
from written_runs import TENSOR, line_of, weights_of, write_epoch, write_run, write_snapshot

from gui.training.follower import Follower, run_folder_of
from gui.training.look import Look
from gui.training.run_state import curves_of
from gui.training.sentences import ROLES, about, beside
from gui.training.tensor_summary import link, rebinned, summarize
from training.lock import locked
from training.run_log import CONFIG, METRICS, STATUS, append_line, cut_back, snapshot_path, write_json


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path / "run")


def test_a_finished_run_is_read_whole(run):
    state = Follower(run).look()
    assert (state.status, state.trouble, state.behind, state.tensors) == ("finished", "", 0, (TENSOR,))
    assert [(moment.step, moment.epoch) for moment in state.moments] == [(10 * k, k) for k in range(5)]
    assert state.curves.valid_loss.tolist() == [2.0, 1.0, 2.0 / 3, 0.5]
    assert state.by_tensor[TENSOR].distinct.tolist() == [512, 256, 170, 128]
    assert state.moments[2].tensors[TENSOR].distinct == np.unique(weights_of(2)).size


def test_only_what_is_new_is_read_again(run):
    follower = Follower(run)
    before = follower.look()
    again = follower.look()
    assert again.moments is before.moments
    assert again.curves is before.curves
    write_epoch(run, 5)
    after = follower.look()
    assert len(after.lines) == 5
    assert after.moments[:5] == before.moments
    assert after.moments[5].epoch == 5


def test_a_half_written_line_waits_for_its_end(run):
    follower = Follower(run)
    follower.look()
    with open(run / METRICS, "a") as file:
        file.write('{"epoch": 5, "st')
    assert len(follower.look().lines) == 4
    with open(run / METRICS, "a") as file:
        file.write('ep": 50}\n')
    assert follower.look().curves.step.tolist() == [10, 20, 30, 40, 50]


def test_a_log_that_a_resume_has_cut_back_comes_again(run):
    follower = Follower(run)
    follower.look()
    cut_back(run / METRICS, 2)
    for step in (30, 40):
        snapshot_path(run, step).unlink()
    state = follower.look()
    assert (len(state.lines), len(state.moments), state.restarted) == (2, 3, True)
    write_json(run / STATUS, {"status": "running"})
    with locked(run):
        assert "went on from a checkpoint" in beside(follower.look())
        append_line(run / METRICS, line_of(3))
        assert beside(follower.look()) == ""


def test_a_snapshot_that_was_written_anew_is_read_anew(run):
    follower = Follower(run)
    before = follower.look().moments[1]
    snapshot_path(run, 10).unlink()
    shutil.copy(snapshot_path(run, 40), snapshot_path(run, 10))
    assert follower.look().moments[1].tensors[TENSOR].distinct < before.tensors[TENSOR].distinct


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # numpy leaves such a file unclosed
def test_a_truncated_snapshot_is_one_sentence_and_the_others_are_shown(run):
    path = snapshot_path(run, 20)
    path.write_bytes(path.read_bytes()[:500])
    state = Follower(run).look()
    assert [moment.step for moment in state.moments] == [0, 10, 30, 40]
    assert str(path) in state.trouble
    assert state.trouble.endswith(".")
    write_snapshot(run, 2)
    assert "not a whole snapshot" in beside(state)


@pytest.mark.parametrize("name", [CONFIG, METRICS, STATUS])
@pytest.mark.parametrize("content", [b"[1, 2\n", b"\xff\x81\xa0 no text\n"])
def test_a_broken_file_is_one_sentence_and_the_rest_is_shown(run, name, content):
    good = (run / name).read_bytes()
    (run / name).write_bytes(content)
    follower = Follower(run)
    state = follower.look()
    assert str(run / name) in beside(state)
    assert "codec" not in beside(state)
    assert (state.status, ROLES[state.status], about(state), len(state.moments)) == ("broken", "bad", "", 5)
    (run / name).write_bytes(good)
    assert follower.look().status == "finished"


def test_lines_of_any_content_become_curves():
    lines = (
        {"epoch": [1]},
        {"epoch": 2, "tensors": 3},
        {"epoch": 10**400, "tensors": {"a": 1, "b": {"distinct": "x"}}},
    )
    curves, by_tensor = curves_of(lines)
    assert np.isnan(curves.epoch[[0, 2]]).all()
    assert np.isnan(by_tensor["b"].distinct).all()


def test_a_run_whose_process_is_gone_was_killed(run):
    write_json(run / STATUS, {"status": "running"})
    follower = Follower(run)
    with locked(run):
        assert follower.look().status == "running"
    killed = follower.look()
    assert killed.status == "killed"
    assert "no process trains in this folder" in about(killed)


def test_many_snapshots_are_read_a_few_at_a_look(run):
    follower = Follower(run)
    state = follower.look(budget=0.0)
    assert state.behind > 0
    while state.behind:
        state = follower.look(budget=1e-9)
    assert len(state.moments) == 5
    assert len(state.moments[3].link(TENSOR).weights) == 1


def test_what_is_no_run_is_not_followed(tmp_path, run):
    assert run_folder_of(run / METRICS) == run
    assert run_folder_of(tmp_path) is None
    (tmp_path / CONFIG).write_text("{}")  # some other program's
    assert run_folder_of(tmp_path) is None
    with pytest.raises(FileNotFoundError):
        Follower(tmp_path / "nothing")


def test_a_histogram_is_rebinned_without_losing_a_weight():
    weights = np.random.default_rng(1).normal(size=10_000).astype(np.float32)
    summary, _ = summarize(weights)
    edges = np.linspace(-5, 5, 101)
    counts = rebinned(summary, edges)
    assert counts.sum() == pytest.approx(10_000)
    assert np.abs(counts - np.histogram(weights, edges)[0]).max() < 40  # what lies within a fine bin of an edge
    assert rebinned(summary, np.array([100.0, 101.0])).sum() == 0


@pytest.mark.parametrize("values", [[], [3.0], [np.nan, np.inf], [1e300, -1e300], [5.0] * 9])
def test_any_tensor_is_summed_up(values):
    summary, places = summarize(np.array(values))
    finite = np.isfinite(values).sum()
    assert (summary.numel, summary.broken, places.size) == (len(values), len(values) - finite, len(values))
    assert rebinned(summary, np.linspace(-2e300, 2e300, 4)).sum() == finite
    assert summary.distinct == np.unique(values).size


def test_links_follow_shared_values_by_their_weights():
    before, after = np.repeat([0.0, 1.0, 2.0], 10), np.repeat([0.5, 0.5, 3.0], 10)
    first, second = summarize(before), summarize(after)
    links = link(*first, *second)
    assert list(zip(*links, strict=True)) == [(0.0, 0.5, 10), (1.0, 0.5, 10), (2.0, 3.0, 10)]
    assert not link(first[0], None, *second).weights.size


def test_the_past_is_looked_at_while_the_edge_moves_on(run):
    follower, look = Follower(run), Look()
    look.see(follower.look())
    assert (look.live, look.moment.step) == (True, 40)
    look.go_to(19)
    look.pin()
    write_epoch(run, 5)
    look.see(follower.look())
    assert (look.live, look.moment.step, look.newest.moments[-1].step) == (False, 20, 50)
    look.go_live()
    assert (look.live, look.moment.step, look.pinned.step) == (True, 50, 20)
    look.go_by(-2)
    look.go_by(99)
    assert look.live
    snapshot_path(run, 20).unlink()
    look.see(follower.look())
    assert look.pinned is None


def test_pausing_to_look_stops_the_view_and_not_the_run(run):
    follower, look = Follower(run), Look()
    look.see(follower.look())
    look.pause(True)
    write_epoch(run, 5)
    look.see(follower.look())
    assert (len(look.shown.moments), len(look.newest.moments), look.missed, look.live) == (5, 6, 1, False)
    look.pause(False)
    assert (len(look.shown.moments), look.missed, look.live) == (6, 0, True)
