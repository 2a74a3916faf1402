"""A lesson file that somebody else wrote: HTML stays text, nothing is fetched, and what is broken is one sentence."""

from pathlib import Path

import pytest

pytest.importorskip("PySide6")

from one_sentence import refused
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QLabel

from gui.draw.palette import Colours
from gui.lessons import panel as panels
from gui.lessons import shelf
from gui.lessons.panel import LessonPanel
from gui.lessons.reader import lesson_of
from gui.lessons.scene_page import ScenePage
from gui.model import edits
from gui.model.document import Document
from gui.model.session import Session
from gui.model.system import System
from particles import scenarios

pytestmark = pytest.mark.qt
SOUND = shelf.lessons()[0].path.read_text(encoding="utf-8")
HOSTILE = "<img src='http://e.invalid/x.png'><b>bold</b>"


def shown(lesson, at, qtbot) -> ScenePage:
    page = ScenePage(Colours.of("light"))
    qtbot.addWidget(page)
    page.show_scene(lesson, at, [False] * len(lesson.scenes))
    return page


def said(label: QLabel) -> str:
    """What a label shows, marks of HTML being read as Qt reads them."""
    if label.textFormat().name == "PlainText" or "<" not in label.text():
        return label.text()
    document = QTextDocument()
    document.setHtml(label.text())
    return document.toPlainText()


@pytest.mark.parametrize(
    ("at", "old"),
    [
        (0, "# Two particles"),
        (0, "## They meet"),
        (0, "Two particles fly at each other"),
        (0, "ask: Where is the pair at time 2"),
        (0, "The pair stays where it was made"),
        (1, "choice: All of it"),
    ],
)
def test_html_in_a_lesson_is_shown_as_it_was_written(at, old, qtbot, monkeypatch):
    fetched = []
    monkeypatch.setattr(QTextDocument, "loadResource", lambda *args: fetched.append(args))
    text = SOUND.replace(old, old.split(" ")[0] + " " + HOSTILE if old[0] in "#ac" else HOSTILE, 1)
    page = shown(lesson_of("two-particles", text, Path("01-x.md")), at, qtbot)
    page.question.reveal.click()
    labels = [label for label in page.findChildren(QLabel) if "e.invalid" in label.text()]
    assert labels
    assert all(HOSTILE in said(label) for label in labels)
    assert fetched == []


@pytest.mark.parametrize("link", ["[x](file:///etc/passwd)", "![x](http://e.invalid/x.png)", "[x]: http://e.invalid"])
def test_links_are_refused_or_stay_text(link, qtbot):
    text = SOUND.replace("Two particles fly", f"{link} Two particles fly", 1)
    if "](" in link:
        refused(ValueError, lambda: lesson_of("x", text, Path("01-x.md")), "without other links")
    else:
        page = shown(lesson_of("x", text, Path("01-x.md")), 0, qtbot)
        assert any(link in said(label) for label in page.findChildren(QLabel))


def test_a_name_without_end_is_said_in_short():
    text = SOUND.replace("scenario: two-equal", "scenario: " + "a" * 5000, 1)
    refused(ValueError, lambda: lesson_of("x", text, Path("01-x.md")), "line 11", "long name")


def test_a_broken_file_among_the_lessons_is_left_out_and_said_once(tmp_path, qtbot, monkeypatch):
    (tmp_path / "01-sound.md").write_text(SOUND, encoding="utf-8")
    (tmp_path / "02-broken.md").write_text("no lesson", encoding="utf-8")
    (tmp_path / "03-huge.md").write_text("#" * 2**17, encoding="utf-8")
    (tmp_path / "04-fine.md").write_text(SOUND, encoding="utf-8")
    files = {path.stem.partition("-")[2]: path for path in sorted(tmp_path.iterdir())}
    monkeypatch.setattr(panels, "paths", lambda: files)
    monkeypatch.setattr(shelf, "paths", lambda: files)
    told = []
    session = Session(Document(System.of_scenario(scenarios.get("chain"))))
    panel = LessonPanel(session, Colours.of("light"), lambda text, kind="error": told.append(text))
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitUntil(lambda: panel._shelf.list.count() == 2 and not panel._filling.isActive())
    assert all(sentence.startswith("A lesson is left out. ") and "\n" not in sentence for sentence in told)
    assert ["02-broken.md" in told[0], "03-huge.md" in told[1]] == [True, True]
    panel.set_progress({})
    qtbot.waitUntil(lambda: not panel._filling.isActive())
    assert len(told) == 2
    shelf.lesson_named.cache_clear()
    panel.closing()


def test_the_name_of_a_document_is_text(window):
    window.session.document.edit(edits.renamed(window.session.document.system, HOSTILE), "Rename")
    assert window.mode_bar.document.textFormat().name == "PlainText"
    assert HOSTILE in window.mode_bar.document.text()
