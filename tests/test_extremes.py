"""The ends of the scale: a million equal weights, the largest and the smallest numbers, one ulp, lopsided masses.

Everywhere the answer is finite, lies between the extreme weights and keeps the order, or is refused in a sentence.
"""

import numpy as np
import oracle
import pytest
import weights
from checks import SMALLEST, assert_same_clusters, tolerance
from cpu_solvers import CPU_SOLVERS
from hypothesis import given
from hypothesis import strategies as st

from particles import Particles, simulate
from prox import prox_weight_sharing, solve, weight_sharing

FLOAT32 = np.finfo(np.float32)
MILLION = 1_000_000


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("value", [0.0, 0.1, -1 / 3, 1e-7, 6e4])
def test_a_million_equal_weights_stay_what_they_are(dtype, value):
    w = np.full(MILLION, value, dtype)
    for strength in (0.0, 1e-3, 1e3):
        assert prox_weight_sharing(w, strength).tobytes() == w.tobytes()
    assert weight_sharing(w) == 0.0


def test_a_million_equal_weights_are_one_cluster():
    _, clusters = prox_weight_sharing(np.full(MILLION, 0.1), 1e-3, return_clusters=True)
    assert (len(clusters), clusters.position[0], clusters.mass[0]) == (1, 0.1, MILLION)
    particles = Particles.from_weights(np.full(MILLION, 0.1))
    assert (simulate(particles).merge_times == 0).all()
    assert len(solve(particles, 1e-3)) == 1


