"""A large document: the old system stays, whole, until the new one is there, and the newest request wins."""

import numpy as np
import pytest

from gui.model import document as document_module
from gui.model import edits, file_opening
from gui.model.document import Document
from gui.model.system import System
from particles import scenarios, simulate
from tests.later import Later


def small(n=6):
    return System.of_scenario(scenarios.get("random-masses", n, 1))


@pytest.fixture
def later(monkeypatch):
    """Documents with more than 4 particles are simulated when the test lets it happen."""
    monkeypatch.setattr(document_module, "AT_ONCE", 4)
    return Later()


def belongs_together(document):
    expected = simulate(document.system.particles).merge_times
    return np.array_equal(document.history.merge_times, expected)


def test_while_a_large_system_is_simulated_the_old_one_stays_whole(later):
    document, seen = Document(small(3), run=later), []
    document.changed.connect(lambda: seen.append(len(document.system)))
    document.load(small(8))
    assert (len(document.system), len(document.latest), document.busy) == (3, 8, True)
    assert belongs_together(document)
    assert later.happen() == "simulating"
    assert (len(document.system), document.busy, seen) == (8, False, [8])
    assert belongs_together(document)


@pytest.mark.parametrize("order", [[0, 0, 0], [2, 1, 0], [1, 1, 0]])
def test_the_newest_request_wins_in_whatever_order_results_come(later, order):
    document = Document(run=later)
    for n in (5, 6, 7):
        document.load(small(n))
    for which in order:
        later.happen(which)
        assert belongs_together(document)
    assert len(document.system) == 7


def test_a_small_system_overtakes_a_large_one_that_is_under_way(later):
    document = Document(run=later)
    document.load(small(9))
    document.load(small(2))
    later.happen()
    assert len(document.system) == 2


def test_edits_that_wait_build_on_each_other_and_are_undone_one_by_one(later):
    document = Document(run=later)
    document.load(small(9))
    later.happen()
    document.edit(edits.removed(document.latest, [0]), "Delete")
    document.edit(edits.removed(document.latest, [1]), "Delete")
    later.settle()
    assert sorted(document.system.ids) == list(range(2, 9))
    document.undo()
    later.happen()
    assert sorted(document.system.ids) == list(range(1, 9))
    assert belongs_together(document)


def test_too_little_memory_is_told_and_leaves_what_was_shown(later, monkeypatch):
    document, told = Document(run=later), []
    document.trouble.connect(told.append)
    document.load(small(9))
    later.happen()
    shown = document.system
    document.edit(edits.mirrored(shown), "Mirror")
    document.edit(edits.removed(document.latest, [1]), "Delete")

    def too_large(particles):
        raise MemoryError

    monkeypatch.setattr("gui.model.simulation.simulate", too_large)
    later.settle()
    assert told == ["simulating: there is not enough memory"]
    assert (document.system, document.latest, document.can_undo) == (shown, shown, False)


def test_a_large_file_that_is_given_up_leaves_the_former_document_with_its_own_path(later, tmp_path):
    document, own = Document(small(3), run=later), tmp_path / "own.json"
    document.save(own)
    document.edit(edits.mirrored(document.latest), "Mirror")
    shown = document.system
    document.load(small(9), tmp_path / "large.json")
    document.edit(edits.removed(document.latest, [1]), "Delete")
    document.give_up()
    later.settle()
    assert (document.system, document.latest, document.path, document.modified) == (shown, shown, own, True)
    document.undo()
    assert not document.modified


def test_who_does_not_want_to_wait_gets_back_what_is_shown(later):
    document = Document(small(3), run=later)
    document.edit(edits.mirrored(document.latest), "Mirror")
    shown = document.system
    document.edit(small(9), "Random")
    document.give_up()
    later.happen()
    assert (document.system, document.latest, document.undo_text) == (shown, shown, "Mirror")


def test_a_large_file_is_opened_later_and_not_over_edits_made_meanwhile(tmp_path, later, monkeypatch):
    monkeypatch.setattr(file_opening, "SMALL_FILE", 0)
    path, told = tmp_path / "some.json", []
    Document(small(3)).save(path)
    document = Document(small(4), run=later)
    document.trouble.connect(told.append)
    document.open_file(path)
    document.edit(edits.mirrored(document.latest), "Mirror")
    later.happen()
    assert len(document.system) == 4
    assert "edited meanwhile" in told[0]
    (tmp_path / "junk.json").write_text("{junk")
    document.open_file(tmp_path / "junk.json")
    document.open_file(path)
    later.happen()
    later.happen()
    assert len(document.system) == 3
    assert len(told) == 1  # of a file that nobody waits for any more nothing is said
