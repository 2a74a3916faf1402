"""The parallel algorithm, to be read: blocks of 1, 2, 4, ... joined by bridges, ceil(log2 n) steps in all.

Idea: the solution is the greatest convex minorant of the cumulative sums, its clusters are the edges.  Two solved
blocks are two convex chains side by side, and joining them means finding the one straight line that touches both
from below: the bridge.  Both of its ends are found by bisection, the right one inside each probe of the left one:

- Fix a cluster of the left block and let it sweep up everything to its right.  In the right block it takes in
  cluster after cluster for as long as it touches the next; the answers are yes, yes, ..., no, no.
- That cluster is part of the bridge iff it touches what it has swept up.  Seen from the border outwards the answers
  are yes, yes, ..., no, no again.

All pairs of blocks do this at once, in lockstep.
Invariant: after step l, every block of 2**l ranks is solved as if it were alone.
Cost: work O(n log n), nearly all of it in the running sums; comparisons O(n); depth O(log^3 n).
Source: bridges are those of Overmars and van Leeuwen, Maintenance of configurations in the plane, 1981, here with
plain nested bisection; the levels are those of SearchCollisions in arXiv 2311.03096.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from particles.state import Clusters, Particles, gather, touching

from .blocks import Pairs, join_level_by_level, largest
from .trace import Cost, Step, check_time, last_start


def solve(particles: Particles, time: float) -> Clusters:
    """The clusters at ``time``, in ceil(log2 n) parallel steps: work O(n log n), depth O(log^3 n), array code.

    Raises ValueError when ``time`` is negative, not finite, or so large that the sums overflow float64.
    """
    time = check_time(particles, time)
    return gather(particles, last_start(particles, trace(particles, time)), time)


def trace(particles: Particles, time: float) -> Iterator[Step]:
    """One ``Step`` a level; after step l every block of 2**l ranks is solved."""
    return join_level_by_level(particles, time, _bridges)


def _bridges(pairs: Pairs, cost: Cost) -> tuple[np.ndarray, np.ndarray]:
    """How many clusters on the left and on the right of each border become one."""

    def is_part(some: np.ndarray, count: np.ndarray) -> np.ndarray:
        """Is the cluster ``count`` places left of the border part of the bridge?"""
        border = pairs.border[some]
        cluster = border - count
        swept_up = pairs.after(cluster, border + _sweep(pairs, some, cluster, cost), border)
        cost.compare(some.size)
        return touching(*pairs.clusters[:, cluster], *swept_up)

    on_left = largest(np.zeros_like(pairs.border), pairs.border - pairs.left, is_part)
    on_right = np.zeros_like(on_left)
    bridged = np.flatnonzero(on_left)
    if bridged.size:
        on_right[bridged] = _sweep(pairs, bridged, (pairs.border - on_left)[bridged], cost)
    return on_left, on_right


def _sweep(pairs: Pairs, chosen: np.ndarray, cluster: np.ndarray, cost: Cost) -> np.ndarray:
    """How many clusters of the right block, at least one, a cluster of the left block takes in on its way."""
    border, right = pairs.border[chosen], pairs.right[chosen]

    def takes_in(some: np.ndarray, count: np.ndarray) -> np.ndarray:
        """Having taken in ``count`` - 1 clusters, does it touch the next?"""
        following = border[some] + count - 1
        cost.compare(some.size)
        return touching(*pairs.straddling(cluster[some], following), *pairs.clusters[:, following])

    return largest(np.ones_like(border), right - border, takes_in)
