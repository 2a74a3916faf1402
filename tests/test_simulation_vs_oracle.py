"""The simulation closes every gap when exact event-by-event arithmetic closes it."""

import math

import numpy as np
import oracle
import problems
from checks import position_tolerance
from hypothesis import given
from hypothesis import strategies as st

from particles.simulate import simulate


@given(problems.EXACT)
def test_merge_times_of_exact_problems_are_correctly_rounded(problem):
    particles = problem.particles
    exact = oracle.merge_times(particles.position, particles.velocity, particles.mass)
    rounded = [math.inf if when is None else float(when) for when in exact]
    assert simulate(particles).merge_times.tolist() == rounded


@given(problems.ANY, st.floats(0.0, 8.0))
def test_positions_at_any_time(problem, time):
    particles, n = problem.particles, len(problem.particles)
    starts, positions = oracle.clusters(particles.position, particles.velocity, particles.mass, time)
    exact = np.repeat([float(position) for position in positions], np.diff(starts, append=n)) if n else np.empty(0)
    found = simulate(particles).positions(time)
    assert (np.abs(found - exact) <= position_tolerance(particles, time)).all()


@given(problems.EXACT)
def test_a_run_that_ends_early_is_the_beginning_of_the_whole_run(problem):
    whole, early = simulate(problem.particles), simulate(problem.particles, until=problem.time)
    seen = whole.merge_times <= problem.time
    assert np.array_equal(early.merge_times, np.where(seen, whole.merge_times, math.inf))
