"""Collapse and certify: the prox of a long vector that forms clusters, almost without sorting.

Put the weights into bins, keeping of each bin only the count n and the sum s, and take the convex minorant G+ of
the cumulative sums at the borders of the bins.  A certificate then tells for each bin, in O(1), that no cluster
begins inside it.  Such a bin is one heavy particle; only the members of the other bins are sorted.

Theorem.  Let S(k) = X(k) + a k (d - k), with X(k) the sum of the k smallest weights and a = alpha / (d - 1), be the
cumulative sums, G their convex minorant (its slopes are the prox), and G+ >= G the minorant of S restricted to
the bin borders.  Take a bin of n weights in [l, u] that sum to s, at the ranks p .. p + n - 1, and
t = (u n - s) / (u - l), the number of members at l if all stood at l or u.  If

    X(p) + t l + a k (d - k)  >=  G+(k)     at k = p + t,                                            (*)

then no rank inside the bin is a vertex of G: collapsing the bin changes nothing.

Proof sketch.  Among all members with these n, s, l, u the cumulative sums are least for the two values l and u:
inside the bin X(p + r) >= X(p) + max(r l, s - (n - r) u), with a kink at r = t.  On either side of the kink this
bound plus a k (d - k) minus G+, which is straight there, is concave; it is >= 0 at the bin's borders (G+ <= S)
and at the kink by (*), hence everywhere: S >= G+ >= G inside the bin.  Were an inner k a vertex of G, then
G(k) = S(k) = G+(k); G <= G+ touches a straight piece of G+ from below at an inner point, so the convex G is
straight there: no vertex.

In the terms of the edge of G+ over the bin, a cluster of mass m: with m1, x1 the count and mean of its weights
before the kink and m2, x2 those after it, (*) reads x2 - x1 <= a m.  Rounding can only open a bin: the test is
passed by a margin far above the error of float64 sums.  Bins that are too coarse are opened, never wrong.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from particles.compiled import compiled

from .bins import collect, histogram, make_bins, write_bins
from .minorant import item_clusters, item_values, unit_clusters
from .sorting import check_extremes, sorted_rows
from .threads import workers

SAMPLE = 16384  # weights that tell whether to try, and where bins have to be fine
SMALL = 10  # a cluster of the sample with fewer members counts as one that has to be sorted
OPEN_AT_MOST = 0.33  # with a larger share of the weights to sort, sorting all of them is faster
MARGIN = 1e-10  # of the certificate, relative; the error of float64 sums of 2^31 weights is far below


def prox_collapsed(w, a, rewind, l1, out, threads):
    """Try to write the prox of the long vector ``w`` to ``out`` by collapsing; False where it does not pay.

    Early exit: whether it pays is read off the prox of a sample of the weights.
    """
    sample = w[:: (w.size // min(SAMPLE, w.size // 32)) | 1].copy()
    few = np.sort(sample[::16])
    sample.sort()
    if not _pays(sample, few, a * (w.size - 1)):
        return False
    edges = np.linspace(0, w.size, threads + 1).astype(np.int64)
    part = [slice(*pair) for pair in pairwise(edges)]
    ids = np.empty(w.size, np.uint16)
    with workers(threads) as run:
        extremes = np.array(run(lambda t: (w[part[t]].min(), w[part[t]].max()), threads))
        check_extremes(extremes, w.size)
        bins = make_bins(sample, extremes.min(), extremes.max())
        if bins is None or (w.itemsize == 8 and extremes.min() == extremes.max()):
            return False
        sums = run(lambda t: histogram(w[part[t]], bins, ids[part[t]]), threads)
        total, count = sum(sums)[:, 0], sum(sums)[:, 1].astype(np.int64)
        opened = _opened(total, count, bins, a)
        found = [int(s[opened, 1].sum()) for s in sums]
        if sum(found) > OPEN_AT_MOST * w.size:
            return False
        members, places = np.empty(sum(found), w.dtype), np.empty(sum(found), np.uint32)
        slot = [slice(*pair) for pair in pairwise(np.cumsum([0, *found]))]
        if members.size:
            run(
                lambda t: collect(w[part[t]], edges[t], ids[part[t]], opened, members[slot[t]], places[slot[t]]),
                threads,
            )
        keys, x = sorted_rows(members[None])
        of_bin, of_member = _values(total, count, opened, x[0], (a, rewind, l1))
        run(lambda t: write_bins(ids[part[t]], of_bin.astype(out.dtype), out[part[t]]), threads)
        _write_members(keys[0], places, of_member, out)
    return True


def _pays(sample, few, alpha):
    """Will most weights end in clusters that can be certified?

    Below the threshold of merging, clusters are accidents of a few neighbours: their share of all weights falls
    as one over the number of weights, so the few, a sixteenth of the sample, show about sixteen times the share.
    """
    small, share = _sample_clusters(sample, alpha)
    _, share_of_few = _sample_clusters(few, alpha)
    return small <= OPEN_AT_MOST and share_of_few <= 4 * share


def _sample_clusters(sample, alpha):
    """The share of weights in small clusters, and the mean share of the weights that a weight's cluster has."""
    n = sample.size
    start, sums = np.empty(n, np.int32), np.empty(n)
    k = unit_clusters(sample, 0, n, alpha / (n - 1), start, sums)
    sizes = np.diff(start[:k], append=n) / n
    return sizes[sizes < SMALL / n].sum(), (sizes**2).sum()


