"""Which Sharings act on which optimizer, and the mark that says so in its parameter groups, where copies keep it.

The mark is a text, which ``torch.load(weights_only=True)`` passes: "attached" in a living optimizer, and "attached,
1234 steps" in what its ``state_dict()`` returns.  So an optimizer that lost its Sharing (copies of optimizers lose
hooks), and one whose Sharing did not get its state back, can be told at their next step.
"""

from __future__ import annotations

import re
import warnings
import weakref
from functools import cache

import torch
from torch.optim.optimizer import register_optimizer_step_pre_hook

MARK = "weight_sharing"  # the key in a parameter group
_sharings: weakref.WeakKeyDictionary[torch.optim.Optimizer, list] = weakref.WeakKeyDictionary()
_loaded_steps: weakref.WeakKeyDictionary[torch.optim.Optimizer, int] = weakref.WeakKeyDictionary()
_warned: weakref.WeakSet[torch.optim.Optimizer] = weakref.WeakSet()


def attached_to(optimizer) -> list:
    """The Sharings that act on the optimizer, in the order in which they were attached."""
    return list(_sharings.get(optimizer, ()))


def is_regularized(parameter: torch.nn.Parameter) -> bool:
    """Does a Sharing of any optimizer act on this parameter?"""
    return any(
        tensor.parameter is parameter
        for sharings in _sharings.values()
        for sharing in sharings
        for tensor in sharing.tensors
    )


def enter_(optimizer: torch.optim.Optimizer, sharing) -> list:
    """Note that ``sharing`` acts on the optimizer, and mark it; the handles of the hooks that keep the mark right."""
    _watch_steps()
    _sharings.setdefault(optimizer, []).append(sharing)
    _take_mark(optimizer)
    return [
        optimizer.register_state_dict_post_hook(_write_steps),
        optimizer.register_load_state_dict_post_hook(_note_load),
    ]


def leave_(optimizer: torch.optim.Optimizer, sharing) -> None:
    """Forget ``sharing``; with the last one goes the mark."""
    others = [other for other in _sharings.get(optimizer, ()) if other is not sharing]
    if others:
        _sharings[optimizer] = others
        return
    _sharings.pop(optimizer, None)
    _loaded_steps.pop(optimizer, None)
    for group in optimizer.param_groups:
        group.pop(MARK, None)


def _take_mark(optimizer) -> None:
    """Remember the steps that the groups' marks tell of, if any, and mark all groups plainly."""
    told = [re.fullmatch(r"attached, (\d{1,18}) steps", str(group.get(MARK))) for group in optimizer.param_groups]
    steps = max((int(found[1]) for found in told if found), default=0)
    if steps:
        _loaded_steps[optimizer] = steps
    for group in optimizer.param_groups:
        group[MARK] = "attached"


def _note_load(optimizer) -> None:
    _loaded_steps.pop(optimizer, None)
    _take_mark(optimizer)


def _write_steps(optimizer, state: dict) -> None:
    """Into the state that state_dict() is about to return: nothing has to be done at each step."""
    steps = max((sharing.steps for sharing in attached_to(optimizer)), default=0)
    for group in state["param_groups"]:
        group[MARK] = f"attached, {steps} steps"


@cache
def _watch_steps() -> None:
    register_optimizer_step_pre_hook(torch.compiler.disable(_warn_of_loss))


def _warn_of_loss(optimizer, args, kwargs) -> None:
    """Of any optimizer that is about to step: say, once, where sharing or its state was lost."""
    sharings = attached_to(optimizer)
    if sharings:
        told, seen = _loaded_steps.pop(optimizer, 0), max(sharing.steps for sharing in sharings)
        if told > seen:
            warnings.warn(
                f"the state loaded into this {type(optimizer).__name__} was saved after {told} steps with weight "
                f"sharing, of which its Sharing has seen {seen}, so strengths and schedules start anew: load the "
                "Sharing's state too: sharing.load_state_dict(...)",
                stacklevel=2,
            )
    elif optimizer not in _warned and any(str(g.get(MARK, "")).startswith("attached") for g in optimizer.param_groups):
        _warned.add(optimizer)
        warnings.warn(
            f"this {type(optimizer).__name__} is a copy of one with weight sharing, and copies lose it: "
            "call attach again with this optimizer",
            stacklevel=2,
        )
