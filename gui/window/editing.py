"""The actions of the menu Edit: each is one step that can be undone."""

from __future__ import annotations

from PySide6.QtWidgets import QInputDialog

from particles import scenarios
from particles.scenarios import LARGEST_SEED

from ..model import commands, edits
from ..model.simulation import SIMULATING, check_room
from ..model.system import Recipe
from ..model.typed_number import number
from .cards import close_card


class Editing:
    """Edits of the session's document; those of many particles act on what is selected."""

    def __init__(self, window):
        self._window, self._session = window, window.session
        self._document, self._selection = window.session.document, window.session.selection

    def _edit(self, new, what: str) -> None:
        self._document.edit(new, what)

    def do_undo(self) -> None:
        self._document.undo()

    def can_undo(self) -> bool:
        return self._document.can_undo

    def text_undo(self) -> str:
        return f"Undo: {self._document.undo_text}" if self._document.can_undo else "Undo"

    def do_redo(self) -> None:
        self._document.redo()

    def can_redo(self) -> bool:
        return self._document.can_redo

    def text_redo(self) -> str:
        return f"Redo: {self._document.redo_text}" if self._document.can_redo else "Redo"

    def do_give_up(self) -> None:
        self._document.give_up()
        self._window.workers.forget(SIMULATING)

    def can_give_up(self) -> bool:
        return self._document.busy

    def do_add(self) -> None:
        commands.add(self._session)

    def do_delete(self) -> None:
        commands.delete(self._session)

    def do_duplicate(self) -> None:
        commands.duplicate(self._session)

    def can_delete(self) -> bool:
        return commands.can_change_selected(self._session)

    can_duplicate = can_delete

    def do_select_all(self) -> None:
        self._selection.select(self._document.system.ids)

    def can_select_all(self) -> bool:
        return len(self._document.system) > 0

    can_mirror = can_penalty = can_select_all

    def do_select_none(self) -> None:
        """Close what lies over the window; where nothing does, let go of the selection."""
        if not close_card(self._window):
            self._selection.clear()

    def do_new_seed(self) -> None:
        recipe = self._document.latest.source
        seed = 0 if recipe.seed >= LARGEST_SEED else recipe.seed + 1
        self.draw_again(recipe._replace(seed=seed))

    def can_new_seed(self) -> bool:
        recipe = self._document.latest.source
        return recipe is not None and recipe.seed is not None and recipe.name in scenarios.names()

    def do_mirror(self) -> None:
        commands.mirror(self._session)

    def do_penalty(self) -> None:
        commands.penalty(self._session)

    def do_random(self) -> None:
        docks = self._window.docks
        docks.scenario_to_front()
        docks.scenario.offer_random()

    def draw_random(self, kind: str, count: int, seed: int) -> None:
        """All particles replaced by ``count`` random ones: one step, to be undone like any other."""
        check_room(count)
        self._document.edit_all(lambda _: edits.random(kind, count, seed), "Random particles", more=count)

    def draw_again(self, recipe: Recipe) -> None:
        """The scenario that is shown with another number or seed; where it came by an edit, that is one more."""
        if self._document.modified:
            self.draw_random(*recipe)
        elif self._window.filing.may_leave():  # a lesson
            self._window.filing.load_scenario(*recipe)
        else:
            self._window.docks.scenario.refresh()

    def do_rename(self) -> None:
        before = self._document.latest
        name, given = QInputDialog.getText(self._window, "Rename", "Name of the scenario:", text=before.name)
        if given and name != before.name:  # what is the latest by now, not what was when it was asked
            self._edit(edits.renamed(self._document.latest, name), "Rename")

    def do_horizon(self) -> None:
        before = self._document.latest
        text, given = QInputDialog.getText(
            self._window, "Time shown", "Show the system until the time:", text=f"{before.horizon:.12g}"
        )
        if given:
            self._edit(edits.with_horizon(self._document.latest, number(text, "time shown")), "Time shown")

    def do_reset(self) -> None:
        self._document.reset()
