"""Readouts: the numbers of the diagnostics, and ticks that break when an invariant does."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.model.readouts import readouts
from gui.model.simulation import prepared
from gui.model.system import LARGEST, SMALLEST, System
from particles import Particles, scenarios, simulate
from particles.diagnostics import snapshot
from prox import weight_sharing
from tests.problems import ANY


@settings(max_examples=40)
@given(ANY, st.data())
def test_readouts_are_the_diagnostics_and_all_invariants_hold(problem, data):
    history = simulate(problem.particles)
    t = data.draw(st.sampled_from([0.0, problem.time, history.last_collision]))
    found, known = readouts(history, t), snapshot(history, t)
    assert all(found.ok.values()), found.ok
    size = float(np.abs(problem.particles.mass * problem.particles.velocity).sum())
    for name in ("clusters", "largest", "mass", "information_lost", "centre_of_mass"):
        expected = getattr(known, name)
        assert getattr(found.seen, name) == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True)
    assert found.seen.momentum == pytest.approx(known.momentum, abs=1e-12 * size + 1e-300)
    energy = snapshot(history, 0.0).kinetic_energy
    assert found.seen.kinetic_energy == pytest.approx(known.kinetic_energy, abs=1e-9 * energy + 1e-300)
    assert found.seen.heat == pytest.approx(max(known.heat, 0.0), abs=1e-9 * energy + 1e-300)
    assert found.seen.heat >= 0


@settings(max_examples=40)
@given(st.lists(st.floats(-100, 100), max_size=30), st.floats(0, 1.5))
def test_the_penalty_and_the_distinct_values_are_those_of_the_positions(values, t):
    history = simulate(Particles.from_weights(np.array(values)))
    found, positions = readouts(history, t), history.positions(t)
    assert found.penalty == pytest.approx(weight_sharing(positions), rel=1e-9, abs=1e-9)
    assert found.distinct == pytest.approx(np.unique(positions).size, abs=0 if t == 0 else 2)


@pytest.mark.parametrize("name", [name for name in scenarios.names() if name != "trained-layer"])  # it is slow
def test_all_invariants_hold_in_every_scenario(name):
    scenario = scenarios.get(name)
    history = simulate(scenario.particles)
    for t in np.linspace(0, scenario.horizon, 7):
        assert all(readouts(history, t).ok.values())


@pytest.mark.parametrize("name", ["snow-plough", "heavy-through-dust", "gaussian-weights", "converging-fan"])
def test_rounding_breaks_no_invariant_of_many_particles_far_from_zero(name):
    scenario = scenarios.get(name, 20_000)
    p = scenario.particles
    history = simulate(Particles(p.position + 1e6, p.velocity + 1e3, p.mass))
    for t in (0.0, scenario.horizon / 3, scenario.horizon):
        assert all(readouts(history, t).ok.values())


HISTORY = simulate(scenarios.get("random-masses", 50).particles)


def broken(**columns):
    """A history whose tree tells something else than its particles."""
    history = replace(HISTORY)
    history.__dict__["tree"] = HISTORY.tree._replace(**columns)
    return history


TREE, N = HISTORY.tree, len(HISTORY.particles)
LATE = np.arange(TREE.first.size) >= N
HALF = float(np.median(TREE.time))


@pytest.mark.parametrize(
    ("columns", "fails"),
    [
        ({"mass": np.where(LATE, TREE.mass * 1.01, TREE.mass)}, "mass"),
        ({"momentum": TREE.momentum + np.where(LATE, 0.1, 0)}, "momentum"),
        ({"moment": TREE.moment + np.where(LATE, 1e-6, 0)}, "centre_of_mass"),
        ({"momentum": TREE.momentum * np.where(LATE, -1, 1)}, "energy"),
        ({"moment": -TREE.moment}, "order"),
    ],
)
def test_a_tick_breaks_where_its_invariant_does(columns, fails):
    assert all(readouts(HISTORY, HALF).ok.values())
    assert not readouts(broken(**columns), HALF).ok[fails]


def test_an_empty_line_has_readouts_too():
    found = readouts(simulate(Particles([], [])), 1.0)
    assert (found.seen.clusters, found.distinct, found.penalty, found.seen.heat) == (0, 0, 0.0, 0.0)
    assert math.isnan(found.seen.centre_of_mass)
    assert all(found.ok.values())


@pytest.mark.parametrize("mass", [(1.0, 1.0, 1.0), (LARGEST,) * 3, (SMALLEST, 1.0, LARGEST)])
@pytest.mark.parametrize("horizon", [SMALLEST, 1.0, LARGEST])
def test_up_to_the_largest_numbers_of_a_system_nothing_overflows(mass, horizon):
    particles = Particles(np.array([-LARGEST, 0.0, LARGEST]), np.array([LARGEST, 0.0, -LARGEST]), np.array(mass))
    history = prepared(System(particles, horizon=horizon))
    for t in (0.0, horizon):
        found = readouts(history, t)
        assert all(found.ok.values())
        assert np.isfinite([value for value in found if isinstance(value, float)]).all()
