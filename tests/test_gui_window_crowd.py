"""A crowd: painted a view at a time, edited by workers, and the event loop goes on."""

import threading
import time

import numpy as np
import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMessageBox

from gui.model import edits
from gui.model.opening import read_system
from gui.views.linked_view import LinkedView
from gui.window import filing
from gui.window.warming import load_kernels

pytestmark = pytest.mark.qt

CROWD = 200_000


@pytest.fixture
def visited(window, qtbot):
    """The window, in which every linked view has drawn once and what draws a crowd is in memory."""
    for index in range(window.docks.tabs.count()):
        window.docks.tabs.setCurrentIndex(index)
        qtbot.wait(30)
    window.workers.run(load_kernels, lambda _: None, "kernels")
    settle(window, qtbot)
    return window


def settle(window, qtbot):
    qtbot.wait(20)
    qtbot.waitUntil(lambda: not window.workers.running, timeout=60_000)


def scrub_a_crowd(window, qtbot):
    """Draw one up, look at it in every view at several times, and edit all of it."""
    session, document = window.session, window.session.document
    window.filing.load_scenario("gaussian-weights", CROWD, 1, play=False)
    qtbot.waitUntil(lambda: len(document.system) == CROWD and not document.can_undo, timeout=60_000)
    settle(window, qtbot)
    for index in range(window.docks.tabs.count()):
        window.docks.tabs.setCurrentIndex(index)
        for share in (1e-4, 2e-4, 0.3):
            session.clock.go(share * session.clock.horizon)
            qtbot.wait(60)
    window.docks.tabs.setCurrentIndex(0)
    session.options.set(time_axis="merges")
    settle(window, qtbot)
    session.selection.select_node(CROWD + 10)
    qtbot.wait(60)
    history = document.history
    window.shortcuts.do("mirror")
    qtbot.waitUntil(lambda: document.history is not history, timeout=60_000)
    settle(window, qtbot)


def test_a_crowd_is_scrubbed_with_every_linked_view(visited, qtbot, watchdog):
    """What this thread does for one event stays short, from drawing up a crowd to an edit of all of it.

    What blocks the window does so each time: where another machine on the same processor did, once more.
    """
    try:
        with watchdog():
            scrub_a_crowd(visited, qtbot)
    except AssertionError:
        visited.session.options.set(time_axis="linear")
        with watchdog():
            scrub_a_crowd(visited, qtbot)
    assert visited.session.document.undo_text == "Mirror"


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
        ("with_values", lambda window: window.line.editing.nudge(0.1, 0.0), 0),
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


def test_the_first_edit_of_a_crowd_can_be_undone_at_once(window, qtbot):
    """The menu's own words are asked: nothing but they tells the user what Ctrl+Z would do."""
    document, undo = window.session.document, window.shortcuts.actions["undo"]
    window.filing.load_scenario("gaussian-weights", 20_000, 1, play=False)
    qtbot.waitUntil(lambda: len(document.system) == 20_000, timeout=60_000)
    assert not undo.isEnabled()
    type_a_mass(window)
    assert document.busy
    assert undo.isEnabled()
    window.shortcuts.do("undo")
    assert (document.busy, undo.isEnabled(), window.isWindowModified()) == (False, False, False)
    qtbot.waitUntil(lambda: not window.workers.running, timeout=60_000)
    assert len(document.latest) == 20_000


def test_what_is_being_made_is_given_up(window, qtbot):
    document, give_up = window.session.document, window.shortcuts.actions["give-up"]
    window.filing.load_scenario("gaussian-weights", 20_000, 1, play=False)
    qtbot.waitUntil(lambda: len(document.system) == 20_000, timeout=60_000)
    type_a_mass(window)
    assert give_up.isEnabled()
    window.shortcuts.do("give-up")
    assert (document.busy, give_up.isEnabled()) == (False, False)
    qtbot.waitUntil(lambda: not window.workers.running, timeout=60_000)
    assert (len(document.latest), document.can_undo) == (20_000, False)


def test_an_edit_of_a_crowd_that_is_still_being_made_never_reaches_another_document(window, qtbot):
    document = window.session.document
    window.filing.load_scenario("gaussian-weights", 20_000, 1, play=False)
    qtbot.waitUntil(lambda: len(document.system) == 20_000, timeout=60_000)
    window.shortcuts.do("add")
    window.filing.load_scenario("two-equal", play=False)
    qtbot.waitUntil(lambda: not window.workers.running, timeout=60_000)
    assert (len(document.latest), document.can_undo, document.busy) == (2, False, False)


@pytest.fixture
def mirroring(window, qtbot, monkeypatch, tmp_path):
    """The window while the mirror image of a crowd is made; ``window.threads`` lists those that make one."""
    make, window.threads = edits.mirrored, []

    def slow(system):
        window.threads.append(threading.current_thread())
        time.sleep(0.2)
        return make(system)

    monkeypatch.setattr(edits, "mirrored", slow)
    document = window.session.document
    window.filing.load_scenario("gaussian-weights", 20_000, 1, play=False)
    qtbot.waitUntil(lambda: len(document.system) == 20_000, timeout=60_000)
    document.save(tmp_path / "mine.json")
    qtbot.waitUntil(lambda: document.path is not None, timeout=60_000)
    expected = make(document.system).particles.position
    window.shortcuts.do("mirror")
    yield window, expected
    qtbot.waitUntil(lambda: not window.workers.running, timeout=60_000)
    assert threading.main_thread() not in window.threads


@pytest.mark.parametrize("save", ["save", "save-as"])
def test_who_saves_meanwhile_saves_the_mirror_image(mirroring, save, tmp_path, monkeypatch, qtbot):
    window, expected = mirroring
    document = window.session.document
    monkeypatch.setattr(filing.QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "mine.json"), ""))
    window.shortcuts.do(save)
    assert document.making
    qtbot.waitUntil(lambda: not document.modified, timeout=60_000)
    np.testing.assert_array_equal(read_system(tmp_path / "mine.json").particles.position, expected)


def test_who_opens_a_lesson_meanwhile_comes_back_to_the_mirror_image(mirroring, qtbot):
    window, expected = mirroring
    window.docks.open_lesson("two-particles")
    assert window.session.document.making
    qtbot.waitUntil(lambda: window.docks.lessons.in_lesson, timeout=60_000)
    window.docks.lessons.leave()
    qtbot.waitUntil(lambda: len(window.session.document.system) == 20_000, timeout=60_000)
    np.testing.assert_array_equal(window.session.document.system.particles.position, expected)


def test_a_lesson_that_waits_does_not_come_where_something_else_is_opened(mirroring, qtbot, monkeypatch):
    window, _ = mirroring
    monkeypatch.setattr(filing, "ask_unsaved", lambda *_: QMessageBox.StandardButton.Discard)
    window.docks.open_lesson("two-particles")
    window.docks.scenario.choose("explosion")
    qtbot.waitUntil(lambda: not window.workers.running, timeout=60_000)
    qtbot.wait(20)
    assert not window.docks.lessons.in_lesson
    assert window.session.document.system.name == "explosion"
