"""What is remembered from step to step about one regularized tensor: sums of step sizes, the loop, the latent."""

from __future__ import annotations

import math
import warnings
from typing import NamedTuple

import torch

from .dose import Dose, proximal_steps, strength_of
from .edits import Written
from .rules import Regularized
from .sharded import is_sharded, local, spread_like, whole, write_
from .sharing_state import Kept
from .tensor_figures import Figures, measure


class Plan(NamedTuple):
    """When and how the penalties act: the options of ``attach``."""

    mode: str  # "step" or "latent"
    every: int = 1
    start: int = 0
    stop: int | None = None
    rewind: object = None
    unscaled_l1: bool = False

    def acts(self, step: int) -> bool:
        """Does the step count: do gradients act, and does its learning rate add to the strength?"""
        return self.start <= step and (self.stop is None or step < self.stop)

    def proxes(self, step: int) -> bool:
        """Does a prox follow this step?"""
        if self.mode == "latent":
            return step >= self.start
        return self.acts(step) and (step - self.start) % self.every == self.every - 1


class Track:
    """One regularized tensor in training; see the module."""

    def __init__(self, regularized: Regularized, schedule, plan: Plan):
        self.regularized, self.schedule, self.plan = regularized, schedule, plan
        self.name, self.parameter, self.penalty, _ = regularized
        self.pulls = callable(getattr(self.penalty, "gradient", None))
        self._closed_loop = hasattr(schedule, "corrected")
        self.loop = {"log_factor": 0.0}
        self.loop_steps = 0  # since the last correction
        self.applied = Dose(0.0, 0.0)  # of the last prox
        self.before: torch.Tensor | None = None  # the weights at the last report
        self._place = 0, 0  # group of the optimizer, and place in it
        self.untrained: Figures = measure(whole(self.parameter))
        self.restart()

    def restart(self) -> None:
        """Forget the latent and the sums: training goes on from the weights as they are."""
        self.lr_sum = 0.0
        self.step_sum = 0.0
        self.latent: torch.Tensor | None = None  # this process's part; None: the weights are it
        self._left: Written | None = None  # how the last prox left the weights
        self._lent = False  # is the latent in the weights?

    def release(self) -> None:
        """Drop all copies of the weights."""
        self.restart()
        self.before = None

    @property
    def frozen(self) -> bool:
        return not self.parameter.requires_grad

    @property
    def strength(self) -> float:
        return strength_of(self.penalty, self.applied)

    def factor(self, step: int) -> float:
        return math.exp(self.loop["log_factor"]) if self._closed_loop else self.schedule.factor(step)

    def count(self, optimizer: torch.optim.Optimizer, step: int) -> None:
        """Add the step just taken to the sums; in latent mode an open schedule's factor is that of each step."""
        lr = self._learning_rate(optimizer.param_groups)
        weight = self.factor(step) if self.plan.mode == "latent" and not self._closed_loop else 1.0
        self.lr_sum += lr * weight
        self.step_sum += weight
        self.loop_steps += 1

    def dose(self, step: int) -> Dose:
        """Of a prox after this step: all that was counted since the last one, or in latent mode since ever."""
        now = self.factor(step)
        factor = 1.0 if self.plan.mode == "latent" and not self._closed_loop else now
        size = self.lr_sum * factor
        rewind = self.plan.rewind.factor(step) if self.plan.rewind is not None else None
        return Dose(size, self.step_sum * factor if self.plan.unscaled_l1 else size, now, rewind)

    def add_gradient(self, step: int, grad_scale) -> None:
        """Add the penalty's gradient times the schedule's factor to the parameter's, scaled as that one is."""
        pull = self.penalty.gradient(local(self.parameter)) * self.factor(step)
        if grad_scale is not None:
            pull = pull * grad_scale.to(pull.device, non_blocking=True)
        gradient = self.parameter.grad
        if gradient is None:
            self.parameter.grad = spread_like(self.parameter, pull.to(self.parameter.dtype))
        elif gradient.layout is not torch.strided:
            raise RuntimeError(
                f"{self.name} has a sparse gradient, to which {type(self.penalty).__name__} cannot add its own: make "
                "the layer with sparse=False, or use a penalty with a prox"
            )
        else:
            local(gradient).add_(pull)

    def to_latent(self) -> None:
        """Put the latent into the weights, for the optimizer to move; where someone changed them, they count."""
        if self.latent is None:
            return
        weights = local(self.parameter)
        untouched = self._lent or (self._left is not None and self._left.unchanged(weights))
        if not untouched and not self._is_prox_of_latent(weights):  # lent still: the last step failed halfway
            warnings.warn(
                f"{self.name} was changed since the last step, not by the optimizer: its latent copy starts anew from "
                "the weights (load the state of the Sharing together with that of the model)",
                stacklevel=2,
            )
            self.restart()
            return
        write_(self.parameter, self.latent)
        self._lent = True

    def save_latent(self) -> torch.Tensor:
        """Keep what the optimizer made of the latent; the weights are about to become its prox."""
        weights = local(self.parameter)
        self.latent = weights.clone() if self.latent is None else self.latent.copy_(weights)
        return self.latent

    def put(self, values: torch.Tensor, dose: Dose) -> None:
        """The weights become these values, the prox at this dose."""
        write_(self.parameter, values)
        self.applied = dose
        self._lent = False
        if self.latent is None:
            self.lr_sum = self.step_sum = 0.0
        else:
            self._left = Written(local(self.parameter), values)

    def correct(self) -> None:
        """Close the loop, where there is one and it is time."""
        if self._closed_loop and self.loop_steps >= self.schedule.every:
            self.loop = self.schedule.corrected(self.loop, measure(whole(self.parameter)))
            self.loop_steps = 0

    def kept(self) -> Kept:
        """All that resuming needs; the tensors are copies, spread over processes as the parameter is."""
        latent, before = (
            None if part is None else spread_like(self.parameter, part.clone()) for part in (self.latent, self.before)
        )
        loop = self.lr_sum, self.step_sum, dict(self.loop), self.loop_steps
        return Kept(*loop, self.applied, latent, before, self.untrained)

    def resume(self, kept: Kept) -> None:
        """Go on from there; the weights themselves are loaded by the model, before or after."""
        self.restart()
        self.lr_sum, self.step_sum = kept.lr_sum, kept.step_sum
        self.loop, self.loop_steps = dict(kept.loop), kept.loop_steps
        self.applied, self.untrained = kept.applied, kept.untrained
        self.latent, self.before = (
            None if part is None else torch.empty_like(local(self.parameter)).copy_(_part(part))
            for part in (kept.latent, kept.before)
        )

    def _learning_rate(self, groups: list[dict]) -> float:
        """Of the group that holds the tensor; load_state_dict puts new groups in the places of the old ones."""
        number, place = self._place
        here = groups[number]["params"] if number < len(groups) else ()
        if place >= len(here) or here[place] is not self.parameter:
            self._place = number, place = self._find(groups)
        return float(groups[number]["lr"])

    def _find(self, groups: list[dict]) -> tuple[int, int]:
        for number, group in enumerate(groups):
            for place, parameter in enumerate(group["params"]):
                if parameter is self.parameter:
                    return number, place
        raise RuntimeError(f"{self.name} is no longer in the optimizer: detach() its Sharing, and attach again")

    def _is_prox_of_latent(self, weights: torch.Tensor) -> bool:
        """Were the weights only written again, say swapped for an average of them and back?"""
        if weights.dtype != self.latent.dtype or weights.device != self.latent.device:
            return False
        return torch.equal(proximal_steps([self.latent], [self.penalty], [self.applied])[0], weights)


def _part(tensor: torch.Tensor) -> torch.Tensor:
    return local(tensor) if is_sharded(tensor) else tensor
