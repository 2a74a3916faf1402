"""The sorting path: sort the weights with their places, find the clusters in one pass, write back.

For float32 the bits of a weight, made order-preserving, and its place share one 64-bit key, so that a plain
integer sort carries the places along, several times faster than an argsort.  A long array is split by value into
regions, one a thread; each is sorted and solved alone, and then the regions are joined.
"""

from __future__ import annotations

import sys

import numpy as np

from particles.compiled import compiled

from .minorant import join_, place_, unit_clusters
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
    means_(x[0], start[: k + 1], sums[:k])
    return start[:k].copy(), sums[:k].copy(), (keys[0] & np.uint64(0xFFFFFFFF)).astype(np.int64)


def prox_long(w, a, rewind, l1, out, threads):
    """The prox of one long float32 vector into ``out``: the values are shared among the threads.

    Each thread looks at all weights for those of its region: cheaper than one more time at which all must meet.
    """
    d = w.size
    sample = np.sort(w[:: (d // SAMPLE) | 1])
    pivots = np.unique(sample[sample.size * np.arange(1, threads) // threads])
    first = np.array([0, *(_count_below(w, pivot) for pivot in pivots), d])
    pivots = np.array([-np.inf, *pivots, np.inf], w.dtype)[np.append(True, np.diff(first) > 0)]
    first = np.unique(first)  # leaves out empty regions
    regions = first.size - 1
    begin, end = first[:-1] + np.arange(regions), first[:-1].copy()
    keys = np.empty(d + regions, np.uint64)
    start, sums = np.empty(d + regions, np.int32), np.empty(d + regions)  # a region needs one more than its ranks

    def solve(t):
        lo, hi = first[t], first[t + 1]
        if _pack_between(w, pivots[t], pivots[t + 1], keys, (lo, d + t)) != hi - lo:
            raise NotFiniteError  # NaN is in no region
        keys[lo:hi].sort()
        x = _decoded(keys[lo:hi])
        check_extremes(x[:: max(x.size - 1, 1)], d)
        end[t] = begin[t] + unit_clusters(x, lo, d, a, start[lo + t : hi + t + 1], sums[lo + t : hi + t])

    def write(t):
        start_here, sums_here = start[begin[t] : end[t] + 1], sums[begin[t] : end[t]]
        place_(start_here, sums_here, d, (a, rewind, l1), False)
        _write(keys, start_here, sums_here, out)

    with workers(threads) as run:
        run(solve, regions)
        join_(start, sums, begin, end, d, a)
        run(write, regions)


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
def _count_below(w, pivot):
    count = 0
    for i in range(w.size):
        count += w[i] < pivot
    return count


@compiled
def _pack_between(w, low, high, keys, slots):
    """Pack the weights in [low, high) from the first slot on, the others into the second, without a branch."""
    bits = w.view(np.uint32)
    j, spare = slots
    for i in range(w.size):
        inside = np.int64(w[i] >= low) & np.int64(w[i] < high)
        keys[spare + inside * (j - spare)] = _key(bits[i], i)
        j += inside
    return j - slots[0]


@compiled
def _solve_rows(keys, x, first_row, stop_row, how, out):
    d = x.shape[1]
    start, sums = np.empty(d + 1, np.int64), np.empty(d)
    for row in range(first_row, stop_row):
        k = unit_clusters(x[row], 0, d, how[0], start, sums)
        if x.itemsize == 8:
            means_(x[row], start[: k + 1], sums[:k])
        place_(start[: k + 1], sums[:k], d, how, x.itemsize == 8)
        _write(keys[row], start[: k + 1], sums[:k], out[row])


@compiled
def means_(x, start, sums):
    """Turn the sums of clusters of the ascending weights ``x`` into means, in place.

    float32 weights leave a float64 sum 29 bits for the rounding of many additions.  float64 weights leave none:
    there the distances to the first member are summed, with compensation (Kahan and Neumaier); equal weights have
    exactly their value for mean.
    """
    for c in range(sums.size):
        p, q = start[c], start[c + 1]
        if x.itemsize == 4:
            sums[c] /= np.float64(q - p)
            continue
        total, lost = 0.0, 0.0
        for r in range(p + 1, q):
            distance = np.float64(x[r]) - np.float64(x[p])
            bigger = total + distance
            lost += (total - bigger) + distance if total >= distance else (distance - bigger) + total
            total = bigger
        sums[c] = np.float64(x[p]) + (total + lost) / np.float64(q - p)


@compiled
def _write(keys, start, values, out):
    """Write the values of clusters to the places of their members, without a branch."""
    c = np.uintp(0)
    for r in range(start[0], start[values.size]):
        c += np.uintp(r == start[c + np.uintp(1)])
        out[np.uintp(np.uint32(keys[r]))] = values[c]
