"""Who does not want to wait for a large document gets back what is shown, with the very steps and file it had."""

import pytest

from gui.model import edits
from gui.model.document import Document
from gui.model.system import System
from particles import scenarios
from tests.later import Later


def random(n):
    return System.of_scenario(scenarios.get("random-masses", n, 1))


@pytest.fixture
def document(monkeypatch):
    """Of 9 particles, simulated when the test lets it happen, with three steps of which the last is taken back."""
    monkeypatch.setattr("gui.model.document.AT_ONCE", 4)
    made = Document(random(9), run=Later())
    for name in ("one", "two", "three"):
        made.edit(edits.renamed(made.latest, name), name)
    made.undo()
    made.run.settle()
    return made


def held(document):
    return document.set_aside(), document.path


def give_up(document):
    document.give_up()


def run_out_of_memory(document):
    def none_left(_system):
        raise MemoryError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gui.model.document.prepared", none_left)
        document.run.settle()


ASKED = {
    "undo": lambda document: document.undo(),
    "redo": lambda document: document.redo(),
    "two undos": lambda document: (document.undo(), document.undo()),
    "undo and edit": lambda document: (document.undo(), document.reset(), document.edit(random(7), "Random")),
    "take": lambda document: document.take(random(8), "Open weights"),
}


@pytest.mark.parametrize("end", [give_up, run_out_of_memory])
@pytest.mark.parametrize("asked", ASKED)
def test_what_does_not_come_about_leaves_every_step(document, asked, end):
    before = held(document)
    ASKED[asked](document)
    assert document.busy
    end(document)
    document.run.settle()
    assert held(document) == before
    assert (document.busy, document.undo_text, document.redo_text) == (False, "two", "three")


def test_an_undo_given_up_beside_another_document_leaves_its_file_alone(document, tmp_path):
    document.save(tmp_path / "other.json")
    document.run.settle()
    document.edit(edits.mirrored(document.latest), "Mirror")
    document.take(random(8), "Open weights")
    document.edit(edits.mirrored(document.latest), "Mirror")
    document.run.settle()
    for _ in range(2):  # within the document that is shown, and out of it
        before = held(document)
        document.undo()
        document.give_up()
        document.run.settle()
        assert held(document) == before
        assert (len(document.system), document.path) == (8, None)
        document.undo()
        document.run.settle()
    assert (len(document.system), document.path) == (9, tmp_path / "other.json")


def test_what_could_be_made_again_still_can_after_the_load_of_another_document_is_given_up(document):
    before = held(document)
    document.load(random(8))
    document.give_up()
    assert (held(document), document.redo_text) == (before, "three")
