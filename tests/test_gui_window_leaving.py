"""Who saves a large document in order to leave it leaves when it is saved, and the window goes on meanwhile."""

import threading

import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMessageBox

from gui.model import edits
from gui.window import filing
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
