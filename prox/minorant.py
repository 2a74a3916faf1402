"""The prox of sorted weights: convex minorant of the cumulative sums by one pass with a stack, and the values.

Here the particles are weights under the penalty, so nothing but the weights is summed: a cluster of the ranks
p .. q - 1 out of d, m = q - p of them, whose weights sum to s, has at time alpha the mass-weighted position sum

    S = s + a m (d - p - q),     a = alpha / (d - 1),

in which the rank term comes from integers.  Source: arXiv 2311.03096, section 4 (weights x, strength alpha).
"""

from __future__ import annotations

import numpy as np

from particles.compiled import compiled
from particles.state import touching

_touching = compiled(touching, inline="always")


@compiled(inline="always")
def _moved(s, a, d, p, q):
    return s + a * (np.float64(q - p) * np.float64(d - p - q))


@compiled
def unit_clusters(x, rank, d, a, start, sums):
    """Clusters of the ascending weights ``x``, which have the ranks rank, rank + 1, ... of d in all.

    Fills start[:k] (first ranks) and sums[:k] (sums of weights) and returns k.  Work O(len(x)): a cluster is
    popped at most once.  Invariant: neighbours on the stack do not touch; the topmost is kept in registers.
    Equal weights always merge; they are not left to the rounding of the predicate.
    """
    k = 0
    p, s = rank, np.float64(x[0])
    moved = _moved(s, a, d, p, p + 1)
    for i in range(1, x.size):
        r, new = rank + i, np.float64(x[i])
        new_moved = _moved(new, a, d, r, r + 1)
        if not _touching(np.float64(r - p), moved, 1.0, new_moved) and x[i] != x[i - 1]:
            start[k], sums[k] = p, s
            k += 1
            p, s, moved = r, new, new_moved
            continue
        s += new
        moved = _moved(s, a, d, p, r + 1)
        while k > 0:
            left = start[k - 1]
            left_moved = _moved(sums[k - 1], a, d, left, p)
            if not _touching(np.float64(p - left), left_moved, np.float64(r + 1 - p), moved):
                break
            k -= 1
            p, s = left, sums[k] + s
            moved = _moved(s, a, d, p, r + 1)
    start[k], sums[k] = p, s
    return k + 1


@compiled
def item_clusters(rank, total, a, start, sums):
    """The same for items of several weights each: item i has the ranks rank[i] .. rank[i + 1] - 1, sum total[i].

    Here start[:k] are indices of items.  Neighbouring items of one weight each that are equal always merge.
    """
    d = rank[-1]
    k = 0
    for i in range(total.size):
        first, s = i, total[i]
        q = rank[i + 1]
        moved = _moved(s, a, d, rank[first], q)
        tied = i > 0 and total[i] == total[i - 1] and q - rank[i - 1] == 2
        while k > 0:
            left, p = rank[start[k - 1]], rank[first]
            left_moved = _moved(sums[k - 1], a, d, left, p)
            if not _touching(np.float64(p - left), left_moved, np.float64(q - p), moved) and not tied:
                break
            tied = False
            k -= 1
            first, s = start[k], sums[k] + s
            moved = _moved(s, a, d, rank[first], q)
        start[k], sums[k] = first, s
        k += 1
    return k


@compiled
def join_(start, sums, begin, end, d, a):
    """Make one solution of solved regions, in place; region t holds the clusters begin[t] .. end[t] - 1.

    Two neighbouring regions are joined by at most one new cluster, which straddles their border: grow it to the
    left and to the right until it touches neither neighbour.  A region may end up empty.
    """
    for t in range(1, begin.size):
        c = begin[t]
        p, s = start[c], sums[c]
        u = t - 1
        while True:
            q = start[c + 1] if c + 1 < end[t] else (start[begin[t + 1]] if t + 1 < begin.size else d)
            moved = _moved(s, a, d, p, q)
            while u >= 0 and begin[u] == end[u]:
                u -= 1
            if u >= 0:
                top = end[u] - 1
                left = start[top]
                if _touching(np.float64(p - left), _moved(sums[top], a, d, left, p), np.float64(q - p), moved):
                    p, s = left, sums[top] + s
                    end[u] = top
                    continue
            if c + 1 < end[t]:
                stop = start[c + 2] if c + 2 < end[t] else (start[begin[t + 1]] if t + 1 < begin.size else d)
                right_moved = _moved(sums[c + 1], a, d, q, stop)
                if _touching(np.float64(q - p), moved, np.float64(stop - q), right_moved):
                    c += 1
                    s += sums[c]
                    continue
            break
        begin[t] = c
        start[c], sums[c] = p, s


@compiled(inline="always")
def placed(mean, shift, rewind, l1):
    """Where a cluster ends: mean + shift, soft-thresholded by l1; rewound towards the mean unless it is zero."""
    z = mean + shift + 0.0  # -0.0 and 0.0 are equal weights: both become 0.0
    if l1 > 0.0:
        z = max(z - l1, 0.0) if z > 0.0 else min(z + l1, 0.0)
        if z == 0.0:
            return 0.0
    if rewind == 0.0:
        return z
    return mean + (1.0 - rewind) * (z - mean)


@compiled
def placed_values(mean, shift, rewind, l1):
    """``placed`` for arrays."""
    values = np.empty(mean.size)
    for c in range(mean.size):
        values[c] = placed(mean[c], shift[c], rewind, l1)
    return values


@compiled
def item_values(rank, total, a, rewind, l1):
    """The final value of each item (see ``item_clusters``), in the order of the items."""
    start, sums = np.empty(total.size, np.int32), np.empty(total.size)
    k = item_clusters(rank, total, a, start, sums)
    values = np.empty(total.size)
    ordered = rewind == 0.0 or l1 == 0.0
    floor = -np.inf
    for c in range(k):
        stop = start[c + 1] if c + 1 < k else total.size
        p, q = rank[start[c]], rank[stop]
        value = placed(sums[c] / np.float64(q - p), a * np.float64(rank[-1] - p - q), rewind, l1)
        floor = max(floor, value)
        values[start[c] : stop] = floor if ordered else value
    return values
