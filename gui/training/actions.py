"""The rows of the action table that the Training page answers; all but the first two need a run."""

from __future__ import annotations

from gui.model.action import Action


def _of_a_run(id: str, title: str, why: str, checkable: bool = False) -> Action:
    return Action(id, title, "Training", (), why, checkable, at_first=False)


ACTIONS = (
    Action("train-new", "New training run…", "Training", (), "Choose a network and a method, and train it."),
    Action("train-follow", "Follow a run folder…", "Training", (), "Watch a run that trains elsewhere, or an old one."),
    _of_a_run("train-stop", "Stop the run", "It finishes its step and saves; it can go on later."),
    _of_a_run("train-resume", "Go on with the run", "Train on from the last checkpoint."),
    _of_a_run("train-live", "To the live edge", "Show the newest moment, and stay with it."),
    _of_a_run("train-pause-looking", "Pause looking", "The page stands still; the run trains on.", True),
    _of_a_run("train-earlier", "Earlier moment", "One snapshot back."),
    _of_a_run("train-later", "Later moment", "One snapshot on."),
    _of_a_run("train-replay", "Replay the run", "Play the snapshots from the one shown to the newest."),
    _of_a_run("train-pin", "Pin this moment", "Keep this moment to compare others with it."),
    _of_a_run("train-particles", "Open this moment as particles", "The tensor becomes a system of particles."),
    _of_a_run("train-words", "Show what the run says", "The last lines of its output.", True),
)
