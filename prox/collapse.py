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
from typing import NamedTuple

import numpy as np

from particles.compiled import compiled

from .minorant import item_clusters, item_values, unit_clusters
from .sorting import NotFiniteError, sorted_rows
from .threads import workers

SAMPLE = 16384  # weights that tell whether to try, and where bins have to be fine
CELLS = 4096  # equal cells over the range of values; one more at either end takes the extreme ones
FINE_BINS = 8192  # shared out among the cells by their weight
SMALL = 10  # a cluster of the sample with fewer members counts as one that has to be sorted
OPEN_AT_MOST = 0.33  # with a larger share of the weights to sort, sorting all of them is faster
MARGIN = 1e-10  # of the certificate, relative; the error of float64 sums of 2^31 weights is far below


class Bins(NamedTuple):
    """Value-monotone bins.  The cell of a weight w is (w - lo) * cells, clamped; a cell has a left ``edge``, a
    ``scale`` (bins per length), a ``first`` bin, and ``last`` + 1 bins.  Members of a bin lie in [lower, upper]."""

    lo: np.floating
    cells: np.floating
    edge: np.ndarray
    scale: np.ndarray
    last: np.ndarray
    first: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


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
        if not np.isfinite(extremes).all():
            raise NotFiniteError
        bins = _bins(sample, extremes.min(), extremes.max())
        sums = run(lambda t: _histogram(w[part[t]], bins, ids[part[t]]), threads)
        total, count = sum(sums)[:, 0], sum(sums)[:, 1].astype(np.int64)
        opened = _opened(total, count, bins, a)
        members_of = [int(s[opened, 1].sum()) for s in sums]
        if sum(members_of) > OPEN_AT_MOST * w.size:
            return False
        slots = np.cumsum([0, *members_of])
        members, places = np.empty(slots[-1] + threads, w.dtype), np.empty(slots[-1] + threads, np.uint32)

        def collect(t):
            _collect(w[part[t]], edges[t], ids[part[t]], opened, (members, places, slots[t], slots[-1] + t))

        if slots[-1]:
            run(collect, threads)
        keys, x = sorted_rows(members[None, : slots[-1]])
        rank, weights, owner = _mixture(total, count, opened, x[0])
        values = item_values(rank, weights, a, rewind, l1)
        of_bin = np.zeros(count.size, w.dtype)
        of_bin[owner[owner >= 0]] = values[owner >= 0]
        run(lambda t: _write_bins(ids[part[t]], of_bin, out[part[t]]), threads)
        _write_members(keys[0], places, values[owner < 0], out)
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


def _bins(sample, least, most):
    """Bins that are fine where the sample has many weights."""
    n = sample.size
    low, high = float(sample[n // 256]), float(sample[n - 1 - n // 256])
    width = (high - low) / CELLS or 1.0
    slack = max(4 * np.finfo(sample.dtype).eps, 2.0**-36) * (high - low + abs(low) + abs(high))
    table, borders = _cells(sample, low, width)
    edge, scale, last, first = table.astype(sample.dtype)
    lower, upper = borders[0] - slack, borders[1] + slack
    lower[0], upper[-1] = min(least, lower[0]), max(most, upper[-1])
    real = sample.dtype.type
    return Bins(real(low - width), real(1 / width), edge, scale, last, first.astype(np.int32), lower, upper)


@compiled
def _cells(sample, low, width):
    """Of each cell the left edge, bins per length, last bin and first bin; the lower and upper borders of all bins.

    The fine bins of a cell span what the sample has there and a little more; two wide bins take what is beside.
    """
    n = sample.size
    first_sample = np.full(CELLS + 3, n, np.int64)
    for i in range(n - 1, -1, -1):
        first_sample[min(max(int((sample[i] - low) / width + 1.0), 0), CELLS + 1)] = i
    table = np.zeros((4, CELLS + 2))
    borders = np.empty((2, 4 * (CELLS + 2) + FINE_BINS))
    b = 0
    for cell in range(CELLS + 1, -1, -1):
        first_sample[cell] = min(first_sample[cell], first_sample[cell + 1])
    for cell in range(CELLS + 2):
        left, right = low + (cell - 1) * width, low + cell * width
        begin, end = first_sample[cell], first_sample[cell + 1]
        table[3, cell] = b
        if end - begin > 1 and 0 < cell <= CELLS:
            fine = 2 + FINE_BINS * (end - begin) // n
            spread = max((1.25 + 12.0 / (end - begin)) * (sample[end - 1] - sample[begin]), width / 1024)
            size = spread / fine
            edge = 0.5 * (sample[begin] + sample[end - 1]) - 0.5 * spread - size
            table[0, cell], table[1, cell], table[2, cell] = edge, 1.0 / size, fine + 1
            for k in range(fine + 2):
                borders[0, b + k], borders[1, b + k] = max(edge + k * size, left), min(edge + (k + 1) * size, right)
            borders[0, b], borders[1, b + fine + 1] = left, right
            b += fine + 2
        else:
            borders[0, b], borders[1, b] = left, right
            b += 1
    return table, borders[:, :b]


@compiled
def _histogram(w, bins, ids):
    """(bins, 2): sum and count of the weights in each bin; ids[i] becomes the bin of weight i.

    Three passes, the first two of which the compiler turns into vector code; four copies of the sums take turns,
    so that equal weights in a row do not wait for one another.
    """
    real = w.dtype.type
    zero, last_cell = real(0), real(bins.edge.size - 1)
    for i in range(w.size):
        ids[i] = np.uint16(np.int32(min(max((w[i] - bins.lo) * bins.cells, zero), last_cell)))
    edge, scale, last, first = bins.edge, bins.scale, bins.last, bins.first
    for i in range(w.size):
        cell = np.uintp(ids[i])
        inside = min(max((w[i] - edge[cell]) * scale[cell], zero), last[cell])
        ids[i] = np.uint16(first[cell] + np.int32(inside))
    sums = np.zeros((4, 2 * bins.lower.size))
    for i in range(w.size):
        b = np.uintp(ids[i]) << np.uintp(1)
        sums[i & 3, b] += w[i]
        sums[i & 3, b + 1] += 1.0
    return (sums[0] + sums[1] + sums[2] + sums[3]).reshape(-1, 2)


def _opened(total, count, bins, a):
    """Which bins may hold the border of a cluster: all but those that pass the certificate."""
    filled = np.flatnonzero(count)
    rank = np.concatenate(([0], np.cumsum(count[filled])))
    start, sums = np.empty(filled.size, np.int32), np.empty(filled.size)
    k = item_clusters(rank, total[filled], a, start, sums)
    opened = np.zeros(count.size, np.bool_)
    opened[filled] = _fails(rank, total[filled], bins.lower[filled], bins.upper[filled], a, start[:k], sums[:k])
    return opened


@compiled
def _fails(rank, total, lower, upper, a, start, sums):
    """For each bin: does it fail the certificate?  (names as in the module's docstring; low is l, high is u)"""
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


@compiled
def _collect(w, place, ids, opened, into):
    """Copy the members of opened bins and their places, from a slot on; the others go to a spare slot."""
    members, places, slot, spare = into
    for i in range(w.size):
        keep = np.int64(opened[np.uintp(ids[i])])
        j = spare + keep * (slot - spare)
        members[j], places[j] = w[i], place + i
        slot += keep


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
def _write_bins(ids, of_bin, out):
    for i in range(ids.size):
        out[i] = of_bin[np.uintp(ids[i])]


@compiled
def _write_members(keys, places, values, out):
    for r in range(keys.size):
        out[places[np.uint32(keys[r])]] = values[r]
