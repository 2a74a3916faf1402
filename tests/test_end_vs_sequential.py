"""EndCollisions gives the same clusters as one pass with a stack, one final cluster a step."""

import numpy as np
import problems
import pytest
from checks import assert_coherent, assert_same_clusters
from hypothesis import given

from particles.state import Particles
from prox import end, sequential


@given(problems.ANY)
def test_same_clusters(problem):
    particles, time = problem.particles, problem.time
    assert_same_clusters(end.solve(particles, time), sequential.solve(particles, time), particles, time, problem.exact)


@given(problems.KNOWN)
def test_known_answers_are_found(problem):
    assert end.solve(problem.particles, problem.time).start.tolist() == problem.expected


@given(problems.EXACT)
def test_step_k_fixes_the_first_k_clusters_for_good(problem):
    final = end.solve(problem.particles, problem.time).start
    steps = list(end.trace(problem.particles, problem.time))
    assert len(steps) == final.size
    for k, step in enumerate(steps, start=1):
        assert np.array_equal(step.start[: k + 1], final[: k + 1])


@given(problems.ANY)
def test_the_trace_is_coherent(problem):
    particles, time = problem.particles, problem.time
    assert_coherent(end.trace(particles, time), len(particles), end.solve(particles, time))


@pytest.mark.parametrize("n", [0, 1, 2, 3, 33, 1000])
def test_any_number_of_particles(n):
    particles = Particles.from_weights(np.random.default_rng(n).normal(size=n))
    assert_same_clusters(end.solve(particles, 1.5), sequential.solve(particles, 1.5), particles, 1.5)


def test_dust_beside_a_giant_keeps_its_own_accuracy():
    mass = np.array([1e100, 1e-90, 1e-90, 1e-90, 1e100, 1e-90, 1e-90])
    assert len(end.solve(Particles(np.arange(7.0), np.zeros(7), mass), 1.0)) == 7
