"""Edits of a whole large system are made by a worker."""

import numpy as np
import pytest
from later import Later

from gui.model import commands, edits
from gui.model.document import Document
from gui.model.opening import read_system
from gui.model.session import Session
from gui.model.simulation import AT_ONCE
from gui.model.system import System
from particles import Particles


def large(n=AT_ONCE + 1):
    return System(Particles(np.arange(n, dtype=float), np.zeros(n)))


def test_a_large_system_is_mirrored_in_a_worker():
    document, later = Document(large()), Later()
    document.run = later
    document.edit_all(edits.mirrored, "Mirror")
    assert document.busy
    later.happen()  # mirrored
    later.happen()  # simulated
    assert document.system.particles.position[-1] == 0
    assert document.undo_text == "Mirror"


def test_an_edit_that_was_overtaken_is_dropped():
    document, later = Document(large()), Later()
    document.run = later
    document.edit_all(edits.mirrored, "Mirror")
    document.load(large(3))
    later.happen()
    assert len(document.latest) == 3
    assert not document.can_undo


@pytest.mark.parametrize("command", [commands.add, commands.duplicate])
def test_what_is_new_in_a_crowd_is_selected_once_it_is_there(command):
    session, later = Session(Document(large())), Later()
    session.document.run = later
    session.selection.select([3, 4])
    command(session)
    later.happen()  # made
    assert session.selection.ids == {3, 4}
    later.happen()  # simulated
    assert session.selection.ids == set(range(AT_ONCE + 1, len(session.document.system)))


@pytest.mark.parametrize("meanwhile", [lambda s: s.selection.select([7]), lambda s: s.document.load(large(2))])
def test_what_is_new_is_not_selected_where_something_else_is_by_then(meanwhile):
    session, later = Session(Document(large())), Later()
    session.document.run = later
    commands.add(session)
    meanwhile(session)
    before = session.selection.ids
    later.settle()
    session.document.load(large(AT_ONCE + 2))
    later.happen()
    assert session.selection.ids == before


def test_of_several_new_particles_asked_for_quickly_the_last_is_selected():
    session, later = Session(Document(large())), Later()
    session.document.run = later
    for _ in range(3):
        commands.add(session)
    later.settle()
    assert session.selection.ids == {AT_ONCE + 3}


@pytest.fixture
def mirroring():
    """A document whose mirror image is being made, its worker, and what it was and will be."""
    document, later = Document(large()), Later()
    document.run, before = later, document.latest
    document.edit_all(edits.mirrored, "Mirror")
    return document, later, before, edits.mirrored(before).particles.position.tolist()


def test_nothing_can_be_redone_while_an_edit_is_made():
    document, later = Document(large()), Later()
    document.edit_all(edits.mirrored, "Mirror")
    document.run = later
    document.edit(edits.renamed(document.latest, "another"), "Rename")
    later.settle()
    document.undo()
    document.edit_all(edits.mirrored, "Mirror")
    assert not document.can_redo
    document.redo()
    later.settle()
    assert document.latest.name != "another"


def test_what_is_set_aside_has_the_edit_that_is_being_made(mirroring):
    document, later, _, mirrored = mirroring
    kept = document.set_aside()
    document.load(large(3))
    later.settle()
    document.bring_back(kept)
    later.settle()
    assert document.system.particles.position.tolist() == mirrored
    assert document.undo_text == "Mirror"


def test_a_new_document_takes_nothing_from_the_one_before(mirroring):
    document, later, _, mirrored = mirroring
    document.take(large(3), "Open weights")
    later.settle()
    assert len(document.system) == 3
    document.undo()
    later.settle()
    assert document.system.particles.position.tolist() == mirrored


def test_what_is_saved_has_the_edit_that_is_being_made(mirroring, tmp_path):
    document, later, _, mirrored = mirroring
    document.save(tmp_path / "a.json")
    later.settle()
    assert read_system(tmp_path / "a.json").particles.position.tolist() == mirrored
    assert not document.modified


def test_a_reset_is_the_last_word(mirroring):
    document, later, before, _ = mirroring
    document.reset()
    later.settle()
    assert (document.system, document.busy, document.can_undo) == (before, False, False)


def test_an_edit_made_meanwhile_stays(mirroring):
    document, later, before, mirrored = mirroring
    document.edit(edits.renamed(before, "another"), "Rename")
    later.settle()
    assert document.system.name == "another"
    assert document.system.particles.position.tolist() == mirrored


def test_what_takes_the_place_of_an_edit_taken_back_is_made_itself(mirroring):
    document, later, before, _ = mirroring
    document.undo()
    document.edit_all(lambda system: edits.renamed(system, "another"), "Rename")
    later.settle()
    assert document.system.name == "another"
    assert document.system.particles is before.particles


@pytest.mark.parametrize("waited", [True, False])
def test_after_an_edit_that_cannot_be_the_next_is_made(mirroring, waited):
    document, later, _, mirrored = mirroring
    told = []
    document.trouble.connect(told.append)
    document.undo()
    document.edit_all(lambda system: edits.removed(system, [10**9]), "Delete")
    document.edit_all(edits.mirrored, "Mirror")
    if not waited:
        document.set_aside()
    later.settle()
    assert len(told) == 1
    assert document.system.particles.position.tolist() == mirrored
    assert not document.busy


def test_an_edit_that_changes_nothing_ends_too():
    document, later, told = Document(large()), Later(), []
    document.run = later
    document.edit_all(lambda system: system, "Nothing")
    document.title_changed.connect(lambda: told.append(document.busy))
    later.settle()
    assert told == [False]


def test_a_small_system_is_mirrored_at_once():
    document = Document(large(3))
    document.edit_all(edits.mirrored, "Mirror")
    assert document.system.particles.position.tolist() == [-2, -1, 0]
