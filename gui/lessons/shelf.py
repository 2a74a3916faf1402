"""All lessons, in their order; each is read when it is first asked for."""

from __future__ import annotations

import difflib
from functools import cache
from pathlib import Path

from .lesson import Lesson
from .reader import read_lesson

FOLDER = Path(__file__).parent


@cache
def paths() -> dict[str, Path]:
    """The file of each lesson by its name, in the order of their numbers."""
    return {path.stem.partition("-")[2]: path for path in sorted(FOLDER.glob("[0-9]*.md"))}


@cache
def lesson_named(name: str) -> Lesson:
    """The lesson of that name; ValueError with the nearest name, and all of them, where there is none."""
    if name in paths():
        return read_lesson(paths()[name])
    near = difflib.get_close_matches(str(name), paths(), n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise ValueError(f"unknown lesson {str(name)[:40]!r}: {hint}known are {', '.join(paths())}")


def lessons() -> tuple[Lesson, ...]:
    """Every lesson."""
    return tuple(map(lesson_named, paths()))
