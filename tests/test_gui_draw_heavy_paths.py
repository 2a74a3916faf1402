"""Heavy paths are the world lines of the history, and what a level leaves out cannot be seen."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = pytest.mark.qt
pytest.importorskip("PySide6")

from gui.draw import heavy_paths  # noqa: E402
from gui.draw.heavy_paths import HeavyPaths  # noqa: E402
from gui.draw.raster import density, shaded, totals  # noqa: E402
from gui.draw.strip import LogScale, bars, column_masses  # noqa: E402
from gui.draw.world_raster import cost, mass_raster  # noqa: E402
from gui.model.time_axis import TimeAxis  # noqa: E402
from particles import Particles, simulate  # noqa: E402
from particles.scenarios import get  # noqa: E402


def _paths(history, horizon, kind="linear"):
    return HeavyPaths.of(history, horizon, TimeAxis(kind, history, horizon))


def _history(name="random-masses", n=300):
    return simulate(get(name, n).particles)


def test_all_segments_are_the_histories_world_lines():
    history = _history()
    horizon = 0.6 * history.last_collision
    lines, wanted = _paths(history, horizon).segments, history.world_lines(horizon)
    rows = np.column_stack((lines.u0 * horizon, lines.u1 * horizon, lines.x0, lines.x1))
    expected = np.column_stack((wanted.born, wanted.died, wanted.position, wanted.end))
    assert rows.shape == expected.shape
    np.testing.assert_allclose(rows[np.lexsort(rows.T)], expected[np.lexsort(expected.T)], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("kind", ["linear", "log", "merges"])
@pytest.mark.parametrize("rows", [40.0, 700.0])
def test_every_path_of_a_level_is_one_unbroken_line_from_time_0(kind, rows):
    history = _history()
    lines = _paths(history, history.last_collision, kind).level(rows)
    begins = lines.u0 == 0.0
    goes_on = ~begins[1:]
    assert begins[0]
    np.testing.assert_allclose(lines.x1[:-1][goes_on], lines.x0[1:][goes_on], rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(lines.u1[:-1][goes_on], lines.u0[1:][goes_on])
    ends = -lines.ends
    np.testing.assert_array_equal(lines.u1[np.append(begins[1:], True)], ends[np.append(begins[1:], True)])
    assert (ends >= 0.5 / rows).all()


def test_a_coarse_level_has_far_fewer_lines_and_a_fine_one_has_all():
    history = _history("gaussian-weights", 5000)
    paths = _paths(history, history.last_collision)
    assert len(paths.level(30.0)) < 0.8 * len(paths.segments)
    assert len(paths.level(2.0**40)) > 0.99 * len(paths.segments)


def test_zooming_keeps_few_levels_in_memory():
    history = _history("gaussian-weights", 3000)
    paths = _paths(history, history.last_collision)
    for power in range(2, 30):
        assert len(paths.level(2.0**power, every=2)) <= len(paths.level(2.0**power))
    assert len(paths.levels) <= 6


def test_a_thinned_choice_keeps_the_outermost_lines():
    history = simulate(get("explosion", 5000).particles)
    paths = _paths(history, 1.0)
    everything, few = paths.level(500.0), paths.level(500.0, every=64)
    assert len(few) < 0.8 * len(everything)
    assert few.x1.min() == everything.x1.min()
    assert few.x1.max() == everything.x1.max()


@pytest.mark.parametrize("kind", ["linear", "merges"])
def test_each_row_of_the_raster_holds_the_mass_where_the_history_has_it(kind):
    history = _history("gaussian-weights", 3000)
    horizon = 0.9 * history.last_collision
    axis = TimeAxis(kind, history, horizon)
    lines = HeavyPaths.of(history, horizon, axis).level(2.0**30)
    raster = mass_raster(lines, history.tree.mass[lines.node], (50, 80), ((-5.0, 5.0), (0.0, 1.0)))
    for row in (0, 10, 30, 49):
        clusters = history.clusters(float(axis.inverse(1.0 - (row + 0.5) / 50)))
        assert raster[row].sum() == pytest.approx(clusters.mass.sum(), rel=1e-9)
        mean = (np.arange(80) + 0.5) @ raster[row] / raster[row].sum() * (10.0 / 80) - 5.0
        assert mean == pytest.approx((clusters.mass * clusters.position).sum() / clusters.mass.sum(), abs=0.13)


def test_the_cost_of_lines_is_the_pixels_that_they_pass():
    history = simulate(get("explosion", 1000).particles)
    lines = _paths(history, 1.0).level(200.0)
    assert cost(lines, 200.0, ((-np.inf, np.inf), (0.0, 0.5))) == pytest.approx(100.0 * 1000, rel=0.02)


@pytest.mark.parametrize("position", [[], [0.5], [1.0, 1.0, 1.0], [1e15, 1e15 + 2.0]])
def test_small_and_odd_systems_have_paths(position):
    particles = Particles(np.array(position), np.zeros(len(position)))
    paths = _paths(simulate(particles), 1.0)
    assert len(paths.visible(500.0, (-1e300, 1e300), (0.0, 1.0), 100)) == (
        1 if len(set(position)) == 1 else len(position)
    )


def test_totals_count_every_place_inside_and_none_outside():
    total = totals(np.array([0.0, 0.9, 2.0, -0.1, 3.0, np.nan]), np.array([0.0, 0.0, 1.9, 0.0, 0.0, 0.0]), (2, 3))
    np.testing.assert_array_equal(total, [[2, 0, 0], [0, 0, 1]])


def test_density_is_a_log_scale_over_the_background():
    table = np.arange(256, dtype=np.uint32)
    total = np.array([[0.0, 1.0, 10.0, 100.0, 1e9, 1e-9]])
    np.testing.assert_array_equal(density(total, table, 1.0, 100.0), [[0, 1, 128, 255, 255, 1]])
    assert shaded(total, table + 5, 1.0, 100.0)[0, 0] == 0


@pytest.mark.parametrize("downward", [False, True])
def test_bars_are_as_high_as_the_logarithm_of_the_mass(downward):
    masses = column_masses(np.array([0.2, 0.7, 2.5, 9.0, -1.0]), np.array([1.0, 1.0, 64.0, 5.0, 5.0]), 4)
    np.testing.assert_array_equal(masses, [2, 0, 64, 0])
    pixels = bars(masses, 60, LogScale(1.0, 64.0), np.full(256, 7, np.uint32), downward)
    np.testing.assert_array_equal((pixels != 0).sum(axis=0), [10, 0, 60, 0])
    assert (pixels[0 if downward else -1] != 0).tolist() == [True, False, True, False]


def test_until_a_worker_has_made_a_level_the_nearest_one_is_drawn(monkeypatch):
    history = _history()
    paths = _paths(history, history.last_collision)
    paths.made_ready(4.0).made_ready(100.0)
    assert paths.nearest(900.0) == 900.0  # these few take no worker
    monkeypatch.setattr(heavy_paths, "QUICK", 0)
    assert paths.nearest(900.0) == 128.0
    assert paths.made_ready(900.0).nearest(900.0) == 900.0
