"""What a lesson is, once it has been read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from particles import Particles, scenarios

from .formulas import Subject
from .number import Stated
from .quantity import Quantity

VIEWS = ("line", "space-time", "hull", "tree", "phase", "counts", "table", "algorithms", "training")
AXES = ("linear", "log", "merges")
ARROWS = ("velocity", "momentum", "none")
# What a question may hide: views, marks of the timeline, how long the race is, and rows of the readouts.
HIDES = (*VIEWS[:6], "timeline", "race", "distinct", "penalty", "clusters", "largest", "mass", "momentum", "centre",
         "kinetic", "heat", "information")  # fmt: skip
HANDS = ("number", "position", "velocity", "slider", "choice")  # how a prediction is given


@dataclass(frozen=True)
class Claim:
    """A number that a text states, and the quantity that it is; ``quantity`` None: it was measured, and stands in
    benchmarks/training.md."""

    stated: Stated
    quantity: Quantity | None


@dataclass(frozen=True)
class Prose:
    """Paragraphs in Markdown's *emphasis*, **strong** and `code`; each claim stands in braces, as its number:
    ``{0}``, ``{1}``."""

    paragraphs: tuple[str, ...]
    claims: tuple[Claim, ...]


@dataclass(frozen=True, eq=False)
class Cast:
    """The particles of a scene: a scenario with its n and seed, or particles or weights given one by one.

    ``kind`` is "particles" or "weights"; ``horizon`` is the time shown; ``scenario`` is None for given ones.
    """

    name: str
    particles: Particles
    horizon: float
    kind: str
    scenario: scenarios.Scenario | None = None
    weights: np.ndarray | None = None

    @cached_property
    def subject(self) -> Subject:
        return Subject(self.particles)


@dataclass(frozen=True)
class Choice:
    """A possible answer: right where the quantity stands in this relation ("=", "<" or ">") to the number."""

    text: str
    relation: str
    stated: Stated

    def holds(self, value: float) -> bool:
        if self.relation == "=" or self.stated.agrees(value):  # equal to rounding is neither less nor more
            return self.relation == "=" and self.stated.agrees(value)
        return value < self.stated.value if self.relation == "<" else value > self.stated.value


@dataclass(frozen=True)
class Question:
    """A prediction to make.  ``claim`` is the answer (for choices None: ``right_choice`` tells); a prediction within
    ``accept`` of it is right.  ``low``, ``high``, ``step`` are those of a ruler, ``then`` is the explanation,
    ``hide`` what is covered until then."""

    ask: str
    quantity: Quantity
    hand: str
    claim: Claim | None
    accept: float
    then: Prose
    choices: tuple[Choice, ...] = ()
    low: float = 0.0
    high: float = 1.0
    step: float = 0.1
    unit: str = ""
    show: float | None = None
    hide: tuple[str, ...] = ()

    def right_choice(self, subject: Subject) -> int:
        """The index of the choice that holds (the reader has checked that exactly one does)."""
        value = self.quantity.value(subject)
        return next(i for i, choice in enumerate(self.choices) if choice.holds(value))

    def accepts(self, prediction: float) -> bool:
        """Is this number near enough to the answer?"""
        return abs(prediction - float(self.claim.stated.value)) <= self.accept + 1e-9


@dataclass(frozen=True, eq=False)
class Scene:
    """One page of a lesson.  ``play`` are the two times between which the scene plays (from the later to the earlier
    one: backwards), ``time`` where the clock stands at first, ``highlight`` ranks of particles."""

    title: str
    text: Prose
    cast: Cast
    time: float
    play: tuple[float, float]
    view: str
    axis: str
    arrows: str
    centre_of_mass: bool
    highlight: tuple[int, ...]
    speed: float
    question: Question | None

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every number that the scene states, its answer included."""
        if self.question is None:
            return self.text.claims
        answer = () if self.question.claim is None else (self.question.claim,)
        return (*self.text.claims, *answer, *self.question.then.claims)


@dataclass(frozen=True, eq=False)
class Lesson:
    """A title, the aim in one sentence, and scenes in order; ``name`` is that of its file without the number."""

    name: str
    title: str
    aim: str
    scenes: tuple[Scene, ...]
    path: Path
