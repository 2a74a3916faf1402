"""SearchCollisions gives the same clusters as one pass with a stack, through the same states as `steps`."""

import numpy as np
import problems
import pytest
from checks import assert_coherent, assert_same_clusters
from hypothesis import given

from particles.state import Particles
from prox import search, sequential, steps


@given(problems.ANY)
def test_same_clusters(problem):
    particles, time = problem.particles, problem.time
    found, reference = search.solve(particles, time), sequential.solve(particles, time)
    assert_same_clusters(found, reference, particles, time, problem.exact)


@given(problems.KNOWN)
def test_known_answers_are_found(problem):
    assert search.solve(problem.particles, problem.time).start.tolist() == problem.expected


@given(problems.EXACT)
def test_search_and_steps_agree_step_by_step(problem):
    pairs = zip(
        search.trace(problem.particles, problem.time), steps.trace(problem.particles, problem.time), strict=True
    )
    for ours, theirs in pairs:
        assert np.array_equal(ours.start, theirs.start)
        assert np.array_equal(ours.merged, theirs.merged)


@given(problems.ANY)
def test_the_trace_is_coherent(problem):
    particles, time = problem.particles, problem.time
    assert_coherent(search.trace(particles, time), len(particles), search.solve(particles, time))


@pytest.mark.parametrize("n", [0, 1, 2, 3, 33, 1000, 20_001])
def test_any_number_of_particles(n):
    particles = Particles.from_weights(np.random.default_rng(n).normal(size=n))
    assert_same_clusters(search.solve(particles, 1.3), sequential.solve(particles, 1.3), particles, 1.3)


def test_dust_beside_a_giant_keeps_its_own_accuracy():
    mass = np.array([1e100, 1e-90, 1e-90, 1e-90, 1e100, 1e-90, 1e-90])
    assert len(search.solve(Particles(np.arange(7.0), np.zeros(7), mass), 1.0)) == 7
