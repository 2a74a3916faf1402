"""What is asked of a run is told of that run alone."""

import pytest

pytest.importorskip("PySide6")

from written_runs import write_run

from gui.training.watcher import Watcher
from gui.window.afterwards import wait_for_all

pytestmark = pytest.mark.qt


@pytest.mark.parametrize("leave", [Watcher.leave, lambda watcher: watcher.follow(watcher.path)])
@pytest.mark.parametrize("work", [None, len])
def test_what_was_asked_of_the_run_before_is_forgotten(qtbot, tmp_path, leave, work):
    watcher, told = Watcher(), []
    with qtbot.waitSignal(watcher.seen) as seen:
        watcher.follow(write_run(tmp_path / "run"))
    watcher.ask(seen.args[0].moments[0], work, told.append)
    leave(watcher)
    qtbot.waitUntil(lambda: not watcher._workers.running)
    watcher.closing()
    assert wait_for_all()
    assert not told
