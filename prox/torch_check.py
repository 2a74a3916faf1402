"""Is an answer the prox?  Compared with another, or judged by the conditions of optimality alone, as array-level torch.

The prox is the isotonic regression of z_i = x_i + strength v_i, the weights in ascending order after free flight.
Values that ascend with x are that regression iff in each run of equal values the mean of z is the value, and no first
k members of the run have a mean of z below it (the multipliers of y_i <= y_(i+1) are the sums of z - y so far).
In floating point: up to a bound b.  Where these hold up to one b for all, the values are within 2 b of the prox: moving
every z by at most 2 b makes them exact, and isotonic regression moves no further, in the largest of all distances.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .proximal import prox_weight_sharing

COMPARED = 10_000_000  # up to so many weights the CPU is asked
RELATIVE = 1e-6  # to a value or the strength: a few roundings to float32
OF_RANGE = 2.0**-35  # to the range of the weights: the GPU adds up the members of a bin in such units at the coarsest


def referee(weights: np.ndarray, w, strength: float) -> Callable:
    """(answer) -> what is wrong with it, or None; ``w`` is the tensor of the weights, where the answers will be."""
    if weights.size > COMPARED:
        return lambda answer: fault_without_solver(answer, w, strength)
    import torch

    expected = torch.from_numpy(prox_weight_sharing(weights.astype(np.float64), strength)).to(w.device)
    return lambda answer: fault(answer, expected, w, strength)


def fault(answer, expected, w, strength: float) -> str | None:
    """What is wrong with ``answer``, by ``expected`` (float64, better known); None if nothing is.  Flat tensors."""
    away, bound = (answer.double() - expected).abs(), _bound(expected, w, strength)
    if bool((away <= bound).all()):
        return None
    worst = int((away - bound).nan_to_num(nan=float("inf")).argmax())
    return f"weight {worst} is wrong by {float(away[worst]):g} (allowed are {float(bound[worst]):g})"


def fault_without_solver(answer, w, strength: float) -> str | None:
    """What is wrong with ``answer`` by the conditions of optimality; None if nothing is.  About 100 bytes a weight."""
    import torch

    d = w.numel()
    x, places = w.sort()
    y = answer[places]
    del places
    if not bool(y.isfinite().all()):
        return "a value is not finite"
    if not bool((y[1:] >= y[:-1]).all()):
        return "the order of the weights is not kept"
    begins = torch.cat((torch.ones_like(y[:1], dtype=torch.bool), y[1:] != y[:-1]))
    if bool((begins[1:] & (x[1:] == x[:-1])).any()):
        return "equal weights are not equal any more"
    first = begins.nonzero()[:, 0]
    stop = torch.cat((first[1:], first.new_full((1,), d)))
    rank = torch.arange(d, device=w.device)
    excess = x.double() + strength * ((d - 1 - 2 * rank).double() / max(d - 1, 1)) - y.double()
    sums = excess.cumsum(0)
    before = sums[first] - excess[first]
    mean = (sums[stop - 1] - before) / (stop - first)
    bound = _bound(y[first], w, strength)
    if not bool((mean.abs() <= bound).all()):
        return f"a cluster is {float((mean.abs() - bound).max()):g} further from its mean than is allowed"
    run = begins.cumsum(0) - 1
    count, left = rank + 1 - first[run], stop[run] - rank - 1
    lacking = count * mean[run] - (sums - before[run]) - count.minimum(left) * bound[run]
    if not bool((lacking <= 64 * 2.0**-52 * sums.abs().max()).all()):
        return f"a cluster ought to come apart: its beginning pushes too little, by {float(lacking.max()):g}"
    return None


def _bound(values, w, strength: float):
    return RELATIVE * values.double().abs().clamp(min=strength) + OF_RANGE * (float(w.max()) - float(w.min()))
