"""The sorting path: sort the weights with their places, find the clusters in one pass, write back.

For float32 the bits of a weight, made order-preserving, and its place share one 64-bit key, so that a plain
integer sort carries the places along, several times faster than an argsort.  A long array is split by value into
regions, one a thread; each is sorted and solved alone, and then the regions are joined.
"""

from __future__ import annotations

import sys

import numpy as np

from particles.compiled import compiled

from .minorant import join_, placed, unit_clusters
from .threads import workers

SAMPLE = 4096  # weights looked at to split the values evenly
LARGEST_SUM = 1e300  # of |weights|: products with counts stay finite
HIGH = 1 if sys.byteorder == "little" else 0  # the half of a key that holds the weight


class NotFiniteError(ValueError):
    """A weight is NaN or infinite, or sums overflow; the caller knows the weights' shape and names the place."""


def check_extremes(extremes, d: int) -> None:
    """Raise NotFiniteError unless d weights between these extremes are finite and so are their sums."""
    largest = float(np.abs(extremes).max(initial=0.0))
    if not largest <= LARGEST_SUM / d:
        raise NotFiniteError


def prox_rows(w, a, rewind, l1, out, threads=1):
    """The prox of each row of ``w`` (rows, d), float32 or float64, into ``out``, rows shared among the threads."""
    keys, x = sorted_rows(w)
    if threads == 1:
        _solve_rows(keys, x, 0, w.shape[0], (a, rewind, l1), out)
        return
    edges = np.linspace(0, w.shape[0], threads + 1).astype(np.int64)
    with workers(threads) as run:
        run(lambda t: _solve_rows(keys, x, edges[t], edges[t + 1], (a, rewind, l1), out), threads)


def clusters_of_row(w, a):
    """The clusters of one vector: first ranks (k,), means of the weights (k,), and the place of each rank (d,)."""
    keys, x = sorted_rows(w.reshape(1, -1))
    start, sums = np.empty(w.size + 1, np.int64), np.empty(w.size)
    k = unit_clusters(x[0], 0, w.size, a, start, sums)
    start[k] = w.size
    means = _means(x[0], start[: k + 1], sums)
    return start[:k].copy(), means, (keys[0] & np.uint64(0xFFFFFFFF)).astype(np.int64)


