"""The prox of sorted weights: convex minorant of the cumulative sums by two passes, and the values.

Here the particles are weights under the penalty, so nothing but the weights is summed: a cluster of the ranks
p .. q - 1 out of d, m = q - p of them, whose weights sum to s, has at time alpha the mass-weighted position sum

    S = s + a m (d - p - q),     a = alpha / (d - 1),

in which the rank term comes from integers.  Source: arXiv 2311.03096, section 4 (weights x, strength alpha).

Everywhere below, clusters are two arrays: cluster c has the ranks start[c] .. start[c + 1] - 1, and its weights sum
to sums[c].
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

    Fills start[: k + 1] and sums[:k] and returns k; ``start`` has room for len(x) + 1.  Work O(len(x)).  Equal
    weights always merge: moved by falling velocities, they cannot but touch, however the positions are rounded.
    """
    return pool_(start, sums, _runs(x, rank, d, a, start, sums), d, a)


@compiled
def _runs(x, rank, d, a, start, sums):
    """Unite each maximal run of weights that move past one another: one round of merging all that touch.

    Most merges happen here, and without a branch, because which neighbours touch is past predicting.
    """
    run = -1
    before, s = -np.inf, 0.0
    for i in range(x.size):
        here = _moved(np.float64(x[i]), a, d, rank + i, rank + i + 1)
        apart = not _touching(1.0, before, 1.0, here)
        run += apart
        s = np.float64(x[i]) if apart else s + np.float64(x[i])
        start[run + 1] = rank + i + 1  # until another weight of this run moves it
        sums[run] = s
        before = here
    start[0] = rank
    return run + 1


@compiled
def pool_(start, sums, count, d, a):
    """Unite ``count`` clusters until no neighbours touch, in place; the number left.  Work O(count).

    Invariant: the clusters already passed do not touch; they are a stack, whose topmost is kept in registers.
    """
    k = 0
    p, q, s = np.int64(start[0]), np.int64(start[1]), sums[0]
    moved = _moved(s, a, d, p, q)
    for i in range(1, count):
        end, s_new = np.int64(start[i + 1]), sums[i]
        moved_new = _moved(s_new, a, d, q, end)
        if not _touching(np.float64(q - p), moved, np.float64(end - q), moved_new):
            start[k], sums[k] = p, s
            k += 1
            p, q, s, moved = q, end, s_new, moved_new
            continue
        q, s = end, s + s_new
        moved = _moved(s, a, d, p, q)
        while k > 0:
            left = np.int64(start[k - 1])
            if not _touching(np.float64(p - left), _moved(sums[k - 1], a, d, left, p), np.float64(q - p), moved):
                break
            k -= 1
            p, s = left, sums[k] + s
            moved = _moved(s, a, d, p, q)
    start[k], sums[k], start[k + 1] = p, s, q
    return k + 1


@compiled
def join_(start, sums, begin, end, d, a):
    """Make one solution of solved regions, in place; region t holds the clusters begin[t] .. end[t] - 1.

    Two neighbouring regions are joined by at most one new cluster, which straddles their border: grow it to the
    left and to the right until it touches neither neighbour.  A region may end up empty.
    """
    for t in range(1, begin.size):
        c = begin[t]
        p, s = np.int64(start[c]), sums[c]
        u = t - 1
        while True:
            q = np.int64(start[c + 1])
            moved = _moved(s, a, d, p, q)
            while u >= 0 and begin[u] == end[u]:
                u -= 1
            if u >= 0:
                top = end[u] - 1
                left = np.int64(start[top])
                if _touching(np.float64(p - left), _moved(sums[top], a, d, left, p), np.float64(q - p), moved):
                    p, s = left, sums[top] + s
                    end[u] = top
                    continue
            if c + 1 < end[t]:
                stop = np.int64(start[c + 2])
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
def place_(start, sums, d, how, are_means):
    """Turn the sums (or means) of clusters into their final values, in place; how = (a, rewind, l1).

    Order is kept to the last bit: rounding cannot put a cluster left of its left neighbour.
    """
    a, rewind, l1 = how
    plain = rewind == 0.0 and l1 == 0.0
    for c in range(sums.size):
        p, q = np.int64(start[c]), np.int64(start[c + 1])
        mean = sums[c] / (1.0 if are_means else np.float64(q - p))
        shift = a * np.float64(d - p - q)
        sums[c] = mean + shift + 0.0 if plain else placed(mean, shift, rewind, l1)
    if rewind > 0.0 and l1 > 0.0:
        return
    out_of_order = 0
    for c in range(1, sums.size):
        out_of_order += sums[c] < sums[c - 1]
    for c in range(1, sums.size if out_of_order else 0):
        sums[c] = max(sums[c], sums[c - 1])
