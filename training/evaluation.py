"""Loss and accuracy of a model, and the forward pass in the precision of a run."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch.nn import functional

BATCH = 1024


class Score(NamedTuple):
    """Mean loss over a split, and the share of right answers in [0, 1] (None for a regression)."""

    loss: float
    accuracy: float | None


def forward(model, inputs: torch.Tensor, precision: str) -> torch.Tensor:
    """The model's outputs in float32; with precision "bfloat16" computed under autocast."""
    with torch.autocast(inputs.device.type, torch.bfloat16, enabled=precision == "bfloat16"):
        return model(inputs).float()


def mean_loss(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Cross entropy for classes, the mean square for a regression; a scalar with a gradient."""
    if targets.is_floating_point():
        return functional.mse_loss(outputs, targets)
    return functional.cross_entropy(outputs, targets)


def count_right(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """How many answers are right, a scalar; 0 for a regression."""
    if targets.is_floating_point():
        return torch.zeros((), device=outputs.device)
    return (outputs.detach().argmax(1) == targets).sum()


@torch.no_grad()
def evaluate(model, split, precision: str = "float32") -> Score:
    """The score on a split (inputs, targets), in evaluation mode; the model's own mode is restored."""
    was_training = model.training
    model.eval()
    loss, right = 0.0, 0
    for inputs, targets in zip(split.inputs.split(BATCH), split.targets.split(BATCH), strict=True):
        outputs = forward(model, inputs, precision)
        loss += float(mean_loss(outputs, targets)) * len(inputs)
        right += int(count_right(outputs, targets))
    model.train(was_training)
    n = len(split.inputs)
    return Score(loss / n, None if split.targets.is_floating_point() else right / n)
