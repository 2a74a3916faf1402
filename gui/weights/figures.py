"""What the sharing of weights amounts to, in numbers: for clusters by rank, before or after."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from particles import Clusters

from .tensors import SIZES, rounded

FORMULA = "⌈log₂ k⌉ + k·b / n"
MEANING = (
    "n weights with k distinct values of b bits: each weight is an index into a codebook, packed; plus the codebook; "
    "or plain, b bits, where that is smaller."
)


class Figures(NamedTuple):
    """``distinct`` values in the tensor's dtype; ``largest`` share of weights that have one value; ``penalty`` R(w);
    ``bits`` a weight as a codebook with packed indices, or plain where that is smaller; ``mean`` and
    ``spread`` (standard deviation)."""

    distinct: int
    largest: float
    penalty: float
    bits: float
    mean: float
    spread: float


def figures(clusters: Clusters, n: int, dtype: str) -> Figures:
    """The figures of ``n`` weights of which those in a cluster are equal; O(k) for k clusters in order."""
    sizes = clusters.sizes(n)
    if not n:
        return Figures(0, 0.0, 0.0, 0.0, 0.0, 0.0)
    position = clusters.position
    if (position[1:] < position[:-1]).any():
        order = np.argsort(position, kind="stable")
        position, sizes = position[order], sizes[order]
    held = rounded(position, dtype)
    distinct = 1 + int(np.count_nonzero(held[1:] != held[:-1]))
    mean = float(sizes @ position) / n
    with np.errstate(over="ignore"):
        spread = float(np.sqrt(sizes @ (position - mean) ** 2 / n))
    width = 8 * SIZES[dtype]
    bits = min(coded_bits(n, distinct, width), float(width))
    return Figures(distinct, float(sizes.max()) / n, penalty(position, sizes), bits, mean, spread)


def penalty(position: np.ndarray, sizes: np.ndarray) -> float:
    """R(w) of weights in ascending clusters; the formula of ``prox.weight_sharing``, a term for each gap."""
    d = int(sizes.sum())
    if d < 2:
        return 0.0
    k = np.cumsum(sizes[:-1]).astype(np.float64)
    return float(np.diff(position) @ (k * (d - k))) / (d - 1)


def coded_bits(n: int, distinct: int, width: int) -> float:
    """Bits a weight as a codebook of ``distinct`` values of ``width`` bits and packed indices."""
    return float(max(distinct - 1, 0).bit_length()) + distinct * width / n


def mean_change(before: np.ndarray, clusters: Clusters) -> float:
    """The mean of |after - before| over the sorted weights ``before``; O(n)."""
    if not before.size:
        return 0.0
    after = np.repeat(clusters.position, clusters.sizes(before.size))
    return float(np.abs(after - before).mean())


def histogram(clusters: Clusters, n: int, edges: np.ndarray) -> np.ndarray:
    """How many weights lie between each two of the even ``edges`` (m + 1,), (m,); the ends take what is outside."""
    bins = edges.size - 1
    width = (edges[-1] - edges[0]) / bins
    place = np.clip((clusters.position - edges[0]) / width, 0, bins - 1).astype(np.int64)
    return np.bincount(place, clusters.sizes(n), minlength=bins)


def even_edges(low: float, high: float, bins: int) -> np.ndarray:
    """Edges of ``bins`` bins from ``low`` to ``high``, with a little room on both sides."""
    room = 0.02 * (high - low) if high > low else 0.5 * abs(low) or 0.5
    room = max(room, bins * float(np.spacing(max(abs(low), abs(high)))))  # the edges must differ
    return np.linspace(low - room, high + room, bins + 1)
