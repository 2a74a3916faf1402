"""The prox is the sticky system at time = strength: the same as every solver, as scipy, and as exact fractions."""

from fractions import Fraction

import numpy as np
import oracle
import pytest
import weights
from checks import SMALLEST, assert_same_clusters, tolerance
from cpu_solvers import CPU_SOLVERS
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression

from particles.state import Particles
from prox import prox_weight_sharing, solve

SEED = st.one_of(st.none(), weights.MASSES)


def allowed(case, mass=None):
    """Relative to the farthest that a weight can fly; masses below 1 make the smallest numbers underflow."""
    mass = np.ones(case.weights.size) if mass is None else mass
    reach = case.strength * mass.sum() / max(mass.size - 1, 1)
    least = (16 + 4 * reach) * SMALLEST / mass.min(initial=1.0) ** 2
    return tolerance(np.float64, np.abs(case.weights).max(initial=0.0) + reach) + least


@pytest.mark.parametrize("solver", CPU_SOLVERS)
@given(case=weights.ANY)
def test_the_clusters_are_those_of_the_solver(solver, case):
    particles = Particles.from_weights(case.weights)
    _, clusters = prox_weight_sharing(case.weights, case.strength, return_clusters=True)
    assert_same_clusters(clusters, solve(particles, case.strength, solver), particles, case.strength)


@pytest.mark.parametrize("solver", CPU_SOLVERS)
@given(case=weights.ANY, rewind=st.sampled_from([0.0, 0.5, 1.0]))
def test_the_solver_that_is_asked_for_gives_the_same_prox(solver, case, rewind):
    asked = prox_weight_sharing(case.weights, case.strength, solver=solver, rewind=rewind)
    assert asked.dtype == case.weights.dtype
    if rewind == 0.0:  # else the answer jumps where the partition does, which rounding decides at a contact
        assert (np.abs(asked - prox_weight_sharing(case.weights, case.strength)) <= allowed(case)).all()


@given(case=weights.ANY, seed=SEED)
def test_the_prox_is_the_isotonic_regression_of_free_flight(case, seed):
    w, d = case.weights, case.weights.size
    if d == 0:
        return
    mass = None if seed is None else weights.masses(seed, d)
    order = np.argsort(w, kind="stable")
    m = np.ones(d) if mass is None else mass[order]
    velocity = (m.sum() - 2 * np.cumsum(m) + m) / max(d - 1, 1)
    expected = isotonic_regression(w[order] + case.strength * velocity, weights=m).x
    found = prox_weight_sharing(w, case.strength, mass=mass)[order]
    assert (np.abs(found - expected) <= allowed(case, mass)).all()


def exact_prox(w, strength, mass, l1=0.0):
    """The prox of a list of numbers in fractions, from the particles' exact velocities."""
    d = len(w)
    order = sorted(range(d), key=lambda i: w[i])
    m = [Fraction(mass[i]) for i in order]
    velocity = [(sum(m[r + 1 :]) - sum(m[:r])) / max(d - 1, 1) for r in range(d)]
    starts, positions = oracle.clusters([w[i] for i in order], velocity, m, strength)
    values, l1 = [Fraction(0)] * d, Fraction(l1)
    for start, stop, z in zip(starts, [*starts, d][1:], positions, strict=True):
        for rank in range(start, stop):
            values[order[rank]] = max(z - l1, Fraction(0)) + min(z + l1, Fraction(0))
    return values, starts


@given(case=weights.any_case(most=12), seed=SEED, share=st.sampled_from([0.0, 0.3]))
def test_the_prox_is_what_exact_fractions_say(case, seed, share):
    w = case.weights
    mass = None if seed is None else weights.masses(seed, w.size)
    exact, _ = exact_prox(w.tolist(), case.strength, [1] * w.size if mass is None else mass, share * case.strength)
    found = prox_weight_sharing(w, case.strength, mass=mass, l1=share * case.strength)
    assert (np.abs(found - np.array([float(value) for value in exact])) <= allowed(case, mass)).all()


@given(st.lists(st.integers(-30, 30), max_size=9), st.integers(0, 40), st.sampled_from(["auto", *CPU_SOLVERS]))
def test_small_integers_have_the_exact_partition(w, quarters, solver):
    """d - 1 is made a power of two, so that all velocities are dyadic and every sum is exact."""
    w = (w * 9)[: 2 ** ((len(w) or 1).bit_length() - 1) + 1] if w else w
    exact, starts = exact_prox(w, Fraction(quarters, 4), [1] * len(w))
    w = np.array(w, float)
    found, clusters = prox_weight_sharing(w, quarters / 4, solver=solver, return_clusters=True)
    assert clusters.start.tolist() == starts
    assert (np.abs(found - np.array([float(value) for value in exact])) <= tolerance(np.float64, 40)).all()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@given(data=st.data())
def test_the_result_is_the_exact_one_rounded_to_the_dtype(dtype, data):
    """Half an ulp of the dtype, and what float64 adds to it."""
    case = data.draw(weights.any_case(dtype, most=12))
    w = case.weights
    exact, _ = exact_prox(w.tolist(), case.strength, [1] * w.size)
    exact = np.array([float(value) for value in exact])
    ulp = 2 * np.spacing(np.abs(0.5 * exact).astype(dtype)).astype(float)  # the largest number itself has no next one
    found = prox_weight_sharing(w, case.strength).astype(float)
    assert (np.abs(found - exact) <= 0.5 * ulp + allowed(case)).all()


@pytest.mark.parametrize("scope", ["row", "column"])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@given(shape=st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 3)), flat=st.booleans(), data=st.data())
def test_rows_and_columns_are_a_loop(scope, dtype, shape, flat, data):
    rng = np.random.default_rng(data.draw(weights.MASSES))
    w = np.round(rng.normal(size=shape[:2] if flat else shape), 1).astype(dtype)
    mass = rng.integers(1, 4, w.shape).astype(float) if data.draw(st.booleans()) else None
    options = {"strength": data.draw(st.sampled_from([0.0, 0.1, 2.0])), "rewind": data.draw(st.sampled_from([0, 0.5]))}
    result, clusters = prox_weight_sharing(w, scope=scope, mass=mass, return_clusters=True, **options)
    assert np.array_equal(result, prox_weight_sharing(w, scope=scope, mass=mass, **options))
    axis = 0 if scope == "row" else 1
    assert len(clusters) == w.shape[axis]
    for k in range(w.shape[axis]):
        of_one = None if mass is None else mass.take(k, axis)
        alone, its_clusters = prox_weight_sharing(w.take(k, axis), mass=of_one, return_clusters=True, **options)
        assert np.array_equal(result.take(k, axis), alone)
        for name in ("start", "position", "velocity", "mass"):
            assert np.array_equal(getattr(clusters[k], name), getattr(its_clusters, name))


def test_many_rows_on_several_threads_are_a_loop():
    w = np.random.default_rng(0).normal(size=(600, 500)).astype(np.float32)
    result = prox_weight_sharing(w, 1.3, scope="row")
    assert all(np.array_equal(result[k], prox_weight_sharing(w[k], 1.3)) for k in range(0, 600, 7))
