"""What the figures draw is what the history holds, also where they leave out what a picture cannot show."""

import numpy as np
import pytest

from particles import Particles, figures, simulate
from particles.figure_branches import find_branches, find_strays
from particles.figure_energy import SAMPLES
from particles.figure_hull import COLUMNS as HULL_COLUMNS
from particles.figure_tree import COLUMNS as TREE_COLUMNS
from particles.figure_world_lines import COLUMNS, MOST_LINES, ROWS, visible_lines


def random_particles(n, seed=0):
    random = np.random.default_rng(seed)
    return Particles(np.sort(random.uniform(-1, 1, n)), random.normal(size=n), random.uniform(0.3, 3, n))


def gaussian(n, seed=0):
    return Particles.from_weights(np.random.default_rng(seed).normal(size=n))


def gathered(figure, gid):
    (artist,) = figure.findobj(lambda artist: artist.get_gid() == gid)
    return artist


def test_world_lines_are_those_of_the_history():
    history = simulate(random_particles(50), until=0.5)
    drawn = np.array(gathered(figures.world_lines(history), "world-lines").get_segments())
    expected = history.world_lines(0.5)
    order = np.argsort(expected.mass, kind="stable")
    assert len(drawn) == expected.mass.size
    np.testing.assert_array_equal(drawn[:, 0, 0], expected.position[order])
    np.testing.assert_array_equal(drawn[:, 1, 1], expected.died[order])


def test_heavier_lines_are_wider_and_collisions_are_marked():
    history = simulate(Particles([0.0, 1.0, 5.0], [1.0, 0.0, 0.0], [1.0, 4.0, 2.0]))
    figure = figures.world_lines(history)
    assert (np.diff(gathered(figure, "world-lines").get_linewidths()) > 0).all()  # drawn in order of mass
    marks = gathered(figure, "collisions").get_offsets()
    np.testing.assert_allclose(marks, np.column_stack((history.events.position, history.events.time)))


def test_thinning_keeps_every_heavy_cluster_that_crosses_a_row():
    history = simulate(gaussian(30_000))
    until = 1.08 * history.last_collision
    lines = visible_lines(history, history.world_lines(until), until)
    assert lines.mass.size <= MOST_LINES
    drawn = set(zip(lines.first.tolist(), lines.last.tolist(), strict=True))
    for time in np.arange(0, ROWS, 24) * (until / ROWS):
        clusters = history.clusters(time)
        last = clusters.start + clusters.sizes(30_000) - 1
        heavy = clusters.mass > clusters.mass.sum() / COLUMNS
        assert drawn >= set(zip(clusters.start[heavy].tolist(), last[heavy].tolist(), strict=True))


def test_a_heavy_cluster_that_absorbs_dust_all_the_time_is_one_unbroken_line():
    dust = np.linspace(0.001, 1.0, 20_000)
    history = simulate(Particles(np.append(0.0, dust), np.append(1.0, np.zeros(dust.size)), np.append(1e9, dust + 1)))
    until = history.last_collision
    lines = visible_lines(history, history.world_lines(until), until)
    heavy = np.flatnonzero(lines.mass > 1e8)
    assert heavy.size >= ROWS // 2
    assert (lines.born[heavy][1:] <= lines.died[heavy][:-1]).all()
    assert lines.born[heavy[0]] == 0
    assert lines.died[heavy[-1]] >= until * (1 - 2 / ROWS)


def test_thinning_keeps_lone_particles_in_the_open():
    position = np.concatenate(([-50.0, -20.0], np.linspace(-0.01, 0.01, 30_000), [30.0]))
    history = simulate(Particles(position, np.zeros(position.size)))
    lines = visible_lines(history, history.world_lines(1.0), 1.0)
    assert lines.mass.size < position.size
    assert {-50.0, -20.0, 30.0} <= set(lines.position)


def test_the_line_shows_clusters_where_they_are_and_ghosts_where_they_would_be():
    particles = random_particles(30)
    history = simulate(particles)
    figure = figures.line(history, time=0.4)
    clusters = history.clusters(0.4)
    np.testing.assert_array_equal(np.sort(gathered(figure, "clusters").get_offsets()[:, 0]), clusters.position)
    np.testing.assert_array_equal(
        gathered(figure, "ghosts").get_offsets()[:, 0], particles.position + 0.4 * particles.velocity
    )
    sizes = np.sort(gathered(figure, "clusters").get_sizes())
    np.testing.assert_allclose(sizes / sizes[-1], np.sort(clusters.mass) / clusters.mass.max())
    assert f"{len(clusters)} clusters of 30 particles" in figure.axes[0].get_title(loc="left")


def test_the_tree_has_a_branch_for_every_life_and_a_bar_for_every_ending():
    history = simulate(random_particles(40), until=0.6)
    lines = history.world_lines(0.6)
    figure = figures.tree(history)
    assert len(gathered(figure, "branches").get_segments()) == lines.mass.size
    assert len(gathered(figure, "bars").get_segments()) == np.count_nonzero(lines.died < 0.6)


