"""The penalties at work on one optimizer: what happens before and after each of its steps, its reports, its state."""

from __future__ import annotations

import weakref

import torch

from .dose import NotFiniteWeightsError, proximal_steps
from .marks import enter_, leave_
from .rules import Regularized
from .sharded import local, spread_like, whole
from .sharing_state import FORMAT, read_state
from .stopwatch import Stopwatch
from .tensor_report import Report, tensor_report
from .track import Plan, Track


class Sharing:
    """What ``attach`` returns: it regularizes tensors as long as the optimizer steps.

    ``tensors``: the regularized tensors, in the model's order.  ``steps``: how many steps of the optimizer it has
    seen, skipped ones not counted.  ``mode``: "step" or "latent".
    """

    def __init__(self, optimizer: torch.optim.Optimizer, tensors: list[Regularized], schedules: list, plan: Plan):
        self.tensors = tuple(tensors)
        self.steps = 0
        self._plan = plan
        self._enabled = True
        self._passing = False  # is the step now under way not to be touched?
        self._reported = 0  # steps at the last report
        self._tracks = [Track(tensor, schedule, plan) for tensor, schedule in zip(tensors, schedules, strict=True)]
        self._batches = _batches(self._tracks)
        self._optimizer = weakref.ref(optimizer)  # the optimizer holds the hooks, which hold this
        hooks = [torch.compiler.disable(hook) for hook in (self._before_step, self._after_step)]
        self._handles = [
            optimizer.register_step_pre_hook(hooks[0]),
            optimizer.register_step_post_hook(hooks[1]),
            *enter_(optimizer, self),
        ]

    @property
    def mode(self) -> str:
        return self._plan.mode

    @property
    def enabled(self) -> bool:
        """While False, the optimizer works as if nothing were attached; its steps are counted.

        Switched on again, sums of learning rates and latent copies start anew from the weights as they are then.
        """
        return self._enabled

    @enabled.setter
    def enabled(self, enabled: bool) -> None:
        if not enabled:
            for track in self._tracks:
                track.restart()
        self._enabled = bool(enabled)

    @property
    def attached(self) -> bool:
        return bool(self._handles)

    def strengths(self) -> dict[str, float]:
        """Name -> the strength at the last prox: the penalty's times learning rate, factor and sum; 0 before any."""
        return {track.name: track.strength for track in self._tracks}

    @torch.no_grad()
    def report(self) -> Report:
        """The figures of each tensor now, and what happened since the last report; see ``TensorReport``.

        The first report looks back to the first step; after ``detach()`` merges and splits are 0.  Tensors spread over
        processes are gathered: then every process has to call this.
        """
        steps = self.steps - self._reported
        self._reported = self.steps
        found = {}
        for tracks, watch in self._batches:
            spent = watch.read() / max(steps, 1)
            watch.reset()
            numel = max(sum(local(track.parameter).numel() for track in tracks), 1)
            for track in tracks:
                before = None if track.before is None else whole(spread_like(track.parameter, track.before))
                share = local(track.parameter).numel() / numel
                found[track.name] = tensor_report(whole(track.parameter), before, track, spent * share)
                if track.before is not None:
                    track.before.copy_(local(track.parameter))
        return Report({track.name: found[track.name] for track in self._tracks})

    def state_dict(self) -> dict:
        """All that resuming needs beside the states of model and optimizer: numbers, texts, lists, dicts, tensors.

        It passes ``torch.load(weights_only=True)``.  Penalties and schedules are not in it: attach them again.  It
        holds a copy of each tensor as it was at the last report and, in latent mode, its latent too.
        """
        tensors = {track.name: track.kept().to_state() for track in self._tracks}
        return {"format": FORMAT, "mode": self.mode, "steps": self.steps, "tensors": tensors}

    @torch.no_grad()
    def load_state_dict(self, state: dict) -> None:
        """Go on where ``state`` was taken; before or after the model and the optimizer are loaded.

        Raises ValueError, and changes nothing, where it is no state, or that of another mode or of other tensors.
        """
        parameters = {track.name: track.parameter for track in self._tracks}
        steps, kept = read_state(state, self.mode, parameters)
        for track in self._tracks:
            track.resume(kept[track.name])
        self.steps = self._reported = steps
        for _, watch in self._batches:
            watch.reset()

    def detach(self) -> None:
        """Take the hooks and the mark off the optimizer, and drop all copies of weights; the weights stay as they are.

        Twice does no harm.
        """
        optimizer, was_attached = self._optimizer(), self.attached
        for handle in self._handles:
            handle.remove()
        self._handles = []
        for track in self._tracks:
            track.release()
        if optimizer is not None and was_attached:
            leave_(optimizer, self)

    @torch.no_grad()
    def _before_step(self, optimizer, args, kwargs) -> None:
        skipped = _overflowed(optimizer)
        self._passing = skipped or not self._enabled
        if self._passing:
            self.steps += not skipped
            return
        acts = self._plan.acts(self.steps)
        pulling = [track for track in self._tracks if track.pulls and not track.frozen] if acts else []
        if (pulling or self.mode == "latent") and _has_closure(args, kwargs):
            what = "latent mode" if self.mode == "latent" else f"the gradient of {type(pulling[0].penalty).__name__}"
            raise RuntimeError(
                f"{what} cannot act inside the closure given to step(): compute the gradients before, and call step() "
                "without a closure"
            )
        for track in self._tracks:
            if track.before is None:
                track.before = local(track.parameter).clone()
        for track in pulling:
            track.add_gradient(self.steps, getattr(optimizer, "grad_scale", None))
        for track in self._tracks:
            if not track.frozen:
                track.to_latent()

    @torch.no_grad()
    def _after_step(self, optimizer, args, kwargs) -> None:
        if self._passing:
            return
        step, self.steps = self.steps, self.steps + 1
        if self._plan.acts(step):
            for track in self._tracks:
                if not track.frozen:
                    track.count(optimizer, step)
        if self._plan.proxes(step):
            for tracks, watch in self._batches:
                self._prox(tracks, watch, step)
            for track in self._tracks:
                if not track.frozen:
                    track.correct()

    def _prox(self, tracks: list[Track], watch: Stopwatch, step: int) -> None:
        tracks = [track for track in tracks if not track.frozen]
        if self.mode == "latent":  # where nothing was counted yet, the weights are their latent copy
            tracks = [track for track in tracks if track.step_sum > 0]
            weights = [track.save_latent() for track in tracks]
        else:
            weights = [local(track.parameter) for track in tracks]
        if not tracks:
            return
        doses = [track.dose(step) for track in tracks]
        watch.begin()
        try:
            found = proximal_steps(weights, [track.penalty for track in tracks], doses)
        except ValueError as error:
            names = ", ".join(track.name for track in tracks)
            kind = NotFiniteWeightsError if isinstance(error, NotFiniteWeightsError) else ValueError
            raise kind(f"{names} after step {step}: {error}") from None
        for track, values, dose in zip(tracks, found, doses, strict=True):
            track.put(values, dose)
        watch.end()


def _batches(tracks: list[Track]) -> list[tuple[list[Track], Stopwatch]]:
    """What goes through the prox at once, and its clock: each tensor on the CPU, all tensors of a GPU."""
    batches = {}
    for track in tracks:
        device = local(track.parameter).device
        batches.setdefault(device if device.type == "cuda" else track.name, (device, []))[1].append(track)
    return [(found, Stopwatch(device)) for device, found in batches.values()]


def _overflowed(optimizer) -> bool:
    """Will a fused optimizer pass over this step, since GradScaler found an infinite gradient?  Waits for a GPU."""
    found = getattr(optimizer, "found_inf", None)
    return found is not None and bool(found)


def _has_closure(args, kwargs) -> bool:
    return kwargs.get("closure") is not None or any(callable(argument) for argument in args[1:])
