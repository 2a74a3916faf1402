"""The panel of the lessons, driven as a reader would: by keys and mouse."""

import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QStyleOptionViewItem

from gui.draw.palette import Colours
from gui.lessons.actions import ACTIONS, LessonController
from gui.lessons.panel import LessonPanel
from gui.lessons.prediction import QuestionBox
from gui.lessons.ruler import Ruler, shown, ticks
from gui.lessons.shelf import lessons
from gui.lessons.shelf_page import LESSON
from gui.model.document import Document
from gui.model.session import Session
from gui.model.system import System
from particles import scenarios

pytestmark = [pytest.mark.qt, pytest.mark.usefixtures("nothing_left")]
Key = Qt.Key


@pytest.fixture
def panel(qtbot):
    panel = LessonPanel(Session(Document(System.of_scenario(scenarios.get("chain")))), Colours.of("light"), said.append)
    said.clear()
    qtbot.addWidget(panel)
    panel.resize(380, 720)
    panel.show()
    panel.activateWindow()
    qtbot.waitExposed(panel)
    qtbot.waitUntil(lambda: panel._shelf.list.count() == len(lessons()))
    yield panel
    panel.closing()


class Said(list):
    def append(self, text, kind="error"):
        super().append((text, kind))


said = Said()


def question(panel) -> QuestionBox:
    return panel.findChild(QuestionBox)


def test_a_lesson_is_done_by_keyboard_alone(panel, qtbot):
    shelf = panel._shelf.list
    shelf.setFocus()
    qtbot.keyClick(shelf, Key.Key_Home)
    qtbot.keyClick(shelf, Key.Key_Return)
    assert panel.in_lesson
    assert panel.session.document.system.name == "two-equal"
    ruler = question(panel).ruler
    assert panel.focusWidget() is ruler
    for _ in range(3):
        qtbot.keyClick(ruler, Key.Key_Right)
    assert ruler.prediction == pytest.approx(-0.7)
    qtbot.keyClick(question(panel).check, Key.Key_Space)
    assert question(panel).verdict.text().count("Not this time")
    assert panel.session.clock.t == 2.0
    qtbot.keyClick(panel.focusWidget(), Key.Key_Space)
    assert panel.at == 1
    assert panel.progress == {"two-particles": ["answered", "seen"] + [""] * 2}


def test_a_typed_number_is_compared_with_the_answer(panel, qtbot):
    panel.open_lesson("unequal-masses", 1)
    box = question(panel)
    assert not box.check.isEnabled()
    qtbot.keyClicks(box.field, "five sixths")
    qtbot.keyClick(box.field, Key.Key_Return)
    assert said[-1] == ("Write a number, such as 1.5, -2, 2/3 or 40 %.", "info")
    assert box.verdict.isHidden()
    box.field.setText("5/6")
    with qtbot.waitSignal(panel.progress_changed):
        qtbot.keyClick(box.field, Key.Key_Return)
    assert "Right" in box.verdict.text()
    assert "✓" in box.verdict.text()
    assert box.picture.isVisible()
    assert panel.progress["unequal-masses"][1] == "right"


def test_a_choice_is_made_by_clicking_its_text(panel, qtbot):
    panel.open_lesson("two-particles", 1)
    box = question(panel)
    text = next(label for label in box.findChildren(QLabel) if label.text() == "All of it")
    qtbot.mouseClick(text, Qt.MouseButton.LeftButton)
    assert box.choices[2].isChecked()
    qtbot.mouseClick(box.check, Qt.MouseButton.LeftButton)
    assert "Right." in box.verdict.text()


def test_the_ruler_follows_the_mouse_and_shows_the_answer(panel, qtbot):
    panel.open_lesson("two-particles", 0)
    ruler = question(panel).ruler
    qtbot.mouseClick(ruler, Qt.MouseButton.LeftButton, pos=QPoint(round(ruler._x(1.5)), 40))
    assert ruler.prediction == pytest.approx(1.5)
    before = ruler.grab().toImage()
    qtbot.mouseClick(question(panel).reveal, Qt.MouseButton.LeftButton)
    assert ruler.truth == 0.0
    assert ruler.grab().toImage() != before
    qtbot.mouseClick(question(panel).again, Qt.MouseButton.LeftButton)
    assert question(panel).ruler.truth is None
    assert question(panel).verdict.isHidden()
    assert panel.session.clock.t == 0.0


def test_the_users_document_comes_back_when_the_lesson_is_left_and_at_its_end(panel):
    mine = panel.session.document.system
    panel.open_lesson("snow-plough")
    assert panel.session.document.system is not mine
    panel.leave()
    assert panel.session.document.system is mine
    panel.open_lesson("snow-plough", 4)
    panel.move(1)
    assert not panel.in_lesson
    assert panel.session.document.system is mine


