"""The history of the simulation, asked at any time, is the solver's answer for that time.

The one difference by definition: at time 0 exactly, coincident neighbours that move apart are two clusters to the
simulation, which knows velocities, and one to a solver, which sees positions.  The gap is 0 wide.
"""

import numpy as np
import problems
import pytest
from checks import assert_same_clusters
from hypothesis import given
from hypothesis import strategies as st

from particles.simulate import simulate
from particles.state import Particles
from prox import sequential

LATEST = 1e9  # beyond, the positions of some problems say more about rounding than about collisions


@given(problems.ANY, st.floats(0.0, 8.0))
def test_same_clusters_at_any_time(problem, time):
    found, reference = simulate(problem.particles).clusters(time), sequential.solve(problem.particles, time)
    assert_same_clusters(found, reference, problem.particles, time)


@given(problems.EXACT)
def test_exact_problems_agree_in_every_bit(problem):
    found, reference = simulate(problem.particles).clusters(problem.time), sequential.solve(*problem[:2])
    assert_same_clusters(found, reference, problem.particles, problem.time, exact=problem.time > 0)


@given(problems.ANY)
def test_same_clusters_at_each_merge_time_and_one_ulp_to_either_side(problem):
    history = simulate(problem.particles)
    for merge_time in np.unique(history.merge_times[history.merge_times < LATEST]):
        for time in (np.nextafter(merge_time, 0), merge_time, np.nextafter(merge_time, np.inf)):
            reference = sequential.solve(problem.particles, time)
            assert_same_clusters(history.clusters(time), reference, problem.particles, time)


@given(problems.KNOWN)
def test_known_answers_are_found(problem):
    assert simulate(problem.particles, problem.time).clusters(problem.time).start.tolist() == problem.expected


@pytest.mark.parametrize("velocities", ["penalty", "random"])
def test_ten_thousand_particles_over_time(velocities):
    rng = np.random.default_rng(11)
    particles = Particles.from_weights(rng.normal(size=10_000))
    if velocities == "random":
        particles = Particles(particles.position, rng.normal(size=10_000), rng.exponential(size=10_000) + 0.01)
    history = simulate(particles)
    for time in np.quantile(history.merge_times[np.isfinite(history.merge_times)], [0.01, 0.1, 0.5, 0.9, 0.99, 1.0]):
        assert_same_clusters(history.clusters(time), sequential.solve(particles, time), particles, time)
