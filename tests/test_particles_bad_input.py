"""Particles, simulate, History, solve and trace refuse bad input in one sentence; none, one and two are welcome."""

import numpy as np
import pytest
from cpu_solvers import CPU_SOLVERS
from one_sentence import refused

from particles import History, Particles, simulate
from prox import prox_weight_sharing, solve, trace

TWO = Particles([0.0, 1.0], [1.0, 0.0])
RAN = simulate(TWO, until=5.0)

PARTICLES = {
    "unsorted": (ValueError, ([0, 2, 1], [0, 0, 0]), ["position[2] = 1", "position[1] = 2", "sort"]),
    "nan position": (ValueError, ([0, np.nan], [0, 0]), ["position[1] is nan", "finite"]),
    "inf position": (ValueError, ([-np.inf, 0], [0, 0]), ["position[0] is -inf", "finite"]),
    "nan velocity": (ValueError, ([0, 1], [0, np.nan]), ["velocity[1] is nan"]),
    "inf velocity": (ValueError, ([0, 1], [np.inf, 0]), ["velocity[0] is inf"]),
    "nan mass": (ValueError, ([0, 1], [0, 0], [1, np.nan]), ["mass[1] is nan"]),
    "inf mass": (ValueError, ([0, 1], [0, 0], [1, np.inf]), ["mass[1] is inf"]),
    "zero mass": (ValueError, ([0, 1], [0, 0], [1, 0]), ["mass[1] is 0", "positive"]),
    "negative mass": (ValueError, ([0, 1], [0, 0], [-1, 1]), ["mass[0] is -1", "positive"]),
    "tiny mass": (ValueError, ([0, 1], [0, 0], [1e-200, 1]), ["mass[0] is 1e-200", "between"]),
    "huge mass": (ValueError, ([0, 1], [0, 0], [1, 1e200]), ["mass[1] is 1e+200", "between"]),
    "few velocities": (ValueError, ([0, 1], [0]), ["velocity has 1", "position has 2"]),
    "many masses": (ValueError, ([0, 1], [0, 0], [1, 1, 1]), ["mass has 3", "position has 2"]),
    "two dimensions": (ValueError, ([[0, 1]], [0, 0]), ["position", "one dimension", "(1, 2)"]),
    "no dimension": (ValueError, (0.0, [0]), ["position", "one dimension", "()"]),
    "ragged": (ValueError, ([[0, 1], [2]], [0, 0]), ["position"]),
    "text": (TypeError, (["a", "b"], [0, 0]), ["position", "real numbers"]),
    "complex": (TypeError, ([0, 1j], [0, 0]), ["position", "complex"]),
    "bool": (TypeError, ([False, True], [0, 0]), ["position", "bool"]),
    "object": (TypeError, ([0, None], [0, 0]), ["position", "object"]),
    "none": (TypeError, (None, [0, 0]), ["position"]),
    "masked": (TypeError, (np.ma.array([0, 1], mask=[0, 1]), [0, 0]), ["position", "mask"]),
    "large position": (ValueError, ([-1e308, 1e308], [0, 0]), ["position", "overflows float64", "rescale"]),
    "large velocity": (ValueError, ([0, 1], [1e308, 1e308]), ["velocity", "overflows float64", "rescale"]),
    "large moment": (ValueError, ([0, 1e250], [0, 0], [1, 1e90]), ["position", "overflows float64", "rescale"]),
}


@pytest.mark.parametrize("case", PARTICLES)
def test_particles_that_are_none_are_refused(case):
    error, arguments, words = PARTICLES[case]
    refused(error, lambda: Particles(*arguments), *words)


def test_weights_that_are_none_are_refused_by_name():
    refused(ValueError, lambda: Particles.from_weights([1.0, np.nan]), "weights[1] is nan")
    refused(TypeError, lambda: Particles.from_weights(["a"]), "weights")


@pytest.mark.parametrize("n", [0, 1, 2])
def test_none_one_and_two_particles_are_welcome(n):
    particles = Particles(range(n), [0.0] * n)
    history = simulate(particles)
    assert len(history.clusters(3.0)) == n
    assert history.positions(3.0).tolist() == list(range(n))
    assert all(len(solve(particles, 3.0, solver)) == n for solver in CPU_SOLVERS)
    assert prox_weight_sharing(np.arange(n, dtype=float), 9.0).tolist() == [(n - 1) / 2] * n


@pytest.mark.parametrize("until", [-1.0, np.nan, -np.inf])
def test_until_is_not_negative(until):
    refused(ValueError, lambda: simulate(TWO, until), "until is", "time >= 0")


@pytest.mark.parametrize("until", ["soon", None, 1j], ids=repr)
def test_until_is_a_number(until):
    refused(TypeError, lambda: simulate(TWO, until), "until")


@pytest.mark.parametrize("time", [-1.0, np.nan, np.inf])
@pytest.mark.parametrize("solver", CPU_SOLVERS)
def test_times_of_solvers_are_finite_and_not_negative(solver, time):
    for call in (lambda: solve(TWO, time, solver), lambda: list(trace(TWO, time, solver))):
        refused(ValueError, call, "time is", "finite time >= 0")


@pytest.mark.parametrize("solver", CPU_SOLVERS)
def test_a_time_that_is_too_large_is_refused(solver):
    particles = Particles([0.0, 1.0], [1e10, 0.0])
    refused(ValueError, lambda: solve(particles, 1e300, solver), "time 1e+300 is too large", "overflow", "rescale")
    refused(TypeError, lambda: solve(particles, "soon", solver), "time is 'soon'")


@pytest.mark.parametrize("thing", [None, np.ones(2), [0.0, 1.0], "two equal"], ids=repr)
def test_what_is_not_particles_is_refused(thing):
    for call in (lambda: solve(thing, 1.0), lambda: trace(thing, 1.0), lambda: simulate(thing)):
        refused(TypeError, call, "particles", type(thing).__name__)


@pytest.mark.parametrize("ask", ["clusters", "positions", "velocities", "count", "world_lines"])
def test_a_history_is_asked_for_times_that_it_has(ask):
    for time in (-1.0, np.nan):
        refused(ValueError, lambda time=time: getattr(RAN, ask)(time), "time", "time >= 0")
    refused(ValueError, lambda: getattr(RAN, ask)(6.0), "time 6 is past the end", "until=6")


def test_the_merge_times_of_a_history_fit_its_particles():
    refused(ValueError, lambda: History(TWO, [1.0, 2.0]), "merge_times has shape (2,)", "1 gaps")
    for bad in (-1.0, np.nan):
        refused(ValueError, lambda bad=bad: History(TWO, [bad]), "merge_times", "negative or NaN")
    for bad in (-1.0, np.nan):
        refused(ValueError, lambda bad=bad: History(TWO, [1.0], until=bad), "until")


def test_a_linkage_needs_that_all_merge():
    refused(ValueError, simulate(TWO, until=0.5).linkage, "2 clusters never merge", "linkage")
