"""The lessons in the window: where one is afterwards, and what has the keyboard."""

import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import Qt

pytestmark = pytest.mark.qt
Key = Qt.Key


@pytest.mark.parametrize("lesson", ["snow-plough", "filters-like-a-convolution"])
def test_the_end_of_a_lesson_leads_back_to_the_page_where_one_was(window, lesson):
    window.docks.show_view("phase")
    window.docks.open_lesson(lesson)
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
