"""Class mode: little is left, that is large, the mouse still finds it, and everything comes back."""

import pytest

pytest.importorskip("PySide6")

from mouse import click, drag
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from gui.draw.magnification import SEEN_AS, magnification

pytestmark = pytest.mark.qt


@pytest.fixture
def opened(make_window, qtbot):
    """Make a window as a start does, and wait until it is whole."""

    def open_window():
        window = make_window("two-equal", "--size", "1200x800")
        window.show()
        qtbot.waitUntil(lambda: window.docks.readouts is not None, timeout=10_000)
        return window

    return open_window


def layout(window):
    """What is shown, and where."""
    bars = (window.menuBar(), window.mode_bar, window.transport, window.transport.leave, window.transport.axis)
    panels = (window.scenario_dock, window.views_dock, window.lessons_dock)
    views = (window.line, window.space_time, window.docks.readouts, window.docks.tabs)
    places = [part.geometry().getRect() for part in (*panels, *views, window.transport) if part.isVisible()]
    return [part.isVisible() for part in (*bars, *panels, *views)], places


def shown(window):
    parts = {"line": window.line, "space-time": window.space_time, "readouts": window.docks.readouts}
    parts |= {"scenarios": window.scenario_dock, "lessons": window.lessons_dock, "menus": window.menuBar()}
    parts |= {"pages": window.mode_bar, "transport": window.transport, "linked": window.docks.tabs}
    return {name for name, part in parts.items() if part.isVisible()}


def settled(window, qtbot):
    """Wait for class mode, with the heights that it gives to the line and the linked view."""
    qtbot.waitUntil(lambda: shown(window) == {"line", "linked", "transport"})
    qtbot.waitUntil(lambda: window.views_dock.height() > 1.1 * window.line.height())


def test_only_the_line_a_linked_view_and_time_are_shown_and_all_comes_back(window, qtbot):
    window.docks.show_view("phase")
    window.views_dock.setFloating(False)
    qtbot.wait(50)
    before = layout(window)
    window.shortcuts.do("class-mode")
    settled(window, qtbot)
    assert window.docks.tabs.views["phase"].isVisible()
    click(window.transport.leave, QPointF(5, 5))
    qtbot.wait(50)
    after = layout(window)
    assert after[0] == before[0]
    for was, now in zip(before[1], after[1], strict=True):
        assert now == pytest.approx(was, abs=3)
    assert not window.session.options.class_mode


def test_type_and_marks_grow_with_the_window_and_the_mouse_finds_them(window, qtbot):
    play = window.transport.buttons["play"].width()
    window.resize(2 * SEEN_AS[0], 2 * SEEN_AS[1])
    window.shortcuts.do("class-mode")
    qtbot.wait(50)
    assert magnification(window, window.session.options) == 2
    assert window.transport.buttons["play"].width() == 2 * play
    scene = window.line.scene()
    assert scene.area.right() < window.line.width() / 2
    place = 2 * scene.place(0)
    click(window.line, place)
    assert window.session.selection.ids == {0}
    drag(window.line, place, place + QPointF(-2 * scene.pixels_a_unit * 0.5, 0))
    assert window.session.document.system.particles.position[0] == pytest.approx(-1.5, abs=0.02)
    window.shortcuts.do("class-mode")
    assert window.line.paper().width() == window.line.width()


def test_another_page_ends_it_and_the_next_start_has_the_usual_layout_behind_it(opened):
    first = opened()
    usual = shown(first)
    first.shortcuts.do("class-mode")
    first.pages.show("weights")
    assert not first.session.options.class_mode
    first.pages.show("particles")
    assert shown(first) == usual
    first.shortcuts.do("class-mode")
    first.close()
    second = opened()
    assert shown(second) == {"line", "linked", "transport"}
    second.shortcuts.do("class-mode")
    assert shown(second) == usual


def test_a_lesson_goes_on_behind_it(window, qtbot):
    from gui.lessons.shelf import lessons

    window.docks.open_lesson(lessons()[0].name)
    window.shortcuts.do("class-mode")
    assert window.docks.lessons.in_lesson
    assert not window.lessons_dock.isVisible()
    window.shortcuts.do("class-mode")
    assert window.docks.lessons.in_lesson
    assert not window.lessons_dock.isHidden()


def test_lessons_behind_it_are_there_after_a_restart(opened):
    first = opened()
    first.shortcuts.do("lessons")
    first.shortcuts.do("class-mode")
    first.close()
    second = opened()
    second.shortcuts.do("class-mode")
    assert second.docks.lessons is second.lessons_dock.widget()
    assert second.docks.lessons.isVisible()


def test_the_panels_are_not_switched_in_it(window, qtbot):
    window.shortcuts.do("class-mode")
    settled(window, qtbot)
    qtbot.wait(60)
    height = window.views_dock.height()
    for which in (Qt.Key.Key_F3, Qt.Key.Key_F3, Qt.Key.Key_F4, Qt.Key.Key_F4):
        QTest.keyClick(window, which)
        qtbot.wait(20)
    assert shown(window) == {"line", "linked", "transport"}
    assert window.views_dock.height() == height
    window.shortcuts.do("class-mode")
    QTest.keyClick(window, Qt.Key.Key_F3)
    assert not window.scenario_dock.isVisible()


def test_panels_of_a_wide_window_leave_room_in_a_narrow_one(window, qtbot):
    window.resize(1360, 860)
    window.shortcuts.do("lessons")
    qtbot.wait(50)
    window.shortcuts.do("class-mode")
    window.resize(900, 600)
    qtbot.wait(60)
    window.shortcuts.do("class-mode")
    least = [dock.minimumSizeHint().width() for dock in (window.lessons_dock, window.views_dock)]
    qtbot.waitUntil(lambda: window.pages.width() >= min(450, 900 - sum(least) - 20))
