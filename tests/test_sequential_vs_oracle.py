"""The stack finds the clusters that repeated exact merging finds, and puts them where they belong."""

import numpy as np
import oracle
import problems
import pytest
from checks import assert_coherent, position_tolerance
from hypothesis import given

from particles.state import Particles, gather
from prox import sequential


def exact_answer(problem):
    particles = problem.particles
    return oracle.clusters(particles.position, particles.velocity, particles.mass, problem.time)


@given(problems.EXACT)
def test_exact_problems_have_the_exact_partition(problem):
    starts, _ = exact_answer(problem)
    assert sequential.solve(problem.particles, problem.time).start.tolist() == starts


@given(problems.KNOWN)
def test_known_answers_are_found_by_both(problem):
    assert exact_answer(problem)[0] == problem.expected
    assert sequential.solve(problem.particles, problem.time).start.tolist() == problem.expected


@given(problems.ANY)
def test_every_particle_is_where_exact_arithmetic_puts_it(problem):
    n = len(problem.particles)
    found = sequential.solve(problem.particles, problem.time)
    starts, positions = exact_answer(problem)
    exact = np.repeat([float(position) for position in positions], np.diff(starts, append=n)) if n else np.empty(0)
    allowed = position_tolerance(problem.particles, problem.time)
    assert (np.abs(found.expand(found.position, n) - exact) <= allowed).all()


@given(problems.EXACT)
def test_clusters_are_strictly_ordered(problem):
    found = sequential.solve(problem.particles, problem.time)
    assert (np.diff(found.start) > 0).all()
    assert (np.diff(found.position) >= 0).all()
    assert found.mass.sum() == problem.particles.mass.sum()


@given(problems.ANY)
def test_the_trace_is_coherent_and_has_one_step_a_particle(problem):
    steps = list(sequential.trace(problem.particles, problem.time))
    assert len(steps) == len(problem.particles)
    assert_coherent(steps, len(problem.particles), sequential.solve(problem.particles, problem.time))


@pytest.mark.parametrize("time", [-1.0, float("nan"), float("inf"), -np.inf])
def test_a_time_that_is_not_one_is_refused(time):
    with pytest.raises(ValueError, match="give a finite time >= 0"):
        sequential.solve(Particles([0.0, 1.0], [0.0, 0.0]), time)


def test_a_time_that_is_no_number_is_refused():
    with pytest.raises(TypeError, match="time is 'soon'"):
        sequential.solve(Particles([0.0], [0.0]), "soon")


def test_a_time_at_which_the_sums_overflow_is_refused():
    with pytest.raises(ValueError, match="too large"):
        sequential.solve(Particles([0.0, 1.0], [1e10, 0.0]), 1e300)


def test_gathering_the_same_partition_gives_the_same_bits():
    particles = Particles.from_weights(np.random.default_rng(3).normal(size=1000))
    found = sequential.solve(particles, 1.4)
    assert gather(particles, found.start, 1.4).position.tobytes() == found.position.tobytes()
