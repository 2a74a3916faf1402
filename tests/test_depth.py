"""The documented costs hold: polylogarithmic depth by construction, and the work that the docstrings state.

The constants are stated here.  At the largest size the bound on the depth is far below n, so a solver that became
linear on any of the inputs would fail.
"""

import math

import numpy as np
import problems
import pytest

from particles.state import Particles, touching
from prox import end, imminent, search, sequential, steps, sums

SIZES = [2**6, 2**9 + 1, 2**12, 2**15 - 3]


def plough(n):
    """Rank 0 flies just far enough to gather everybody, one after the other."""
    return problems.snow_plough(n, n * (n + 1) / 2)[:2]


def fan(n):
    """All meet at one point at time 1."""
    position = np.arange(n) - n // 2
    return Particles(position, -1.0 * position), 1.0


def random(n):
    """Past the merging threshold: one large cluster and many small ones."""
    return Particles.from_weights(np.random.default_rng(n).normal(size=n)), 1.5


def apart(n):
    """Nobody collides, so the chains are as long as can be."""
    return Particles(np.arange(n), np.zeros(n)), 1.0


INPUTS = [plough, fan, random, apart]


def total(trace):
    steps_seen = list(trace)
    costs = [sum(getattr(step, name) for step in steps_seen) for name in ("comparisons", "work", "depth")]
    return len(steps_seen), *costs


@pytest.mark.parametrize("solver", [steps, search], ids=["steps", "search"])
@pytest.mark.parametrize("make", INPUTS)
@pytest.mark.parametrize("n", SIZES)
def test_depth_is_at_most_1_25_log_cubed(solver, make, n):
    _, _, _, depth = total(solver.trace(*make(n)))
    assert depth <= 1.25 * math.log2(n) ** 3
    assert 1.25 * math.log2(SIZES[-1]) ** 3 < SIZES[-1] / 6, "the bound must be able to fail"


@pytest.mark.parametrize("solver", [steps, search], ids=["steps", "search"])
@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 8, 9, 1000, 1024, 1025])
def test_number_of_steps_is_log2_n_rounded_up(solver, n):
    count, *_ = total(solver.trace(*random(n)))
    assert count == (math.ceil(math.log2(n)) if n else 0)


@pytest.mark.parametrize("solver", [steps, search, imminent, sequential], ids=lambda module: module.__name__)
@pytest.mark.parametrize("make", INPUTS)
def test_the_counters_count_the_evaluations_of_the_predicate(solver, make, monkeypatch):
    """Counted from outside: an array call is one parallel step, its elements are the comparisons."""
    calls = []

    def counted(*sides):
        calls.append(np.size(sides[0]))
        return touching(*sides)

    for module in (solver, sums):
        monkeypatch.setattr(module, "touching", counted, raising=False)
    _, comparisons, _, depth = total(solver.trace(*make(200)))
    assert sum(calls) == comparisons
    assert len(calls) <= depth


@pytest.mark.parametrize("make", INPUTS)
@pytest.mark.parametrize("n", SIZES)
def test_steps_needs_comparisons_in_proportion_to_n_and_work_n_log_n(make, n):
    _, comparisons, work, _ = total(steps.trace(*make(n)))
    assert comparisons <= 8 * n
    assert work <= 6 * n * math.log2(n)


@pytest.mark.parametrize("make", INPUTS)
@pytest.mark.parametrize("n", SIZES)
def test_search_needs_work_n_log_squared(make, n):
    _, _, work, _ = total(search.trace(*make(n)))
    assert work <= 2 * n * math.log2(n) ** 2


@pytest.mark.parametrize("make", INPUTS)
def test_sequential_needs_at_most_2n_comparisons(make):
    count, comparisons, work, _ = total(sequential.trace(*make(1000)))
    assert count == 1000
    assert comparisons <= 2000
    assert work <= 3000


@pytest.mark.parametrize("make", INPUTS)
def test_end_needs_one_step_a_cluster_and_linear_work_and_logarithmic_depth_a_step(make):
    n = 500
    particles, time = make(n)
    count, _, work, depth = total(end.trace(particles, time))
    assert count == len(end.solve(particles, time))
    assert work <= 4 * n * count
    assert depth <= 3 * math.log2(n) * count


@pytest.mark.parametrize("n", [2, 3, 10, 100, 1000])
def test_imminent_needs_n_minus_1_rounds_for_the_plough(n):
    rounds = list(imminent.trace(*plough(n)))
    assert [len(step.merged) for step in rounds] == [1] * (n - 1) + [0]


@pytest.mark.parametrize("n", [2, 3, 10, 1000])
def test_imminent_needs_one_round_for_the_fan(n):
    assert [len(step.merged) for step in imminent.trace(*fan(n))] == [1, 0]


@pytest.mark.parametrize("make", INPUTS)
def test_an_imminent_round_is_linear_work_and_logarithmic_depth(make):
    for step in imminent.trace(*make(500)):
        assert step.work <= 2 * 500
        assert step.depth <= 1 + math.ceil(math.log2(500))
