"""How far a reader has come: per lesson and scene what has happened; plain values, to be stored anywhere."""

from __future__ import annotations

from .lesson import Lesson

STATES = ("", "seen", "answered", "right")  # in rising order


class Progress:
    """``values`` is {name of a lesson: [state of each scene]}, with the states of ``STATES``."""

    def __init__(self):
        self.values: dict[str, list[str]] = {}

    def restore(self, values) -> None:
        """Take over what was stored; what is foreign in it is left out."""
        self.values = {}
        if not isinstance(values, dict):
            return
        for name, states in values.items():
            if isinstance(name, str) and isinstance(states, list) and all(state in STATES for state in states):
                self.values[name] = list(states)

    def states(self, lesson: Lesson) -> list[str]:
        """The state of each scene of the lesson; scenes that it did not have then are new."""
        found = self.values.get(lesson.name, [])[: len(lesson.scenes)]
        return found + [""] * (len(lesson.scenes) - len(found))

    def note(self, lesson: Lesson, scene: int, state: str) -> bool:
        """Note that a scene was seen, answered, or answered right; is it more than was known?"""
        states = self.states(lesson)
        if STATES.index(state) <= STATES.index(states[scene]):
            return False
        states[scene] = state
        self.values[lesson.name] = states
        return True

    def done(self, lesson: Lesson) -> list[bool]:
        """Is each scene done: its question answered, or seen where it asks nothing?"""
        pairs = zip(lesson.scenes, self.states(lesson), strict=True)
        return [state in ("answered", "right") or (scene.question is None and bool(state)) for scene, state in pairs]

    def first_open(self, lesson: Lesson) -> int:
        """The first scene that is not done; 0 where all are."""
        done = self.done(lesson)
        return done.index(False) if False in done else 0
