"""What is given to the window is opened, or refused in one sentence; the document is never lost."""

import numpy as np
import pytest

pytest.importorskip("PySide6")

from dropping import drop, name_of
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QMessageBox

from gui.model import edits
from gui.window import filing
from gui.window.afterwards import wait_for_all
from gui.window.questions import unsaved_box
from particles import scenarios, simulate
from particles.files import write_history, write_scenario
from tests.mouse import double_click

pytestmark = pytest.mark.qt


def test_a_scenario_a_history_and_an_array_are_opened(window, tmp_path, qtbot):
    scenario = scenarios.get("chain")
    write_scenario(tmp_path / "a.json", scenario)
    write_history(tmp_path / "b.npz", simulate(scenario.particles))
    np.save(tmp_path / "c.npy", np.linspace(-1, 1, 12, dtype=np.float32))
    drop(window, tmp_path / "a.json")
    assert name_of(window) == "chain"
    assert window.session.document.path == tmp_path / "a.json"
    drop(window, tmp_path / "b.npz")
    assert len(window.session.document.system) == 5
    drop(window, tmp_path / "c.npy")
    qtbot.waitUntil(lambda: window.pages.shown == "weights")
    assert not window.messages.text


def test_more_particles_than_fit_in_memory_are_one_sentence_and_the_document_stays(window):
    assert not window.attempt(lambda: window.filing.load_scenario("random-masses", 2**31 - 1))
    assert "GiB" in window.messages.text
    assert name_of(window) == "two-equal"


def test_a_large_scenario_never_replaces_what_was_edited_since(window, qtbot):
    document = window.session.document
    window.filing.load_scenario("random-masses", filing.LARGE + 1)
    window.shortcuts.do("add")
    edited = document.latest
    qtbot.waitUntil(lambda: not window.workers.running)
    assert (document.latest, document.can_undo) == (edited, True)
    assert "random-masses" in window.messages.text
    assert "open it again" in window.messages.text


def test_an_action_that_needs_too_much_memory_is_one_sentence(window, monkeypatch):
    def mirrored(_system):
        raise MemoryError

    monkeypatch.setattr(edits, "mirrored", mirrored)
    window.shortcuts.do("mirror")
    assert "not enough memory" in window.messages.text


HOSTILE = {
    "empty.json": b"",
    "list.json": b"[1, 2",
    "deep.json": b"[" * 100_000,
    "binary.json": bytes(range(256)),
    "text.npy": b"hello",
    "cut.npz": b"PK\x03\x04 and no more",
    "pickle.npy": b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
    "not.pt": b"\x80\x02c__builtin__\nprint\n.",
    "short.safetensors": b"\xff" * 9,
    "foreign.png": b"\x89PNG\r\n\x1a\n",
    "foreign.svg": b"<svg></svg>",
    "foreign.pdf": b"%PDF-1.4",
    "unknown.xyz": b"?",
    "no_suffix": b"?",
}


def test_a_hostile_file_is_one_sentence_and_the_document_stays(window, tmp_path, qtbot):
    (tmp_path / "folder").mkdir()
    for name, content in HOSTILE.items():
        (tmp_path / name).write_bytes(content)
    for name in [*HOSTILE, "folder", "missing.json"]:
        drop(window, tmp_path / name)
        qtbot.waitUntil(lambda: bool(window.messages.text), timeout=15_000)
        assert name in window.messages.text
        assert "Traceback" not in window.messages.text
        assert name_of(window) == "two-equal"
        window.messages.hide()


def test_several_files_at_once_are_refused(window, tmp_path):
    drop(window, tmp_path / "a.json", tmp_path / "b.json")
    assert "one file" in window.messages.text


@pytest.mark.parametrize(("answer", "closes"), [("Cancel", False), ("Discard", True), ("Save", True)])
def test_unsaved_changes_are_asked_about(window, monkeypatch, tmp_path, answer, closes):
    document = window.session.document
    document.save(tmp_path / "kept.json")
    document.edit(edits.mirrored(document.latest), "Mirror")
    assert window.isWindowModified()
    assert "*" in window.mode_bar.document.text()
    monkeypatch.setattr(filing, "ask_unsaved", lambda *_: getattr(QMessageBox.StandardButton, answer))
    window.close()
    assert window.isVisible() != closes
    assert document.modified == (answer != "Save")
    monkeypatch.setattr(filing, "ask_unsaved", lambda *_: QMessageBox.StandardButton.Discard)


def test_new_asks_about_unsaved_edits_also_where_no_particle_is_left(window, monkeypatch):
    document, asked = window.session.document, []
    monkeypatch.setattr(filing, "ask_unsaved", lambda *_: asked.append(1) or QMessageBox.StandardButton.Cancel)
    document.edit(edits.removed(document.latest, document.latest.ids), "Delete")
    edited = document.latest
    window.shortcuts.do("new")
    assert asked
    assert (document.latest, document.can_undo) == (edited, True)
    monkeypatch.setattr(filing, "ask_unsaved", lambda *_: QMessageBox.StandardButton.Discard)


