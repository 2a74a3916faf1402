"""The prox commutes with permutation, shift, scaling and sign; contracts; keeps mean, order and ties; is a semigroup.

And the identities that define rewinding and l1 in terms of the plain prox.
"""

from itertools import pairwise

import numpy as np
import problems
import pytest
import weights
from checks import SMALLEST, assert_same_clusters, position_tolerance, tolerance
from cpu_solvers import CPU_SOLVERS
from hypothesis import given
from hypothesis import strategies as st

from particles.state import Clusters, Particles
from prox import prox_weight_sharing, solve

REWIND = st.sampled_from([0.0, 0.25, 0.3, 1.0])
SHARE = st.sampled_from([0.0, 0.3, 1.0])  # l1 in units of the strength
SEED = st.integers(0, 2**32 - 1)
DTYPE = st.sampled_from(["float16", "float32", "float64"])
WAY = st.sampled_from([{}, {"return_clusters": True}, {"solver": "steps"}, {"mass": 1}, {"mass": 2}])


def close(a, b, scale):
    return (np.abs(a - b) <= tolerance(np.float64, scale) + 64 * SMALLEST).all()


def by(way, w, strength, **options):
    """The prox by one of the ways through the code: plain, with clusters, by a named solver, with masses."""
    way = dict(way)
    if "mass" in way:
        way["mass"] = weights.masses(way["mass"], w.size)
    result = prox_weight_sharing(w, strength, **way, **options)
    return result[0] if "return_clusters" in way else result


@given(weights.ANY, REWIND, SHARE, SEED)
def test_permutation(case, rewind, share, seed):
    places = np.random.default_rng(seed).permutation(case.weights.size)
    options = {"rewind": rewind, "l1": share * case.strength}
    permuted = prox_weight_sharing(case.weights[places], case.strength, **options)
    assert np.array_equal(permuted, prox_weight_sharing(case.weights, case.strength, **options)[places])


@given(weights.ANY, REWIND, st.sampled_from([-3.0, 0.1, 1.0]))
def test_shift(case, rewind, units):
    shift = units * weights.scale(case)
    shifted = prox_weight_sharing(case.weights + shift, case.strength, rewind=rewind)
    expected = prox_weight_sharing(case.weights, case.strength, rewind=rewind) + shift
    assert close(shifted, expected, 8 * weights.scale(case))


@given(weights.NORMAL, REWIND, SHARE, st.integers(-60, 60))
def test_scaling_by_a_power_of_two_is_exact(case, rewind, share, power):
    c, l1 = 2.0**power, share * case.strength
    scaled = prox_weight_sharing(c * case.weights, c * case.strength, rewind=rewind, l1=c * l1)
    assert np.array_equal(scaled, c * prox_weight_sharing(case.weights, case.strength, rewind=rewind, l1=l1))


@given(weights.NORMAL, st.floats(1e-3, 1e3))
def test_scaling(case, c):
    """prox_a(c w) = c prox_{a/c}(w)."""
    scaled = prox_weight_sharing(c * case.weights, case.strength)
    expected = c * prox_weight_sharing(case.weights, case.strength / c)
    assert close(scaled, expected, c * weights.scale(case) + case.strength)


@given(weights.ANY, REWIND, SHARE)
def test_sign(case, rewind, share):
    options = {"rewind": rewind, "l1": share * case.strength}
    flipped = prox_weight_sharing(-case.weights, case.strength, **options)
    plain = prox_weight_sharing(case.weights, case.strength, **options)
    if rewind == 0.0 or share == 0.0:  # else the values jump where l1 reaches zero, which rounding decides
        assert close(flipped, -plain, weights.scale(case, options["l1"]))


@given(weights.NORMAL, SHARE, SEED)
def test_firmly_non_expansive(case, share, seed):
    """|p - q|^2 <= <p - q, w - u>; everything in units of the scale."""
    unit = weights.scale(case) or 1.0
    w, strength = case.weights / unit, case.strength / unit
    u = w + np.random.default_rng(seed).normal(size=w.size) * np.random.default_rng(seed).choice([1e-3, 1.0])
    p, q = (prox_weight_sharing(x, strength, l1=share * strength) for x in (w, u))
    assert ((p - q) ** 2).sum() <= (p - q) @ (w - u) + tolerance(np.float64, 64 * max(w.size, 1))


