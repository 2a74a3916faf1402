"""What can be done, and what there is to see, found by a few letters; and the menus by the keyboard."""

import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from gui.lessons.shelf import paths
from gui.model import edits
from gui.window import filing
from gui.window.fuzzy import ranked, score
from particles import scenarios

pytestmark = pytest.mark.qt


@pytest.mark.parametrize(("query", "best"), [("expo", 1), ("nm", 0), ("zzz", None), ("EXPORT", 1)])
def test_fuzzy_search_finds_letters_in_order(query, best):
    texts = ["Next merge", "Export", "New seed"]
    assert (ranked(query, texts) or [None])[0] == best
    assert score("", "anything") == 0


def test_the_palette_finds_and_does(window):
    box = window.palette_box
    window.shortcuts.do("palette")
    assert len(box.shown) > 40
    QTest.keyClicks(box.query, "nextmer")
    assert box.shown[0] == "next-event"
    box.query.setText("mom")
    assert box.shown[0] == "arrows"
    box.query.setText("nextmer")
    QTest.keyClick(box.query, Qt.Key.Key_Return)
    assert window.session.clock.t == 1.0
    assert box.isHidden()
    window.shortcuts.do("palette")
    QTest.keyClick(box.query, Qt.Key.Key_Down)
    assert box.found.currentRow() == 1
    QTest.keyClick(box.query, Qt.Key.Key_Escape)
    assert box.isHidden()


def find(window, query):
    window.shortcuts.do("palette")
    window.palette_box.query.setText(query)
    return window.palette_box


def test_the_palette_finds_every_scenario_and_lesson(window):
    shown = find(window, "").shown
    assert {id.removeprefix("scenario ") for id in shown if id.startswith("scenario ")} == set(scenarios.names())
    assert {id.removeprefix("lesson ") for id in shown if id.startswith("lesson ")} == set(paths())


def test_a_scenario_that_is_found_is_shown_where_all_of_it_is_seen(window):
    window.pages.show("training")
    box = find(window, "snow")
    assert (box.shown[0], box.found.item(0).text()) == ("scenario snow-plough", "Snow plough")
    box.choose()
    assert window.session.document.system.source.name == "snow-plough"
    assert window.pages.shown == "particles"


def test_a_scenario_that_is_found_asks_before_edits_are_lost(window, monkeypatch):
    document = window.session.document
    document.edit(edits.mirrored(document.latest), "Mirror")
    mine = document.latest
    monkeypatch.setattr(filing, "ask_unsaved", lambda *_: QMessageBox.StandardButton.Cancel)
    find(window, "chain").choose()
    assert document.latest is mine


def test_a_lesson_that_is_found_is_opened(window):
    box = find(window, "two particles lesson")
    assert box.shown[0] == "lesson two-particles"
    QTest.keyClick(box.query, Qt.Key.Key_Return)
    assert window.docks.lessons.lesson.name == "two-particles"


def test_a_file_that_is_no_lesson_is_not_found(window, monkeypatch, tmp_path):
    (tmp_path / "01-broken.md").write_text("nothing")
    with_broken = {"broken": tmp_path / "01-broken.md", **paths()}
    monkeypatch.setattr("gui.lessons.shelf.paths", lambda: with_broken)
    shown = find(window, "").shown
    assert len([id for id in shown if id.startswith("lesson ")]) == len(paths())


def test_each_menu_opens_by_a_letter_of_its_own(window):
    titles = [menu.title() for menu in window.menus.menus.values()]
    assert [title[0] for title in titles] == ["&"] * len(titles)
    assert len({title[1] for title in titles}) == len(titles)


def test_each_linked_view_is_found_and_brought_to_the_front(window):
    actions, names = window.shortcuts.actions, ("hull", "tree", "phase", "counts")
    window.docks.views_dock.hide()
    window.shortcuts.refresh()
    assert not any(actions[name].isChecked() for name in names)
    for query, name in zip(("hull", "merge tree", "phase", "counts"), names, strict=True):
        window.pages.show("training")
        box = find(window, query)
        assert box.shown[0] == name
        box.choose()
        assert [each for each in names if actions[each].isChecked()] == [name]
        assert window.docks.tabs.currentWidget().isVisible()
