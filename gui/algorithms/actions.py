"""What the page of algorithms adds to the table of actions."""

from __future__ import annotations

from ..model.action import Action

ACTIONS = (
    Action("race-run", "Race to the present time", "Algorithms", (), "Run all solvers on the particles, to time t."),
    Action("race-play", "Play or pause the race", "Algorithms", (), "Let the solvers run on one clock."),
    Action("race-step", "Next step", "Algorithms", (), "On to the next moment at which a solver ends a step."),
    Action("race-back", "Step before", "Algorithms", (), "Back to the moment before."),
    Action("race-restart", "Back to the start of the race", "Algorithms", (), "All solvers wait at the line again."),
    Action("race-end", "To the end of the race", "Algorithms", (), "All solvers are done; see how much they differ."),
)
