"""What the page of weights adds to the table of actions."""

from __future__ import annotations

from ..model.action import Action

ACTIONS = (
    Action("weights-open", "Open weights…", "Weights", (), "A file of tensors: npy, npz, safetensors, pt."),
    Action("weights-positions", "Positions as weights", "Weights", (), "Take the particles' positions as weights."),
    Action("weights-sample", "Take a sample", "Weights", (), "Simulate only some of the weights.", True),
    Action(
        "weights-save",
        "Save the shared weights…",
        "Weights",
        why="The tensor at the strength shown, as a file.",
        at_first=False,
    ),
)
