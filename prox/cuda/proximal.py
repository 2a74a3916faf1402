"""The data path of ``prox_weight_sharing`` for arrays on a GPU: scopes, masses, gradients, clusters."""

from __future__ import annotations

import math
import sys
from itertools import pairwise

import numpy as np

from particles.state import MASS_RANGE, Clusters

from ..arrays import is_cupy
from .arrays import Found, check_array, device_of, plain, prox_of_rows

SOLVERS = ("auto", "cuda")  # that take arrays on a GPU


def prox_on_gpu(w, options, return_clusters: bool):
    """``prox_weight_sharing`` for a CuPy array or torch CUDA tensor; the numbers in ``options`` are checked already.

    A row with a NaN or infinite weight comes back as NaN: looking for it here would mean to wait for the GPU.
    """
    check_array(w, "w")
    if options.solver not in SOLVERS:
        known = " or ".join(map(repr, SOLVERS))
        raise ValueError(f"solver {options.solver!r} computes on the CPU, but w is on a GPU: choose {known}, or move w")
    with device_of(w):
        return _prox(w, options, return_clusters)


def _prox(w, options, return_clusters: bool):
    rows = as_rows(plain(w), options.scope)
    mass = None if options.mass is None else as_rows(_checked_mass(options.mass, w), options.scope)
    with_gradient = not is_cupy(w) and w.requires_grad and _torch().is_grad_enabled()
    found = prox_of_rows(rows, options, mass, return_clusters or with_gradient)
    result = from_rows(found.values, w.shape, options.scope)
    if with_gradient:
        result = _with_gradient(w, result, found, rows.shape, mass, options)
    if not return_clusters:
        return result
    clusters = _clusters(found, *rows.shape, options)
    return result, clusters[0] if options.scope == "tensor" else clusters


def sum_over_rows(w, scope: str) -> float:
    """The sum of R over the rows of a scope, in float64 by the operations of the array's library; waits for the GPU."""
    check_array(w, "w")
    with device_of(w):
        rows = as_rows(plain(w), scope)
        d = rows.shape[1]
        if d < 2 or not rows.shape[0]:
            gaps, k = rows * 0.0, 1  # NaN where a weight is not finite
        elif is_cupy(w):
            cupy = sys.modules["cupy"]
            rows, k = cupy.sort(rows.astype("float64"), axis=1), cupy.arange(1, d, dtype="float64")
            gaps = rows[:, 1:] - rows[:, :-1]
        else:
            rows = rows.double().sort(dim=1).values
            k = _torch().arange(1, d, dtype=rows.dtype, device=rows.device)
            gaps = rows[:, 1:] - rows[:, :-1]
        total = float((gaps * (k * (d - k))).sum()) / max(d - 1, 1)
    if not math.isfinite(total):
        raise ValueError(
            "w has NaN or infinite weights, or so large ones that R overflows float64: correct or rescale it"
        )
    return total


def sum_of_sizes(w) -> float:
    """The sum of |w|, in float64; waits for the GPU."""
    with device_of(w):
        return float(abs(w.astype("float64") if is_cupy(w) else w.detach().double()).sum())


def _torch():
    import torch

    return torch


def as_rows(array, scope: str):
    """(rows, d), contiguous; a copy only where the weights of a row do not lie side by side."""
    if scope == "tensor":
        rows = array.reshape(1, -1)
    else:
        if array.ndim < 2:
            raise ValueError(
                f"scope {scope!r} needs an array of two or more dimensions, got shape {tuple(array.shape)}"
            )
        array = array if scope == "row" else array.swapaxes(0, 1)
        size = 1
        for extent in array.shape[1:]:
            size *= extent
        rows = array.reshape(array.shape[0], size)
    if not is_cupy(rows):
        return rows.contiguous()
    return rows if rows.flags.c_contiguous else rows.copy(order="C")


def from_rows(rows, shape, scope: str):
    if scope != "column":
        return rows.reshape(shape)
    columns = rows.reshape(shape[1], shape[0], *shape[2:]).swapaxes(0, 1)
    return columns.copy(order="C") if is_cupy(columns) else columns.contiguous()


def _checked_mass(mass, w):
    """The masses as float64; they are looked at, which waits for the GPU."""
    if type(mass) is not type(w) and is_cupy(mass) != is_cupy(w):
        raise TypeError(f"mass is a {type(mass).__name__} but w a {type(w).__name__}: give both alike")
    if getattr(mass, "device", None) != w.device:
        raise ValueError(f"mass is on {getattr(mass, 'device', 'the CPU')} but w on {w.device}: move it there")
    check_array(mass, "mass")
    if tuple(mass.shape) != tuple(w.shape):
        raise ValueError(
            f"mass has shape {tuple(mass.shape)} but w has {tuple(w.shape)}: give one mass for each weight"
        )
    mass = mass.astype("float64") if is_cupy(mass) else plain(mass).double()
    low, high = MASS_RANGE
    if not bool(((mass >= low) & (mass <= high)).all()):
        raise ValueError(f"mass has a value that is not positive and finite, from {low:g} to {high:g}: correct it")
    return mass


def _placed(found: Found, chosen, size: int, options, rewind: float):
    """``placed`` of prox/minorant.py for the clusters that begin at the items ``chosen``: where they end."""
    library = sys.modules["cupy"] if is_cupy(found.mean) else _torch()
    mean = found.mean[chosen]
    z = mean + options.strength / max(size - 1, 1) * found.pull[chosen] + 0.0
    if options.l1 > 0:
        other = library.where(z < -options.l1, z + options.l1, library.zeros_like(z))
        z = library.where(z > options.l1, z - options.l1, other)
    if rewind == 0:
        return z
    moved = mean + (1.0 - rewind) * (z - mean)
    return library.where(z == 0, z, moved) if options.l1 > 0 else moved


def _clusters(found: Found, rows: int, size: int, options) -> list[Clusters]:
    """The clusters of each row: CuPy's arrays for CuPy, NumPy's for torch.  Waits for the GPU: how many are there?"""
    chosen = found.begins.nonzero()[0] if is_cupy(found.begins) else found.begins.nonzero()[:, 0]
    position = _placed(found, chosen, size, options, options.rewind)
    arrays = (chosen, position, found.pull[chosen] / max(size - 1, 1), found.mass[chosen])
    if not is_cupy(chosen):
        arrays = tuple(tensor.cpu().numpy() for tensor in arrays)
    library = sys.modules["cupy"] if is_cupy(chosen) else np
    borders = library.searchsorted(arrays[0], library.arange(rows + 1) * size).tolist()
    clusters = []
    for row, (first, stop) in enumerate(pairwise(borders)):
        start, *others = (array[first:stop] for array in arrays)
        clusters.append(Clusters(start - row * size, *others))
    return clusters


def _with_gradient(w, result, found: Found, shape, mass, options):
    """The result as a function of ``w``: within a cluster the Jacobian averages, by mass; it is 0 where l1 makes 0."""
    torch = _torch()
    share = torch.ones_like(found.mass) if mass is None else mass.reshape(-1)
    if found.mass.numel():
        share = share / found.mass[found.labels]
        if options.l1 > 0:
            share = share * (_placed(found, found.labels, shape[1], options, 0.0) != 0)
    labels, share = (from_rows(t.reshape(shape), w.shape, options.scope).reshape(-1) for t in (found.labels, share))
    from ..autograd import averaging

    return averaging().apply(w, result, labels, share)
