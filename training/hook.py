"""Attach penalties to an optimizer: any torch optimizer, in one line, without wrapping it."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from .marks import attached_to, is_regularized
from .rules import Regularized, in_words, match
from .schedules import Constant, Cosine, Linear
from .sharded import check_sharding
from .sharing import Sharing
from .track import Plan

__all__ = ["attach", "attached_to", "check_rules"]
MODES = ("step", "latent")


def attach(
    optimizer,
    model,
    rules: Mapping,
    *,
    mode="step",
    every=1,
    start=0,
    stop=None,
    schedule=None,
    rewind=None,
    unscaled_l1=False,
) -> Sharing:
    """Regularize tensors of ``model`` at each step of ``optimizer`` from now on.

    ``rules``: which tensors, by name, pattern, type or function -> penalty; see ``training.rules``.  Steps are counted
    from 0; a step that GradScaler skips is none.  The step size is the learning rate of the tensor's group at the step
    just taken, times the factor of ``schedule`` (one, or a dict from keys of the rules; none is 1) at that step.

    ``mode`` "step": after the steps start <= n < stop with (n - start) % every == every - 1 the weights become the
    prox of the penalty at the step sizes summed since the last one.  "latent" (dual averaging): the optimizer moves a
    latent copy, by gradients at the weights, and after each step the weights become the prox of the copy at the step
    sizes of all steps from start to stop; after that the strength stands still.  The factor of a ``Target`` then
    multiplies the whole sum.  The latent copy is the optimizer's: decay and momentum act on it.

    ``rewind``: a schedule whose factor, in [0, 1], replaces the rewind of ``WeightSharing``.  ``unscaled_l1``: the l1
    of ``WeightSharing`` and ``L1`` is not multiplied by the learning rate, as in the paper's released code.

    With adaptive optimizers the prox is that of the plain metric (decoupled, as AdamW's decay).  Frozen tensors
    (requires_grad False) are left alone.  A tensor without a gradient (None), which the optimizer passes over, gets the
    prox like the others: the penalty is part of every step.  The gradient of a penalty that has one is added to the
    tensor's before the step.  Tensors of FSDP2 take part with scope "row" and elementwise penalties.  Wrap and move the
    model before.

    In latent mode, weights that someone else changed between two steps are taken over with a warning: latent and sums
    start anew from them, so what edits the weights at each step (a clamp, say) belongs with mode "step".  On the CPU
    the values are compared at each step, which finds any edit.  On a GPU memory, dtype and ``_version`` are: edits in
    place through ``.data`` are not seen, and undone; write under ``torch.no_grad()`` to the parameter itself.

    Memory: one copy of each tensor, from the first step on, to count merges and splits; latent mode keeps the latent
    too, and on the CPU the values that it wrote.  ``Sharing.detach()`` frees them.

    Invariant: after a step each regularized tensor is its prox bit for bit, and members of a cluster are bit-equal.

    Raises TypeError and ValueError (one sentence) for rules, a mode, a number or a schedule that are none, for a tensor
    that the optimizer does not train, that is regularized already, or that is spread over processes in a way that the
    penalty does not allow.  At a step, RuntimeError for a closure where latent mode or a gradient cannot act inside it,
    and ``NotFiniteWeightsError``, a ValueError, for weights of ``WeightSharing`` that are NaN or infinite (on a GPU,
    and under other penalties, they stay what they are: to look would be to wait).
    Source: arXiv 2311.03096; the latent mode is dual averaging, as in arXiv 2503.15748.
    """
    _check_optimizer(optimizer)
    plan = Plan(mode, every, start, stop, rewind, bool(unscaled_l1))
    tensors, schedules = _checked(model, rules, schedule, plan)
    for tensor in tensors:
        _check_trained(optimizer, tensor)
    return Sharing(optimizer, tensors, schedules, plan)


def check_rules(
    model, rules: Mapping, *, mode="step", every=1, start=0, stop=None, schedule=None, rewind=None, unscaled_l1=False
) -> list[Regularized]:
    """All checks of ``attach`` that need no optimizer, with its arguments and its errors; nothing is changed.

    The model may be on the meta device.  Returns the tensors that would be regularized, in the model's order.
    """
    return _checked(model, rules, schedule, Plan(mode, every, start, stop, rewind, bool(unscaled_l1)))[0]


def _checked(model, rules: Mapping, schedule, plan: Plan) -> tuple[list[Regularized], list]:
    """The tensors, and the schedule of each."""
    _check_plan(plan)
    tensors = match(model, rules)
    schedules = _schedules(model, rules, schedule, tensors)
    for (name, parameter, penalty, _), its_schedule in zip(tensors, schedules, strict=True):
        if hasattr(its_schedule, "check"):
            its_schedule.check(penalty)
        scope = getattr(penalty, "scope", "tensor")
        if scope != "tensor" and parameter.ndim < 2:
            raise ValueError(
                f"parameter {name!r} has shape {tuple(parameter.shape)}, but scope {scope!r} needs two or more "
                "dimensions: leave it out of the rules, or use scope='tensor'"
            )
        check_sharding(name, parameter, penalty)
    return tensors, schedules


def _check_plan(plan: Plan) -> None:
    if plan.mode not in MODES:
        raise ValueError(f"unknown mode {plan.mode!r}: the known ones are {', '.join(MODES)}")
    for name, least in (("every", 1), ("start", 0), ("stop", 0)):
        number = getattr(plan, name)
        if name == "stop" and number is None:
            continue
        if isinstance(number, bool) or not isinstance(number, int):
            raise TypeError(f"{name} is a {type(number).__name__}: give a whole number >= {least}")
        if number < least:
            raise ValueError(f"{name} is {number}: give a whole number >= {least}")
    if plan.stop is not None and plan.stop <= plan.start:
        raise ValueError(f"stop is {plan.stop} and start {plan.start}: no step lies between, give a larger stop")
    if plan.mode == "latent" and plan.every != 1:
        raise ValueError(f"every is {plan.every}, but in latent mode a prox follows each step: leave it at 1")
    if plan.rewind is not None:
        _check_rewind(plan.rewind)


def _check_rewind(rewind) -> None:
    """A rewind is a share: where the schedule's ends are known, they are looked at before the first step."""
    if isinstance(rewind, type) or not callable(getattr(rewind, "factor", None)):
        what = f"the class {rewind.__name__}" if isinstance(rewind, type) else f"a {type(rewind).__name__}"
        raise TypeError(f"rewind is {what}: give an open-loop schedule, say Constant(1.0)")
    ends = {Constant: ("value",), Linear: ("begin", "end"), Cosine: ("begin", "end")}.get(type(rewind), ())
    for name in ends:
        share = getattr(rewind, name)
        if share > 1:  # no schedule has ends below 0
            raise ValueError(f"rewind is {rewind}, whose {name} is {share:g}: a rewind is a share between 0 and 1")


def _schedules(model, rules: Mapping, schedule, tensors) -> list:
    """The schedule of each tensor."""
    if not isinstance(schedule, Mapping):
        found = [Constant() if schedule is None else schedule] * len(tensors)
    else:
        by_name = {}
        for key, its_schedule in schedule.items():
            if key not in rules:
                known = ", ".join(in_words(known) for known in rules)
                raise ValueError(f"schedule has the key {in_words(key)}, which is no rule: the rules are {known}")
            by_name.update({tensor.name: its_schedule for tensor in match(model, {key: rules[key]})})
        found = [by_name.get(tensor.name, Constant()) for tensor in tensors]
    for one in found:
        if isinstance(one, type) or not any(callable(getattr(one, name, None)) for name in ("factor", "corrected")):
            what = f"the class {one.__name__}" if isinstance(one, type) else f"a {type(one).__name__}"
            raise TypeError(f"the schedule is {what}: give one of Constant, Linear, Cosine, Target, made with numbers")
    return found


def _check_optimizer(optimizer) -> None:
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(f"optimizer is a {type(optimizer).__name__}: give a torch.optim.Optimizer")
    try:
        optimizer.register_step_pre_hook(lambda *_: None).remove()
    except AttributeError:  # Optimizer.__init__ was never called, so there is nowhere to put hooks, nor who calls them
        raise TypeError(
            f"optimizer is a {type(optimizer).__name__} that wraps another one and runs no hooks: give the torch "
            "optimizer inside it (often its .optimizer)"
        ) from None


def _check_trained(optimizer, tensor: Regularized) -> None:
    name, parameter = tensor.name, tensor.parameter
    groups = [group for group in optimizer.param_groups if any(other is parameter for other in group["params"])]
    if not groups:
        raise ValueError(f"parameter {name!r} is in no group of the optimizer, which does not train it: add it there")
    if "lr" not in groups[0]:
        raise ValueError(f"the optimizer {type(optimizer).__name__} has no lr, which is the step size of the prox")
    if is_regularized(parameter):
        raise ValueError(f"parameter {name!r} is regularized already: detach() its Sharing first")
