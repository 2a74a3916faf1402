"""Projection: a layer's weights are brought to a given number of distinct values, by the exact path of the prox."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from particles import Particles, simulate
from particles.checked_file import naming
from prox import prox_weight_sharing
from prox.proximal import check_amount, check_rewind

from .rules import weights_of
from .tensor_figures import Figures, measure

BEYOND_THE_LAST = 1.01  # the strength for one value, in units of the last merge time


class Projection(NamedTuple):
    """The prox of which ``strength`` was taken, the figures ``before`` and ``after``, and the root mean square of the
    ``change``, in units of the weights."""

    strength: float
    before: Figures
    after: Figures
    change: float


def project(model, *, distinct=None, strength=None, rewind=1.0, only=None) -> dict[str, Projection]:
    """Replace weights by their prox, in place; name -> what it did, in the model's order.

    Exactly one of ``distinct`` (how many distinct values shall remain in each tensor, >= 1) and ``strength`` (>= 0) is
    given: a number for all tensors, or a dict name -> number for those that it names.  ``only``: a key or keys as in
    the rules of ``attach``; by default all weights but biases and norms.  A tied parameter counts once.

    The strength for k values comes from the particles of the layer: it lies halfway between the merge that leaves k
    clusters and the next one, so rounding cannot matter.  Fewer than k values remain only where the tensor has fewer
    to begin with (it is left alone then), where several merges fall on one time, or where, with ``rewind`` < 1,
    neighbouring clusters come to one number of the tensor's dtype.  With ``rewind`` 1 clusters stay at the means of
    their weights, which do not round to one number.  Memory: some 100 bytes a weight of the largest tensor.

    Raises ValueError for both or none of the aims, for amounts out of range, for names that match nothing or are
    missing, and for weights that are not finite, naming the tensor; no tensor is changed then.
    """
    if (distinct is None) == (strength is None):
        raise ValueError("give exactly one of distinct (values to keep) and strength")
    rewind = check_rewind(rewind)
    what, aims = ("distinct", distinct) if strength is None else ("strength", strength)
    if only is None and isinstance(aims, Mapping):
        if not aims:
            raise ValueError(f"{what} is an empty dict: name at least one tensor")
        only = list(aims)
    chosen = weights_of(model, only)
    aims = _aims(what, aims, chosen)
    found = {}
    for name, parameter in chosen.items():
        with naming(name):
            w = parameter.detach()
            found[name] = _at_most(w, aims[name], rewind) if strength is None else _moved(w, aims[name], rewind)
    return {name: _replace_(chosen[name], *found[name]) for name in chosen}


def strength_for(merge_times: np.ndarray, clusters: int) -> float:
    """A strength at which exactly ``clusters`` of the n clusters are left, n - 1 being the number of merge times.

    ``merge_times`` ascending.  Fewer are left where several merges fall on the time of the one that leaves as many.
    """
    merges = merge_times.size + 1 - clusters
    if merges <= 0:
        return 0.0
    last = merge_times[merges - 1]
    later = np.searchsorted(merge_times, last, side="right")
    if later == merge_times.size:
        return float(last * BEYOND_THE_LAST)
    return float(last + (merge_times[later] - last) / 2)


def _aims(what: str, aims, chosen: Mapping) -> dict:
    """Name -> number, checked."""
    if not isinstance(aims, Mapping):
        return dict.fromkeys(chosen, _aim(what, aims))
    if unknown := [name for name in aims if name not in chosen]:
        raise ValueError(f"{what} names {unknown[0]!r}: the chosen tensors are {', '.join(chosen)}")
    if missing := [name for name in chosen if name not in aims]:
        raise ValueError(f"{what} has no number for {missing[0]!r}: give one for each chosen tensor")
    return {name: _aim(f"{what}[{name!r}]", aim) for name, aim in aims.items()}


def _aim(what: str, aim):
    if not what.startswith("distinct"):
        return check_amount(what, aim)
    if isinstance(aim, bool) or not hasattr(aim, "__index__"):
        raise TypeError(f"{what} is a {type(aim).__name__}: give a whole number >= 1")
    if aim < 1:
        raise ValueError(f"{what} is {aim}: give a whole number >= 1")
    return int(aim)


def _at_most(w: Tensor, k: int, rewind: float) -> tuple[float, Tensor]:
    """(strength, prox) for k values, or as many below k as there can be."""
    if measure(w).distinct <= k:
        return 0.0, w.clone()
    merge_times = np.sort(simulate(Particles.from_weights(w.double().cpu().numpy())).merge_times)
    strength, moved = _moved(w, strength_for(merge_times, k), rewind)
    if (best := measure(moved).distinct) >= k or rewind == 1.0:
        return strength, moved
    few, many = k, w.numel()  # rounding has united clusters: with how many of them are k values left?
    while many - few > 1:
        middle = (few + many) // 2
        trial = _moved(w, strength_for(merge_times, middle), rewind)
        left = measure(trial[1]).distinct
        few, many = (middle, many) if left <= k else (few, middle)
        if best < left <= k:
            best, (strength, moved) = left, trial
        if best == k:
            break
    return strength, moved


def _moved(w: Tensor, strength: float, rewind: float) -> tuple[float, Tensor]:
    if w.is_cuda and not w.isfinite().all():  # there the prox does not look
        raise ValueError("it holds NaN or infinite weights: every weight must be finite")
    return strength, prox_weight_sharing(w, strength, rewind=rewind)


def _replace_(parameter: Tensor, strength: float, moved: Tensor) -> Projection:
    before, old = measure(parameter), parameter.detach().double()
    change = math.sqrt(float((moved.double() - old).square().mean())) if old.numel() else 0.0
    with torch.no_grad():
        parameter.copy_(moved)
    return Projection(strength, before, measure(parameter), change)
