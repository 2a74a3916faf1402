"""The end positions are the isotonic regression of free flight, weighted by mass, as scipy computes it."""

import numpy as np
import problems
import pytest
from checks import position_tolerance
from hypothesis import given
from scipy.optimize import isotonic_regression

from particles.state import Particles
from prox import end, imminent, search, sequential, steps

SOLVERS = [sequential, steps, end, imminent, search]


def assert_isotonic(solver, particles, time):
    flown = particles.position + time * particles.velocity
    reference = isotonic_regression(flown, weights=particles.mass).x
    found = solver.solve(particles, time)
    apart = np.abs(found.expand(found.position, len(particles)) - reference)
    assert (apart <= position_tolerance(particles, time)).all()


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda module: module.__name__)
@given(problem=problems.ANY.filter(lambda problem: len(problem.particles)))
def test_solver_is_isotonic_regression(solver, problem):
    assert_isotonic(solver, problem.particles, problem.time)


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda module: module.__name__)
def test_a_thousand_weights(solver):
    particles = Particles.from_weights(np.random.default_rng(5).standard_cauchy(1000))
    assert_isotonic(solver, particles, 2.0)
