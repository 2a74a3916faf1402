"""Long work, errors that nobody foresaw, and closing while everything runs: the window lives on, or goes as a whole."""

import sys
import threading
import time

import numpy as np
import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import QTimer

from gui.model import edits
from gui.views.linked_view import LinkedView
from gui.window.afterwards import wait_for_all
from gui.window.errors import Unexpected
from gui.window.warming import load_kernels

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


CROWD = 200_000


def test_a_crowd_is_scrubbed_with_every_linked_view(window, qtbot, watchdog):
    """What this thread does for one event stays short, from drawing up a crowd to an edit of all of it."""
    session, document = window.session, window.session.document

    def settled():
        qtbot.wait(20)
        qtbot.waitUntil(lambda: not window.workers.running, timeout=60_000)

    for index in range(window.docks.tabs.count()):  # every view has drawn once
        window.docks.tabs.setCurrentIndex(index)
        qtbot.wait(30)
    window.workers.run(load_kernels, lambda _: None, "kernels")
    settled()
    with watchdog():
        window.filing.load_scenario("gaussian-weights", CROWD, 1, play=False)
        qtbot.waitUntil(lambda: len(document.system) == CROWD, timeout=60_000)
        settled()
        for index in range(window.docks.tabs.count()):
            window.docks.tabs.setCurrentIndex(index)
            for share in (1e-4, 2e-4, 0.3):
                session.clock.go(share * session.clock.horizon)
                qtbot.wait(60)
        window.docks.tabs.setCurrentIndex(0)
        session.options.set(time_axis="merges")
        settled()
        session.selection.select_node(CROWD + 10)
        qtbot.wait(60)
        history = document.history
        window.shortcuts.do("mirror")
        qtbot.waitUntil(lambda: document.history is not history, timeout=60_000)
        settled()
    assert document.undo_text == "Mirror"


def test_another_crowd_is_painted_one_view_after_the_other(window, qtbot, monkeypatch):
    """All of them in one turn of the event loop would hold it up."""
    window.filing.load_scenario("random-masses", 30_000, 1, play=False)
    qtbot.waitUntil(lambda: len(window.session.document.system) == 30_000, timeout=60_000)
    qtbot.waitUntil(lambda: not window.workers.running, timeout=60_000)
    document, draw = window.session.document, LinkedView._draw_shown
    before, turns, painted = document.history, [0], {}
    timer = QTimer(interval=0)
    timer.timeout.connect(lambda: turns.append(turns[-1] + 1))

    def noted(view, *args, **how):
        if document.history is not before:
            painted.setdefault(view.name, turns[-1])
        draw(view, *args, **how)

    monkeypatch.setattr(LinkedView, "_draw_shown", noted)
    timer.start()
    window.shortcuts.do("mirror")
    qtbot.waitUntil(lambda: len(painted) == 3, timeout=60_000)
    timer.stop()
    assert set(painted) == {"line", "space-time", "hull"}
    assert len(set(painted.values())) == 3


def type_a_mass(window):
    model = window.docks.scenario.table.model
    assert model.setData(model.index(7, 3), "2.5")


@pytest.mark.parametrize(
    ("edit", "ask", "more"),
    [
        ("added", lambda window: window.shortcuts.do("add"), 1),
        ("removed", lambda window: window.shortcuts.do("delete"), -1),
        ("duplicated", lambda window: window.shortcuts.do("duplicate"), 1),
        ("mirrored", lambda window: window.shortcuts.do("mirror"), 0),
        ("with_values", type_a_mass, 0),
    ],
)
def test_a_crowd_is_edited_by_a_worker(window, qtbot, monkeypatch, edit, ask, more):
    document, threads = window.session.document, []
    make = getattr(edits, edit)

    def noted(*given, **named):
        threads.append(threading.current_thread())
        return make(*given, **named)

    monkeypatch.setattr(edits, edit, noted)
    window.filing.load_scenario("gaussian-weights", 20_000, 1, play=False)
    qtbot.waitUntil(lambda: len(document.system) == 20_000, timeout=60_000)
    window.session.selection.select([5])
    ask(window)
    qtbot.waitUntil(lambda: document.can_undo and not document.busy, timeout=60_000)
    assert len(document.system) == 20_000 + more
    assert threads
    assert threading.main_thread() not in threads


def test_edits_of_a_crowd_asked_for_at_once_are_all_made_and_undo_takes_back_one_that_is_not(window, qtbot):
    document = window.session.document
    window.filing.load_scenario("gaussian-weights", 20_000, 1, play=False)
    qtbot.waitUntil(lambda: len(document.system) == 20_000, timeout=60_000)
    for _ in range(4):
        window.shortcuts.do("add")
    type_a_mass(window)
    assert document.busy
    assert document.undo_text == "Change mass"
    window.shortcuts.do("undo")
    window.shortcuts.do("undo")
    qtbot.waitUntil(lambda: len(document.system) == 20_003 and not document.busy, timeout=60_000)
    qtbot.waitUntil(lambda: not window.workers.running, timeout=60_000)
    assert (len(document.latest), document.undo_text) == (20_003, "Add particle")
    assert (document.latest.particles.mass == 1).all()


def test_an_edit_of_a_crowd_that_is_still_being_made_never_reaches_another_document(window, qtbot):
    document = window.session.document
    window.filing.load_scenario("gaussian-weights", 20_000, 1, play=False)
    qtbot.waitUntil(lambda: len(document.system) == 20_000, timeout=60_000)
    window.shortcuts.do("add")
    window.filing.load_scenario("two-equal", play=False)
    qtbot.waitUntil(lambda: not window.workers.running, timeout=60_000)
    assert (len(document.latest), document.can_undo, document.busy) == (2, False, False)


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