def test_two_values_a_million_times_meet_when_they_should():
    """Half at 0, half at 1: they close in on each other at 2 (d/2) / (d-1)."""
    w = np.repeat(np.array([0, 1], np.float32), MILLION // 2)
    when = (MILLION - 1) / MILLION
    assert np.unique(prox_weight_sharing(w, 0.999 * when)).size == 2
    assert np.unique(prox_weight_sharing(w, 1.001 * when)).tolist() == [0.5]


def assert_sound(w, result):
    """Finite, ordered, within the extremes, and equal where the weights are."""
    ascending = result[np.argsort(w, kind="stable")]
    assert np.isfinite(result).all()
    assert (ascending[1:] >= ascending[:-1]).all()
    assert result.min() >= w.min()
    assert result.max() <= w.max()


WAYS = [{}, {"return_clusters": True}, {"rewind": 0.5}, {"solver": "sequential"}]


def asked(w, strength, way):
    result = prox_weight_sharing(w, strength, **way)
    return result[0] if "return_clusters" in way else result


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("d", [7, 5000, 300_000])
@pytest.mark.parametrize("scale", [1e-44, 1e-40, 1e-30, 1e30, 3e38])
def test_float32_at_its_ends(scale, d, way):
    """A grid of seven values and noise; compared with the same problem at scale one in float64."""
    rng = np.random.default_rng(d)
    unit = np.clip(rng.integers(-3, 4, d) / 3 + 1e-3 * rng.normal(size=d), -1, 1)
    w = (unit * scale).astype(np.float32)
    result = asked(w, 0.1 * scale, way)
    assert_sound(w, result)
    expected = asked(w.astype(np.float64) / scale, 0.1, way)
    allowed = 4 * tolerance(np.float32, 1.0) + float(FLOAT32.smallest_subnormal) / scale
    assert np.abs(result.astype(np.float64) / scale - expected).max() <= allowed


@pytest.mark.parametrize("strength", [1e-300, 1e-40, 1.0, 1e38, 1e300])
def test_the_largest_float32_numbers_side_by_side_with_the_smallest(strength):
    w = np.array([FLOAT32.max, -FLOAT32.max, FLOAT32.smallest_subnormal, -FLOAT32.tiny, 0, 1, FLOAT32.max], np.float32)
    result = prox_weight_sharing(w, strength)
    assert_sound(w, result)
    if strength == 1e300:
        assert np.unique(result).size == 1


def test_denormal_weights_move_by_denormal_strengths():
    w = np.array([0, 10], np.float32) * FLOAT32.smallest_subnormal
    three = 3 * float(FLOAT32.smallest_subnormal)
    assert (prox_weight_sharing(w, three) / FLOAT32.smallest_subnormal).tolist() == [3, 7]
    w = np.array([0.0, 10.0]) * SMALLEST
    assert (prox_weight_sharing(w, 3 * SMALLEST) / SMALLEST).tolist() == [3, 7]


@given(st.sampled_from(["float16", "bfloat16", "float32", "float64"]), st.data())
def test_neighbours_one_ulp_apart_keep_order_and_meet(dtype, data):
    case = data.draw(weights.one_ulp(dtype))
    if case.weights.size:
        assert_sound(case.weights, prox_weight_sharing(case.weights, case.strength))
        far = 10 * float(np.ptp(case.weights)) * case.weights.size
        assert np.unique(prox_weight_sharing(case.weights, far)).size == 1


@pytest.mark.parametrize("way", [*WAYS, {"mass": 1}], ids=str)
@pytest.mark.parametrize("strength", [1e-300, 1e100, 1e300])
@pytest.mark.parametrize("d", [2, 3, 1000])
def test_any_finite_strength_gives_an_answer_between_the_extreme_weights(strength, d, way):
    w = np.random.default_rng(d).normal(size=d)
    way = {**way, "mass": np.ones(d)} if "mass" in way else way
    result = asked(w, strength, way)
    assert_sound(w, result)
    if strength > 1:
        assert np.abs(result - w.mean()).max() <= tolerance(np.float64, 4.0)


def test_the_largest_strength_of_all_merges_a_million():
    w = np.random.default_rng(0).normal(size=300_000).astype(np.float32)
    result = prox_weight_sharing(w, np.finfo(np.float64).max)
    assert np.unique(result).size == 1
    assert abs(float(result[0]) - w.mean(dtype=np.float64)) <= tolerance(np.float32, 1.0)


LARGE = {
    "spread": (np.linspace(-1e300, 1e300, 1001), 1e297),
    "merging": (np.array([1e308, 1.5e308]), 1e308),
    "mirrored": (np.array([-1.7e308, 1.7e308]), 1e308),
    "many": (np.random.default_rng(0).normal(size=20_000) * 1e305, 1e304),
    "all at the end": (np.full(100, 1.7e308), 1.0),
}


@pytest.mark.parametrize("way", [*WAYS, {"mass": 1}], ids=str)
@pytest.mark.parametrize("name", LARGE)
def test_float64_near_overflow_is_right_or_refused_in_one_sentence(name, way):
    w, strength = LARGE[name]
    way = {**way, "mass": np.ones(w.size)} if "mass" in way else way
    result, sentence = None, ""
    try:
        result = asked(w, strength, way)
    except ValueError as refusal:
        sentence = str(refusal)
    if sentence:
        assert "overflow" in sentence
        assert "\n" not in sentence
        return
    assert_sound(w, result)
    factor = 2.0**-600
    expected = asked(w * factor, strength * factor, way)
    assert np.abs(result * factor - expected).max() <= tolerance(np.float64, np.abs(w).max() * factor * 2)


@pytest.mark.parametrize("w", [[-1.7e308, 1.7e308], [0.0, 1e308, 1.7e308]], ids=str)
def test_a_penalty_that_overflows_is_refused_in_one_sentence(w):
    with pytest.raises(ValueError, match="overflow") as caught:
        weight_sharing(np.array([*w, *w]))
    assert "\n" not in str(caught.value)


@st.composite
def lopsided(draw):
    """Masses that differ by factors up to 1e12, positions and velocities of ordinary size."""
    position = sorted(draw(st.lists(st.floats(-1, 1), min_size=1, max_size=10, unique=True)))
    n = len(position)
    velocity = draw(st.lists(st.floats(-1, 1), min_size=n, max_size=n))
    mass = draw(st.lists(st.sampled_from([1e-6, 1.0, 1e6]), min_size=n, max_size=n))
    return Particles(position, velocity, mass), draw(st.floats(0.0, 4.0))


@given(lopsided())
def test_masses_a_trillion_times_larger_are_as_exact(problem):
    particles, time = problem
    starts, positions = oracle.clusters(particles.position, particles.velocity, particles.mass, time)
    exact = np.repeat([float(x) for x in positions], np.diff([*starts, len(particles)]))
    reference = solve(particles, time)
    for solver in CPU_SOLVERS:
        found = solve(particles, time, solver)
        assert np.abs(found.expand(found.position, len(particles)) - exact).max() <= 1e-12 * (1 + time)
        assert_same_clusters(found, reference, particles, time)
    assert np.abs(simulate(particles).positions(time) - exact).max() <= 1e-10 * (1 + time)


def test_a_speck_of_dust_does_not_stop_a_boulder():
    particles = Particles([0.0, 1.0, 2.0], [1.0, 0.0, 0.0], [1e12, 1.0, 1.0])
    history = simulate(particles)
    assert history.merge_times == pytest.approx([1.0, 2.0], rel=1e-11)
    for solver in CPU_SOLVERS:
        assert solve(particles, 3.0, solver).position.tolist() == pytest.approx([3.0], rel=1e-11)


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1e30, 1e300])
def test_particles_simulate_the_same_at_every_scale(scale):
    """The times at which gaps close do not depend on the unit of length."""
    rng = np.random.default_rng(1)
    x, v = np.sort(rng.normal(size=50)), rng.normal(size=50)
    expected = simulate(Particles(x, v)).merge_times
    found = simulate(Particles(x * scale, v * scale)).merge_times
    assert np.array_equal(np.isinf(found), np.isinf(expected))
    assert found == pytest.approx(expected, rel=1e-9)
    for solver in CPU_SOLVERS:
        found = solve(Particles(x * scale, v * scale), 0.5, solver)
        assert np.array_equal(found.start, solve(Particles(x, v), 0.5).start)
