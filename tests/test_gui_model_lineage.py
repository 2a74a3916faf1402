"""Colours, nodes and selections follow the merge tree."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.model import edits
from gui.model.document import Document
from gui.model.lineage import colours, node_at, nodes_at
from gui.model.options import Options
from gui.model.selection import Selection
from gui.model.session import Session
from gui.model.system import System
from particles import Particles, scenarios, simulate
from tests.problems import ANY


def session_of(name="chain", n=None):
    return Session(Document(System.of_scenario(scenarios.get(name, n))))


@settings(max_examples=40)
@given(ANY)
def test_a_cluster_has_the_colour_of_its_heavier_parent(problem):
    history = simulate(problem.particles)
    tree, found = history.tree, colours(history)
    heavier = np.where(tree.mass[tree.left] >= tree.mass[tree.right], tree.left, tree.right)
    assert np.array_equal(found[len(problem.particles) :], found[heavier])
    assert found.max(initial=0) < 6


@settings(max_examples=40)
@given(ANY)
def test_neighbouring_clusters_differ_in_colour_at_every_time(problem):
    history = simulate(problem.particles)
    found = colours(history)
    for t in [0.0, *history.events.time.tolist()]:
        shown = found[nodes_at(history, t)]
        assert (shown[1:] != shown[:-1]).all()


def test_particles_that_never_meet_have_the_colours_in_turn():
    history = simulate(Particles(np.arange(8.0), np.zeros(8)))
    assert colours(history).tolist() == [0, 1, 2, 3, 4, 5, 0, 1]


@settings(max_examples=40)
@given(ANY, st.data())
def test_nodes_are_the_clusters_of_their_time(problem, data):
    history = simulate(problem.particles)
    t = data.draw(st.sampled_from([0.0, problem.time, *history.events.time.tolist()]))
    clusters, nodes, tree = history.clusters(t), nodes_at(history, t), history.tree
    assert np.array_equal(tree.first[nodes], clusters.start)
    assert tree.mass[nodes] == pytest.approx(clusters.mass)
    for node in nodes:
        for rank in {tree.first[node], tree.last[node]}:
            assert node_at(history, rank, t) == node


def test_there_is_no_node_beyond_the_last_particle():
    history = simulate(Particles([0.0], [0.0]))
    with pytest.raises(ValueError, match="rank 1"):
        node_at(history, 1, 0.0)


@settings(max_examples=40)
@given(ANY, st.data())
def test_a_selected_cluster_lights_up_its_ancestry_and_what_it_became(problem, data):
    session = Session(Document(System(problem.particles)))
    tree = session.history.tree
    if not tree.first.size:
        return
    node = data.draw(st.integers(0, tree.first.size - 1))
    session.selection.select_node(node)
    n, expected, above = len(problem.particles), set(), node
    while above >= 0:
        expected.add(above)
        above = int(tree.parent[above])
    under = [node]
    while under:
        one = under.pop()
        expected.add(one)
        under += [int(tree.left[one - n]), int(tree.right[one - n])] if one >= n else []
    assert set(np.flatnonzero(session.selection.nodes(session.history)).tolist()) == expected
    assert session.selection.ids == set(range(tree.first[node], tree.last[node] + 1))


def test_selected_particles_light_up_all_that_they_became_part_of():
    session = session_of("three-at-once")
    tree = session.history.tree
    session.selection.select([0, 99])
    assert session.selection.ids == {0}
    lit = np.flatnonzero(session.selection.nodes(session.history))
    assert lit.tolist() == [node for node in range(tree.first.size) if tree.first[node] == 0]


def test_a_selection_is_pruned_to_what_still_exists():
    session = session_of("random-masses", 20)
    document, selection = session.document, session.selection
    selection.select([3, 4])
    selection.hovered = 4
    document.edit(edits.removed(document.latest, [4]), "Delete")
    assert (selection.ids, selection.hovered) == ({3}, None)
    node = 20
    selection.select_node(node)
    members = selection.ids
    document.edit(edits.with_horizon(document.latest, 9.0), "Look longer")
    assert (selection.node, selection.ids) == (node, members)
    document.edit(edits.removed(document.latest, [min(members)]), "Delete")
    assert (selection.node, selection.ids) == (None, members - {min(members)})


def test_a_selection_tells_of_changes_only():
    session, told = session_of(), []
    session.selection.changed.connect(lambda: told.append(session.selection.node))
    session.selection.clear()
    session.selection.select_node(2)
    session.selection.select_node(2)
    session.selection.clear()
    assert told == [2, None]
    with pytest.raises(ValueError, match="no cluster 99"):
        session.selection.select_node(99)


def test_a_session_follows_its_document_before_anybody_else_hears_of_it():
    session, seen = session_of("gaussian-weights", 30), []
    session.clock.t = session.clock.horizon

    def look():
        n = len(session.document.system)
        assert len(session.clusters.expand(session.clusters.position, n)) == n
        assert session.colours.size == session.history.tree.first.size
        seen.append((n, session.t, session.axis.horizon))

    session.document.changed.connect(look)
    session.clock.changed.connect(look)
    session.document.load(System.of_scenario(scenarios.get("two-equal")))
    assert seen == [(2, 0.0, session.document.system.horizon)]


def test_clusters_colours_and_axis_are_made_once_for_each_history_and_time():
    session = session_of("gaussian-weights", 30)
    assert session.clusters is session.clusters
    assert session.colours is session.colours
    axis, clusters = session.axis, session.clusters
    session.clock.t = 0.5
    assert session.axis is axis
    assert session.clusters is not clusters
    session.options.set(time_axis="merges")
    assert session.axis.kind == "merges"


def test_two_sessions_on_one_document_have_their_own_clocks_and_a_closed_one_follows_no_more():
    one = session_of("gaussian-weights", 30)
    other = Session(one.document, Options(theme="dark"))
    other.clock.t = 0.25
    assert (one.t, one.options.theme) == (0.0, "system")
    horizon = other.clock.horizon
    other.close()
    one.document.edit(edits.with_horizon(one.document.latest, 99.0), "Look longer")
    assert (one.clock.horizon, other.clock.horizon) == (99.0, horizon)


def test_the_nodes_that_light_up_are_found_once_for_all_views():
    document = Document(System.of_scenario(scenarios.get("random-masses", 12, 1)))
    selection, history = Selection(document), document.history
    selection.select(document.system.ids[:3])
    first = selection.nodes(history)
    assert selection.nodes(history) is first
    selection.select(document.system.ids[5:6])
    assert selection.nodes(history)[5]
    assert not selection.nodes(history)[0]


def test_a_selection_keeps_each_particle_once_and_only_those_that_exist():
    document = Document(System.of_scenario(scenarios.get("chain", 5)))
    selection = Selection(document)
    selection.select(np.array([3, 1, 3, 99, -1]))
    assert sorted(selection.members.tolist()) == [1, 3]
    assert selection.ids == {1, 3}
    number = selection.number
    selection.select([1, 3])
    assert selection.number == number
    selection.clear()
    assert (selection.number == number, bool(selection), selection.ids) == (False, False, frozenset())
