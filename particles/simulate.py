"""The event-driven simulation: particles fly freely, collide, and stick.

A heap holds the predicted contact times of neighbouring clusters.  A prediction is never taken out when it goes
stale (lazy deletion): when a cluster merges, its neighbours come closer to it than before, so the new prediction
of a gap is never later than the old one, and whatever is popped for a gap that has already closed is stale.

Time runs in epochs.  Only the contacts of the coming epoch, the soonest quarter of all, enter the heap, which
then stays in the processor's cache: twice as fast at a million particles as one heap of everything.
"""

from __future__ import annotations

import math

import numpy as np

from .compiled import compiled
from .history import History, check_until
from .state import Particles, touching

MASS, MOMENT, MOMENTUM, OTHER_END = range(4)  # columns of a cluster: one cache line holds it all
ONE_EPOCH = 4096  # with fewer open gaps than this, the rest of time is one epoch

_touching = compiled(touching, inline="always")


def simulate(particles: Particles, until: float = math.inf) -> History:
    """Run the particles up to the time ``until`` (inclusive) and return the history of their collisions.

    Collisions are perfectly inelastic: masses and momenta add up.  A contact at the very time ``until`` counts.
    Neighbours at one position merge at time 0, unless they move apart.  Work O(n log n); memory 64 bytes a
    particle beyond the particles.  Raises ValueError when ``until`` is negative or NaN.
    Source: arXiv 2311.03096, section 4.
    """
    if not isinstance(particles, Particles):
        raise TypeError(f"particles is a {type(particles).__name__}: build Particles(position, velocity, mass) first")
    until = check_until(until)
    if len(particles) < 2:
        return History(particles, np.empty(0), until)
    finite = min(until, np.finfo(np.float64).max)  # a contact "at inf" never happens
    return History(particles, _merge_times(particles.position, particles.velocity, particles.mass, finite), until)


@compiled
def _merge_times(position, velocity, mass, until):
    """The time at which each of the n - 1 gaps closes, inf where it does not close by ``until``."""
    n = position.size
    # A cluster is the ranks first..last; its sums stand at its first rank, and each end knows the other.
    cluster = np.empty((n, 4))
    for i in range(n):
        cluster[i, MASS], cluster[i, OTHER_END] = mass[i], i
        cluster[i, MOMENT], cluster[i, MOMENTUM] = mass[i] * position[i], mass[i] * velocity[i]
    merge_times = np.full(n - 1, np.inf)
    times, gaps = np.empty(2 * n), np.empty(2 * n, np.int32)
    size = _predict(cluster, times, gaps, until)
    while size > 0:
        epoch_end = _epoch_end(times, size, until)
        size = _heap(times, gaps, size, epoch_end)
        _run_epoch(cluster, merge_times, times, gaps, size, epoch_end)
        size = _predict(cluster, times, gaps, until)
    return merge_times


@compiled
def _predict(cluster, times, gaps, until):
    """List the contacts by ``until`` of all neighbouring clusters, from left to right; their number."""
    size, first = 0, 0
    while True:
        right = np.int64(cluster[first, OTHER_END]) + 1
        if right >= cluster.shape[0]:
            return size
        time = _contact(cluster, first, right)
        if time <= until:
            times[size], gaps[size] = time, right - 1
            size += 1
        first = right


@compiled
def _epoch_end(times, size, until):
    """A time by which about a quarter of the predicted contacts happen, and at least one."""
    if size < ONE_EPOCH:
        return until
    sample = np.sort(times[: size : size // (ONE_EPOCH // 4)])
    return max(times[:size].min(), sample[sample.size // 4])


@compiled
def _heap(times, gaps, size, epoch_end):
    """Keep the contacts by ``epoch_end`` and make them a heap; their number."""
    kept = 0
    for k in range(size):
        if times[k] <= epoch_end:
            times[kept], gaps[kept] = times[k], gaps[k]
            kept += 1
    for k in range((kept - 2) // 4, -1, -1):
        _sink(times, gaps, kept, k, times[k], gaps[k])
    return kept


@compiled
def _run_epoch(cluster, merge_times, times, gaps, size, epoch_end):
    """Let the clusters collide, contact by contact, until none is left by ``epoch_end``."""
    n = cluster.shape[0]
    while size > 0:
        now, gap = times[0], gaps[0]
        replaced = False  # has a new prediction taken the place of the one on top?
        if merge_times[gap] == np.inf:
            merge_times[gap] = now
            first, last = _merge(cluster, gap)
            if last < n - 1:
                time = max(now, _contact(cluster, first, last + 1))
                if time <= epoch_end:
                    _sink(times, gaps, size, 0, time, last)
                    replaced = True
            if first > 0:
                time = max(now, _contact(cluster, np.int64(cluster[first - 1, OTHER_END]), first))
                if time <= epoch_end and replaced:
                    _rise(times, gaps, size, time, first - 1)
                    size += 1
                elif time <= epoch_end:
                    _sink(times, gaps, size, 0, time, first - 1)
                    replaced = True
        if not replaced:
            size -= 1
            _sink(times, gaps, size, 0, times[size], gaps[size])


@compiled(inline="always")
def _merge(cluster, gap):
    """Unite the clusters on both sides of the gap; the first and last rank of the union."""
    first, right = np.int64(cluster[gap, OTHER_END]), gap + 1
    last = np.int64(cluster[right, OTHER_END])
    for sums in (MASS, MOMENT, MOMENTUM):
        cluster[first, sums] += cluster[right, sums]
    cluster[first, OTHER_END], cluster[last, OTHER_END] = last, first
    return first, last


@compiled(inline="always")
def _contact(cluster, left, right):
    """When two neighbouring clusters meet if nobody interferes; inf if never."""
    mass_left, mass_right = cluster[left, MASS], cluster[right, MASS]
    moment_left, moment_right = cluster[left, MOMENT], cluster[right, MOMENT]
    momentum_left, momentum_right = cluster[left, MOMENTUM], cluster[right, MOMENTUM]
    if _touching(mass_left, moment_left, mass_right, moment_right):
        # At one position from the start: they stay together unless they move apart.
        return 0.0 if _touching(mass_left, momentum_left, mass_right, momentum_right) else np.inf
    closing = momentum_left * mass_right - momentum_right * mass_left
    if closing <= 0.0:
        return np.inf
    return (moment_right * mass_left - moment_left * mass_right) / closing


@compiled(inline="always")
def _sink(times, gaps, size, k, time, gap):
    """Place (time, gap) at node k of a 4-ary heap and let it sink to where it belongs."""
    while True:
        child = 4 * k + 1
        if child >= size:
            break
        best, best_time = child, times[child]
        for c in range(child + 1, min(child + 4, size)):
            if times[c] < best_time:
                best, best_time = c, times[c]
        if time <= best_time:
            break
        times[k], gaps[k] = best_time, gaps[best]
        k = best
    times[k], gaps[k] = time, gap


@compiled(inline="always")
def _rise(times, gaps, k, time, gap):
    """Place (time, gap) at the new last node k of a 4-ary heap and let it rise to where it belongs."""
    while k > 0:
        parent = (k - 1) // 4
        if times[parent] <= time:
            break
        times[k], gaps[k] = times[parent], gaps[parent]
        k = parent
    times[k], gaps[k] = time, gap
