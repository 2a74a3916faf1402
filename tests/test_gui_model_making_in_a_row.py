"""Edits of a crowd that wait together: each is a step of its own, and only the last of them is simulated and shown."""

import numpy as np
import pytest
from later import Later

from gui.model import document as document_module
from gui.model import edits
from gui.model.document import Document
from gui.model.opening import read_system
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
    document.run.settle()
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


def test_a_reset_simulates_again_what_an_edit_had_overtaken(document):
    """The simulation of what was loaded has not begun when an edit of it is asked for, and is left out then."""
    document.load(System(Particles(np.arange(AT_ONCE + 2.0), np.zeros(AT_ONCE + 2))))
    rename(document, "one")
    document.edit(edits.with_horizon(document.latest, 7.0), "Horizon")
    document.reset()
    finish(document)
    assert len(document.system) == AT_ONCE + 2


def none_left(_system):
    raise MemoryError


def test_a_simulation_that_ends_late_is_not_shown_after_a_newer_one_has_failed(document, monkeypatch):
    shown = document.system
    document.edit(edits.renamed(document.latest, "one"), "one")
    work, then, _ = document.run.waiting.pop()
    late = work()
    document.edit(edits.renamed(document.latest, "two"), "two")
    with monkeypatch.context() as patch:
        patch.setattr(document_module, "prepared", none_left)
        document.run.happen()
    then(late)
    finish(document)
    assert (document.system, document.can_undo) == (shown, False)


def test_an_edit_for_which_there_is_no_memory_holds_up_none(document):
    told = []
    document.trouble.connect(told.append)
    document.edit_all(none_left, "Mirror")
    rename(document, "one")
    document.set_aside()
    finish(document)
    assert told == ["simulating: there is not enough memory"]
    assert document.system.name == "one"


@pytest.mark.parametrize("after", ["undo", "reset", "give_up", "set_aside", None])
def test_what_is_saved_is_what_was_asked_for_before(document, after, tmp_path):
    rename(document, "one")
    document.save(tmp_path / "a.json")
    rename(document, "two")
    assert document.making
    if after:
        getattr(document, after)()
    finish(document)
    assert read_system(tmp_path / "a.json").name == "one"
    assert document.path == tmp_path / "a.json"
    assert document.modified == (after != "undo")


def test_who_saves_twice_meanwhile_has_two_files(document, tmp_path):
    rename(document, "one")
    for name in ("a", "b"):
        document.save(tmp_path / f"{name}.json")
    rename(document, "two")
    finish(document)
    assert [read_system(tmp_path / f"{name}.json").name for name in ("a", "b")] == ["one", "one"]
    assert document.system.name == "two"


def test_who_shows_what_is_being_made_hears_that_nothing_is_any_more(document):
    fail(document)
    told = []
    document.title_changed.connect(lambda: told.append(document.making))
    document.set_aside()
    assert told[-1:] == [False]


def test_who_takes_back_an_edit_that_is_saved_has_saved_it(document, tmp_path):
    rename(document, "one", "two")
    document.save(tmp_path / "a.json")
    document.undo()
    finish(document)
    assert read_system(tmp_path / "a.json").name == "two"
    assert (document.system.name, document.modified) == ("one", True)


def test_another_document_that_comes_before_a_save_is_not_written_over_its_file(document, tmp_path):
    document.save(tmp_path / "mine.json")
    finish(document)
    before, told = (tmp_path / "mine.json").read_bytes(), []
    document.trouble.connect(told.append)
    rename(document, "one")
    document.take(System(Particles([0.0, 1.0], [1.0, 0.0])), "Open weights")
    document.save()
    finish(document)
    assert (tmp_path / "mine.json").read_bytes() == before
    assert told == [f"{tmp_path / 'mine.json'} was not saved, because another document was opened meanwhile"]


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
    assert (len(document.run.waiting), document.making, document.undo_text) == (1, True, "Open weights")
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
