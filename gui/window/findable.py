"""What the palette finds: all that can be done now, and every scenario and lesson."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from particles import scenarios

from .scenario_panel import readable


class Found(NamedTuple):
    """``do()`` is what is found; ``text`` and ``kind`` are searched, ``why`` explains it, ``key`` does it too."""

    id: str
    text: str
    kind: str
    why: str
    key: str
    do: Callable[[], object]


def findable(window) -> list[Found]:
    """All of it, actions first."""
    return [*_actions(window.shortcuts), *_scenarios(window), *_lessons(window)]


def _actions(shortcuts) -> Iterator[Found]:
    for id, row in shortcuts.table.items():
        action = shortcuts.actions[id]
        if id != "palette" and action.isEnabled():
            text, key = action.text().replace("&&", "&"), row.keys[0] if row.keys else ""
            yield Found(id, text, row.menu, row.why, key, partial(shortcuts.do, id))


def _scenarios(window) -> Iterator[Found]:
    def choose(name: str) -> None:
        window.pages.show("particles")
        window.docks.scenario.choose(name)

    for name in scenarios.names():
        yield Found(f"scenario {name}", readable(name), "Scenario", scenarios.why(name), "", partial(choose, name))


def _lessons(window) -> Iterator[Found]:
    from ..lessons import shelf

    for name in shelf.paths():
        with suppress(ValueError, OSError):  # why one is no lesson is said where they are listed
            lesson = shelf.lesson_named(name)
            yield Found(
                f"lesson {name}", lesson.title, "Lesson", lesson.aim, "", partial(window.docks.open_lesson, name)
            )
