"""The solver "cuda" agrees with the sequential one, on NumPy's arrays and CuPy's (a stand-in: cupy_on_host.py)."""

import numpy as np
import problems
import pytest
from checks import assert_same_clusters
from cuda_host import needs_compiler
from cupy_on_host import Array
from cupy_on_host_cuda import installed
from hypothesis import HealthCheck, given, settings

from particles import Particles
from particles.state import Clusters
from prox import solve
from prox.cuda.solver import _gathered

pytestmark = needs_compiler
few = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def cupy(monkeypatch, tmp_path):
    with installed(monkeypatch, tmp_path) as module:
        yield module


def on_gpu(cupy, particles):
    return Particles(*(cupy.asarray(values) for values in (particles.position, particles.velocity, particles.mass)))


def brought_back(clusters):
    assert all(type(values) is Array for values in (clusters.start, clusters.position, clusters.velocity))
    return Clusters(*(values.get() for values in (clusters.start, clusters.position, clusters.velocity, clusters.mass)))


@few
@given(problem=problems.EXACT)
def test_exact_problems_have_the_bits_of_the_sequential_solver(cupy, problem):
    particles, time = problem.particles, problem.time
    expected = solve(particles, time)
    assert_same_clusters(solve(particles, time, "cuda"), expected, particles, time, exact=True)
    there = on_gpu(cupy, particles)
    for solver in ("auto", "cuda"):
        found = brought_back(solve(there, time, solver))
        assert_same_clusters(found, expected, particles, time, exact=problem.exact)


@few
@given(problem=problems.ANY)
def test_any_problem_is_solved_alike(cupy, problem):
    particles, time = problem.particles, problem.time
    expected, found = solve(particles, time), brought_back(solve(on_gpu(cupy, particles), time))
    assert_same_clusters(found, expected, particles, time)
    assert (np.diff(found.position) >= 0).all()


def test_particles_in_arrays_of_cupy_stay_there(cupy):
    w = np.random.default_rng(0).normal(size=(4, 5)).astype(np.float32)
    particles, expected = Particles.from_weights(cupy.asarray(w)), Particles.from_weights(w)
    for name in ("position", "velocity", "mass"):
        assert type(getattr(particles, name)) is Array
        assert np.array_equal(getattr(particles, name).get(), getattr(expected, name))
    assert len(particles) == 20
    found, there = solve(expected, 0.5), solve(particles, 0.5)
    assert_same_clusters(brought_back(there), found, expected, 0.5)
    assert np.array_equal(there.sizes(20).get(), found.sizes(20))
    assert np.array_equal(there.labels(20).get(), found.labels(20))
    assert len(solve(Particles.from_weights(cupy.asarray(w[:0])), 1.0)) == 0


def test_rounding_puts_no_cluster_left_of_another(cupy):
    """Sums as rounding might leave them: the positions go back and forth by an ulp."""
    x = np.array([1.0, 1.0, 1.0, 2.0])
    particles = Particles(*map(cupy.asarray, (x, np.array([3.0, 1.0, 2.0, 0.0]) * 2.0**-52)))
    sums = [cupy.asarray(values) for values in (np.ones(4), x, particles.velocity.get())]
    found = _gathered(cupy, particles, cupy.asarray(np.arange(4)), sums, 1.0).position.get()
    assert found.tolist() == np.maximum.accumulate(x + particles.velocity.get()).tolist()