def test_drawing_random_particles_again_is_an_edit_too(window, qtbot):
    document = window.session.document
    window.filing.load_scenario("random-masses", 5, play=False)
    edited = document.edit(edits.mirrored(document.latest), "Mirror") or document.latest
    document.edit(edits.random("random-masses", 7, 1), "Random particles")
    drawn = document.latest
    window.shortcuts.do("new-seed")
    qtbot.waitUntil(lambda: document.latest is not drawn)
    assert (len(document.latest), document.latest.seed) == (7, 2)
    document.undo()
    document.undo()
    assert document.latest == edited


def test_an_empty_line_can_be_discarded_or_kept_but_not_saved(window):
    document, button = window.session.document, QMessageBox.StandardButton
    assert unsaved_box(window, "x").standardButtons() & button.Save
    document.edit(edits.removed(document.latest, document.latest.ids), "Delete")
    assert unsaved_box(window, "x").standardButtons() == button.Discard | button.Cancel


def test_a_failed_save_keeps_the_changes_and_says_why(window, monkeypatch, tmp_path):
    document = window.session.document
    document.edit(edits.mirrored(document.latest), "Mirror")
    target = tmp_path / "nowhere" / "a.json"
    monkeypatch.setattr(filing.QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    window.shortcuts.do("save")
    assert "nowhere" in window.messages.text
    assert document.modified


@pytest.fixture
def after_crash(make_window, qtbot, tmp_path):
    """A window that offers "lost and found", and the crash copy."""
    crashed = make_window("two-equal")
    document = crashed.session.document
    document.edit(edits.renamed(edits.mirrored(document.latest), "lost and found"), "Rename")
    qtbot.waitUntil(lambda: any((tmp_path / "unsaved").glob("*.swap")))
    swap = next((tmp_path / "unsaved").glob("*.swap"))
    content = swap.read_bytes()
    crashed.close()
    assert wait_for_all()
    assert not swap.exists()
    swap.write_bytes(content)
    again = make_window("two-equal")
    again.show()
    qtbot.waitUntil(lambda: "lost and found" in again.messages.text)
    return again, swap


def test_what_a_crash_has_left_is_offered_and_restored(after_crash, qtbot):
    again, swap = after_crash
    again.session.clock.play()
    again.messages.press("restore")
    qtbot.waitUntil(lambda: name_of(again) == "lost and found")  # a worker reads it
    assert not again.session.clock.playing
    assert again.session.document.modified
    assert not swap.exists()


def test_what_a_crash_has_left_replaces_edits_only_where_they_may_go(after_crash, qtbot, monkeypatch):
    again, swap = after_crash
    again.shortcuts.do("add")
    edited = again.session.document.latest
    monkeypatch.setattr(filing, "ask_unsaved", lambda *_: QMessageBox.StandardButton.Cancel)
    again.messages.press("restore")
    qtbot.waitUntil(lambda: not again.workers.running)
    assert again.session.document.latest is edited
    assert swap.exists()
    assert "lost and found" in again.messages.text
    monkeypatch.setattr(filing, "ask_unsaved", lambda *_: QMessageBox.StandardButton.Discard)
    again.messages.press("restore")
    qtbot.waitUntil(lambda: name_of(again) == "lost and found")


def test_a_new_document_begins_at_time_0_forwards_without_a_range(window, tmp_path, qtbot):
    clock = window.session.clock
    write_scenario(tmp_path / "a.json", scenarios.get("chain"))
    for another in (lambda: window.open(tmp_path / "a.json"), lambda: window.shortcuts.do("new")):
        clock.range, clock.direction = (0.25, 0.75), -1
        clock.go(0.5)
        another()
        assert (clock.t, clock.direction, clock.range) == (0.0, 1, None)
    double_click(window.line, QPointF(window.line.rect().center()))
    assert len(window.session.document.system) == 1
    clock.go(0.5)
    window.session.document.edit(edits.mirrored(window.session.document.latest), "Mirror")
    assert clock.t == 0.5


@pytest.mark.parametrize("large", [False, True])
def test_a_file_shows_the_time_of_the_command_line_once_it_is_there(make_window, tmp_path, monkeypatch, qtbot, large):
    if large:
        monkeypatch.setattr("gui.model.file_opening.SMALL_FILE", 0)
    write_scenario(tmp_path / "a.json", scenarios.get("chain"))
    window = make_window(str(tmp_path / "a.json"), "--time", "3.5")
    qtbot.waitUntil(lambda: name_of(window) == "chain")
    assert window.session.clock.t == 3.5
    window.filing.load_scenario("two-equal", play=False)
    assert window.session.clock.t == 0.0
