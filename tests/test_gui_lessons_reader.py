"""A lesson file is data: what is not a lesson is refused in one sentence that names the line."""

from pathlib import Path

import pytest
from one_sentence import refused

from gui.lessons.number import number
from gui.lessons.reader import LARGEST_FILE, lesson_of, read_lesson
from gui.lessons.shelf import lesson_named, lessons

SOUND = lessons()[0].path.read_text(encoding="utf-8")


def read(text):
    return lesson_of("two-particles", text, Path("01-two-particles.md"))


def test_a_scene_is_what_the_file_says():
    first, second, third, _ = read(SOUND).scenes
    assert (first.view, first.play, first.arrows, first.speed) == ("line", (0.0, 2.0), "momentum", 1.0)
    assert first.question.claim.stated.text == "0"
    assert first.text.paragraphs[0].startswith("Two particles fly at each other on a line. Each has mass {0}, and")
    assert second.cast is first.cast
    assert third.cast.particles.velocity.tolist() == [2.0, 0.0]
    assert [choice.text for choice in second.question.choices] == ["None: energy is kept", "One half", "All of it"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("# Two particles", "Two particles", ["begins with # title"]),
        ("> See what", "> See. What", ["line 3", "one sentence"]),
        ("scenario: two-equal", "scenario: two-eqal", ["line 11", "did you mean 'two-equal'"]),
        ("scenario: two-equal", "scenario: two-equal\nn: 3", ["exactly 2"]),
        ("scenario: two-equal", "scenario: two-equal\nweights: [1, 2]", ["both given"]),
        ("scenario: two-equal\n", "", ["no system is given"]),
        ("play: 0 to 2\nview: line\narrows: momentum", "play: 0 to 9\nview: line", ["play is 9", "from 0 to 2"]),
        ("view: line", "view: cinema", ["view is 'cinema'", "space-time"]),
        ("view: line", "viev: line", ["view is missing"]),
        ("arrows: momentum", "arows: momentum", ["unknown key 'arows'"]),
        ("arrows: momentum", "arrows momentum", ["line 15", "key: value"]),
        ("arrows: momentum", "highlight: 2", ["ranks from 0 to 1"]),
        ("arrows: momentum", "speed: 0", ["speed is 0"]),
        ("[1](<mass of particle 0>)", "[one](<mass of particle 0>)", ["'one' is no number"]),
        ("[1](<mass of particle 0>)", "[1](<weight of the world>)", ["unknown quantity"]),
        ("[1](<mass of particle 0>)", "[1](http://example.org)", ["claim", "without other links"]),
        ("[1](<mass of particle 0>)", "{0}", ["braces"]),
        ("ask: Where is the pair at time 2?", "ask: Tell me", ["question mark"]),
        ("hand: position", "hand: telepathy", ["hand is 'telepathy'"]),
        ("step: 0.1", "step: 0", ["cannot be drawn"]),
        ("hide: centre", "hide: the answer", ["hide names", "space-time"]),
        ("answer: 0\n", "answer: 3\n", ["not on the ruler"]),
        ("choice: One half [= 1/2]", "choice: One half [= 1]", ["2 of the choices hold"]),
        ("choice: All of it [= 1]", "choice: All of it", ["lines like choice"]),
        ("particles: [[-1, 2], [1, 0]]", "particles: [[-1, 2], [1]]", ["[position, velocity]"]),
        ("particles: [[-1, 2], [1, 0]]", "particles: [[-1, 2], [1, 1e999]]", ["finite"]),
        ("particles: [[-1, 2], [1, 0]]", "particles: [[1, 2], [-1, 0]]", ["sort the particles"]),
        ("particles: [[-1, 2], [1, 0]]", "particles: __import__('os')", ["not a JSON list"]),
        ("## A gentle touch", "### A gentle touch", ["'###' is unknown"]),
        ("```question\nask: Which share of the kinetic energy becomes", "```python\nask:", ["'python' is unknown"]),
    ],
)
def test_what_is_not_a_lesson_is_refused_in_one_sentence(old, new, words):
    assert old in SOUND
    refused(ValueError, lambda: read(SOUND.replace(old, new, 1)), *words)


def test_a_block_without_an_end_is_refused():
    refused(ValueError, lambda: read(SOUND[: SOUND.index("arrows")]), "line 11", "no end")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", ["begins with # title"]),
        (b"\xff\xfe", ["not UTF-8"]),
        (b"# a\x00", ["control characters"]),
        (b"#" * (LARGEST_FILE + 1), ["files of up to"]),
    ],
)
def test_a_foreign_file_is_refused_by_name(tmp_path, data, words):
    path = tmp_path / "01-foreign.md"
    path.write_bytes(data)
    refused(ValueError, lambda: read_lesson(path), "01-foreign.md", *words)


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path):
    refused(OSError, lambda: read_lesson(tmp_path / "01-gone.md"), "01-gone.md")


def test_an_unknown_lesson_is_answered_with_the_nearest():
    assert lesson_named("snow-plough").title == "The snow plough"
    refused(ValueError, lambda: lesson_named("snowplow"), "did you mean 'snow-plough'", "two-particles")


@pytest.mark.parametrize(
    ("typed", "value"),
    [("1.5", 1.5), (" 2/3 ", 2 / 3), ("-2", -2), ("40 %", 0.4), ("1,000", 1000), (".5", 0.5), ("\u22121", -1)],
)
def test_a_number_is_read_as_people_type_it(typed, value):
    assert float(number(typed)) == value


@pytest.mark.parametrize("typed", ["", "two", "0,25", "1/0", "1e5", "nan", "9" * 12, "1/2/3"])
def test_what_is_no_number_is_refused(typed):
    refused(ValueError, lambda: number(typed))
