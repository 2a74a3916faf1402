"""What views show over time is what the history says: trails, counts, trees; without Qt."""

import numpy as np
import pytest

from gui.model.lineage import nodes_at
from gui.model.time_axis import TimeAxis
from gui.views.counts_course import COLUMNS, course_of, steps
from gui.views.phase_trails import trails
from gui.views.tree_layout import branch_near, lay_out, smallest_shown
from particles import Particles, scenarios, simulate
from particles.diagnostics import snapshot


def of(name, n, seed=1):
    scenario = scenarios.get(name, n, seed)
    return simulate(scenario.particles), scenario.horizon


def test_a_trail_is_where_its_cluster_was():
    history, horizon = of("random-masses", 40)
    t, span = 0.4 * horizon, 0.2 * horizon
    way = trails(history, nodes_at(history, t), t, span)
    level = way.v0 == way.v1
    assert (way.age >= 0).all()
    assert (way.age <= span * (1 + 1e-12)).all()
    for x, v, age, node in zip(way.x1[level], way.v1[level], way.age[level], way.node[level], strict=True):
        rank, just_before = history.tree.first[node], max(t - age - 1e-9 * horizon, 0.0) if age else t
        assert history.positions(just_before)[rank] == pytest.approx(x, abs=1e-6)
        assert history.velocities(just_before)[rank] == pytest.approx(v, abs=1e-12)
    assert (way.x0[~level] == way.x1[~level]).all(), "a collision jumps in velocity only"


@pytest.mark.parametrize("kind", ["linear", "log", "merges"])
@pytest.mark.parametrize("n", [1, 2, 60, 5_000])
def test_the_stairs_hold_what_the_history_counts(kind, n):
    particles = Particles([0.0], [1.0]) if n == 1 else scenarios.get("gaussian-weights", n, 1).particles
    history, horizon = simulate(particles), 3.0
    course = course_of(history, TimeAxis(kind, history, horizon), horizon)
    assert course.place.size <= 2 * COLUMNS + 1
    for t in np.linspace(0.0, horizon, 7):
        clusters, energy, lost = course.at(t)
        seen = snapshot(history, t)
        assert clusters == seen.clusters
        assert energy == pytest.approx(seen.kinetic_energy, abs=1e-9 * (1 + course.energy))
        assert lost == pytest.approx(seen.information_lost, abs=1e-9)
    assert course.clusters[-1] == history.count(horizon)
    x, y = steps(course, course.clusters)
    assert (x[0], x[-1], x.size) == (0.0, 1.0, y.size)
    assert (np.diff(x) >= 0).all()


def test_a_small_tree_has_a_branch_for_each_node_and_a_large_one_some_hundreds():
    history, horizon = of("gaussian-weights", 50)
    assert lay_out(history, horizon, 1).branches.top.size == 50 + np.searchsorted(history.tree.time, horizon, "right")
    history, horizon = of("random-masses", 20_000)
    layout = lay_out(history, horizon, smallest_shown(20_000, 1.0))
    assert layout.smallest == 50
    assert layout.branches.top.size <= 800


def test_zooming_in_tells_smaller_clusters_apart_down_to_single_particles():
    sizes = [smallest_shown(1_000_000, part) for part in (1.0, 0.5, 0.01, 1e-4)]
    assert sizes == [2500, 1024, 16, 1]


def test_the_branch_under_the_mouse_is_alive_at_that_time():
    history, horizon = of("gaussian-weights", 30)
    layout = lay_out(history, horizon, 1)
    b = layout.branches
    for branch in range(b.top.size):
        middle = 0.5 * (b.born[branch] + b.died[branch])
        assert branch_near(layout, b.place[branch], middle, 0.01) == branch
    assert branch_near(layout, -5.0, 0.0, 1.0) is None