@given(weights.ANY, REWIND)
def test_the_mean_is_kept(case, rewind):
    result = prox_weight_sharing(case.weights, case.strength, rewind=rewind)
    allowed = result.size * (tolerance(np.float64, weights.scale(case)) + 64 * SMALLEST)
    assert abs(result.sum() - case.weights.sum()) <= allowed


@given(st.data(), DTYPE, REWIND, WAY)
def test_order_is_kept_to_the_last_bit(data, dtype, rewind, way):
    case = data.draw(weights.any_case(dtype))
    result = by(way, case.weights, case.strength, rewind=rewind)
    assert (np.diff(result[np.argsort(case.weights, kind="stable")].astype(float)) >= 0).all()


@given(st.data(), DTYPE, SHARE, WAY)
def test_order_is_kept_under_l1(data, dtype, share, way):
    case = data.draw(weights.any_case(dtype))
    result = by(way, case.weights, case.strength, l1=share * case.strength)
    assert (np.diff(result[np.argsort(case.weights, kind="stable")].astype(float)) >= 0).all()


@given(st.data(), DTYPE, REWIND, SHARE, WAY)
def test_equal_weights_stay_equal_to_the_last_bit(data, dtype, rewind, share, way):
    case = data.draw(weights.any_case(dtype))
    result = by(way, case.weights, case.strength, rewind=rewind, l1=share * case.strength)
    for value in np.unique(case.weights):
        assert np.unique(result[case.weights == value]).size == 1


@given(st.data(), DTYPE, REWIND, SHARE)
def test_clusters_are_the_result(data, dtype, rewind, share):
    """Members are bit-equal; positions by rank, rounded to the dtype, are the result; so is the plain call's."""
    case = data.draw(weights.any_case(dtype))
    w, options = case.weights, {"rewind": rewind, "l1": share * case.strength}
    result, clusters = prox_weight_sharing(w, case.strength, return_clusters=True, **options)
    by_rank = np.repeat(clusters.position, clusters.sizes(w.size)).astype(w.dtype)
    assert np.array_equal(result[np.argsort(w, kind="stable")], by_rank)
    assert np.array_equal(result, prox_weight_sharing(w, case.strength, **options))
    assert clusters.mass.sum() == w.size
    assert (np.diff(clusters.start) > 0).all()


@given(st.data(), DTYPE, REWIND)
def test_strength_zero_is_the_identity_bit_for_bit(data, dtype, rewind):
    """But for the sign of zero: -0.0 and 0.0 are equal weights, and equal weights share their bits."""
    w = data.draw(weights.any_case(dtype)).weights
    result = prox_weight_sharing(w, 0.0, rewind=rewind)
    assert result.tobytes() == (w + w.dtype.type(0)).tobytes()
    assert np.array_equal(prox_weight_sharing(w, 0.0, rewind=rewind, return_clusters=True)[0], w)


@given(weights.ANY, SHARE)
def test_l1_is_soft_thresholding_of_the_prox(case, share):
    l1 = share * case.strength
    plain = prox_weight_sharing(case.weights, case.strength)
    thresholded = np.maximum(plain - l1, 0) + np.minimum(plain + l1, 0)
    assert np.array_equal(prox_weight_sharing(case.weights, case.strength, l1=l1), thresholded)


@given(weights.ANY, REWIND, SHARE)
def test_rewinding_moves_towards_the_means_and_zeros_stay_zero(case, rewind, share):
    w, strength, l1 = case.weights, case.strength, share * case.strength
    z = prox_weight_sharing(w, strength, l1=l1)
    mean = prox_weight_sharing(w, strength, rewind=1.0)
    expected = mean + (1 - rewind) * (z - mean)
    if l1 > 0:
        expected[z == 0] = 0.0
    found = prox_weight_sharing(w, strength, rewind=rewind, l1=l1)
    assert close(found, expected, weights.scale(case, l1))
    if l1 > 0:
        assert (found[z == 0] == 0).all()


