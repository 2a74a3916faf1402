"""Edits: whatever is done, positions stay sorted, each particle keeps its id, and the old system stays as it was."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.model import edits
from gui.model.system import System, last_collision_of_weights
from gui.views.table_blocks import pasted
from particles import Particles, scenarios, simulate
from prox import prox_weight_sharing
from tests.one_sentence import refused
from tests.problems import ANY

NUMBER = st.floats(-1e6, 1e6)
MASS = st.floats(1e-3, 1e3)
COLUMNS = ("position", "velocity", "mass")


def system_of(position, velocity=None, mass=None):
    return System(Particles(position, np.zeros(len(position)) if velocity is None else velocity, mass))


def by_id(system):
    """What each particle is, by its id."""
    rows = zip(*(getattr(system.particles, column).tolist() for column in COLUMNS), strict=True)
    return dict(zip(system.ids.tolist(), rows, strict=True))


@st.composite
def an_edit(draw, system):
    """Some edit of the system, and the particles that it should then have."""
    there, ids = by_id(system), sorted(system.ids.tolist())
    kinds = ["added", "mirrored"] + ["moved", "velocity", "mass", "removed", "duplicated", "several"] * bool(ids)
    kind = draw(st.sampled_from(kinds))
    if kind == "added":
        row = (draw(NUMBER), draw(NUMBER), draw(MASS))
        new, id = edits.added(system, *row)
        assert id not in there
        return new, there | {id: row}
    if kind == "mirrored":
        return edits.mirrored(system), {id: (-x, -v, m) for id, (x, v, m) in there.items()}
    some = draw(st.lists(st.sampled_from(ids), min_size=1, max_size=4, unique=True))
    id, (x, v, m) = some[0], there[some[0]]
    if kind == "moved":
        position = draw(NUMBER)
        return edits.moved(system, id, position), there | {id: (position, v, m)}
    if kind == "velocity":
        velocity = draw(NUMBER)
        return edits.with_velocity(system, id, velocity), there | {id: (x, velocity, m)}
    if kind == "mass":
        mass = draw(MASS)
        return edits.with_mass(system, id, mass), there | {id: (x, v, mass)}
    if kind == "several":
        new = edits.with_values(system, some, velocity=np.arange(len(some)), mass=2.0)
        return new, there | {id: (there[id][0], float(k), 2.0) for k, id in enumerate(some)}
    if kind == "removed":
        return edits.removed(system, some), {id: row for id, row in there.items() if id not in some}
    new = edits.duplicated(system, some)
    copies = {id: row for id, row in by_id(new).items() if id not in there}
    assert sorted(row[1:] for row in copies.values()) == sorted(there[id][1:] for id in some)
    return new, there | copies


@settings(max_examples=60)
@given(st.data())
def test_any_sequence_of_edits_keeps_ids_unique_positions_sorted_and_particles_whole(data):
    system = System(data.draw(ANY).particles)
    for _ in range(data.draw(st.integers(1, 5))):
        before = by_id(system)
        edited, expected = data.draw(an_edit(system))
        assert by_id(system) == before
        system = edited
        assert np.unique(system.ids).size == len(system)
        assert (np.diff(system.particles.position) >= 0).all()
        assert by_id(system) == expected
        assert system.source is None


def test_a_particle_that_is_moved_passes_its_neighbours_with_its_own_id():
    system = edits.moved(system_of([0.0, 1.0, 2.0], [5.0, 6.0, 7.0]), 0, 1.5)
    assert system.ids.tolist() == [1, 0, 2]
    assert system.particles.velocity.tolist() == [6.0, 5.0, 7.0]


@pytest.mark.parametrize("ids", [[4, 0, 2], [10**12, -5, 7]], ids=str)
def test_particles_are_found_by_their_ids_dense_or_not(ids):
    system = System(Particles([0.0, 1.0, 2.0], np.zeros(3)), np.array(ids))
    assert system.ranks(ids[::-1]).tolist() == [2, 1, 0]
    assert system.holds({ids[1], 3, -1, 10**15}).sum() == 1
    refused(ValueError, lambda: system.ranks([ids[0], 3]), "id 3")


def test_particles_at_one_position_keep_their_order():
    system = edits.moved(system_of([0.0, 1.0, 1.0]), 0, 1.0)
    assert system.ids.tolist() == [0, 1, 2]


def test_a_copy_stands_halfway_to_the_next_particle_or_beyond_the_last():
    system = edits.duplicated(system_of([0.0, 0.0, 1.0]), [0, 2])
    assert system.particles.position.tolist() == [0.0, 0.0, 0.5, 1.0, 1.5]
    assert system.ids.tolist() == [0, 1, 3, 2, 4]


@given(ANY)
def test_a_mirrored_system_has_the_mirrored_history(problem):
    system = System(problem.particles)
    mirrored = edits.mirrored(edits.mirrored(system))
    assert by_id(mirrored) == by_id(system)
    if problem.exact:
        there, back = (simulate(s.particles).merge_times for s in (system, edits.mirrored(system)))
        assert np.array_equal(there, back[::-1])


def test_the_velocities_of_the_penalty_are_those_of_its_proximal_map():
    random = np.random.default_rng(3)
    position, mass = np.sort(random.normal(size=30)), random.uniform(0.5, 2.0, 30)
    system = edits.penalty_velocities(system_of(position, None, mass))
    shown = simulate(system.particles).positions(0.7)
    assert shown == pytest.approx(prox_weight_sharing(position, 0.7, mass=mass), abs=1e-12)


def test_random_particles_follow_from_their_seed():
    one, same, other = (edits.random("random-masses", 50, seed) for seed in (1, 1, 2))
    assert by_id(one) == by_id(same) != by_id(other)
    assert one.source == ("random-masses", 50, 1)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda s: edits.moved(s, 0, math.nan), ["position", "nan"]),
        (lambda s: edits.moved(s, 0, "left"), ["position", "number"]),
        (lambda s: edits.moved(s, 9, 1.0), ["no particle", "9"]),
        (lambda s: edits.with_velocity(s, 0, math.inf), ["velocity", "inf"]),
        (lambda s: edits.with_mass(s, 0, 0.0), ["mass", "positive"]),
        (lambda s: edits.with_mass(s, 0, 1e200), ["mass", "1e+100"]),
        (lambda s: edits.with_values(s, [0, 1], mass=[1.0, 2.0, 3.0]), ["3 values", "2 particles"]),
        (lambda s: edits.added(s, 0.0, 1e155), ["velocity", "1e+155", "up to 1e+100"]),
        (lambda s: edits.added(s, -1e101, 0.0), ["position", "1e+101"]),
        (lambda s: edits.with_mass(s, 0, 5e-324), ["mass", "1e-100"]),
        (lambda s: edits.added(s, 0.0, 1e308, 10.0), ["velocity", "rescale"]),
        (lambda s: edits.removed(s, [5]), ["no particle", "5"]),
        (lambda s: edits.renamed(s, "  "), ["name"]),
        (lambda s: edits.renamed(s, "two\nlines"), ["name", "one line"]),
        (lambda s: edits.with_horizon(s, 0), ["time", "1e-100"]),
        (lambda s: edits.with_horizon(s, 5e-324), ["time", "5e-324", "1e-100"]),
        (lambda s: edits.with_horizon(s, "soon"), ["time", "soon"]),
        (lambda s: edits.random("chaotic", 5, 0), ["chaotic", "random-masses"]),
        (lambda s: edits.random("random-masses", 5, -1), ["seed"]),
    ],
)
def test_an_edit_that_cannot_be_is_refused_in_one_sentence(edit, words):
    refused(ValueError, lambda: edit(system_of([0.0, 1.0])), *words)


def test_an_empty_line_can_be_filled_and_emptied():
    system, id = edits.added(System.empty(), 1.0, 2.0, 3.0)
    assert by_id(system) == {id: (1.0, 2.0, 3.0)}
    assert len(edits.mirrored(edits.penalty_velocities(edits.removed(system, [id])))) == 0


def test_a_catalogue_scenario_knows_its_recipe_until_it_is_edited():
    system = System.of_scenario(scenarios.get("gaussian-weights", 20, 5))
    assert system.source == ("gaussian-weights", 20, 5)
    for edited in (edits.with_horizon(system, 2.0), edits.moved(system, 0, 9.0), edits.renamed(system, "mine")):
        assert (edited.source, edited.seed) == (None, None)  # no longer what the seed draws
    assert System.of_scenario(system.to_scenario(), from_file=True).source is None


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=40))
def test_the_last_collision_of_weights_needs_no_simulation(values):
    particles = Particles.from_weights(np.array(values))
    last = simulate(particles).last_collision
    assert last_collision_of_weights(particles.position) == pytest.approx(last, rel=1e-9, abs=1e-9)


WEIGHTS = System.of_weights(np.array([-1.0, -0.25, 0.5, 2.0]), "w")
EDITS = {
    "moved": lambda system: edits.moved(system, 1, 0.0),
    "moved past a neighbour": lambda system: edits.moved(system, 1, 1.0),
    "faster": lambda system: edits.with_velocity(system, 2, -2.0),
    "heavier": lambda system: edits.with_mass(system, 0, 3.0),
    "one more": lambda system: edits.added(system, 1.0, 0.0)[0],
    "one less": lambda system: edits.removed(system, [3]),
    "pasted": lambda system: pasted(system, 0, 1, np.array([[0.5]])),
    "moved past a neighbour and back": lambda system: edits.moved(edits.moved(system, 1, 1.0), 1, -0.5),
    "mirrored": edits.mirrored,
    "renamed": lambda system: edits.renamed(system, "other"),
    "with the penalty's velocities again": lambda system: edits.penalty_velocities(edits.removed(system, [0])),
}


@pytest.mark.parametrize("what", EDITS)
def test_time_is_called_strength_after_an_edit_where_the_flow_is_still_the_prox(what):
    new = EDITS[what](WEIGHTS)
    particles, history = new.particles, simulate(new.particles)
    same = all(
        np.allclose(history.positions(t), prox_weight_sharing(particles.position, t), rtol=0, atol=1e-12)
        for t in (0.1, 1.2, 3.0)
    )
    assert new.kind == ("weights" if same else "particles")


def test_a_particle_between_two_that_meet_makes_no_weights_of_them():
    two = System.of_scenario(scenarios.get("two-equal"))
    three = edits.added(two, 0.0, 0.0)[0]
    assert three.particles.velocity.tolist() == [1.0, 0.0, -1.0]
    assert three.kind == "particles"
    assert edits.penalty_velocities(three).kind == "weights"


@pytest.mark.parametrize("values", [[], [3.0], [2.0, 2.0, 2.0]], ids=str)
def test_weights_that_never_collide_late_are_shown_for_a_while_too(values):
    system = System.of_weights(np.array(values), "still")
    assert (system.horizon, system.kind) == (1.0, "weights")


@pytest.mark.parametrize(
    ("values", "error"), [([1.0, math.nan], ValueError), ([1j, 2j], TypeError), (["a"], TypeError)], ids=str
)
def test_weights_that_are_not_numbers_are_refused(values, error):
    refused(error, lambda: System.of_weights(np.array(values), "bad"), "weights")


def test_after_an_edit_nothing_is_said_that_no_longer_holds():
    two = System.of_scenario(scenarios.get("two-equal"))
    three = edits.added(two, 5.0, 0.0)[0]
    assert (three.name, three.why) == ("two-equal", "Edited from “two-equal”.")
    assert edits.moved(edits.renamed(three, "mine"), 0, -7.0).why == three.why
    assert edits.moved(edits.renamed(two, "n" * 1000), 0, -7.0).why.startswith("Edited from “nnn")
    own, id = edits.added(System.empty(), 0.0, 0.0)
    assert own.why == "Particles of your own."
    assert edits.removed(own, [id]).why == System.empty().why


def test_a_mirrored_particle_at_rest_has_no_negative_zero():
    rest = edits.mirrored(edits.added(System.empty(), 0.0, 0.0)[0]).particles
    assert not np.signbit([rest.position, rest.velocity]).any()
