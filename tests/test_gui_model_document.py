"""The document: every edit can be undone to the bit, and what is shown always belongs together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.model import edits
from gui.model.document import Document
from gui.model.system import System
from gui.model.undo import MOST_STEPS
from particles import Particles, scenarios, simulate
from tests.later import Later
from tests.one_sentence import refused
from tests.refusals import same_particles


def small(n=6):
    return System.of_scenario(scenarios.get("random-masses", n, 1))


def belongs_together(document):
    expected = simulate(document.system.particles).merge_times
    return np.array_equal(document.history.merge_times, expected)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from(["move", "add", "undo", "redo"]), st.floats(-10, 10)), max_size=25))
def test_undo_and_redo_bring_back_every_bit(doings):
    document = Document(small())
    course, place = [document.system], 0  # what undo and redo should walk along
    for what, x in doings:
        if what == "undo" and document.can_undo:
            place -= 1
            document.undo()
        elif what == "redo" and document.can_redo:
            place += 1
            document.redo()
        elif what in ("move", "add"):
            new = edits.moved(document.latest, 3, x) if what == "move" else edits.added(document.latest, x, 0.0)[0]
            document.edit(new, what)
            course, place = [*course[: place + 1], new], place + 1
        assert document.system is course[place]
        assert belongs_together(document)
        assert (document.can_undo, document.can_redo) == (place > 0, place < len(course) - 1)
        assert document.modified == (place > 0)


def test_a_drag_is_one_step_and_the_next_drag_another():
    document = Document(small())
    start = document.system
    for end in (1.0, 2.0):
        document.begin_drag()
        for x in np.linspace(0, end, 5):
            document.edit(edits.moved(document.latest, 0, x), "Move particle", merge=("move", 0))
        document.end_drag()
    assert document.undo_text == "Move particle"
    document.undo()
    assert document.system.particles.position[document.system.ranks([0])] == 1.0
    document.undo()
    assert document.system is start
    assert not document.can_undo
    assert document.redo_text == "Move particle"


def test_edits_of_another_kind_do_not_merge_nor_do_edits_after_undo():
    document = Document(small())
    document.edit(edits.moved(document.latest, 0, 1.0), "Move", merge="a")
    document.edit(edits.moved(document.latest, 1, 1.0), "Move", merge="b")
    document.edit(edits.moved(document.latest, 1, 2.0), "Move", merge=None)
    document.edit(edits.moved(document.latest, 1, 3.0), "Move", merge=None)
    document.undo()
    document.edit(edits.moved(document.latest, 1, 4.0), "Move", merge="b")
    steps = 0
    while document.can_undo:
        document.undo()
        steps += 1
    assert steps == 4


def test_a_drag_tells_when_it_is_over_once():
    document, ended = Document(small()), []
    document.drag_ended.connect(lambda: ended.append(document.dragging))
    document.begin_drag()
    document.begin_drag()
    document.end_drag()
    assert document.dragging
    document.end_drag()
    document.end_drag()
    assert ended == [False]


def test_some_hundred_steps_are_kept_and_never_too_many_bytes(monkeypatch):
    document = Document(small(2))
    for x in range(MOST_STEPS + 50):
        document.edit(edits.moved(document.latest, 0, float(x)), "Move")
    assert len(document._undo) == MOST_STEPS
    monkeypatch.setattr("gui.model.undo.MOST_BYTES", 100)
    document.edit(edits.moved(document.latest, 0, -1.0), "Move")
    assert len(document._undo) == 1


def test_reset_goes_back_to_what_was_loaded_and_can_be_undone():
    document = Document(small())
    loaded = document.system
    document.edit(edits.mirrored(loaded), "Mirror")
    document.edit(edits.removed(document.latest, [0]), "Delete")
    edited = document.system
    document.reset()
    assert document.system is loaded
    assert not document.modified
    document.undo()
    assert document.system is edited


def test_a_new_document_has_nothing_to_undo_and_nothing_to_save():
    document = Document(small())
    document.edit(edits.mirrored(document.latest), "Mirror")
    document.load(small(3))
    assert (document.can_undo, document.modified, len(document.system)) == (False, False, 3)


def test_what_is_saved_is_opened_again_to_the_bit(tmp_path):
    document, path = Document(small(30)), tmp_path / "mine.json"
    document.edit(edits.moved(document.latest, 3, 1 / 3), "Move")
    document.save(path)
    assert (document.modified, document.path, document.recent) == (False, path, [path])
    other = Document()
    other.open_file(path)
    assert same_particles(other.system.particles, document.system.particles)
    assert (other.system.horizon, other.path, other.modified) == (document.system.horizon, path, False)
    document.undo()
    assert document.modified
    document.redo()
    assert not document.modified


def test_what_is_taken_over_unsaved_edits_has_no_file_and_undo_brings_the_other_document_back(tmp_path):
    document, path = Document(small()), tmp_path / "mine.json"
    document.save(path)
    saved, taken = path.read_bytes(), small(3)
    document.edit(edits.mirrored(document.latest), "Mirror")
    edited = document.latest
    document.take(taken, "Open weights")
    assert (document.system, document.path, document.loaded) == (taken, None, taken)
    refused(ValueError, document.save, "choose where to save")
    assert path.read_bytes() == saved
    document.undo()
    assert (document.system, document.path) == (edited, path)
    document.redo()
    document.save(tmp_path / "taken.json")
    document.undo()
    document.undo()
    assert (document.path, document.modified) == (path, False)  # what its own file holds
    document.redo()
    document.redo()
    document.save(path)
    document.undo()
    document.undo()
    assert (document.path, document.modified) == (path, True)  # the other document was saved there since
    document.save()
    document.take(taken, "Open weights")
    assert (document.path, document.can_undo, document.modified) == (None, False, False)


def test_a_document_that_was_given_up_is_no_longer_the_one_that_is_saved(tmp_path, monkeypatch):
    monkeypatch.setattr("gui.model.document.AT_ONCE", 4)
    later = Later()
    document = Document(small(3), run=later)
    document.save(tmp_path / "mine.json")
    document.edit(edits.mirrored(document.latest), "Mirror")
    document.take(small(9), "Open weights")
    assert document.path is None
    document.give_up()
    assert document.path == tmp_path / "mine.json"
    assert document.undo_text == "Mirror"


def test_saving_needs_a_path_and_particles(tmp_path):
    refused(ValueError, Document(small()).save, "choose where to save")
    refused(ValueError, lambda: Document().save(tmp_path / "x.json"), "add a particle")


def test_a_save_that_fails_is_told_and_the_document_stays_modified(tmp_path):
    document = Document(small())
    document.edit(edits.mirrored(document.latest), "Mirror")
    refused(OSError, lambda: document.save(tmp_path / "missing" / "x.json"), "missing", "nothing was changed")
    assert document.modified
    assert document.path is None


def test_an_array_is_opened_without_the_danger_of_saving_over_it(tmp_path):
    path = tmp_path / "weights.npy"
    np.save(path, np.random.default_rng(0).normal(size=(4, 5)).astype(np.float32))
    document = Document()
    document.open_file(path)
    assert (len(document.system), document.system.kind, document.system.name) == (20, "weights", "weights")
    assert document.path is None


def test_only_the_last_ten_files_are_remembered_each_once(tmp_path):
    document = Document(small())
    for k in (*range(12), 5):
        document.save(tmp_path / f"{k}.json")
    assert [path.stem for path in document.recent] == [str(k) for k in (5, 11, 10, 9, 8, 7, 6, 4, 3, 2)]


def test_a_document_that_was_set_aside_comes_back_whole(tmp_path):
    document, path = Document(small()), tmp_path / "mine.json"
    document.save(path)
    for x in (0.1, 0.2, 0.3):
        document.edit(edits.moved(document.latest, 0, x), "Move")
    document.undo()
    shown, kept = document.system, document.set_aside()
    document.load(small(3))
    document.edit(edits.mirrored(document.latest), "Mirror")
    document.bring_back(kept)
    assert (document.system, document.path, document.modified) == (shown, path, True)
    document.redo()
    assert document.system.particles.position[document.system.ranks([0])] == 0.3
    for _ in range(3):
        document.undo()
    assert not document.modified
    assert not document.can_undo


@pytest.mark.parametrize("n", [0, 1])
def test_a_line_with_hardly_anything_on_it_is_a_document(n):
    document = Document(System(Particles(np.zeros(n), np.zeros(n))))
    document.edit(edits.added(document.latest, 1.0, 0.0)[0], "Add")
    document.undo()
    assert len(document.system) == n