def test_a_collision_of_many_at_once_is_one_fork():
    branches = find_branches(simulate(Particles(np.linspace(-1, 1, 12), -np.linspace(-1, 1, 12))).tree, 2.0, 1)
    assert branches.top.size == 13
    np.testing.assert_array_equal(branches.above, [12] * 12 + [-1])


@pytest.mark.parametrize("particles", [gaussian(3000), random_particles(3000)], ids=["one tree", "forest"])
def test_the_collapsed_tree_keeps_forks_of_large_clusters_and_places_strays(particles):
    history, smallest = simulate(particles, until=1.4), 8
    tree = history.tree
    branches = find_branches(tree, 1.4, smallest)
    size = tree.last - tree.first + 1
    n = len(particles)
    large_forks = (size[tree.left] >= smallest) & (size[tree.right] >= smallest)
    assert np.count_nonzero(branches.above >= 0) == 2 * np.count_nonzero(large_forks)
    assert (size[branches.top] >= smallest).all()
    strays = find_strays(tree, branches, 1.4, np.arange(n))
    joined = strays.branch >= 0
    assert (size[strays.node] < smallest).all()
    top = branches.top[strays.branch[joined]]
    assert ((tree.first[top] <= strays.rank[joined]) & (strays.rank[joined] <= tree.last[top])).all()
    alone = history.clusters(1.4).sizes(n)[history.clusters(1.4).labels(n)] < smallest
    np.testing.assert_array_equal(strays.rank[~joined], np.flatnonzero(alone))


def test_a_large_tree_says_what_it_collapsed():
    figure = figures.tree(simulate(gaussian(10 * TREE_COLUMNS)))
    assert any("fewer than 10" in text.get_text() for text in figure.axes[0].texts)
    assert len(gathered(figure, "branches").get_segments()) < 2 * TREE_COLUMNS


def test_kinetic_energy_and_heat_add_up_to_a_constant():
    history = simulate(random_particles(60))
    axes = figures.energy(history).axes[1]
    kinetic, heat = (collection.get_paths()[0].vertices for collection in axes.collections)
    until = axes.get_xlim()[1]
    for time in np.linspace(0.001, 0.999, 41) * until:
        at = np.searchsorted(history.events.time, time, side="right")
        expected = 1 - history.events.energy_lost[:at].sum() / (
            0.5 * (history.particles.mass * history.particles.velocity**2).sum()
        )
        assert _extent(kinetic, time) == pytest.approx((0.0, expected), abs=1e-9)
        assert _extent(heat, time) == pytest.approx((expected, 1.0), abs=1e-9)


def _extent(outline, time):
    """Lowest and highest point at ``time`` of a filled area whose outline has only level and upright pieces."""
    after = np.roll(outline, -1, axis=0)
    crosses = (np.minimum(outline[:, 0], after[:, 0]) <= time) & (time <= np.maximum(outline[:, 0], after[:, 0]))
    heights = outline[crosses & (outline[:, 1] == after[:, 1]), 1]
    return heights.min(), heights.max()


def test_the_count_is_that_of_the_history_also_when_sampled():
    history = simulate(gaussian(20_000))
    curve = gathered(figures.energy(history, until=2.0), "clusters")
    time, clusters = curve.get_data()
    assert time.size <= SAMPLES + 1
    np.testing.assert_array_equal(clusters[:-1], history.count(time[:-1]))


def test_slopes_of_the_string_are_the_positions_of_the_clusters():
    particles = random_particles(80)
    history = simulate(particles)
    figure = figures.hull(history, time=0.5)
    clusters = history.clusters(0.5)
    edges = np.array(gathered(figure, "string").get_segments())
    step = edges[:, 1] - edges[:, 0]
    centre = np.average(particles.position + 0.5 * particles.velocity, weights=particles.mass)
    np.testing.assert_allclose(step[:, 0], clusters.mass)
    np.testing.assert_allclose(step[:, 1] / step[:, 0] + centre, clusters.position, atol=1e-12)
    points = gathered(figure, "points").get_offsets()
    string = np.interp(points[:, 0], [*edges[:, 0, 0], edges[-1, 1, 0]], [*edges[:, 0, 1], edges[-1, 1, 1]])
    assert len(points) == 81
    assert (points[:, 1] >= string - 1e-9).all()


def test_the_long_edges_of_a_string_of_many_are_kept():
    history = simulate(gaussian(30_000))
    edges = np.array(gathered(figures.hull(history, time=1.3), "string").get_segments())
    mass = edges[:, 1, 0] - edges[:, 0, 0]
    clusters = history.clusters(1.3)
    assert len(clusters) > 2 * HULL_COLUMNS > len(edges) / 2
    heavy = clusters.mass[clusters.mass > 30_000 / HULL_COLUMNS]
    assert np.isin(heavy, mass).all()


def test_where_no_cluster_is_large_there_is_no_branch():
    tree = simulate(Particles(np.arange(5.0), np.zeros(5))).tree
    branches = find_branches(tree, 1.0, 2)
    assert branches.top.size == 0
    assert (branches.of_node == -1).all()
    strays = find_strays(tree, branches, 1.0, np.arange(5))
    assert strays.branch.tolist() == [-1] * 5
