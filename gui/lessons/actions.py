"""What can be done in the lessons by menu, key or palette; loads nothing else."""

from __future__ import annotations

from collections.abc import Callable

from ..model.action import Action

ACTIONS = (
    Action("lesson-play", "Play the scene of the lesson", "Help", ("Ctrl+Return",), "From the scene's beginning."),
    Action("lesson-next", "Next scene of the lesson", "Help", ("Ctrl+PgDown",), "On to the next scene."),
    Action("lesson-back", "Previous scene of the lesson", "Help", ("Ctrl+PgUp",), "Back to the scene before."),
    Action("lesson-restart", "Start the scene of the lesson again", "Help", (), "The scene as it was at first."),
    Action("lesson-leave", "Leave the lesson", "Help", (), "Your own document comes back."),
)


class LessonController:
    """Does the actions on the panel that ``panel()`` gives, None before it has been opened."""

    def __init__(self, panel: Callable):
        self._panel = panel

    def _open(self) -> bool:
        panel = self._panel()
        return panel is not None and panel.in_lesson

    def do_lesson_play(self) -> None:
        self._panel().play()

    def do_lesson_next(self) -> None:
        self._panel().move(1)

    def do_lesson_back(self) -> None:
        self._panel().move(-1)

    def do_lesson_restart(self) -> None:
        self._panel().restart()

    def do_lesson_leave(self) -> None:
        self._panel().leave()

    can_lesson_play = can_lesson_next = can_lesson_back = can_lesson_restart = can_lesson_leave = _open
