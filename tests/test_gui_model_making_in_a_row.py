"""Edits of a crowd that wait together: each is a step of its own, and only the last of them is simulated and shown."""

import numpy as np
import pytest
from later import Later

from gui.model import document as document_module
from gui.model import edits
from gui.model.document import Document
from gui.model.simulation import AT_ONCE, prepared
from gui.model.system import System
from particles import Particles


@pytest.fixture
def document(monkeypatch):
    """A crowd, whose worker is ``document.run``; ``document.simulated`` names the systems that were simulated."""
    made, later, simulated = Document(System(Particles(np.arange(AT_ONCE + 1.0), np.zeros(AT_ONCE + 1)))), Later(), []

    def noted(system):
        simulated.append(system.name)
        return prepared(system)

    monkeypatch.setattr(document_module, "prepared", noted)
    made.run, made.simulated = later, simulated
    return made


def rename(document, *names):
    for name in names:
        document.edit_all(lambda system, name=name: edits.renamed(system, name), name)


def fail(document):
    document.edit_all(lambda system: edits.removed(system, [10**9]), "Delete")


def finish(document):
    while document.run.waiting:
        document.run.happen()
    assert document.latest is document.system
    assert not document.busy


def test_only_the_last_is_simulated_and_each_can_be_taken_back(document):
    rename(document, "one", "two", "three")
    finish(document)
    assert document.simulated == ["three"]
    for name in ("two", "one"):
        document.undo()
        finish(document)
        assert document.system.name == name


def test_where_the_rest_is_taken_back_what_was_made_is_shown(document):
    rename(document, "one", "two")
    document.run.happen()
    assert document.system.name != document.latest.name == "one"
    document.undo()
    finish(document)
    assert (document.system.name, document.undo_text) == ("one", "one")


@pytest.mark.parametrize("here_and_now", [False, True])
def test_where_the_last_cannot_be_made_the_one_before_is_shown(document, here_and_now):
    rename(document, "one", "two")
    fail(document)
    if here_and_now:
        document.set_aside()
    finish(document)
    assert (document.system.name, document.simulated) == ("two", ["two"])


def test_a_reset_shows_what_was_loaded_also_where_an_edit_led_there_already(document):
    loaded = document.loaded
    rename(document, "one")
    finish(document)
    document.edit_all(lambda _: loaded, "Back")
    rename(document, "two")
    document.run.happen()
    assert document.latest is loaded
    document.reset()
    finish(document)
    assert document.system is loaded


def test_what_is_edited_meanwhile_is_shown_with_what_waits(document):
    rename(document, "one")
    document.edit(edits.with_horizon(document.latest, 7.0), "Horizon")
    finish(document)
    assert (document.system.name, document.system.horizon) == ("one", 7.0)
    assert document.simulated == ["one"]


def test_a_simulation_that_fails_leaves_what_was_made_after_it(document, monkeypatch):
    rename(document, "one")
    document.run.happen()  # made; its simulation waits
    rename(document, "two", "three")
    document.run.happen(1)  # the second is made, the third waits

    def none_left(_system):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(document_module, "prepared", none_left)
        document.run.happen()
    for name in ("three", "two", "one"):
        finish(document)
        assert (document.system.name, document.undo_text) == (name, name)
        document.undo()


def test_who_gives_up_has_what_is_shown(document):
    shown = document.system
    rename(document, "one", "two")
    document.run.happen()
    document.give_up()
    finish(document)
    assert (document.system, document.can_undo) == (shown, False)


def test_what_was_given_up_can_be_asked_for_again(document):
    rename(document, "one")
    finish(document)
    document.reset()
    document.give_up()
    document.reset()
    finish(document)
    assert document.system is document.loaded


def test_a_new_document_waits_for_its_turn_and_the_one_before_can_be_had_back(document):
    new = System(Particles([0.0, 1.0], [1.0, 0.0]))
    rename(document, "one")
    document.take(new, "Open weights")
    assert (document.latest.name != "one", document.undo_text) == (True, "Open weights")
    finish(document)
    assert document.system is document.loaded is new
    document.undo()
    finish(document)
    assert document.system.name == "one"
    assert document.loaded is not new


def test_a_new_document_that_waits_can_be_taken_back(document):
    rename(document, "one")
    document.take(System.empty(), "Open weights")
    document.undo()
    finish(document)
    assert (document.system.name, document.undo_text) == ("one", "one")
