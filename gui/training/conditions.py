"""Which of the page's actions can be done now, and which are checked: one answer for menus, palette and buttons."""

from __future__ import annotations

from .controls import Controls
from .look import Look
from .own_run import OwnRun
from .sentences import why_not_go_on


class Conditions:
    """What the page has of the table's ``can_<id>`` and ``is_<id>``; it looks at runs through these."""

    look: Look
    own: OwnRun
    controls: Controls

    def can_train_stop(self) -> bool:
        return self.own.running

    def can_train_resume(self) -> bool:
        return not self.own.running and not why_not_go_on(self.look.newest)

    def can_train_live(self) -> bool:
        return self.look.shown is not None

    can_train_pause_looking = can_train_words = can_train_live

    def can_train_replay(self) -> bool:
        return self.look.shown is not None and len(self.look.shown.moments) > 1

    def can_train_earlier(self) -> bool:
        return self.can_train_replay() and self.look.place > 0

    def can_train_later(self) -> bool:
        return self.can_train_replay() and not self.look.last

    def can_train_pin(self) -> bool:
        return self.look.moment is not None

    can_train_particles = can_train_pin

    def is_train_pause_looking(self) -> bool:
        return self.look.paused

    def is_train_words(self) -> bool:
        return self.controls.says.isChecked()
