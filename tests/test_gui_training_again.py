"""A run is started again in the folder of the one that is shown: the new one is seen, and nothing of the old."""

import shutil

import numpy as np
import pytest

pytest.importorskip("PySide6")

from written_runs import TENSOR, line_of, weights_of, write_run

from gui.training.choices import OWN, Request
from gui.training.facts import facts_of
from training.run_log import METRICS, append_line

pytestmark = pytest.mark.qt


def again(folder):
    """Another run in the place of this one: the same weights, other figures, only two epochs."""
    shutil.rmtree(folder)
    write_run(folder, 0, config={"strength": [0.002]})
    for epoch in (1, 2):
        line = line_of(epoch)
        line["tensors"][TENSOR]["strength"] = 7.0
        append_line(folder / METRICS, line)


@pytest.mark.parametrize("paused", [False, True])
def test_it_is_drawn_without_an_error_from_its_start(following, qtbot, tmp_path, paused):
    following.do_train_earlier()
    following.do_train_pin()
    following.look.pause(paused)
    before = following.view.facts.text()
    again(tmp_path / "run")
    with qtbot.captureExceptions() as caught:
        following.watcher.look()
        qtbot.waitUntil(lambda: len(following.look.newest.lines) == 2)
    assert not caught
    look, state = following.look, following.look.shown
    assert (state.config["strength"], len(state.moments), look.pinned, look.live) == ([0.002], 1, None, True)
    assert following.view.merging._moments == state.moments
    assert following.view.facts.text() != before
    assert f"{np.unique(weights_of(0)).size:,}" in following.view.facts.text()
    assert facts_of(state, TENSOR, look.moment._replace(step=20))["strength"] == "7"


def test_nothing_of_the_log_before_is_kept_where_the_file_has_the_same_number(following, qtbot, tmp_path):
    """A file system gives a number that is free again to the next file."""
    log = (tmp_path / "run" / METRICS).read_text()
    (tmp_path / "run" / "config.json").write_text('{"epochs": 4, "strength": [0.002]}')
    with open(tmp_path / "run" / METRICS, "r+") as file:
        file.write(log.replace('"valid_loss": 2.0', '"valid_loss": 9.0'))
    following.watcher.look()
    qtbot.waitUntil(lambda: following.look.newest.curves.valid_loss[:1] == [9.0])
    assert len(following.look.newest.lines) == 4


def test_a_new_run_in_the_folder_of_the_one_shown_comes_to_the_front(following, qtbot, tmp_path):
    shutil.rmtree(tmp_path / "run")
    following.do_train_new()
    following.form.asked.emit(Request("no-such-preset", OWN, "", 1, 0, tmp_path / "run"))
    assert following.view.isVisible()
    assert (following.look.newest.status, following.look.newest.moments) == ("starting", ())
    qtbot.waitUntil(lambda: not following.own.running, timeout=60_000)
    assert following.form.isVisible()
    assert following.form.trouble.text().startswith("The run failed: there is no preset")