def test_the_window_may_load_something_else_meanwhile(panel):
    mine = panel.session.document.system
    panel.open_lesson("taut-string")
    panel.session.document.load(System.of_scenario(scenarios.get("explosion")))
    strip = panel._astray
    assert strip.isVisible()
    assert strip.bring_back.text() == "Bring back “chain”"
    strip.resume.click()
    assert not strip.isVisible()
    assert panel.session.document.system.name == "particles"
    panel.session.document.load(System.of_scenario(scenarios.get("explosion")))
    strip.stay.click()
    assert not panel.in_lesson
    assert panel.session.document.system.name == "explosion"
    panel.leave()
    assert panel.session.document.system is not mine


def test_the_window_is_told_which_view_a_scene_wants(panel, qtbot):
    with qtbot.waitSignal(panel.view_wanted) as hull:
        panel.open_lesson("taut-string", 0)
    with qtbot.waitSignal(panel.view_wanted) as race:
        panel.open_lesson("snow-plough", 1)
    assert (hull.args, race.args) == (["hull"], ["algorithms"])


def test_the_actions_do_what_they_say(panel):
    controller = LessonController(lambda: panel)
    assert not controller.can_lesson_next()
    panel.open_lesson("two-particles", 0)
    assert all(getattr(controller, f"can_{row.method.removeprefix('do_')}")() for row in ACTIONS)
    controller.do_lesson_next()
    assert panel.at == 1
    controller.do_lesson_back()
    controller.do_lesson_back()
    assert panel.at == 0
    controller.do_lesson_play()
    assert panel.session.clock.playing
    controller.do_lesson_restart()
    assert (panel.session.clock.playing, panel.session.clock.t) == (False, 0.0)
    controller.do_lesson_leave()
    assert not panel.in_lesson
    assert not LessonController(lambda: None).can_lesson_play()


def test_every_scene_is_shown_and_answered_in_both_themes(panel, qapp, caplog):
    for lesson in lessons():
        panel.open_lesson(lesson.name, 0)
        for scene in lesson.scenes:
            panel.set_theme(Colours.of("dark" if panel.at % 2 else "light"))
            if scene.question is not None:
                question(panel).reveal.click()
            qapp.processEvents()
            assert question(panel) is None or not question(panel).verdict.isHidden()
            panel.move(1)
        assert not panel.in_lesson
    assert all("answered" in states for states in panel.progress.values())
    assert not [record for record in caplog.records if record.name == "gui"], "a picture could not be drawn"


def test_progress_is_shown_on_the_shelf(panel, qtbot):
    panel.set_progress({"two-particles": ["right", "right", "answered", "right"]})
    qtbot.waitUntil(lambda: not panel._filling.isActive())
    spoken = panel._shelf.list.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("1. Two particles. See what")
    assert spoken.endswith("4 of 4 scenes done.")


def test_everything_that_is_pressed_has_a_name(panel):
    for place in (0, 1):
        panel.open_lesson("two-particles", place)
        for button in panel.findChildren(QAbstractButton):
            assert button.text() or button.accessibleName()
        assert question(panel).hand.accessibleName()


def test_an_unknown_lesson_is_refused(panel):
    with pytest.raises(ValueError, match="unknown lesson 'nothing'"):
        panel.open_lesson("nothing")
    assert not panel.in_lesson


@pytest.mark.parametrize(("low", "high"), [(-2, 2), (0, 1), (-5, 5), (0, 80), (0, 0.3), (2, 4)])
def test_a_ruler_has_some_round_ticks(low, high):
    found = ticks(low, high)
    assert 3 <= len(found) <= 9
    assert low <= found[0]
    assert found[-1] <= high + 1e-9
    assert shown(-0.5) == "\N{MINUS SIGN}0.5"


def test_no_ruler_starts_at_the_answer(qtbot):
    for lesson in lessons():
        for scene in lesson.scenes:
            if scene.question is not None and scene.question.hand in ("slider", "position", "velocity"):
                ruler = Ruler(scene.question, Colours.of("light"))
                qtbot.addWidget(ruler)
                assert not scene.question.accepts(ruler.prediction), (lesson.title, scene.title)


def test_a_long_title_on_the_shelf_gets_a_second_line(panel):
    shelf = panel._shelf.list
    option = QStyleOptionViewItem()
    heights = []
    for title in ("Short", "A title that needs more than a line of the shelf, so that it must go on below"):
        shelf.item(0).setData(LESSON, (1, "name", title, "An aim."))
        shelf.resize(280, 400)
        heights.append(shelf.itemDelegate().sizeHint(option, shelf.model().index(0, 0)).height())
    assert heights[1] > heights[0]
