"""The prox of several arrays at once, say of all regularized layers of a model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .arrays import on_gpu
from .penalty import WeightSharing
from .proximal import check_amount


def prox_many(weights: Sequence, regularizers: Sequence[WeightSharing], step: float = 1.0) -> list:
    """``[regularizer.prox(w, step) for w, regularizer in zip(weights, regularizers)]``, without gradients.

    On a GPU all arrays of one device and dtype go in one sequence of launches, so that many small layers take hardly
    longer than one.  Raises ValueError where the two lists differ in length, and what ``prox_weight_sharing`` raises.
    """
    if isinstance(regularizers, WeightSharing):
        raise TypeError("regularizers is one WeightSharing: give a list with one for each array")
    weights, regularizers = list(weights), list(regularizers)
    if len(weights) != len(regularizers):
        raise ValueError(f"{len(weights)} arrays but {len(regularizers)} regularizers: give one for each array")
    step = check_amount("step", step)
    for place, regularizer in enumerate(regularizers):
        if not isinstance(regularizer, WeightSharing):
            raise TypeError(
                f"regularizers[{place}] is a {type(regularizer).__name__}: give a WeightSharing for each array"
            )
    there = [place for place, w in enumerate(weights) if type(w) is not np.ndarray and on_gpu(w)]
    results = [None] * len(weights)
    if there:
        from .cuda.many import prox_on_gpu_of_many

        found = prox_on_gpu_of_many([weights[place] for place in there], [regularizers[place] for place in there], step)
        for place, result in zip(there, found, strict=True):
            results[place] = result
    for place, (w, regularizer) in enumerate(zip(weights, regularizers, strict=True)):
        if place not in there:
            try:
                result = regularizer.prox(w, step)
            except (TypeError, ValueError) as error:
                raise type(error)(f"weights[{place}]: {error}") from None
            results[place] = result.detach() if hasattr(result, "detach") else result
    return results