@given(weights.ANY)
def test_rewinding_all_the_way_gives_the_means_of_the_clusters(case):
    result, clusters = prox_weight_sharing(case.weights, case.strength, rewind=1.0, return_clusters=True)
    if result.size:
        means = np.add.reduceat(np.sort(case.weights), clusters.start) / clusters.mass
        assert close(clusters.position, means, weights.scale(case))


@given(st.floats(-1e3, 1e3), st.floats(0, 1e3), st.floats(0, 1e3))
def test_two_weights_meet_in_the_middle(a, gap, strength):
    b = a + gap
    middle = a + gap / 2
    expected = [min(a + strength, middle), max(b - strength, middle)]
    found = prox_weight_sharing(np.array([a, b]), strength)
    assert close(found, np.array(expected), abs(a) + gap + strength)


@pytest.mark.parametrize("way", [{}, {"return_clusters": True}, {"solver": "search"}, {"mass": 1}])
@pytest.mark.parametrize("w", [[], [3.0]])
def test_fewer_than_two_weights_are_only_thresholded(way, w):
    assert by(way, np.array(w), 2.0).tolist() == w
    assert by(way, np.array(w), 2.0, l1=1.0).tolist() == [x - 1 for x in w]


@given(weights.NORMAL, DTYPE)
def test_a_huge_strength_gives_the_mean(case, dtype):
    w = weights.rounded(case.weights, dtype)
    result = prox_weight_sharing(w, 1e6 * (1 + float(np.abs(w).max(initial=0.0))) * max(w.size, 1))
    assert np.unique(result).size == min(w.size, 1)
    if w.size:
        mean = w.mean(dtype=np.float64)
        scale = np.abs(w).max() + np.finfo(w.dtype).smallest_subnormal / tolerance(dtype, 1.0)
        assert abs(float(result[0]) - mean) <= tolerance(dtype, scale)


def decided(problem):
    """No contact hangs on rounding forever after: what has merged by rounding at a tiny time may fly apart later.

    Exact problems after time 0 have no rounding, the penalty's velocities never part anybody, and others qualify
    if no two particles are all but coincident.
    """
    x, v, time = problem.particles.position, problem.particles.velocity, problem.time
    apart = (np.diff(x) > 1e-9 * np.abs(x).max(initial=0.0)).all()
    return (problem.exact and time > 0) or (np.diff(v) <= 0).all() or apart


DECIDED = problems.ANY.filter(decided)


@pytest.mark.parametrize("solver", CPU_SOLVERS)
@given(problem=DECIDED, later=st.floats(0.0, 4.0))
def test_semigroup(solver, problem, later):
    """Solve to s, let the clusters fly on as particles with the velocities they carry: the clusters at s + t."""
    particles, s = problem.particles, problem.time
    first = solve(particles, s, solver)
    then = solve(Particles(first.position, first.velocity, first.mass), later, solver)
    through = Clusters(first.start[then.start], then.position, then.velocity, then.mass)
    assert_same_clusters(through, solve(particles, s + later, solver), particles, s + later)


@pytest.mark.parametrize("solver", CPU_SOLVERS)
@given(problem=DECIDED, later=st.floats(0.0, 4.0))
def test_clusters_only_grow(solver, problem, later):
    """Whoever is together stays together, but for a gap whose width is rounding."""
    particles, time = problem.particles, problem.time
    before, after = solve(particles, time, solver), solve(particles, time + later, solver)
    new = np.flatnonzero(~np.isin(after.start, before.start))
    gaps = after.position[new] - after.position[new - 1]
    assert (gaps <= position_tolerance(particles, time + later)).all()


@given(problem=st.one_of(problems.dyadic(), problems.ties(), problems.KNOWN))
def test_clusters_only_grow_exactly_where_arithmetic_is_exact(problem):
    starts = [set(solve(problem.particles, problem.time * k).start.tolist()) for k in (0.5, 1, 2, 4)]
    assert all(later <= earlier for earlier, later in pairwise(starts))