def prox_long(w, a, rewind, l1, out, threads):
    """The prox of one long float32 vector into ``out``: the values are shared among the threads."""
    d = w.size
    sample = np.sort(w[:: (d // SAMPLE) | 1])
    pivots = np.unique(sample[sample.size * np.arange(1, threads) // threads])
    chunks = np.linspace(0, d, threads + 1).astype(np.int64)
    keys, start, sums = np.empty(d, np.uint64), np.empty(d + 1, np.int32), np.empty(d)

    def solve(lo, hi):
        keys[lo:hi].sort()
        x = _decoded(keys[lo:hi])
        check_extremes(x[:: max(x.size - 1, 1)], d)  # NaN and infinities are sorted to the ends
        return unit_clusters(x, lo, d, a, start[lo:hi], sums[lo:hi])

    with workers(threads) as run:
        counts = np.array(run(lambda t: _count(w[chunks[t] : chunks[t + 1]], pivots), threads))
        first = np.concatenate(([0], np.cumsum(counts.sum(axis=0))))
        slots = first[:-1] + np.cumsum(counts, axis=0) - counts
        run(lambda t: _distribute(w, chunks[t], chunks[t + 1], pivots, slots[t], keys), threads)
        first = np.unique(first)  # leaves out empty regions
        found = run(lambda t: solve(first[t], first[t + 1]), first.size - 1)
        begin, end = first[:-1], first[:-1] + found
        join_(start, sums, begin, end, d, a)
        begin, end = begin[begin < end], end[begin < end]
        start[end] = np.append(start[begin[1:]], d)
        x = keys.view(np.float32)[HIGH::2]

        def write(t):
            _place_(x, start, sums, (begin[t], end[t]), (a, rewind, l1))
            _write(keys, start, sums, (begin[t], end[t]), out)

        run(write, begin.size)


def sorted_rows(w):
    """Each row's places in ascending order of the weights, in the low half of uint64 keys, and the sorted rows."""
    if w.dtype == np.float32:
        keys = np.empty(w.shape, np.uint64)
        _pack_rows(w, keys)
        keys.sort(axis=1)
        x = _decoded(keys)
    else:
        order = np.argsort(w, axis=1)
        keys, x = order.view(np.uint64), np.take_along_axis(w, order, axis=1)
    check_extremes(x[:, :: max(x.shape[1] - 1, 1)], max(w.shape[1], 1))  # NaN and infinities are at the ends
    return keys, x


def _decoded(keys):
    """The weights in the high halves of the keys, which are turned back into float bits in place."""
    _decode_(keys.reshape(-1))
    return keys.view(np.float32)[..., HIGH::2]


@compiled(inline="always")
def _key(bits, place):
    """Order-preserving bits of a float32 above its place: negative numbers flip all bits, others the sign."""
    flip = np.uint32(0x80000000) | (np.uint32(0) - (bits >> np.uint32(31)))
    return (np.uint64(bits ^ flip) << np.uint64(32)) | np.uint64(place)


@compiled
def _pack_rows(w, keys):
    bits = w.view(np.uint32)
    for row in range(w.shape[0]):
        for i in range(w.shape[1]):
            keys[row, i] = _key(bits[row, i], i)


@compiled
def _decode_(keys):
    for r in range(keys.size):
        b = np.uint32(keys[r] >> np.uint64(32))
        flip = np.uint32(0x80000000) | ((b >> np.uint32(31)) - np.uint32(1))
        keys[r] ^= np.uint64(flip) << np.uint64(32)


@compiled
def _count(w, pivots):
    """How many weights of a chunk belong to each region: at or above so many of the pivots."""
    counts = np.zeros(pivots.size + 1, np.int64)
    counts[0] = w.size
    for p in range(pivots.size):
        above = 0
        for i in range(w.size):
            above += w[i] >= pivots[p]
        counts[p] -= above
        counts[p + 1] += above
    return counts


@compiled
def _distribute(w, begin, end, pivots, slots, keys):
    """Pack the chunk begin .. end - 1 of the weights into their regions, from slots[region] on; no branches."""
    bits = w.view(np.uint32)
    slots = slots.copy()  # of its own, so that threads do not write to one cache line
    for i in range(begin, end):
        region = 0
        for p in range(pivots.size):
            region += w[i] >= pivots[p]
        keys[slots[region]] = _key(bits[i], i)
        slots[region] += 1


@compiled
def _solve_rows(keys, x, first_row, stop_row, how, out):
    d = x.shape[1]
    start, sums = np.empty(d + 1, np.int64), np.empty(d)
    for row in range(first_row, stop_row):
        k = unit_clusters(x[row], 0, d, how[0], start, sums)
        start[k] = d
        _place_(x[row], start, sums, (0, k), how)
        _write(keys[row], start, sums, (0, k), out[row])


@compiled(inline="always")
def _mean(x, p, q, s):
    """The mean of x[p:q], whose sum is s; for equal weights exactly their value.

    float32 weights leave a float64 sum 29 bits for the rounding of many additions, float64 weights none: there the
    distances to the first are summed again, with compensation (Kahan and Neumaier).
    """
    if x.itemsize == 4 or q - p == 1:
        return s / np.float64(q - p)
    total, lost = 0.0, 0.0
    for r in range(p + 1, q):
        distance = np.float64(x[r]) - np.float64(x[p])
        bigger = total + distance
        lost += (total - bigger) + distance if total >= distance else (distance - bigger) + total
        total = bigger
    return np.float64(x[p]) + (total + lost) / np.float64(q - p)


@compiled
def _means(x, start, sums):
    means = np.empty(start.size - 1)
    for c in range(means.size):
        means[c] = _mean(x, start[c], start[c + 1], sums[c])
    return means


@compiled
def _place_(x, start, sums, clusters, how):
    """Turn the sums of clusters begin .. end - 1 into their final values, in place; start[end] is where they end.

    Order is kept to the last bit: rounding cannot put a cluster left of its left neighbour.
    """
    a, rewind, l1 = how
    ordered = rewind == 0.0 or l1 == 0.0
    floor = -np.inf
    for c in range(clusters[0], clusters[1]):
        p, q = np.int64(start[c]), np.int64(start[c + 1])
        value = placed(_mean(x, p, q, sums[c]), a * np.float64(x.size - p - q), rewind, l1)
        if value > floor:  # always but for rounding: cheaper than max
            floor = value
        sums[c] = floor if ordered else value


@compiled
def _write(keys, start, values, clusters, out):
    """Write the values of clusters begin .. end - 1 to the places of their members, without a branch."""
    c = np.uintp(clusters[0])
    for r in range(start[clusters[0]], start[clusters[1]]):
        c += np.uintp(r == start[c + np.uintp(1)])
        out[np.uintp(np.uint32(keys[r]))] = values[c]
