"""The lessons in the window: where one is afterwards, and what has the keyboard."""

import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListWidget

from gui.lessons.shelf import lessons

pytestmark = pytest.mark.qt
Key = Qt.Key


@pytest.mark.parametrize("lesson", ["snow-plough", "filters-like-a-convolution"])
def test_the_end_of_a_lesson_leads_back_to_the_page_where_one_was(window, lesson):
    window.docks.show_view("phase")
    window.docks.open_lesson(lesson)
    window.docks.show_view("hull")
    panel = window.docks.lessons
    panel.open_lesson(lesson, len(panel.lesson.scenes) - 1)
    assert window.pages.shown in ("algorithms", "training")
    panel.move(1)
    assert not panel.in_lesson
    assert window.pages.shown == "particles"
    assert window.docks.tabs.currentWidget().isAncestorOf(window.docks.tabs.views["phase"])
    assert not window.views_dock.isHidden()


def test_who_keeps_what_a_lesson_shows_stays_on_its_page(window):
    window.docks.open_lesson("snow-plough")
    panel = window.docks.lessons
    panel.open_lesson("snow-plough", 1)
    panel.stay()
    assert window.pages.shown == "algorithms"


def press(key, times=1, modifier=Qt.KeyboardModifier.NoModifier):
    for _ in range(times):
        QTest.keyClick(QApplication.focusWidget(), key, modifier)
    return QApplication.focusWidget()


def focused(window, qtbot):
    """The window, active, its line of particles with the keyboard."""
    window.activateWindow()
    window.line.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is window.line)
    return window.line


def test_a_lesson_is_opened_done_and_closed_by_keys_alone(window, qtbot):
    line = focused(window, qtbot)
    press(Key.Key_F1)
    panel = window.docks.lessons
    assert QApplication.focusWidget() is panel._shelf.list
    qtbot.waitUntil(lambda: panel._shelf.list.currentRow() == 0)
    assert press(Key.Key_Return) is panel._page.question.ruler
    box, page = panel._page.question, panel._page
    assert [press(Key.Key_Tab) for _ in range(4)] == [box.check, box.reveal, page.play, page.next]  # no way back yet
    press(Key.Key_Backtab, 4, Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.focusWidget() is box.ruler
    assert press(Key.Key_Return) is page.next
    assert box.answer_shown
    press(Key.Key_Return)
    assert panel.at == 1
    assert not panel._page.question.answer_shown, "one key is one step"
    assert press(Key.Key_Escape) is panel._shelf.list
    assert not panel.in_lesson
    assert press(Key.Key_Escape) is line
    assert window.lessons_dock.isHidden()


def test_f1_twice_gives_the_keyboard_back(window, qtbot):
    line = focused(window, qtbot)
    press(Key.Key_F1)
    assert press(Key.Key_F1) is line


def test_the_tour_is_gone_through_and_left_by_keys_alone(window, qtbot):
    line = focused(window, qtbot)
    window.start_tour()
    tour = window.tour
    following = QApplication.focusWidget()
    assert following.text() == "Next"
    assert press(Key.Key_Return) is following
    assert tour.at == 1
    assert [press(Key.Key_Tab).text() for _ in range(4)] == ["Skip", "Back", "Next", "Skip"]
    press(Key.Key_Tab)
    press(Key.Key_Return)
    assert tour.at == 0
    assert press(Key.Key_Escape) is line
    assert tour.isHidden()
    window.start_tour()
    for _ in range(20):
        if tour.isVisible():
            press(Key.Key_Return)
    assert tour.isHidden()
    assert QApplication.focusWidget() is line


def test_closing_the_panel_by_its_cross_gives_the_keyboard_back(window, qtbot):
    line = focused(window, qtbot)
    press(Key.Key_F1)
    window.lessons_dock.close()
    assert QApplication.focusWidget() is line


def test_what_the_prediction_is_given_with_is_in_sight_in_a_small_window(window, qtbot):
    window.resize(900, 600)
    window.docks.toggle_lessons()
    panel, missed = window.docks.lessons, []
    page = panel._page
    for lesson in lessons():
        for at in [at for at, scene in enumerate(lesson.scenes) if scene.question is not None]:
            panel.open_lesson(lesson.name, at)
            qtbot.wait(2)
            sight = page._area.viewport().rect()
            for widget in (*page.question.hands, page.question.check):
                shown = QRect(widget.mapTo(page._area.viewport(), widget.rect().topLeft()), widget.size())
                if not sight.adjusted(-9, 0, 9, 0).contains(shown):
                    missed.append(f"{lesson.name} {at + 1}: {widget.accessibleName() or widget.text()}")
    assert missed == []


def test_the_race_does_not_lie_over_the_lesson_in_a_small_window(window, qtbot):
    window.resize(900, 600)
    window.docks.open_lesson("snow-plough")
    window.docks.lessons.open_lesson("snow-plough", 1)
    qtbot.waitUntil(lambda: window.pages.minimumSizeHint().width() <= window.pages.width())
    assert window.lessons_dock.geometry().right() < window.pages.geometry().left()
    assert window.docks.lessons.width() <= window.lessons_dock.width()


def test_who_chooses_a_scenario_during_a_lesson_keeps_the_keyboard(window, qtbot):
    focused(window, qtbot)
    window.docks.open_lesson(lessons()[0].name)
    window.docks.scenario_to_front()
    chooser = window.docks.scenario.findChild(QListWidget)
    chooser.setFocus()
    chooser.setCurrentRow(chooser.currentRow() + 1)
    window.docks._load("sheet")
    assert not window.docks.lessons.in_lesson
    assert QApplication.focusWidget() is chooser
