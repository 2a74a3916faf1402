"""Text from files is shown as it is: no name, path or message is taken for HTML."""

import ast
import json
from pathlib import Path

import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from written_runs import write_run

from gui.draw.tool_tip import plain

pytestmark = pytest.mark.qt
GUI = Path(__file__).parents[1] / "gui"
OWN_WORDS = {"lessons", "window/tour.py", "window/key_overlay.py"}  # theirs are written in the project
BOLD = "<b>bold</b>"


def undecided(source: str) -> list[int]:
    """Lines with a label whose words may change, and which leaves it to Qt whether they are HTML."""
    tree = ast.parse(source)
    kept = {
        id(inside)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and any(isinstance(part, ast.Attribute) for part in ast.walk(node.targets[0]))
        for inside in ast.walk(node.value)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "QLabel":
            first = node.args[0] if node.args else None
            fixed = isinstance(first, ast.Constant) or (isinstance(first, ast.Name) and first.id.isupper())
            words_stay = fixed and id(node) not in kept
            if not words_stay and all(keyword.arg != "textFormat" for keyword in node.keywords):
                found.append(node.lineno)
    return found


def test_a_label_that_leaves_it_open_is_found_by_this_test():
    assert undecided("self.name = QLabel()\nlabel = QLabel('fixed')\nother = QLabel(text)") == [1, 3]


@pytest.mark.parametrize("path", sorted(GUI.rglob("*.py")), ids=lambda path: path.relative_to(GUI).as_posix())
def test_every_label_says_whether_its_words_are_html(path):
    name = path.relative_to(GUI).as_posix()
    if not any(name == own or name.startswith(f"{own}/") for own in OWN_WORDS):
        assert undecided(path.read_text()) == []


def test_a_tool_tip_with_a_name_that_looks_like_html_shows_it():
    assert plain("a < b") == "a < b"
    assert plain(BOLD) == "<qt>&lt;b&gt;bold&lt;/b&gt;</qt>"


def test_what_a_foreign_run_says_is_no_html(window, qtbot, tmp_path):
    run = write_run(tmp_path / BOLD.replace("/", "-"))
    (run / "status.json").write_text(json.dumps({"status": "failed", "message": BOLD}))
    assert window.open(run)
    page = window.pages.built("training")
    qtbot.waitUntil(lambda: any(BOLD in label.text() for label in page.findChildren(QLabel)))
    for label in window.findChildren(QLabel):
        if "<b" in label.text() and "bold" in label.text():
            assert label.textFormat() == Qt.TextFormat.PlainText
    tips = [label.toolTip() for label in page.findChildren(QLabel) if "bold" in label.toolTip()]
    assert tips
    assert all("&lt;b&gt;" in tip for tip in tips)
