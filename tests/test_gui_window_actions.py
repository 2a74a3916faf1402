"""Every action of the table does something that can be observed, by its id, its key and its menu."""

import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QInputDialog

from gui.model import edits
from gui.model.system import System
from gui.window.actions import ACTIONS
from particles import scenarios

pytestmark = pytest.mark.qt


def seen(window):
    """What an action may change, as one comparable value."""
    session = window.session
    clock, document, options = session.clock, session.document, session.options
    return {
        "time": (clock.t, clock.playing, clock.direction, clock.speed, clock.loop, clock.range),
        "pace": (clock.slow_near_events, clock.mode),
        "system": id(document.latest),
        "selected": session.selection.ids,
        "options": options.values,
        "page": window.pages.shown,
        "panels": [d.isHidden() for d in (window.scenario_dock, window.views_dock, window.lessons_dock)],
        "tab": window.docks.tabs.currentIndex(),
        "floating": window.scenario_dock.isFloating(),
        "cards": (window.palette_box.isVisible(), window.key_overlay.isVisible(), window.messages.text),
        "tour": window.tour is not None and window.tour.isVisible(),
        "range": (window.x_range.low, window.x_range.high),
        "screen": (window.isFullScreen(), window.isVisible()),
        "dialogs": [type(w).__name__ for w in QGuiApplication.topLevelWindows() if w.isVisible()],
        "clipboard": QGuiApplication.clipboard().text(),
    }


def prepare(window):
    """In the middle of a run, something selected, something undone, the first page, no card open."""
    session = window.session
    for card in (window.palette_box, window.key_overlay, window.messages):
        card.hide()
    if window.tour is not None:
        window.tour.end()
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QDialog):
            widget.close()
    window.pages.show("particles")
    window.docks.tabs.setCurrentIndex(0)
    session.options.set(theme="light", class_mode=False)
    session.document.load(System.of_scenario(scenarios.get("clustered-weights", 24)))
    for id in ("mirror", "penalty", "undo"):
        window.shortcuts.do(id)
    clock = session.clock
    clock.pause()
    clock.speed, clock.direction, clock.range, clock.t = 1.5, 1, (0.1, 1.2), 0.4
    session.selection.select([3, 4])
    window.x_range.zoom(0.8)
    window.scenario_dock.setFloating(True)
    QGuiApplication.clipboard().setText("before")


@pytest.fixture
def prepared(window, monkeypatch, tmp_path):
    """A prepared window, and dialogs that answer."""
    saved = tmp_path / "saved.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(saved), ""))
    monkeypatch.setattr(QInputDialog, "getText", lambda *a, **k: ("7", True))
    prepare(window)
    return window


FIRST = {
    "page-particles": lambda w: w.pages.show("algorithms"),
    "theme-light": lambda w: w.shortcuts.do("theme-dark"),
    "new-seed": lambda w: w.session.document.load(System.of_scenario(scenarios.get("random-masses", 9))),
    "previous-event": lambda w: w.session.clock.go(1.2),
    "hull": lambda w: w.docks.tabs.setCurrentIndex(1),
    "range-start": lambda w: setattr(w.session.clock, "range", None),
    "range-end": lambda w: setattr(w.session.clock, "range", None),
}
ELSEWHERE = {"quit", "save", "save-as", "open", "open-run", "give-up"}  # the tests below


def test_every_action_does_something(prepared):
    idle = []
    for id in [row.id for row in ACTIONS if row.id not in ELSEWHERE]:
        prepare(prepared)
        FIRST.get(id, lambda w: None)(prepared)
        prepared.shortcuts.refresh()
        before = seen(prepared)
        prepared.shortcuts.actions[id].trigger()
        if seen(prepared) == before:
            idle.append(id)
        if id == "full-screen":
            prepared.shortcuts.do(id)
    assert not idle


def test_saving_writes_and_opening_asks(prepared, monkeypatch, tmp_path):
    prepared.shortcuts.do("save")
    assert not prepared.session.document.modified
    for id, name, answer in (("open", "getOpenFileName", ("", "")), ("open-run", "getExistingDirectory", "")):
        asked = []
        monkeypatch.setattr(QFileDialog, name, lambda *_, asked=asked, answer=answer: asked.append(1) or answer)
        prepared.shortcuts.do(id)
        assert asked
    name = prepared.session.document.latest.name
    prepared.shortcuts.do("new")
    assert prepared.open(tmp_path / "saved.json")
    assert prepared.session.document.system.name == name
    assert tmp_path / "saved.json" in prepared.session.document.recent


def test_no_key_is_given_twice_and_each_action_has_a_sentence(window):
    keys = [QKeySequence(key).toString() for row in window.shortcuts.table.values() for key in row.keys]
    assert len(keys) == len(set(keys))
    assert all(row.why.endswith(".") for row in window.shortcuts.table.values())


def test_every_action_is_in_a_menu(window):
    listed = {action for menu in window.menus.menus.values() for action in menu.actions()}
    assert set(window.shortcuts.actions.values()) <= listed


def test_keys_reach_the_window(window):
    clock = window.session.clock
    window.activateWindow()
    window.setFocus()
    for key, expected in ((Qt.Key.Key_Period, 1.0), (Qt.Key.Key_End, 2.0), (Qt.Key.Key_Home, 0.0)):
        QTest.keyClick(window, key)
        assert clock.t == expected
    QTest.keyClick(window, Qt.Key.Key_Right)
    assert 0 < clock.t < 0.1
    QTest.keyClick(window, Qt.Key.Key_Space)
    assert clock.playing
    QTest.keyClick(window, Qt.Key.Key_Space)
    assert not clock.playing


def test_a_text_field_keeps_its_keys(window):
    window.activateWindow()
    field = window.docks.scenario.filter
    field.setFocus()
    QTest.keyClicks(field, "two 1,")
    QTest.keyClick(field, Qt.Key.Key_Home)
    assert field.text() == "two 1,"
    assert field.cursorPosition() == 0
    assert window.session.clock.speed == 1
    assert not window.session.clock.playing


def test_space_presses_the_button_that_has_the_focus(window):
    window.activateWindow()
    button = window.transport.buttons["next-event"]
    button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert window.session.clock.t == 1.0
    assert not window.session.clock.playing


def test_bare_letters_are_off_while_a_screen_reader_is_active(window, monkeypatch):
    from gui.window import shortcuts

    monkeypatch.setattr(shortcuts.QAccessible, "isActive", lambda: True)
    window.shortcuts.set_keys()
    left = [key.toString() for action in window.shortcuts.actions.values() for key in action.shortcuts()]
    assert {"Alt+K", "Ctrl+K"} <= set(left)
    assert not [key for key in left if len(key) == 1 or key == "Space"]


def test_what_is_edited_while_a_name_is_asked_for_stays(window, monkeypatch):
    document = window.session.document

    def answer(*_, **__):
        document.edit(edits.with_horizon(document.latest, 7.0), "Time shown")
        return "another", True

    monkeypatch.setattr(QInputDialog, "getText", answer)
    window.shortcuts.do("rename")
    assert (document.latest.name, document.latest.horizon) == ("another", 7.0)
