"""Who saves a large document in order to leave it leaves when it is saved, and the window goes on meanwhile."""

import threading
import time

import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMessageBox

from gui.model import edits
from gui.model.opening import read_system
from gui.window import filing
from gui.window.told_to_end import close_unasked
from particles.files import write_scenario

pytestmark = pytest.mark.qt


@pytest.fixture
def slow(window, monkeypatch, tmp_path):
    """The window, with an edit to save; saving goes on until ``slow.land(error)``."""
    document = window.session.document
    document.save(tmp_path / "kept.json")
    document.edit(edits.mirrored(document.latest), "Mirror")
    landed, errors, asked = threading.Event(), [], []

    def write(path, scenario):
        if not landed.wait(5) or errors:
            raise OSError("the disk is full")
        write_scenario(path, scenario)

    monkeypatch.setattr("gui.model.document.AT_ONCE", 1)
    monkeypatch.setattr("gui.model.saving.AT_ONCE", 1)
    monkeypatch.setattr("gui.model.saving.write_scenario", write)
    monkeypatch.setattr(filing, "ask_unsaved", lambda *_: asked.append(1) or QMessageBox.StandardButton.Save)
    window.land, window.asked = lambda *error: (errors.extend(error), landed.set()), asked
    yield window
    landed.set()
    monkeypatch.setattr(filing, "ask_unsaved", lambda *_: QMessageBox.StandardButton.Discard)


def meanwhile(*doings):
    for k, doing in enumerate(doings):
        QTimer.singleShot(40 * (k + 1), doing)


def test_the_window_closes_when_the_save_has_landed(slow):
    meanwhile(lambda: slow.land() if slow.isVisible() else None)
    slow.close()
    assert not slow.isVisible()
    assert not slow.session.document.modified


def test_a_save_that_fails_keeps_the_window_and_the_changes(slow):
    meanwhile(lambda: slow.land("error"))
    slow.close()
    assert slow.isVisible()
    assert slow.session.document.modified
    assert "the disk is full" in slow.messages.text


def test_what_is_edited_while_it_is_saved_is_asked_about_too(slow, monkeypatch):
    document = slow.session.document
    answers = iter([QMessageBox.StandardButton.Save, QMessageBox.StandardButton.Cancel])
    monkeypatch.setattr(filing, "ask_unsaved", lambda *_: next(answers))
    meanwhile(document.undo, slow.land)
    slow.shortcuts.do("new")
    assert list(answers) == []
    assert len(document.latest) == 2
    assert document.can_redo


def test_an_edit_of_a_crowd_that_is_still_being_made_is_asked_about(window, qtbot, monkeypatch):
    """First it is made: what a save writes has it."""
    document, asked = window.session.document, []
    window.filing.load_scenario("gaussian-weights", 20_000, 1, play=False)
    qtbot.waitUntil(lambda: len(document.system) == 20_000, timeout=60_000)

    def ask(*_):
        asked.append(len(document.latest))
        return QMessageBox.StandardButton.Cancel

    monkeypatch.setattr(filing, "ask_unsaved", ask)
    window.shortcuts.do("add")
    assert document.modified
    window.close()
    assert (window.isVisible(), asked) == (True, [20_001])
    monkeypatch.setattr(filing, "ask_unsaved", lambda *_: QMessageBox.StandardButton.Discard)


@pytest.fixture
def crowd(window, qtbot, monkeypatch):
    """The window with a crowd, whose edits take their time; what Cancel was the answer to."""
    document, window.asked, mirrored = window.session.document, [], edits.mirrored
    window.filing.load_scenario("gaussian-weights", 20_000, 1, play=False)
    qtbot.waitUntil(lambda: len(document.system) == 20_000, timeout=60_000)

    def slowly(system):
        time.sleep(0.1)
        return mirrored(system)

    def ask(*_):
        window.asked.append((document.undo_text, document.making))
        return QMessageBox.StandardButton.Cancel

    monkeypatch.setattr(edits, "mirrored", slowly)
    monkeypatch.setattr(filing, "ask_unsaved", ask)
    yield window
    monkeypatch.setattr(filing, "ask_unsaved", lambda *_: QMessageBox.StandardButton.Discard)


