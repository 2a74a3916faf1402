"""Long work, errors that nobody foresaw, and closing while everything runs: the window lives on, or goes as a whole."""

import sys
import threading
import time

import numpy as np
import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import QTimer

from gui.model import edits
from gui.window.afterwards import wait_for_all
from gui.window.errors import Unexpected

pytestmark = pytest.mark.qt


def test_an_unexpected_error_becomes_a_message_with_details_and_the_work_is_safe(window, qapp, caplog):
    before = sys.excepthook
    unexpected = Unexpected(window.messages.tell_unexpected, window.rescue)
    document = window.session.document
    try:
        document.begin_drag()
        document.edit(edits.mirrored(document.latest), "Mirror")
        try:
            raise ZeroDivisionError("nobody thought of that")
        except ZeroDivisionError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    finally:
        unexpected.remove()
    assert sys.excepthook is before
    assert "nobody thought of that" in window.messages.text
    assert not document.dragging
    window.messages.press("copy_details")
    assert "ZeroDivisionError" in qapp.clipboard().text()
    assert "test_gui_window_busy" in qapp.clipboard().text()
    assert window.isVisible()


def test_the_clock_stops_when_a_frame_fails(window, monkeypatch, qtbot):
    clock = window.session.clock
    monkeypatch.setattr(clock, "advance", lambda: 1 / 0)
    with qtbot.captureExceptions() as caught:
        clock.play()
        qtbot.waitUntil(lambda: not clock.playing)
    assert [kind for kind, *_ in caught] == [ZeroDivisionError]


def test_the_watchdog_sees_who_waits(qtbot, watchdog):
    """Asleep, the event loop uses no time of a core, and is blocked all the same."""

    def asleep():
        with watchdog():
            QTimer.singleShot(0, lambda: time.sleep(0.12))
            qtbot.wait(200)

    with pytest.raises(AssertionError, match="was blocked"):
        asleep()


def test_nothing_blocks_the_event_loop(window, qtbot, watchdog):
    """A large system is drawn up and simulated, played and scrubbed, and the window goes on."""
    clock, document = window.session.clock, window.session.document
    window.filing.load_scenario("random-masses", 300, 1, play=False)  # every view has drawn once
    qtbot.wait(100)
    with watchdog():
        window.filing.load_scenario("random-masses", 100_000, 1, play=False)
        qtbot.waitUntil(lambda: len(document.system) == 100_000, timeout=20_000)
    with watchdog():
        clock.play()
        qtbot.wait(300)
        clock.pause()
        for share in (0.9, 0.1, 0.5):
            clock.go(share * clock.horizon)
            qtbot.wait(20)


def test_closing_while_everything_runs_leaves_nothing(make_window, qtbot):
    """The fixture looks for what is left."""
    window = make_window("gaussian-weights")
    window.show()
    qtbot.waitUntil(lambda: window.docks.readouts is not None, timeout=10_000)
    started, stopped = threading.Event(), threading.Event()

    def work(task):
        started.set()
        try:
            while True:
                task.report(0.5)
                time.sleep(0.002)
        finally:
            stopped.set()

    for name in ("weights", "algorithms", "training", "particles"):
        window.pages.show(name)
    window.shortcuts.do("lessons")
    window.shortcuts.do("export")
    window.filing.load_scenario("random-masses", 200_000, 1)
    window.workers.run(work, lambda _: None, "turning round and round")
    window.session.document.edit(edits.mirrored(window.session.document.latest), "Mirror")
    window.session.clock.play()
    window.start_tour()
    qtbot.waitUntil(started.is_set)
    window.close()
    assert stopped.wait(5)
    assert window.workers.wait()
    assert not window.ticking.running


class NeverStops:
    """A run that ends only when it is killed."""

    asked_to_stop, waited, left = 0, 0, False

    def stop(self):
        self.asked_to_stop += 1

    def wait(self, _seconds):
        self.waited += 1
        return self.asked_to_stop > 2


def test_the_window_goes_at_once_and_what_still_runs_is_waited_for_and_ended_when_it_is_gone(window):
    window.pages.show("training")
    run = window.pages.built("training").own._child = NeverStops()
    started, gate, ended = threading.Event(), threading.Event(), []
    window.workers.run(lambda: (started.set(), gate.wait(1.5), ended.append(1)), print, "waiting")
    assert started.wait(5)
    window.close()
    assert not ended
    gate.set()
    assert (run.asked_to_stop, run.waited, window.isVisible()) == (1, 0, False)
    assert wait_for_all()
    assert run.asked_to_stop == 3


@pytest.mark.parametrize("n", [0, 1, 2])
def test_every_page_and_view_takes_the_smallest_systems(window, qtbot, n):
    window.shortcuts.do("new")
    for _ in range(n):
        window.shortcuts.do("add")
    for index in range(window.docks.tabs.count()):
        window.docks.tabs.setCurrentIndex(index)
        window.session.clock.play()
        qtbot.wait(30)
    window.shortcuts.do("next-event")
    assert len(window.session.document.system) == n
    assert np.isfinite(window.session.clock.t)
    assert not window.messages.text
