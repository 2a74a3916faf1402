"""How strong one proximal step is, and the step itself: several tensors, each with its penalty and its dose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import torch

from prox import WeightSharing
from prox.many import prox_many
from prox.sorting import LARGEST_SUM

from .penalties import L1, BetaLasso, scaled


class NotFiniteWeightsError(ValueError):
    """Weights are NaN or infinite after a step, or so large that their sums are: training diverged."""


class Dose(NamedTuple):
    """By what a penalty is multiplied in one proximal step.

    ``size``: the step size, a sum of learning rates times the schedule's factor.  ``l1_size``: the same for the l1
    term; the two differ only where l1 is not multiplied by the learning rate.  ``factor``: the schedule's factor by
    itself, already in both sizes.  ``rewind``: what replaces the penalty's own, or None.
    """

    size: float
    l1_size: float
    factor: float = 1.0
    rewind: float | None = None


def strength_of(penalty, dose: Dose) -> float:
    """The strength that the penalty has at this dose; the bare step size where it has none."""
    if isinstance(penalty, L1):
        return penalty.strength * dose.l1_size
    return getattr(penalty, "strength", 1.0) * dose.size


def dosed(penalty: WeightSharing, dose: Dose) -> WeightSharing:
    """The weight-sharing penalty whose prox at step 1 is the penalty's at the dose."""
    rewind = penalty.rewind if dose.rewind is None else dose.rewind
    return replace(penalty, strength=penalty.strength * dose.size, l1=penalty.l1 * dose.l1_size, rewind=rewind)


def proximal_steps(weights: Sequence[torch.Tensor], penalties: Sequence, doses: Sequence[Dose]) -> list[torch.Tensor]:
    """The proximal map of each penalty at its dose: new tensors, without gradients; the weights stay as they are.

    All weight-sharing penalties go through one ``prox_many``, whatever their doses.  Raises NotFiniteWeightsError
    where it refuses the weights (on the CPU; on a GPU, and for other penalties, NaN in is NaN out).
    """
    results = [None] * len(weights)
    together = [i for i, penalty in enumerate(penalties) if isinstance(penalty, WeightSharing)]
    shared, sharing = [weights[i].detach() for i in together], [dosed(penalties[i], doses[i]) for i in together]
    try:
        found = prox_many(shared, sharing)
    except ValueError as error:
        if all(map(_summable, shared)):
            raise
        raise NotFiniteWeightsError(str(error)) from None
    for i, result in zip(together, found, strict=True):
        results[i] = result
    for i, (penalty, dose) in enumerate(zip(penalties, doses, strict=True)):
        if results[i] is None:
            results[i] = _single_step(weights[i].detach(), penalty, dose)
    return results


def _summable(weights: torch.Tensor) -> bool:
    """Are all weights finite, and their sums in float64?"""
    return bool((weights.abs().double() <= LARGEST_SUM / max(weights.numel(), 1)).all())


def _single_step(weights, penalty, dose):
    if isinstance(penalty, L1):
        return penalty.prox(weights, dose.l1_size)
    if isinstance(penalty, BetaLasso):  # its threshold knows no step size, so the factor goes into its strength
        return scaled(penalty, dose.factor).prox(weights, dose.size)
    return penalty.prox(weights, dose.size)
