"""No cluster begins inside a bin that the certificate closes: against exact fractions, on random bins.

And the kernel closes exactly the bins that the theorem in ``prox.collapse`` lets it close, but for its margin.
"""

from fractions import Fraction

import numpy as np
import oracle
from hypothesis import given
from hypothesis import strategies as st

from prox import collapse


@st.composite
def binned(draw):
    """Ascending integers in value-monotone bins, which may overlap by a slack as rounding makes them."""
    x = np.sort(draw(st.lists(st.integers(0, 40), min_size=2, max_size=24)))
    cuts = np.unique(draw(st.lists(st.integers(1, 40), max_size=6)))
    edges = np.concatenate(([0], cuts, [41]))
    bin_of = np.searchsorted(cuts, x, side="right")
    slack, a = draw(st.sampled_from([0.0, 0.25, 3.0])), draw(st.sampled_from([1, 2, 3, 6, 12, 40])) / 8
    return x, bin_of, edges.astype(float), slack, a


def opened_bins(x, bin_of, borders, slack, a):
    count = np.bincount(bin_of, minlength=borders.size - 1)
    total = np.bincount(bin_of, weights=x, minlength=borders.size - 1)
    total = np.column_stack((total, count)).astype(float)
    return collapse._opened(total, *collapse._filled(total), (borders, slack), a)


@given(binned())
def test_no_cluster_begins_inside_a_closed_bin(problem):
    x, bin_of, _, _, a = problem
    d, opened = x.size, opened_bins(*problem)
    velocity = [d - 1 - 2 * rank for rank in range(d)]
    starts, _ = oracle.clusters(x.tolist(), velocity, [1] * d, Fraction(a))
    inside = [rank for rank in starts if rank > 0 and bin_of[rank] == bin_of[rank - 1]]
    assert all(opened[bin_of[rank]] for rank in inside)


@given(binned())
def test_a_bin_is_closed_iff_the_theorem_says_so(problem):
    """The inequality of the docstring in fractions; the margin may only open a bin that passes by next to nothing."""
    x, bin_of, borders, slack, a = problem
    opened, d, a = opened_bins(*problem), x.size, Fraction(a)
    filled = np.unique(bin_of)
    rank = [*(int(np.searchsorted(bin_of, b)) for b in filled), d]
    sums = [Fraction(int(x[:r].sum())) for r in rank]
    height = [s + a * r * (d - r) for s, r in zip(sums, rank, strict=True)]
    for b, p, q, before, through in zip(filled, rank, rank[1:], sums, sums[1:], strict=False):
        n, low, high = q - p, Fraction(borders[b] - slack), Fraction(borders[b + 1] + slack)
        t = min(max((high * n - (through - before)) / (high - low), Fraction(0)), Fraction(n))
        k = p + t
        above = before + t * low + a * k * (d - k) - minorant(rank, height, k)
        if n > 1 and opened[b]:
            assert above <= Fraction(1, 10**4)
        elif n > 1:
            assert above >= 0


def minorant(ranks, heights, k):
    """The greatest convex minorant of the points, at k: the lowest chord over it."""
    points = list(zip(ranks, heights, strict=True))
    chords = [
        y if p == k else y + (k - p) * (z - y) / (q - p)
        for p, y in points
        for q, z in points
        if p <= k <= q and (p < q or p == k)
    ]
    return min(chords)


@given(binned())
def test_certificates_are_not_empty_words(problem):
    """At a large strength all is one cluster, and every bin is closed."""
    x, bin_of, borders, slack, _ = problem
    assert not opened_bins(x, bin_of, borders, slack, 1000.0).any()
