"""No lesson can be wrong: every number that one states is recomputed by the engine."""

import re
from pathlib import Path

import pytest

from gui.lessons.number import stated
from gui.lessons.quantity import quantity
from gui.lessons.reader import lesson_of
from gui.lessons.shelf import lessons

SCENES = [(lesson, scene) for lesson in lessons() for scene in lesson.scenes]
NAMES = [f"{lesson.name}: {scene.title}" for lesson, scene in SCENES]
MEASURED = Path(__file__).parent.parent / "benchmarks" / "training.md"


def wrong(scene):
    """The claims of a scene that the engine does not confirm."""
    computed = [(claim, claim.quantity.value(scene.cast.subject)) for claim in scene.claims if claim.quantity]
    return [f"{c.quantity.text} is {value}, not {c.stated.text}" for c, value in computed if not c.stated.agrees(value)]


@pytest.mark.parametrize(("lesson", "scene"), SCENES, ids=NAMES)
def test_the_engine_confirms_every_claim(lesson, scene):
    assert wrong(scene) == []


@pytest.mark.parametrize(("lesson", "scene"), SCENES, ids=NAMES)
def test_exactly_one_choice_is_right_and_every_other_answer_is_accepted(lesson, scene):
    question = scene.question
    if question is None:
        assert any(claim.quantity is None for claim in scene.claims), (
            "a scene without a question tells what was measured"
        )
    elif question.choices:
        value = question.quantity.value(scene.cast.subject)
        assert sum(choice.holds(value) for choice in question.choices) == 1
    else:
        assert question.accepts(float(question.claim.stated.value))
        assert question.accepts(question.quantity.value(scene.cast.subject))
        assert not question.accepts(float(question.claim.stated.value) + 2 * question.accept + 0.01)


@pytest.mark.parametrize(("lesson", "scene"), SCENES, ids=NAMES)
def test_a_decimal_or_percentage_in_a_text_is_a_claim(lesson, scene):
    texts = [scene.text, *([scene.question.then] if scene.question else [])]
    for text in texts:
        for paragraph in text.paragraphs:
            said = re.findall(r"(?<![\w.])\d+\.\d+|\d+ ?%", paragraph)
            assert set(said) <= {"0.99", "0.25"}, f"{said} of {lesson.name} is not checked"  # times in the text


def test_a_wrong_number_would_be_found():
    text = lessons()[0].path.read_text(encoding="utf-8")
    sound = lesson_of("x", text, Path("x"))
    broken = lesson_of("x", text.replace("[2.25](<kinetic", "[2.26](<kinetic"), Path("x"))
    assert not any(map(wrong, sound.scenes))
    assert [bool(wrong(scene)) for scene in broken.scenes] == [False, False, False, True]


def test_measured_numbers_stand_in_the_benchmarks():
    measured = [claim.stated.text for _, scene in SCENES for claim in scene.claims if claim.quantity is None]
    assert measured
    found = [float(number) for number in re.findall(r"\d+\.\d+", MEASURED.read_text(encoding="utf-8"))]
    for text in measured:
        number = text.removesuffix(" %")
        half_unit = 0.5 * 10.0 ** -len(number.partition(".")[2])
        assert any(abs(value - float(number)) <= half_unit + 1e-9 for value in found), f"{text} was not measured"


def test_there_are_enough_lessons_and_each_asks():
    assert len(lessons()) >= 10
    assert len({lesson.name for lesson in lessons()}) == len(lessons())
    for lesson in lessons():
        assert 3 <= len(lesson.scenes) <= 6
        assert sum(scene.question is not None for scene in lesson.scenes) >= 3
        assert len(lesson.aim) <= 120


@pytest.mark.parametrize(("lesson", "scene"), SCENES, ids=NAMES)
def test_a_scene_is_a_few_short_sentences(lesson, scene):
    for text in [scene.text, *([scene.question.then] if scene.question else [])]:
        for paragraph in text.paragraphs:
            sentences = [part for part in re.split(r"(?<=[.?!:])\s", paragraph) if part]
            assert len(sentences) <= 9
            assert max(len(sentence.split()) for sentence in sentences) <= 34


@pytest.mark.parametrize(
    ("text", "value", "agrees", "differs"),
    [
        ("2/3", 2 / 3, 2 / 3 + 1e-13, 0.667),
        ("-0.125", -0.125, -0.125, -0.1251),
        ("75 %", 0.75, 0.75, 0.7501),
        ("about 2.32", 2.32, 2.3249, 2.3251),
        ("about 40 %", 0.4, 0.4049, 0.4051),
    ],
)
def test_a_stated_number_is_exact_or_right_to_its_last_digit(text, value, agrees, differs):
    number = stated(text)
    assert float(number.value) == value
    assert number.agrees(agrees)
    assert not number.agrees(differs)


@pytest.mark.parametrize("text", ["merge time", "merge time of gap x", "position of cluster 0", "exec('1')", ""])
def test_a_quantity_outside_of_the_vocabulary_is_refused(text):
    with pytest.raises(ValueError, match="unknown quantity"):
        quantity(text)


def test_a_quantity_that_the_system_does_not_have_is_refused():
    with pytest.raises(ValueError, match="the system of 2 particles has no 'merge time of gap 7'"):
        quantity("merge time of gap 7").value(lessons()[0].scenes[0].cast.subject)