def test_it_is_asked_once_when_all_edits_of_a_crowd_are_made(crowd):
    for _ in range(3):
        crowd.shortcuts.do("mirror")
    meanwhile(crowd.close)
    crowd.shortcuts.do("new")
    assert crowd.isVisible()
    assert crowd.asked == [("Mirror", False)]
    for _ in range(3):
        crowd.session.document.undo()
    assert not crowd.session.document.modified


def test_what_is_edited_while_a_crowd_is_saved_is_asked_about_when_it_is_made(slow, monkeypatch):
    document, mirrored = slow.session.document, edits.mirrored
    answers = iter([QMessageBox.StandardButton.Save, QMessageBox.StandardButton.Cancel])
    monkeypatch.setattr("gui.model.making.AT_ONCE", 1)
    monkeypatch.setattr(edits, "mirrored", lambda system: time.sleep(0.2) or mirrored(system))
    monkeypatch.setattr(filing, "ask_unsaved", lambda *_: next(answers))
    meanwhile(lambda: slow.shortcuts.do("mirror"), slow.land)
    slow.close()
    assert slow.isVisible()
    assert list(answers) == []
    assert not document.making


def test_who_discards_a_later_edit_still_has_the_save_that_runs(slow, monkeypatch, tmp_path):
    document = slow.session.document
    monkeypatch.setattr(filing, "ask_unsaved", lambda *_: QMessageBox.StandardButton.Discard)
    for name in ("saved", "discarded"):
        document.edit(edits.renamed(document.latest, name), "Rename")
        if name == "saved":
            document.save()
    meanwhile(lambda: None, slow.land)
    slow.close()
    assert not slow.isVisible()
    assert read_system(tmp_path / "kept.json").name == "saved"


def test_a_save_that_fails_after_it_was_undone_leaves_no_star(slow, qtbot):
    document = slow.session.document
    document.save()
    document.undo()
    qtbot.waitUntil(lambda: not document.busy)
    assert slow.isWindowModified()
    slow.land("error")
    qtbot.waitUntil(lambda: not document.modified)
    assert not slow.isWindowModified()


def test_who_is_told_to_end_is_asked_nothing(slow, monkeypatch):
    monkeypatch.setattr(filing, "PATIENCE", 50)
    meanwhile(lambda: close_unasked(slow))
    slow.close()
    assert not slow.isVisible()
    assert slow.findChild(QMessageBox) is None
    slow.land()


def test_a_file_that_is_read_while_something_is_asked_is_not_opened(slow, monkeypatch, tmp_path):
    def ask(*_):
        slow.asked.append(1)
        if len(slow.asked) == 1:
            slow.filing.open(tmp_path / "kept.json")
        return QMessageBox.StandardButton.Cancel

    monkeypatch.setattr(filing, "ask_unsaved", ask)
    slow.close()
    assert slow.asked == [1]
    assert "was not opened" in slow.messages.text
    slow.land()


def test_the_last_of_several_who_wait_leaves_and_nobody_is_asked_again(slow):
    meanwhile(lambda: slow.shortcuts.do("new"), slow.land)
    slow.close()
    assert slow.isVisible()
    assert (len(slow.session.document.latest), len(slow.asked)) == (0, 1)


def pressing(window, name):
    """Answer the question whether to wait on."""
    box = window.findChild(QMessageBox)
    assert "still being saved" in box.text()
    next(button for button in box.buttons() if button.text() == name).click()


def test_a_save_that_does_not_end_is_not_waited_for_without_asking(slow, monkeypatch):
    monkeypatch.setattr(filing, "PATIENCE", 50)
    answers = iter(["Keep waiting", "Close without saving"])
    timer = QTimer(interval=120)
    timer.timeout.connect(lambda: slow.findChild(QMessageBox) and pressing(slow, next(answers)))
    timer.start()
    slow.close()
    timer.stop()
    assert list(answers) == []
    assert not slow.isVisible()
    slow.land()


def test_the_question_goes_when_the_save_has_landed(slow, monkeypatch):
    monkeypatch.setattr(filing, "PATIENCE", 10)
    meanwhile(lambda: None, lambda: None, lambda: slow.findChild(QMessageBox) and slow.land())
    slow.close()
    assert not slow.isVisible()
    assert not slow.session.document.modified


def test_who_waited_before_the_one_who_closed_the_window_does_nothing_more(slow):
    meanwhile(slow.close, slow.land)
    slow.shortcuts.do("new")
    assert not slow.isVisible()
    assert (len(slow.session.document.latest), len(slow.asked)) == (2, 1)
