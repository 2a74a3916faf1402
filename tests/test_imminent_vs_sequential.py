"""ImminentCollisions gives the same clusters as one pass with a stack."""

import numpy as np
import problems
import pytest
from checks import assert_coherent, assert_same_clusters
from hypothesis import given

from particles.state import Particles
from prox import imminent, sequential


@given(problems.ANY)
def test_same_clusters(problem):
    particles, time = problem.particles, problem.time
    found, reference = imminent.solve(particles, time), sequential.solve(particles, time)
    assert_same_clusters(found, reference, particles, time, problem.exact)


@given(problems.KNOWN)
def test_known_answers_are_found(problem):
    assert imminent.solve(problem.particles, problem.time).start.tolist() == problem.expected


@given(problems.EXACT)
def test_no_round_merges_what_does_not_belong_together(problem):
    final = sequential.solve(problem.particles, problem.time).start
    for step in imminent.trace(problem.particles, problem.time):
        assert np.isin(final, step.start).all()


@given(problems.ANY)
def test_the_trace_is_coherent(problem):
    particles, time = problem.particles, problem.time
    assert_coherent(imminent.trace(particles, time), len(particles), imminent.solve(particles, time))


@pytest.mark.parametrize("n", [0, 1, 2, 3, 33, 1000, 20_001])
def test_any_number_of_particles(n):
    particles = Particles.from_weights(np.random.default_rng(n).normal(size=n))
    assert_same_clusters(imminent.solve(particles, 0.9), sequential.solve(particles, 0.9), particles, 0.9)