def _opened(total, count, bins, a):
    """Which bins may hold the border of a cluster: all but those that pass the certificate."""
    filled = np.flatnonzero(count)
    rank = np.concatenate(([0], np.cumsum(count[filled])))
    start, sums = np.empty(filled.size, np.int32), np.empty(filled.size)
    k = item_clusters(rank, total[filled], a, start, sums)
    opened = np.zeros(count.size, np.bool_)
    opened[filled] = _fails(rank, total[filled], (bins.lower[filled], bins.upper[filled]), a, start[:k], sums[:k])
    return opened


@compiled
def _fails(rank, total, bounds, a, start, sums):
    """For each bin: does it fail the certificate?  (names as in the module's docstring; low is l, high is u)"""
    lower, upper = bounds
    fails = np.zeros(total.size, np.bool_)
    for c in range(start.size):
        stop = start[c + 1] if c + 1 < start.size else total.size
        m = np.float64(rank[stop] - rank[start[c]])
        before = 0.0
        for i in range(start[c], stop):
            n, low, high = np.float64(rank[i + 1] - rank[i]), lower[i], upper[i]
            if n > 1.0:
                t = min(max((high * n - total[i]) / (high - low), 0.0), n)
                m1, s1 = np.float64(rank[i] - rank[start[c]]) + t, before + t * low
                m2, s2 = m - m1, sums[c] - s1
                margin = MARGIN * (abs(s2) * m1 + abs(s1) * m2)
                fails[i] = s2 * m1 - s1 * m2 + margin > a * m * m1 * m2
            before += total[i]
    return fails


def _values(total, count, opened, x, how):
    """The final values of the closed bins (0 elsewhere) and of the members ``x`` of the opened ones."""
    rank, weights, owner = _mixture(total, count, opened, x)
    values = item_values(rank, weights, *how)
    of_bin = np.zeros(count.size)
    of_bin[owner[owner >= 0]] = values[owner >= 0]
    return of_bin, values[owner < 0]


@compiled
def _mixture(total, count, opened, x):
    """One list of heavy particles (closed bins) and single weights (members of opened bins), in ascending order.

    Returns the rank of each item and the end, its sum of weights, and its bin, -1 for single weights.
    """
    items = x.size
    for b in range(count.size):
        items += count[b] > 0 and not opened[b]
    rank, weights, owner = np.zeros(items + 1, np.int64), np.empty(items), np.full(items, -1, np.int64)
    i, j = 0, 0
    for b in range(count.size):
        if opened[b]:
            for _ in range(count[b]):
                weights[i], rank[i + 1] = x[j], rank[i] + 1
                i, j = i + 1, j + 1
        elif count[b] > 0:
            weights[i], rank[i + 1], owner[i] = total[b], rank[i] + count[b], b
            i += 1
    return rank, weights, owner


@compiled
def _write_members(keys, places, values, out):
    for r in range(keys.size):
        out[places[np.uint32(keys[r])]] = values[r]
