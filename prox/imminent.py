"""ImminentCollisions: rounds; in a round every run of touching neighbours becomes one cluster.

Idea: let every cluster fly freely to the end.  Those that then touch or have passed a neighbour must have collided;
merge each maximal run of them at once, and look again.
Invariant: only clusters that belong together are ever merged; when nobody touches, the answer is found.
Cost: a round is O(k) work for k clusters and O(log k) depth.  There may be n - 1 rounds (a snow plough takes in one
particle a round), and their number grows in proportion to n for random weights once a large cluster has formed.
So this is quick where few collide, and is here to be watched and compared.
Source: arXiv 2311.03096, algorithm ImminentCollisions; written afresh from the description.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from particles.state import Clusters, Particles, gather, touching

from .sums import moments
from .trace import Cost, Step, check_time, last_start


def solve(particles: Particles, time: float) -> Clusters:
    """The clusters at ``time``, in up to n rounds of work O(k) and depth O(log k) for k clusters left, array code.

    Raises ValueError when ``time`` is negative, not finite, or so large that the sums overflow float64.
    """
    time = check_time(particles, time)
    return gather(particles, last_start(particles, trace(particles, time)), time)


def trace(particles: Particles, time: float) -> Iterator[Step]:
    """One ``Step`` a round; the last one finds that nobody touches any more."""
    n = len(particles)
    clusters = moments(particles, check_time(particles, time))
    start = np.arange(n)
    contact = np.ones(n, dtype=bool)  # contact[c]: clusters c - 1 and c touch
    while contact.any():
        cost = Cost()
        cost.compare(max(start.size - 1, 0))
        contact = np.zeros(start.size, dtype=bool)
        contact[1:] = touching(*clusters[:, :-1], *clusters[:, 1:])
        first = np.flatnonzero(~contact)
        size = np.diff(first, append=start.size)
        edges = np.append(start, n)
        merged = np.stack((edges[first], edges[first + size]), axis=1)[size > 1]
        if contact.any():
            clusters = np.add.reduceat(clusters, first, axis=1)
            cost.sweep(start.size)
        start = start[first]
        yield cost.step(start, merged, _what(merged.shape[0], start.size))


def _what(runs: int, clusters: int) -> str:
    if runs == 0:
        return f"nobody touches a neighbour: {clusters} cluster{'s' if clusters > 1 else ''}"
    return f"{runs} run{'s' if runs > 1 else ''} of touching neighbours merged, {clusters} left"
