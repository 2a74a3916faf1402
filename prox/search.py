"""SearchCollisions: blocks of 1, 2, 4, ... joined at their borders, the left end of each new cluster by bisection.

Idea: in a solved left block, let r(c) be the end of the cluster that starts with c, were c the first of all: the
last end, over both blocks, at which the running average from c on is least.  Either c stays alone, or r(c) lies
beyond the border; and if it does for one c, then for every c nearer to the border.  So bisection finds the
farthest such c, and the new cluster reaches from there to r(c).  All pairs of blocks do this in lockstep.
Invariant: after step l, every block of 2**l ranks is solved as if it were alone (`steps` passes through the very
same states, and replaces the argmin over all ends by a second bisection).
Cost: log n levels, log n probes a level, each a tournament of depth log n over all ranks: work O(n log^2 n), depth
O(log^3 n).  The running sums from the border outwards are needed once a level, not once a probe.
Source: arXiv 2311.03096, algorithm SearchCollisions; written afresh from the description.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from particles.state import Clusters, Particles, gather, touching

from .blocks import Pairs, join_level_by_level, largest
from .sums import last_argmin
from .trace import Cost, Step, check_time, last_start, levels


def solve(particles: Particles, time: float) -> Clusters:
    """The clusters at ``time``, in ceil(log2 n) parallel steps: work O(n log^2 n), depth O(log^3 n), array code.

    Raises ValueError when ``time`` is negative, not finite, or so large that the sums overflow float64.
    """
    time = check_time(particles, time)
    return gather(particles, last_start(particles, trace(particles, time)), time)


def trace(particles: Particles, time: float) -> Iterator[Step]:
    """One ``Step`` a level; after step l every block of 2**l ranks is solved."""
    return join_level_by_level(particles, time, _bridges)


def _bridges(pairs: Pairs, cost: Cost) -> tuple[np.ndarray, np.ndarray]:
    """How many clusters on the left and on the right of each border become one."""

    def ends_beyond(some: np.ndarray, count: np.ndarray) -> np.ndarray:
        """Does r(c) lie beyond the border, for the cluster c that is ``count`` places left of it?"""
        border = pairs.border[some]
        cluster = border - count
        rest = pairs.after(cluster, _best_end(pairs, some, cluster, cost), border)
        cost.compare(some.size)
        return touching(*pairs.clusters[:, cluster], *rest)

    on_left = largest(np.zeros_like(pairs.border), pairs.border - pairs.left, ends_beyond)
    on_right = np.zeros_like(on_left)
    bridged = np.flatnonzero(on_left)
    if bridged.size:
        end = _best_end(pairs, bridged, (pairs.border - on_left)[bridged], cost)
        on_right[bridged] = end - pairs.border[bridged]
    return on_left, on_right


def _best_end(pairs: Pairs, some: np.ndarray, cluster: np.ndarray, cost: Cost) -> np.ndarray:
    """The end in the right block, as a cluster number, with the least average from each ``cluster`` on."""
    right_blocks = (2, -1, 2, pairs.size)
    items = pairs.particles.reshape(right_blocks)[:, some, 1]
    before = pairs.outward.reshape(right_blocks)[:, some, 1] + pairs.outward[:, pairs.edges[cluster], None]
    rank = last_argmin(before, items)
    cost.comparisons += some.size * (pairs.size - 1)
    cost.spend(2 * items[0].size, 1 + (pairs.size > 1) * levels(pairs.size))
    stop = pairs.edges[pairs.border[some]] + rank + 1
    # The least average is at the end of a cluster of the solved block; rounding may place it inside, then round up.
    return np.searchsorted(pairs.edges, stop)
