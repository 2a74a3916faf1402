"""The tensor in hand as a sticky system: all of it, or a sample where the user asks for one."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..model.opening import MOST_WEIGHTS
from ..model.system import System
from .tensors import Tensor

SIDE = 512  # pixels of a mosaic


class Subject(NamedTuple):
    """``system``: of all weights of ``tensor``, or of ``len(system)`` of them, evenly by rank.  ``mosaic``: what a
    picture of the matrix shows, None where the tensor has fewer than two dimensions."""

    tensor: Tensor
    system: System
    mosaic: Mosaic | None

    @property
    def is_sample(self) -> bool:
        return len(self.system) < self.tensor.values.size


class Mosaic(NamedTuple):
    """A matrix of weights as pixels, at most SIDE x SIDE: ``values`` and ``rank`` (in the system) of the weight under
    each; ``shape`` is that of the whole matrix, of which every ``step``-th row and column is shown."""

    values: np.ndarray
    rank: np.ndarray
    shape: tuple[int, int]
    step: tuple[int, int]


def subject(tensor: Tensor, sample: int | None = None, name: str = "") -> Subject:
    """Make ready ``tensor``, or ``sample`` of its weights, under ``name`` (default: its own); O(n log n).

    Raises ValueError, in one sentence, for weights that are not finite, and for more than ``MOST_WEIGHTS``.
    """
    name, flat = name or tensor.name, tensor.values.reshape(-1)
    bad = flat.size - int(np.count_nonzero(np.isfinite(flat)))
    if bad:
        raise ValueError(f"{name}: {bad:,} of its {flat.size:,} weights are NaN or infinite: choose another")
    count = flat.size if sample is None else min(max(int(sample), 2), flat.size)
    if count > MOST_WEIGHTS:
        raise ValueError(f"{name} has {count:,} weights, and at most {MOST_WEIGHTS:,} can be simulated: take a sample")
    order = np.argsort(flat, kind="stable")
    chosen = order if count == flat.size else order[evenly(flat.size, count)]
    system = System.of_weights(flat[chosen].astype(np.float64), name)
    if count == flat.size:
        system = replace(system, origin=tensor.origin)
    return Subject(tensor, system, _mosaic(tensor.values, order, count))


def evenly(size: int, count: int) -> np.ndarray:
    """``count`` of the ranks 0 .. size - 1, evenly, the first and the last among them."""
    return np.round(np.linspace(0, size - 1, count)).astype(np.int64)


def _mosaic(values: np.ndarray, order: np.ndarray, count: int) -> Mosaic | None:
    """Dimensions after the first are put side by side, as a layer of filters is one filter a row."""
    if values.ndim < 2:
        return None
    matrix = values.reshape(values.shape[0], -1)
    step = tuple(math.ceil(size / SIDE) for size in matrix.shape)
    rank = np.empty(order.size, np.int32)
    rank[order] = np.arange(order.size, dtype=np.int32)
    rank = rank.reshape(matrix.shape)[:: step[0], :: step[1]]
    if count < order.size:  # the nearest rank of the sample
        rank = np.round(rank * ((count - 1) / (order.size - 1))).astype(np.int32)
    shown = matrix[:: step[0], :: step[1]].astype(np.float64)
    return Mosaic(shown, np.ascontiguousarray(rank), matrix.shape, step)
