"""The question block of a lesson: what to predict, how, and when a prediction is right."""

from __future__ import annotations

import re
from dataclasses import replace

from particles.checked_file import shown

from .blocks import Fields
from .claims import claim_of
from .lesson import HANDS, HIDES, Choice, Prose, Question, Scene
from .number import stated
from .quantity import quantity

CHOICES = (2, 4)
MOST_STEPS = 2000
_CHOICE = re.compile(r"(.{1,120}?) *\[([=<>]) *([^\[\]]+)\]")


def question_of(scene: Scene, fields: Fields, then: Prose) -> Scene:
    """The scene with its question.  ValueError, one sentence, for a question that has not one right answer."""
    ask, hand, asked = fields.need("ask"), fields.one_of("hand", HANDS), quantity(fields.need("quantity"))
    if not ask.endswith("?") or len(ask) > 200:
        raise ValueError("ask must be a question of at most 200 characters, with a question mark")
    if not 1 <= len(then.paragraphs) <= 3:
        raise ValueError("after a question its answer is explained, in 1 to 3 paragraphs")
    question = Question(ask, asked, hand, None, 0.0, then, unit=fields.get("unit", ""), hide=_hidden(fields))
    question = _of_choices(question, fields) if hand == "choice" else _of_number(question, fields)
    show = _moment(question, scene) if fields.get("show") is None else fields.number("show")
    fields.end()
    if show is not None and not 0 <= show <= scene.cast.horizon:
        raise ValueError(f"show is {show:g}: this system is shown from 0 to {scene.cast.horizon:g}")
    question = replace(question, show=show)
    _check_answer(question, scene)
    return replace(scene, question=question)


def _hidden(fields: Fields) -> tuple[str, ...]:
    """What the question hides: names of ``HIDES``, with commas."""
    text = fields.get("hide")
    names = () if text is None else tuple(name.strip() for name in text.split(","))
    for name in names:
        if name not in HIDES:
            raise ValueError(f"hide names {shown(name)}: choose from {', '.join(HIDES)}")
    return names


def _moment(question: Question, scene: Scene) -> float | None:
    """When the answer can be seen: at the time of which the quantity speaks, or which it is."""
    if not question.quantity.is_time:
        return question.quantity.time
    value = question.quantity.value(scene.cast.subject)
    return value if value <= scene.cast.horizon else None


def _of_choices(question: Question, fields: Fields) -> Question:
    found = [_CHOICE.fullmatch(text) for text in fields.all("choice")]
    if None in found or not CHOICES[0] <= len(found) <= CHOICES[1]:
        raise ValueError(f"give {CHOICES[0]} to {CHOICES[1]} lines like choice: all of it [= 1]")
    return replace(question, choices=tuple(Choice(m[1], m[2], stated(m[3])) for m in found))


def _of_number(question: Question, fields: Fields) -> Question:
    claim = claim_of(fields.need("answer"), question.quantity.text)
    accept = fields.number("accept", "0")
    if accept < 0:
        raise ValueError(f"accept is {accept:g}: how far off is still right must be >= 0")
    question = replace(question, claim=claim, accept=accept)
    if question.hand == "number":
        return question
    low, high, step = fields.number("from"), fields.number("to"), fields.number("step")
    if not low < high or not 0 < step <= high - low or (high - low) / step > MOST_STEPS:
        raise ValueError(f"the ruler from {low:g} to {high:g} with step {step:g} cannot be drawn")
    if not low <= claim.stated.value <= high:
        raise ValueError(f"the answer {claim.stated.text} is not on the ruler from {low:g} to {high:g}")
    return replace(question, low=low, high=high, step=step)


def _check_answer(question: Question, scene: Scene) -> None:
    """A cheap part of the claim, so that no question is without an answer; the tests recompute everything."""
    value = question.quantity.value(scene.cast.subject)
    if question.hand == "choice":
        right = [choice.text for choice in question.choices if choice.holds(value)]
        if len(right) != 1:
            raise ValueError(f"{question.quantity.text} is {value:g}: {len(right)} of the choices hold, not one")
