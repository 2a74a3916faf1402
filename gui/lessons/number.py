"""Numbers as a lesson states them: ``1/2``, ``-0.125``, ``75 %``, ``about 0.53``, and when they are right."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from ..model.typed_number import plain

ROUNDING = 1e-12  # relative: what float64 may cost a number that is exact
LARGEST = 10**9
_NUMBER = re.compile(r"([-+\u2212]?)(\d{1,3}(?:,\d{3})+|\d{1,12})(?:/(\d{1,12})|\.(\d{1,12}))?( ?%)?")


@dataclass(frozen=True)
class Stated:
    """A number as it stands in a text.  ``half_unit`` is None for an exact one; for one that is stated with
    "about" it is half a unit of the last digit, the error of rounding."""

    text: str
    value: Fraction
    half_unit: Fraction | None

    def agrees(self, value: float) -> bool:
        """Is the computed ``value`` what is stated, to rounding in float64?"""
        allowed = ROUNDING * max(1.0, abs(float(self.value)))
        if self.half_unit is not None:
            allowed += float(self.half_unit)
        return abs(float(value) - float(self.value)) <= allowed


def stated(text: str) -> Stated:
    """The number that ``text`` states, alone or after "about".  Raises ValueError for anything else."""
    words = text.strip()
    rounded = words.startswith("about ")
    match = _NUMBER.fullmatch(words.removeprefix("about ").strip())
    if match is None:
        raise ValueError(f"{words[:40]!r} is no number: write it as 3, -0.5, 2/3, 40 % or about 0.53")
    scale = Fraction(1, 100) if match[5] else Fraction(1)
    half_unit = Fraction(1, 2 * 10 ** len(match[4] or "")) * scale if rounded else None
    if rounded and match[3]:
        raise ValueError(f"{words[:40]!r} rounds a fraction: write a decimal after about")
    return Stated(words, _value(match) * scale, half_unit)


def number(text: str) -> Fraction:
    """A number as a person types it: with a decimal point, a fraction, a percentage.  ValueError otherwise."""
    typed = plain(text)
    if typed[:2].strip("-+\u2212").startswith("."):
        typed = typed.replace(".", "0.", 1)
    match = _NUMBER.fullmatch(typed)
    if match is None:
        if "," in typed:
            raise ValueError("Write decimals with a point: commas only group thousands, as in 1,000.")
        raise ValueError("Write a number, such as 1.5, -2, 2/3 or 40 %.")
    return _value(match) * (Fraction(1, 100) if match[5] else 1)


def _value(match: re.Match) -> Fraction:
    sign, whole, below, decimals, _ = match.groups()
    whole = whole.replace(",", "")
    if below is not None and int(below) == 0:
        raise ValueError("Nothing can be divided by 0: write another fraction.")
    value = Fraction(int(whole), int(below)) if below else Fraction(f"{whole}.{decimals or 0}")
    if value > LARGEST:
        raise ValueError(f"The number is too large: write one up to {LARGEST:,}.")
    return -value if sign in ("-", "\u2212") else value
