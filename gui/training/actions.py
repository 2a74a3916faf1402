"""The rows of the action table that the Training page answers."""

from __future__ import annotations

from gui.model.action import Action

_MENU = "Training"
ACTIONS = (
    Action("train-new", "New training run…", _MENU, why="Choose a network and a method, and train it."),
    Action(
        "train-follow", "Follow a run folder…", _MENU, why="Watch a run that trains elsewhere, or look at an old one."
    ),
    Action("train-stop", "Stop the run", _MENU, why="It finishes its step and saves; it can go on later."),
    Action("train-resume", "Go on with the run", _MENU, why="Train on from the last checkpoint."),
    Action("train-live", "To the live edge", _MENU, why="Show the newest moment, and stay with it."),
    Action(
        "train-pause-looking",
        "Pause looking",
        _MENU,
        why="The page stands still; the run trains on.",
        checkable=True,
    ),
    Action("train-earlier", "Earlier moment", _MENU, why="One snapshot back."),
    Action("train-later", "Later moment", _MENU, why="One snapshot on."),
    Action("train-replay", "Replay the run", _MENU, why="Play the snapshots from the one shown to the newest."),
    Action("train-pin", "Pin this moment", _MENU, why="Keep this moment to compare others with it."),
    Action("train-particles", "Open this moment as particles", _MENU, why="The tensor becomes a system of particles."),
    Action("train-words", "Show what the run says", _MENU, why="The last lines of its output.", checkable=True),
)
