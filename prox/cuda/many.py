"""Several arrays on GPUs in one sequence of launches for each device and dtype."""

from __future__ import annotations

from ..arrays import is_cupy
from ..proximal import check_amount
from .arrays import check_array, device_of, plain, prox_of_groups
from .proximal import as_rows, from_rows


def prox_on_gpu_of_many(weights: list, regularizers: list, step: float) -> list:
    """The prox of each array by its regularizer times ``step``, without gradients."""
    batches: dict[tuple, list[int]] = {}
    for place, w in enumerate(weights):
        check_array(w, f"weights[{place}]")
        batches.setdefault((is_cupy(w), str(w.device), str(w.dtype)), []).append(place)
    results = [None] * len(weights)
    for places in batches.values():
        with device_of(weights[places[0]]):
            rows = [as_rows(plain(weights[place]), regularizers[place].scope) for place in places]
            amounts = [_amounts(regularizers[place], step) for place in places]
            for place, values in zip(places, prox_of_groups(rows, amounts), strict=True):
                results[place] = from_rows(values, weights[place].shape, regularizers[place].scope)
    return results


def _amounts(regularizer, step: float) -> tuple[float, float, float]:
    strength, l1 = step * regularizer.strength, step * regularizer.l1  # each finite, but perhaps not the product
    return check_amount("strength", strength), check_amount("l1", l1), regularizer.rewind
