"""Attach penalties to an optimizer: any torch optimizer, in one line, without wrapping it."""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Mapping
from functools import cache

import torch
from torch.optim.optimizer import register_optimizer_step_pre_hook

from .rules import in_words, match
from .schedules import Constant
from .sharded import check_sharding
from .sharing import MARK, Sharing
from .track import Plan

MODES = ("step", "latent")
_sharings: weakref.WeakKeyDictionary[torch.optim.Optimizer, list[Sharing]] = weakref.WeakKeyDictionary()
_warned: weakref.WeakSet[torch.optim.Optimizer] = weakref.WeakSet()


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
    (requires_grad False) are left alone.  The gradient of a penalty that has one is added to the tensor's before the
    step.  Tensors of FSDP2 take part with scope "row" and elementwise penalties.  Wrap and move the model before.

    Invariant: after a step each regularized tensor is its prox bit for bit, and members of a cluster are bit-equal.

    Raises TypeError and ValueError (one sentence) for rules, a mode, a number or a schedule that are none, for a tensor
    that the optimizer does not train, that is regularized already, or that is spread over processes in a way that the
    penalty does not allow.  At a step, RuntimeError for a closure where latent mode or a gradient cannot act inside it
    and ValueError for weights that are not finite.
    Source: arXiv 2311.03096; the latent mode is dual averaging, as in arXiv 2503.15748.
    """
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(f"optimizer is a {type(optimizer).__name__}: give a torch.optim.Optimizer")
    plan = _checked(Plan(mode, every, start, stop, rewind, bool(unscaled_l1)))
    tensors = match(model, rules)
    schedules = _schedules(model, rules, schedule, tensors)
    for tensor, its_schedule in zip(tensors, schedules, strict=True):
        _check_tensor(optimizer, tensor)
        if hasattr(its_schedule, "check"):
            its_schedule.check(tensor.penalty)
    _watch_copies()
    sharing = Sharing(optimizer, tensors, schedules, plan)
    _sharings.setdefault(optimizer, []).append(sharing)
    return sharing


def attached_to(optimizer) -> list[Sharing]:
    """The Sharings that act on the optimizer, in the order in which they were attached."""
    return [sharing for sharing in _sharings.get(optimizer, ()) if sharing.attached]


def _checked(plan: Plan) -> Plan:
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
    if plan.rewind is not None and not callable(getattr(plan.rewind, "factor", None)):
        raise TypeError(f"rewind is a {type(plan.rewind).__name__}: give an open-loop schedule, say Constant(1.0)")
    return plan


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


def _check_tensor(optimizer, tensor) -> None:
    name, parameter = tensor.name, tensor.parameter
    groups = [group for group in optimizer.param_groups if any(other is parameter for other in group["params"])]
    if not groups:
        raise ValueError(f"parameter {name!r} is in no group of the optimizer, which does not train it: add it there")
    if "lr" not in groups[0]:
        raise ValueError(f"the optimizer {type(optimizer).__name__} has no lr, which is the step size of the prox")
    for sharings in _sharings.values():
        for sharing in sharings:
            if sharing.attached and any(other.parameter is parameter for other in sharing.tensors):
                raise ValueError(f"parameter {name!r} is regularized already: detach() its Sharing first")
    check_sharding(name, parameter, tensor.penalty)


@cache
def _watch_copies() -> None:
    """Copies of an optimizer (copy.deepcopy, pickle, load_state_dict into another) lose hooks: from now on, say so."""
    register_optimizer_step_pre_hook(torch.compiler.disable(_warn_of_copy))


def _warn_of_copy(optimizer, args, kwargs) -> None:
    marked = any(group.get(key) == mark for group in optimizer.param_groups for key, mark in MARK.items())
    if marked and optimizer not in _warned and not attached_to(optimizer):
        _warned.add(optimizer)
        warnings.warn(
            f"this {type(optimizer).__name__} is a copy of one with weight sharing, and copies lose it: "
            "call attach again with this optimizer",
            stacklevel=2,
        )
