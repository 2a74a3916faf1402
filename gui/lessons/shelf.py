"""All lessons, in their order."""

from __future__ import annotations

import difflib
from functools import cache
from pathlib import Path

from .lesson import Lesson
from .reader import read_lesson

FOLDER = Path(__file__).parent


@cache
def lessons() -> tuple[Lesson, ...]:
    """Every lesson of the shelf, in the order of their numbers."""
    return tuple(read_lesson(path) for path in sorted(FOLDER.glob("[0-9]*.md")))


def lesson_named(name: str) -> Lesson:
    """The lesson of that name; ValueError with the nearest name, and all of them, otherwise."""
    known = {lesson.name: lesson for lesson in lessons()}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise ValueError(f"unknown lesson {str(name)[:40]!r}: {hint}known are {', '.join(known)}")
