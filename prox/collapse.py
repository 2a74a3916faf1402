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
from .minorant import place_, pool_, unit_clusters
from .sorting import check_extremes, sorted_rows
from .threads import workers

SAMPLE = 8192  # weights that tell whether to try, and where bins have to be fine
SMALL = 5  # a cluster of the sample with fewer members counts as one that has to be sorted
SMALL_AT_MOST = 0.25  # with a larger share in such clusters it is not tried
OPEN_AT_MOST = 0.5  # with a larger share of the weights to sort, sorting all of them is faster
MARGIN = 1e-10  # of the certificate, relative; the error of float64 sums of 2^31 weights is far below


def prox_collapsed(w, a, rewind, l1, out, threads):
    """Try to write the prox of the long vector ``w`` to ``out`` by collapsing; False where it does not pay.

    Early exit: whether it pays is read off the prox of a sample of the weights.
    """
    sample = w[:: (w.size // min(SAMPLE, w.size // 32)) | 1].copy()
    few = np.sort(sample[::16])
    sample.sort()
    width = _width(sample, few, a * (w.size - 1))
    bins = None if width is None else make_bins(sample, width)
    if bins is None:
        return False
    edges = np.linspace(0, w.size, threads + 1).astype(np.int64)
    part = [slice(*pair) for pair in pairwise(edges)]
    ids = np.empty(w.size, np.uint16)

    def look(t):
        least, most = w[part[t]].min(), w[part[t]].max()
        check_extremes([least, most], w.size)
        return least, most, histogram(w[part[t]], bins, ids[part[t]])

    with workers(threads) as run:
        least, most, sums = zip(*run(look, threads), strict=True)
        if w.itemsize == 8 and min(least) == max(most):
            return False  # so that equal weights stay what they are to the last bit
        bins.borders[0], bins.borders[-1] = min(*least, bins.borders[0]), max(*most, bins.borders[-1])
        total = sum(sums[1:], sums[0])
        rank, filled = _filled(total)
        opened = _opened(total, rank, filled, (bins.borders, bins.slack), a)
        found = [int(s[np.flatnonzero(opened), 1].sum()) for s in sums]
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
        of_bin, of_member = np.zeros(opened.size, out.dtype), np.empty(members.size)
        items = _mixture(total, filled, opened, x[0])
        _fill_values(items, (a, rewind, l1), of_bin, of_member)
        run(lambda t: write_bins(ids[part[t]], of_bin, out[part[t]]), threads)
        _write_members(keys[0], places, of_member, out)
    return True


def _width(sample, few, alpha):
    """The width of bin at which most weights can be collapsed; None where too few of them will be in clusters.

    A cluster of a share f of the weights collapses in bins narrower than alpha f.  Below the threshold of merging,
    clusters are accidents of a few neighbours: the chance that two weights share one falls as one over the number of
    weights, so in the few, a sixteenth of the sample, it is about sixteen times as large.
    """
    sizes, sizes_of_few = _cluster_sizes(sample, alpha), _cluster_sizes(few, alpha)
    small = sizes[sizes < SMALL].sum()
    if small > SMALL_AT_MOST * sample.size or _chance(sizes_of_few) > 3 * _chance(sizes):
        return None
    typical = np.searchsorted(np.cumsum(sizes), small + 0.1 * sample.size)
    return alpha * (0.8 * sizes[min(typical, sizes.size - 1)] / sample.size)


def _cluster_sizes(sample, alpha):
    """How many weights each cluster of the sample has, ascending."""
    n = sample.size
    start, sums = np.empty(n + 1, np.int32), np.empty(n)
    k = unit_clusters(sample, 0, n, alpha / (n - 1), start, sums)
    return np.sort(np.diff(start[: k + 1]))


def _chance(sizes):
    """The chance that two weights are in one cluster."""
    n = float(sizes.sum())
    return (sizes * (sizes - 1.0)).sum() / (n * (n - 1.0))


@compiled
def _opened(total, rank, filled, bounds, a):
    """Which bins may hold the border of a cluster: all with two or more weights that fail the certificate.

    ``total`` (bins, 2): sum and count.  Names as in the module's docstring; low is l, high is u.
    """
    borders, slack = bounds
    opened = np.zeros(total.shape[0], np.bool_)
    start, sums = rank.copy(), total[filled, 0]
    k = pool_(start, sums, filled.size, rank[-1], a)
    i = 0
    for c in range(k):
        m = np.float64(start[c + 1] - start[c])
        before = 0.0
        while i < filled.size and rank[i] < start[c + 1]:
            s, n = total[filled[i], 0], total[filled[i], 1]
            if n > 1.0:
                low, high = borders[filled[i]] - slack, borders[filled[i] + 1] + slack
                t = min(max((high * n - s) / (high - low), 0.0), n)
                m1, s1 = np.float64(rank[i] - start[c]) + t, before + t * low
                m2, s2 = m - m1, sums[c] - s1
                margin = MARGIN * (abs(s2) * m1 + abs(s1) * m2)
                opened[filled[i]] = s2 * m1 - s1 * m2 + margin > a * m * m1 * m2
            before += s
            i += 1
    return opened


@compiled
def _filled(total):
    """The first rank of each bin that has weights, and the end; and the bins."""
    filled = np.flatnonzero(total[:, 1])
    rank = np.zeros(filled.size + 1, np.int64)
    for i in range(filled.size):
        rank[i + 1] = rank[i] + np.int64(total[filled[i], 1])
    return rank, filled


@compiled
def _fill_values(items, how, of_bin, of_member):
    """The final values of the closed bins, and of the members of the opened ones in ascending order."""
    rank, weights, owner = items
    start, values = rank.copy(), weights.copy()
    k = pool_(start, values, weights.size, rank[-1], how[0])
    place_(start[: k + 1], values[:k], rank[-1], how, False)
    i, j = 0, 0
    for c in range(k):
        while i < owner.size and rank[i] < start[c + 1]:
            if owner[i] >= 0:
                of_bin[owner[i]] = values[c]
            else:
                stop = j + rank[i + 1] - rank[i]
                of_member[j:stop] = values[c]
                j = stop
            i += 1


@compiled
def _mixture(total, filled, opened, x):
    """One list of heavy particles (closed bins) and weights (members ``x`` of opened bins; equal ones are one item).

    Returns the first rank of each item and the end, its sum of weights, and its bin, -1 for weights.
    """
    size = x.size + filled.size
    rank, weights, owner = np.zeros(size + 1, np.int64), np.empty(size), np.full(size, -1, np.int64)
    i, j = 0, 0
    for b in filled:
        count = np.int64(total[b, 1])
        if not opened[b]:
            weights[i], rank[i + 1], owner[i] = total[b, 0], rank[i] + count, b
            i += 1
            continue
        for member in range(count):
            if member > 0 and x[j] == x[j - 1]:
                weights[i - 1] += x[j]
                rank[i] += 1
            else:
                weights[i], rank[i + 1] = x[j], rank[i] + 1
                i += 1
            j += 1
    return rank[: i + 1], weights[:i], owner[:i]


@compiled
def _write_members(keys, places, values, out):
    for r in range(keys.size):
        out[places[np.uint32(keys[r])]] = values[r]
