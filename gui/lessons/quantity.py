"""The quantities that a lesson can speak of: a fixed vocabulary, computed by the engine.

A quantity is one of the phrases of ``FORMULAS``, with numbers in place of the words in braces: "merge time of gap 0",
"position of cluster -1 at 3/2".  Ranks, gaps and clusters count from the left, from 0; negative ones from the right,
from -1.  Times, strengths and the like are numbers >= 0: 2, 0.5 or 3/2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from .formulas import FORMULAS, Subject

_INDEX, _AMOUNT, _SOLVER = r"-?\d{1,9}", r"\d{1,9}(?:\.\d{1,9}|/\d{1,9})?", r"[a-z]+"
_PATTERNS = {"gap": _INDEX, "rank": _INDEX, "cluster": _INDEX, "vertex": r"\d{1,9}", "solver": _SOLVER}
_HOLE = re.compile(r"\{(\w+)\}")
SHOWN_AT = ("time", "strength")  # the arguments that are moments of the clock


@dataclass(frozen=True)
class Quantity:
    """A phrase of the vocabulary with its arguments: whole numbers, exact fractions, or the name of a solver."""

    phrase: str
    arguments: tuple[tuple[str, int | Fraction | str], ...]
    text: str

    @property
    def time(self) -> float | None:
        """The moment of which it speaks, None where it speaks of none."""
        found = [float(value) for name, value in self.arguments if name in SHOWN_AT]
        return found[0] if found else None

    @property
    def is_time(self) -> bool:
        """Is the quantity itself a time?"""
        return self.phrase.startswith(("merge time", "time of"))

    def value(self, subject: Subject) -> float:
        """What the engine computes for the particles of ``subject``.

        Raises ValueError, one sentence, where they have no such gap, rank or cluster, or the solver is unknown.
        """
        given = {name: float(v) if isinstance(v, Fraction) else v for name, v in self.arguments}
        try:
            return float(FORMULAS[self.phrase](subject, **given))
        except IndexError:
            raise ValueError(f"the system of {len(subject.particles)} particles has no {self.text!r}") from None


def quantity(text: str) -> Quantity:
    """The quantity that ``text`` names.  Raises ValueError for anything outside of the vocabulary."""
    words = " ".join(text.split())
    for phrase in FORMULAS:
        match = _pattern(phrase).fullmatch(words)
        if match:
            arguments = tuple((name, _argument(name, given)) for name, given in match.groupdict().items())
            return Quantity(phrase, arguments, words)
    raise ValueError(f"unknown quantity {words[:60]!r}: the known ones are those of gui/lessons/formulas.py")


@cache
def _pattern(phrase: str) -> re.Pattern:
    pieces = _HOLE.split(phrase)
    named = (f"(?P<{name}>{_PATTERNS.get(name, _AMOUNT)})" for name in pieces[1::2])
    return re.compile("".join(re.escape(words) + next(named, "") for words in pieces[::2]))


def _argument(name: str, given: str) -> int | Fraction | str:
    pattern = _PATTERNS.get(name)
    if pattern is _SOLVER:
        return given
    if pattern is not None:
        return int(given)
    try:
        return Fraction(given)
    except ZeroDivisionError:
        raise ValueError(f"{given!r} divides by 0: write another {name}") from None
