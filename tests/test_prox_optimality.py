"""The prox is the minimizer: no second implementation is asked, only the objective and its subgradient.

F(y) = strength R(y) + l1 sum m_i |y_i| + 1/2 sum m_i (y_i - w_i)^2 with R(y) = 1/(d-1) sum_{i>j} m_i m_j |y_i - y_j|
is strongly convex, so p is its minimizer iff F(u) >= F(p) + 1/2 sum m_i (u_i - p_i)^2 for every u, and iff no
group of equal values gains by giving away its upper or lower members.
"""

import numpy as np
import pytest
import weights
from checks import SMALLEST, tolerance
from hypothesis import given
from hypothesis import strategies as st

from prox import prox_weight_sharing

L1_SHARE = st.sampled_from([0.0, 0.0, 0.3, 1.0])  # l1 in units of the strength
MASS = st.one_of(st.none(), weights.MASSES)


def penalty(y, mass):
    """strength-free R, pair by pair, straight from its definition."""
    pairs = np.abs(y[:, None] - y[None, :]) * np.outer(mass, mass)
    return pairs.sum() / 2 / max(y.size - 1, 1)


def objective(y, w, mass, strength, l1):
    return strength * penalty(y, mass) + l1 * (mass * np.abs(y)).sum() + 0.5 * (mass * (y - w) ** 2).sum()


def solved(case, l1, seed):
    """Weights, masses, and the prox, all in units of the scale (so that squares stay in range)."""
    mass = None if seed is None else weights.masses(seed, case.weights.size)
    p = prox_weight_sharing(case.weights, case.strength, l1=l1, mass=mass)
    return np.ones(case.weights.size) if mass is None else mass, p


@given(case=weights.NORMAL, share=L1_SHARE, seed=MASS, other=st.integers(0, 2**32 - 1))
def test_the_objective_grows_quadratically_around_the_prox(case, share, seed, other):
    l1 = share * case.strength
    mass, p = solved(case, l1, seed)
    unit = weights.scale(case, l1) or 1.0
    w, p, strength, l1 = case.weights / unit, p / unit, case.strength / unit, l1 / unit
    rng = np.random.default_rng(other)
    least = objective(p, w, mass, strength, l1)
    slope = mass * (strength * mass.sum() / max(w.size - 1, 1) + l1 + 4)  # how fast F changes with a component of p
    for u in (w, np.zeros_like(w), p + rng.normal(size=w.size), p + 1e-3 * rng.normal(size=w.size), np.roll(p, 1)):
        allowed = 4 * tolerance(np.float64, (slope * (1 + np.abs(u))).sum())
        assert objective(u, w, mass, strength, l1) >= least + 0.5 * (mass * (u - p) ** 2).sum() - allowed


def assert_subgradient(p, w, mass, strength, l1, dtype, unit):
    """(w - p) m lies in strength dR(p) + l1 d|p|, tested on the upper and the lower members of each group.

    Against the others, a group's member at rank i is pulled by its velocity; within the group the pull may be
    anything that its members can give one another, which is what the sums over its first and last ranks test.
    """
    order = np.lexsort((w, p))
    p, w, mass = p[order], w[order], mass[order]
    through = np.cumsum(mass)
    velocity = (mass.sum() - 2 * through + mass) / max(w.size - 1, 1)
    pull = mass * (w + strength * velocity - p)
    first = np.flatnonzero(np.append(True, p[1:] != p[:-1]))
    for start, stop in zip(first, np.append(first[1:], p.size), strict=True):
        of_group, m = pull[start:stop], mass[start:stop]
        least = 16 * SMALLEST / mass.min(initial=1.0) ** 2
        allowed = 4 * (tolerance(dtype, unit) + least) * m.sum() * max(1.0, mass.sum() / max(w.size - 1, 1))
        up, down = l1 * (1 if p[start] >= 0 else -1), l1 * (1 if p[start] > 0 else -1)
        from_below, from_above = np.cumsum(of_group - down * m), np.cumsum((of_group - up * m)[::-1])
        assert from_below.min() >= -allowed, "the lower members would rather leave to the left"
        assert from_above.max() <= allowed, "the upper members would rather leave to the right"


@given(case=weights.ANY, share=L1_SHARE, seed=MASS)
def test_no_member_gains_by_leaving_its_cluster(case, share, seed):
    if case.weights.size:
        l1 = share * case.strength
        mass, p = solved(case, l1, seed)
        assert_subgradient(p, case.weights, mass, case.strength, l1, "float64", weights.scale(case, l1))


@given(case=weights.any_case("float32"), share=L1_SHARE)
def test_no_member_gains_by_leaving_its_cluster_in_float32(case, share):
    if case.weights.size:
        l1 = share * case.strength
        w, p = case.weights.astype(float), prox_weight_sharing(case.weights, case.strength, l1=l1).astype(float)
        unit = weights.scale(case, l1) + np.finfo(np.float32).tiny
        assert_subgradient(p, w, np.ones(w.size), case.strength, l1, "float32", unit)


def test_a_wrong_answer_is_noticed():
    """The checks can fail: a cluster too many, a cluster too few, a value that is slightly off."""
    w = np.random.default_rng(0).normal(size=30)
    p = prox_weight_sharing(w, 1.0)
    assert_subgradient(p, w, np.ones(30), 1.0, 0.0, "float64", 4.0)
    for wrong in (np.full(30, w.mean()), w, p + 1e-9):
        with pytest.raises(AssertionError, match="would rather leave"):
            assert_subgradient(wrong, w, np.ones(30), 1.0, 0.0, "float64", 4.0)
