"""Joining blocks by bridges gives the same clusters as one pass with a stack, and every state on the way is known."""

import numpy as np
import problems
import pytest
from checks import assert_coherent, assert_same_clusters
from hypothesis import given

from particles.state import Particles
from prox import sequential, steps


@given(problems.ANY)
def test_same_clusters(problem):
    particles, time = problem.particles, problem.time
    assert_same_clusters(
        steps.solve(particles, time), sequential.solve(particles, time), particles, time, problem.exact
    )


@given(problems.KNOWN)
def test_known_answers_are_found(problem):
    assert steps.solve(problem.particles, problem.time).start.tolist() == problem.expected


@given(problems.EXACT)
def test_after_step_l_every_block_of_2_to_the_l_ranks_is_solved_as_if_alone(problem):
    particles, n = problem.particles, len(problem.particles)
    for level, step in enumerate(steps.trace(particles, problem.time), start=1):
        alone = []
        for first in range(0, n, 2**level):
            block = slice(first, first + 2**level)
            part = Particles(particles.position[block], particles.velocity[block], particles.mass[block])
            alone += (first + sequential.solve(part, problem.time).start).tolist()
        assert step.start.tolist() == alone


@given(problems.ANY)
def test_the_trace_is_coherent(problem):
    particles, time = problem.particles, problem.time
    assert_coherent(steps.trace(particles, time), len(particles), steps.solve(particles, time))


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 31, 32, 33, 1000, 1024, 1025])
def test_any_number_of_particles(n):
    particles = Particles.from_weights(np.random.default_rng(n).normal(size=n))
    assert_same_clusters(steps.solve(particles, 1.3), sequential.solve(particles, 1.3), particles, 1.3)


@pytest.mark.parametrize("time", [0.3, 1.2533, 1.5])
def test_no_gap_is_disputed_among_a_hundred_thousand_weights(time):
    particles = Particles.from_weights(np.random.default_rng(7).normal(size=100_003))
    found, reference = steps.solve(particles, time), sequential.solve(particles, time)
    assert assert_same_clusters(found, reference, particles, time).size == 0


def test_dust_beside_a_giant_keeps_its_own_accuracy():
    """Sums are taken over members only: differences of longer sums would lose the dust, and glue it together."""
    mass = np.array([1e100, 1e-90, 1e-90, 1e-90, 1e100, 1e-90, 1e-90])
    particles = Particles(np.arange(7.0), np.zeros(7), mass)
    assert len(steps.solve(particles, 1.0)) == 7
