"""A fenced block of a lesson: lines of ``key: value``, each key known and given once."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from particles.checked_file import shown

from .number import number

MOST_NUMBERS = 4000


@dataclass(frozen=True)
class Block:
    """A part of the Markdown: ``kind`` is "#", ">", "##", "" (a paragraph) or the word after the fence."""

    kind: str
    lines: tuple[str, ...]
    line: int


@dataclass
class Fields:
    """The values of a block by key; every one must be taken, ``end`` refuses what is left over."""

    pairs: list[tuple[str, str]]
    known: set[str] = field(default_factory=set)

    def all(self, key: str) -> list[str]:
        self.known.add(key)
        return [value for name, value in self.pairs if name == key]

    def get(self, key: str, default: str | None = None) -> str | None:
        found = self.all(key)
        if len(found) > 1:
            raise ValueError(f"{key} is given twice")
        return found[0] if found else default

    def need(self, key: str) -> str:
        value = self.get(key)
        if not value:
            raise ValueError(f"{key} is missing")
        return value

    def one_of(self, key: str, names: Collection[str], default: str | None = None) -> str:
        value = self.need(key) if default is None else self.get(key, default)
        if value not in names:
            raise ValueError(f"{key} is {shown(value)}: choose one of {', '.join(names)}")
        return value

    def number(self, key: str, default: str | None = None) -> float:
        return float(self.fraction(key, self.need(key) if default is None else self.get(key, default)))

    def fraction(self, key: str, text: str) -> Fraction:
        try:
            return number(text)
        except ValueError:
            raise ValueError(f"{key} is {shown(text)}: write a number such as 2, 0.5 or 3/2") from None

    def range(self, key: str) -> tuple[float, float]:
        first, to, last = self.need(key).partition(" to ")
        if not to:
            raise ValueError(f"{key} is {shown(self.need(key))}: write two times, such as 0 to 2")
        return float(self.fraction(key, first)), float(self.fraction(key, last))

    def whole(self, key: str) -> int | None:
        text = self.get(key)
        if text is not None and not (text.isdecimal() and len(text) < 11):
            raise ValueError(f"{key} is {shown(text)}: write a whole number")
        return None if text is None else int(text)

    def list(self, key: str) -> list | None:
        """A JSON list, None where the key is absent."""
        text = self.get(key)
        if text is None:
            return None
        try:
            values = json.loads(text)
        except (json.JSONDecodeError, RecursionError):
            raise ValueError(f"{key} is not a JSON list such as [0, 1, 3]") from None
        if not isinstance(values, list) or not 1 <= len(values) <= MOST_NUMBERS:
            raise ValueError(f"{key} must be a list of 1 to {MOST_NUMBERS} entries")
        return values

    def end(self) -> None:
        for name, _ in self.pairs:
            if name not in self.known:
                raise ValueError(f"unknown key {shown(name)}, known are {', '.join(sorted(self.known))}")


def block_of(block: Block) -> Fields:
    """The fields of a block; ValueError, with the line, for a line that is not ``key: value``."""
    pairs = []
    for offset, line in enumerate(block.lines):
        key, colon, value = line.partition(":")
        if not line.strip():
            continue
        if not colon or not value.strip():
            raise ValueError(f"line {block.line + offset + 1}: {shown(line)} is not a line of the form key: value")
        pairs.append((key.strip(), value.strip()))
    return Fields(pairs)


def numbers(key: str, values: list) -> np.ndarray:
    """A flat list of finite numbers as float64, or one sentence."""
    if not all(type(value) in (int, float) for value in values):
        raise ValueError(f"{key} must hold numbers only")
    try:
        array = np.array(values, dtype=np.float64)
    except OverflowError:
        array = np.array([np.inf])
    if not np.isfinite(array).all():
        raise ValueError(f"{key} must hold finite numbers")
    return array
