"""One row of the table of actions, from which menus, shortcuts, palette and overlay are made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Action:
    """What a user can do.  ``id`` ("step-event") names the method ``do_step_event`` of the controller; ``title``
    stands in the ``menu``; ``keys`` are key sequences ("Ctrl+Z"); ``why`` is one sentence for tool tips; one with
    ``at_first`` False cannot be done before its page is there and says that it can."""

    id: str
    title: str
    menu: str
    keys: tuple[str, ...] = ()
    why: str = ""
    checkable: bool = False
    at_first: bool = True

    @property
    def method(self) -> str:
        """The name of the method that does it."""
        return "do_" + self.id.replace("-", "_").replace(".", "_")
