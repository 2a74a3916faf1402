"""A large document is written later: the save belongs to what was saved, whatever is shown by then."""

import pytest

from gui.model import edits
from gui.model.document import Document
from gui.model.opening import read_system
from gui.model.system import System
from particles import scenarios
from tests.later import Later


@pytest.fixture
def later(monkeypatch):
    """Documents with more than 4 particles are simulated and saved when the test lets it happen."""
    monkeypatch.setattr("gui.model.document.AT_ONCE", 4)
    monkeypatch.setattr("gui.model.saving.AT_ONCE", 4)
    return Later()


def edited(later, n=9):
    """A large document with one edit."""
    document = Document(System.of_scenario(scenarios.get("random-masses", n, 1)), run=later)
    later.happen()
    document.edit(edits.mirrored(document.latest), "Mirror")
    later.happen()
    return document


def test_a_new_document_does_not_take_over_the_file_of_a_save_that_ends_late(later, tmp_path):
    document = edited(later)
    document.save(tmp_path / "large.json")
    document.load(System.empty())
    assert later.happen().startswith("saving")
    assert (document.path, document.modified) == (None, False)
    assert len(read_system(tmp_path / "large.json")) == 9


def test_a_document_set_aside_is_the_one_that_was_saved(later, tmp_path):
    document = edited(later)
    document.save(tmp_path / "large.json")
    kept = document.set_aside()
    document.load(System.empty())
    later.happen()
    document.bring_back(kept)
    assert (document.path, document.modified) == (tmp_path / "large.json", False)


def test_of_several_saves_to_one_file_the_last_is_what_it_holds(later, tmp_path):
    document, path = edited(later), tmp_path / "large.json"
    document.save(path)
    for name in ("second", "third"):
        document.edit(edits.renamed(document.latest, name), "Rename")
        later.happen(-1)
        document.save(path)
    document.edit(edits.removed(document.latest, document.latest.ids[3:]), "Delete")
    document.save(path)  # few particles, that would be written at once
    assert len(later.waiting) == 1
    assert document.saving
    later.happen()
    assert (len(later.waiting), document.modified) == (1, True)
    later.happen()
    assert (len(later.waiting), document.modified, document.saving) == (0, False, False)
    assert len(read_system(path)) == 3


def test_a_save_elsewhere_waits_for_none_and_the_last_that_was_asked_for_is_the_documents_file(later, tmp_path):
    document = edited(later)
    document.save(tmp_path / "a.json")
    document.edit(edits.renamed(document.latest, "other"), "Rename")
    later.happen(-1)
    document.save(tmp_path / "b.json")
    later.happen(-1)
    later.happen()
    assert (document.path, document.modified) == (tmp_path / "b.json", False)
    assert [read_system(tmp_path / name).name for name in ("a.json", "b.json")] == ["random-masses", "other"]
