"""The window as a student sees it: what is clipped, what has room, what belongs to which page."""

import threading

import numpy as np
import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from gui.model import edits
from gui.model.system import System
from gui.views.table_model import HEADINGS
from particles import scenarios

pytestmark = pytest.mark.qt


def settle(qtbot, window, width, height):
    window.resize(width, height)
    window.docks.set_widths()
    qtbot.wait(50)
    QApplication.processEvents()


@pytest.mark.parametrize("size", [(900, 900), (1440, 900)])
def test_buttons_and_headers_of_the_table_are_whole(window, qtbot, size):
    window.filing.load_scenario("clustered-weights", play=False)  # more rows than can be seen: there is a scroll bar
    settle(qtbot, window, *size)
    table = window.docks.scenario.table
    assert all(button.width() >= button.sizeHint().width() for button in table.buttons.values())
    header = table.grid.horizontalHeader()
    for column, heading in enumerate(HEADINGS):
        assert header.sectionSize(column) >= header.fontMetrics().horizontalAdvance(heading) + 6


def test_the_readouts_are_as_high_as_their_lines(window, qtbot):
    settle(qtbot, window, 1440, 900)
    for name in ("clustered-weights", "two-equal", "clustered-weights"):
        window.filing.load_scenario(name, play=False)
        readouts = window.docks.readouts
        qtbot.waitUntil(lambda panel=readouts: panel.height() == panel.sizeHint().height())


def test_the_page_of_weights_has_room(window, qtbot):
    settle(qtbot, window, 1200, 700)
    window.pages.show("weights")
    window.shortcuts.do("layout")
    assert window.scenario_dock.isHidden()
    assert window.views_dock.isHidden()
    window.pages.show("training")
    window.pages.show("particles")
    assert not window.scenario_dock.isHidden()
    assert not window.views_dock.isHidden()
    settle(qtbot, window, 1600, 900)
    window.pages.show("weights")
    assert window.scenario_dock.isHidden()
    assert not window.views_dock.isHidden()


def test_a_tensor_of_a_run_is_shown_as_particles(window):
    window.pages.show("training")
    window.pages.existing("training").particles_opened.emit()
    assert window.pages.shown == "particles"


def test_opening_weights_leaves_the_lesson_first(window, tmp_path, qtbot):
    document = window.session.document
    own = edits.renamed(document.system, "my own")
    document.edit(own, "Rename")
    window.docks.open_lesson("two-particles")
    assert document.system is not own
    np.save(tmp_path / "w.npy", np.linspace(0, 1, 9) ** 2)
    window.open(tmp_path / "w.npy")
    with qtbot.waitSignal(window.docks.lessons.ended):
        pass
    qtbot.waitUntil(lambda: document.system.kind == "weights")
    document.undo()
    assert document.system is own


def test_a_long_simulation_can_be_given_up(window, qtbot):
    gate, document = threading.Event(), window.session.document
    shown, run = document.system, document.run
    document.run = lambda work, then, what: run(lambda: gate.wait(5) and work(), then, what)
    document.load(System.of_scenario(scenarios.get("gaussian-weights", 10_001)))
    button = window.mode_bar._give_up
    qtbot.waitUntil(button.isVisible)
    button.click()
    assert not document.busy
    assert document.latest is shown
    qtbot.waitUntil(lambda: not button.isVisible())
    gate.set()
    qtbot.waitUntil(lambda: window.workers.running == 0)
    assert document.system is shown


def test_closing_the_lessons_leaves_the_lesson(window):
    document, button = window.session.document, window.mode_bar.lessons
    own = document.system
    button.click()
    window.docks.open_lesson("unequal-masses")
    assert button.isChecked()
    assert document.system is not own
    window.pages.show("algorithms")
    window.pages.show("particles")
    window.scenario_dock.raise_()
    assert window.docks.lessons.in_lesson
    window.lessons_dock.close()
    assert not window.docks.lessons.in_lesson
    assert not button.isChecked()
    assert document.system is own
    assert window.session.options.future


def test_the_overlay_is_read_to_its_end_by_keys_in_a_small_window(window, qtbot):
    window.resize(900, 600)
    window.shortcuts.do("keys")
    overlay, bar = window.key_overlay, window.key_overlay._scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    for _ in range(20):
        qtbot.keyClick(overlay, Qt.Key.Key_PageDown)
    assert bar.value() == bar.maximum()
    assert overlay._scroll.widget().sizeHint().width() <= overlay._scroll.viewport().width()
    assert "drag the rim" in [label.text() for label in overlay.findChildren(QLabel)]
    qtbot.keyClick(overlay, Qt.Key.Key_Escape)
    assert overlay.isHidden()


def test_the_future_is_hidden_until_the_prediction_is_made(window):
    options, views = window.session.options, (window.space_time, window.docks.tabs.build(1), window.docks.tabs.build(3))

    def pictures():
        return [view.grab().toImage() for view in (*views, window.transport.timeline)]

    for view in views:
        view.resize(400, 300)
    window.docks.open_lesson("two-particles")
    panel = window.docks.lessons
    hidden = pictures()
    assert "become" not in window.space_time.heading()[0]
    panel.play()
    window.session.clock.pause()
    assert not options.future
    window.session.clock.go(0.0)
    panel._page.question.check.click()
    window.session.clock.go(0.0)
    assert all(shown != before for shown, before in zip(pictures(), hidden, strict=True))
    panel.play()
    assert options.future
    panel.restart()
    assert not options.future
    panel.leave()
    assert options.future


def test_a_scene_of_another_page_is_not_played_behind_it(window):
    window.docks.open_lesson("snow-plough")
    panel = window.docks.lessons
    assert not panel._page.play.isHidden()
    panel.move(1)
    assert panel.scene.view == "algorithms"
    assert panel._page.play.isHidden()


def test_a_lesson_of_the_command_line_is_in_front(make_window, qtbot):
    window = make_window("--lesson", "two-particles", "--size", "1200x800")
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(lambda: not window.docks.lessons_dock.visibleRegion().isEmpty(), timeout=3000)
    assert window.docks.scenario_dock.visibleRegion().isEmpty()
