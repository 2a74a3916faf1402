"""EndCollisions: one final cluster after the other, from the left.

Idea: the cluster of the leftmost particle ends where the running average of the positions, taken from that particle
on, is least (at the last such place, since contact counts): whoever comes before cannot pull its end further left,
whoever comes after does not reach it.  Go on with the first particle behind it.
Invariant: the clusters found so far are final, everything to their right is still alone.
Cost: a step is a running sum and a tournament over what is left, work O(n) and depth O(log n); with K clusters at the
end, work O(n K) and depth O(K log n).  Good when few clusters are left, however they come about.
Source: arXiv 2311.03096, algorithm EndCollisions; written afresh from the description.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from particles.state import Clusters, Particles, gather

from .sums import filled, last_argmin, moments, running
from .trace import Cost, Step, check_time, last_start, levels


def solve(particles: Particles, time: float) -> Clusters:
    """The clusters at ``time``, one a step: work O(n K), depth O(K log n) for K clusters, array code.

    Raises ValueError when ``time`` is negative, not finite, or so large that the sums overflow float64.
    """
    time = check_time(particles, time)
    return gather(particles, last_start(particles, trace(particles, time)), time)


def trace(particles: Particles, time: float) -> Iterator[Step]:
    """One ``Step`` a final cluster, from the left."""
    n = len(particles)
    items = moments(particles, check_time(particles, time))
    found = []
    first = 0
    while first < n:
        cost, left = Cost(), n - first
        rest = filled(items[:, first:], 1 << levels(left))
        stop = first + int(last_argmin(running(rest), rest)) + 1
        cost.sweep(2 * left)
        cost.comparisons += left - 1
        cost.sweep(left)
        found.append(first)
        start = np.concatenate((found, np.arange(stop, n)))
        if stop == first + 1:
            yield cost.step(start, [], f"rank {first} stays alone")
        else:
            yield cost.step(start, [(first, stop)], f"ranks {first} to {stop - 1} are one cluster")
        first = stop
