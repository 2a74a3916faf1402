"""Divide and conquer, the part that `steps` and `search` share: pairs of solved blocks, and the walk up the levels.

Blocks of 1, 2, 4, ... neighbouring ranks are solved as if they were alone.  When two solved blocks are put side
by side, either their border holds, or one new cluster straddles it: the last few clusters of the left block and
the first few of the right one.  (Everything that moves, moves because of the new cluster.)  A solver of this
kind only has to say how many on each side, for all pairs of a level at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from particles.state import Particles

from .sums import filled, moments, running
from .trace import Cost, Step, check_time


class Pairs(NamedTuple):
    """All pairs of neighbouring solved blocks of ``size`` ranks.  Clusters are numbered from the left.

    ``edges`` (k + 1,): the first rank of each cluster, then n.  ``clusters`` (2, k): the sums of each cluster.
    ``particles`` and ``outward`` (2, N), N the ranks filled up to whole pairs: the sums of rank r itself, and of
    all ranks from the border of its pair to r, r included.
    ``left``, ``border``, ``right`` (p,): the first cluster of the left block and of the right block, and the end.
    """

    size: int
    edges: np.ndarray
    clusters: np.ndarray
    particles: np.ndarray
    outward: np.ndarray
    left: np.ndarray
    border: np.ndarray
    right: np.ndarray

    def straddling(self, first: np.ndarray, stop: np.ndarray) -> np.ndarray:
        """The sums over the clusters first .. stop - 1 of each pair, first left of its border, stop right of it."""
        return self.outward[:, self.edges[first]] + self.outward[:, self.edges[stop] - 1]

    def after(self, first: np.ndarray, stop: np.ndarray, border: np.ndarray) -> np.ndarray:
        """``straddling`` without the cluster ``first`` itself."""
        of_left = np.where(first + 1 < border, self.outward[:, self.edges[first + 1]], 0.0)
        return of_left + self.outward[:, self.edges[stop] - 1]


Bridges = Callable[[Pairs, Cost], tuple[np.ndarray, np.ndarray]]


def join_level_by_level(particles: Particles, time: float, bridges: Bridges) -> Iterator[Step]:
    """Join blocks of 1, 2, 4, ... ranks until one is left: ceil(log2 n) steps.

    ``bridges(pairs, cost)`` returns, for each pair, how many clusters on the left and on the right of the border
    become one; 0 and 0 where the border holds.  After step l every block of 2**l ranks is solved, which makes
    the state unique: any two solvers of this kind agree step by step.
    """
    n = len(particles)
    items = moments(particles, check_time(particles, time))
    start, clusters, size = np.arange(n), items, 1
    while size < n:
        cost = Cost()
        pairs = _pair_up(start, clusters, items, size, cost)
        on_left, on_right = bridges(pairs, cost)
        bridged = np.flatnonzero(on_left)
        first = pairs.border[bridged] - on_left[bridged]
        stop = pairs.border[bridged] + on_right[bridged]
        merged = np.stack((pairs.edges[first], pairs.edges[stop]), axis=1)
        start, clusters = _unite(pairs, first, stop, cost)
        size *= 2
        yield cost.step(start, merged, f"blocks of {size // 2} joined into blocks of {size}: {_count(bridged.size)}")


def largest(known: np.ndarray, limit: np.ndarray, holds: Callable) -> np.ndarray:
    """The largest k in known .. limit for which ``holds`` is true, for all pairs in lockstep.

    ``holds(some, k)`` answers for the pairs ``some`` and one k each; it is true up to some k and false beyond, and
    is taken to be true for ``known``.  Bisection: ceil(log2 limit) + 1 rounds at most.
    """
    known = known.copy()
    stride = 1 << int(limit.max() - known.min()).bit_length()
    while stride := stride // 2:
        some = np.flatnonzero(known + stride <= limit)
        if some.size:
            known[some] += stride * holds(some, known[some] + stride)
    return known


def _pair_up(start, clusters, items, size, cost) -> Pairs:
    n = items.shape[1]
    border = np.arange(size, n, 2 * size)
    whole = filled(items, 2 * size * border.size) if 2 * size * border.size > n else items
    blocks = whole[:, : 2 * size * border.size].reshape(2, -1, 2, size)
    outward = np.empty_like(blocks)
    outward[:, :, 0, ::-1] = running(blocks[:, :, 0, ::-1])
    outward[:, :, 1] = running(blocks[:, :, 1])
    cost.sweep(2 * n, size)
    cost.sweep(3 * border.size, start.size)  # each border finds its clusters
    edges = np.append(start, n)
    ends = np.stack((border - size, border, np.minimum(border + size, n)))
    return Pairs(size, edges, clusters, blocks.reshape(2, -1), outward.reshape(2, -1), *np.searchsorted(start, ends))


def _unite(pairs: Pairs, first: np.ndarray, stop: np.ndarray, cost: Cost) -> tuple[np.ndarray, np.ndarray]:
    """The cluster starts and sums once the clusters first .. stop - 1 of each bridge have become one."""
    k = pairs.edges.size - 1
    inside = np.zeros(k + 1, dtype=np.int64)  # +1 where a bridge's second cluster begins, -1 where the bridge ends
    inside[first + 1] += 1
    inside[stop] -= 1
    keep = np.cumsum(inside[:-1]) == 0
    clusters = pairs.clusters.copy()
    clusters[:, first] = pairs.straddling(first, stop)
    cost.sweep(k)
    return pairs.edges[:-1][keep], clusters[:, keep]


def _count(bridges: int) -> str:
    return "no bridge" if bridges == 0 else f"{bridges} bridge{'s' if bridges > 1 else ''}"
