"""No prediction has its answer beside it: until it is answered, no text in the window says the answer's figures."""

import re
import sys
from pathlib import Path

import pytest

pytest.importorskip("PySide6")

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget

from gui.algorithms.wording import ABOUT
from gui.lessons.shelf import lesson_named, lessons

pytestmark = pytest.mark.qt
ASKED = [(lesson, at) for lesson in lessons() for at, scene in enumerate(lesson.scenes) if scene.question is not None]
AXES = {"draw_grid", "_draw_time", "_write_slopes"}  # numbers that say where something is drawn
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
SCALE = re.compile(r"(in a time|by a strength) of \S+")  # of the arrows: an axis too
WORDS = {"two": 2, "three": 3, "four": 4, "eight": 8, "sixteen": 16}  # said in words by a question
IDEAS = {about.idea for about in ABOUT.values()}
# 0 and 1 stand everywhere: they give something away only where the text speaks of what is asked.
SPEAKS_OF = {
    "position": "centre", "weight": "centre", "velocity": "velocity", "share": "heat", "clusters": "cluster",
    "merge": "merge", "penalty": "penalty",
}  # fmt: skip


def drawn(window, monkeypatch) -> list[str]:
    """The texts that painting the window draws, without those of axes and of the lesson's own rulers."""
    found, real = [], QPainter.drawText

    def spy(painter, *args):
        code = sys._getframe(1).f_code
        if code.co_name not in AXES and Path(code.co_filename).name != "ruler.py":
            found.extend(SCALE.sub("", arg) for arg in args if isinstance(arg, str))
        return real(painter, *args)

    with monkeypatch.context() as patch:
        patch.setattr(QPainter, "drawText", spy)
        window.grab()
    return found


def written(window) -> list[str]:
    """The texts of the widgets that can be seen, but not those of the lesson; a readout with its name."""
    kinds, lesson = (QLabel, QAbstractButton, QLineEdit), window.docks.lessons
    inside = [widget for widget in window.findChildren(QWidget) if isinstance(widget, kinds) and widget.isVisible()]
    texts = [widget.accessibleName() or widget.text() for widget in inside if not lesson.isAncestorOf(widget)]
    return [window.windowTitle(), *texts]


def says(text: str, value: float, phrase: str) -> bool:
    """Does a text hold the figures of ``value``, as a number rounded to three digits or more, or as a percentage?"""
    if abs(value) in (0.0, 1.0) and SPEAKS_OF.get(phrase.split()[0], phrase) not in text.lower():
        return False
    for word in NUMBER.findall(text):
        number, decimals = float(word.replace(",", "")), len(word.partition(".")[2])
        room = 0.5 * 10.0**-decimals + 1e-9 if len(word.replace(".", "")) > 2 else 1e-9
        if abs(number - abs(value)) <= room or ("%" in text and abs(number - 100 * abs(value)) <= room):
            return True
    return False


def given(scene) -> str:
    """What the scene itself says before the answer: its text, the question, how many particles there are."""
    claims = " ".join(claim.stated.text for claim in scene.text.claims)
    words = [str(WORDS[word]) for word in re.findall(r"[a-z]+", scene.question.ask.lower()) if word in WORDS]
    return " ".join([*scene.text.paragraphs, claims, scene.question.ask, *words, str(len(scene.cast.particles))])


def shown_before(window, lesson, at, qtbot) -> None:
    window.docks.lessons.open_lesson(lesson.name, at)
    if window.docks.lessons.scene.view == "algorithms":
        race = window.pages.existing("algorithms")
        qtbot.waitUntil(lambda: race._raced is not None and race._raced[0] is window.session.document.system)
    qtbot.wait(1)


def test_no_answer_stands_beside_its_question(window, monkeypatch, qtbot):
    window.docks.toggle_lessons()
    spoilt, seen = [], 0
    for lesson, at in ASKED:
        shown_before(window, lesson, at, qtbot)
        scene = lesson.scenes[at]
        quantity = scene.question.quantity
        value = quantity.value(scene.cast.subject)
        known = {word for word in NUMBER.findall(given(scene)) if float(word.replace(",", "")) == value}
        texts = drawn(window, monkeypatch) + written(window)
        seen += len(texts)
        found = [text for text in texts if says(text, value, quantity.phrase) and not known and text not in IDEAS]
        spoilt += [f"{lesson.name} {at + 1}: {text!r} tells {quantity.text}, {value}" for text in found]
    assert spoilt == []
    assert seen > 20 * len(ASKED)


def test_what_a_question_hides_is_covered_until_it_is_answered(window, monkeypatch, qtbot):
    window.docks.toggle_lessons()
    lesson = lesson_named("order-and-ties")
    shown_before(window, lesson, 1, qtbot)
    panel, readouts = window.docks.lessons, window.docks.readouts
    assert drawn(window, monkeypatch).count("Hidden until you have answered.") == 3  # line, space-time, one linked view
    assert readouts.values["clusters"].text() == "?"
    assert not readouts.marks["clusters"].isVisible()
    panel.play()
    assert readouts.values["clusters"].text() == "?", "playing is no answer"
    panel._page.question.reveal.click()
    qtbot.wait(1)
    assert readouts.values["clusters"].text() == "2 of 4"
    assert readouts.marks["clusters"].isVisible()
    assert any("in 2 clusters" in text for text in drawn(window, monkeypatch))
    panel.move(1)
    assert readouts.values["largest"].text() == "?"
    panel.leave()
    assert window.session.options.hidden == ()
    assert readouts.values["largest"].text() == "1"


def test_the_length_of_a_race_is_not_told_before_the_answer(window, qtbot):
    window.docks.toggle_lessons()
    shown_before(window, lesson_named("snow-plough"), 1, qtbot)
    race = window.pages.existing("algorithms")
    assert race.transport.shown.text() == "0 steps"
    window.docks.lessons._page.question.reveal.click()
    assert race.transport.shown.text() == f"0 of {race.player.length} steps"
