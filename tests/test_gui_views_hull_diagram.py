"""The cumulative sums and the string under them, without Qt."""

import numpy as np
import pytest

from gui.views.hull_diagram import (
    COLUMNS,
    curve,
    ends_of,
    heights,
    just_left,
    leaving,
    neighbours,
    shown_edges,
    sums_of,
    upright,
)
from particles import Particles, scenarios, simulate


def of(name, n=None, seed=0):
    scenario = scenarios.get(name, n, seed)
    return simulate(scenario.particles), scenario.horizon


def edges(history, horizon, t):
    sums, clusters = sums_of(history, horizon), history.clusters(t)
    return sums, clusters, *ends_of(clusters, np.arange(len(clusters)), len(history.particles))


@pytest.mark.parametrize("name", ["random-masses", "gaussian-weights", "snow-plough", "explosion"])
def test_the_string_lies_under_all_points_and_its_slopes_are_the_positions(name):
    history, horizon = of(name, 60, 1)
    for t in (0.0, 0.3 * horizon, horizon):
        sums, clusters, begin, end = edges(history, horizon, t)
        shown = curve(sums, t, (0.0, sums.mass[-1]), np.union1d(begin, end))
        size = np.abs(shown.moment).max()
        assert (shown.moment >= shown.string - 1e-12 * size).all()
        slope = (heights(sums, t, end) - heights(sums, t, begin)) / (sums.mass[end] - sums.mass[begin])
        centre = np.average(clusters.position, weights=clusters.mass)
        np.testing.assert_allclose(slope, clusters.position - centre, atol=1e-9 * (1 + np.abs(clusters.position).max()))


def test_a_vertex_leaves_at_the_collision_when_both_edges_have_one_slope():
    history, horizon = of("gaussian-weights", 30, 2)
    when, points = leaving(history, 0.0)
    assert when == history.merge_times.min()
    before, k, after = neighbours(history.clusters(0.0), points[0], 30)
    sums = sums_of(history, horizon)
    low, middle, high = heights(sums, when, np.array([before, k, after]))
    part = (sums.mass[k] - sums.mass[before]) / (sums.mass[after] - sums.mass[before])
    assert middle == pytest.approx(low + part * (high - low), abs=1e-12)
    left, age = just_left(history, when, 0.1)
    assert list(left) == list(points)
    assert list(age) == [0.0]


def test_collisions_of_one_moment_leave_together():
    history, _ = of("converging-fan", 9)
    when, points = leaving(history, 0.0)
    assert sorted(points) == list(range(1, 9))
    assert leaving(history, when)[0] == np.inf


def test_many_points_become_columns_that_keep_every_extreme_and_every_long_edge():
    history, horizon = of("random-masses", 30_000, 3)
    t = 0.3 * horizon
    sums, clusters, begin, end = edges(history, horizon, t)
    shown = curve(sums, t, (0.0, sums.mass[-1]), np.union1d(begin, end))
    moment = heights(sums, t, np.arange(sums.mass.size))
    assert shown.mass.size <= 4 * COLUMNS + 4
    assert (shown.moment.min(), shown.moment.max()) == (moment.min(), moment.max())
    kept = shown_edges(sums, clusters, (0.0, sums.mass[-1]))
    long = np.flatnonzero(clusters.mass > 1.01 * sums.mass[-1] / COLUMNS)
    assert kept.size <= COLUMNS + 1
    assert np.isin(long, kept).all()


def test_a_large_offset_does_not_reach_the_picture():
    near = Particles([0.0, 1.0, 3.0], [1.0, 0.0, -1.0])
    far = Particles(near.position + 2.0**40, near.velocity)
    for a, b in zip(sums_of(simulate(near), 1.0), sums_of(simulate(far), 1.0), strict=True):
        if np.ndim(a):
            np.testing.assert_allclose(a, b, atol=1e-3)


@pytest.mark.parametrize("name", ["gaussian-weights", "coincident-start", "already-touching", "zeldovich"])
def test_the_whole_string_is_in_the_picture_at_all_times(name):
    history, horizon = of(name)
    for t in np.linspace(0.0, horizon, 9):
        sums, clusters, begin, end = edges(history, horizon, t)
        low, high = upright(sums, clusters, t)
        string = heights(sums, t, np.append(begin, end))
        size = np.abs(sums.start).max() + t * np.abs(sums.rate).max()
        assert low < high
        assert low - 1e-12 * size <= string.min() <= string.max() <= high + 1e-12 * size
