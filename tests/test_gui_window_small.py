"""Small windows: nothing is out of reach, and no number stands for two things."""

import numpy as np
import pytest

pytest.importorskip("PySide6")
pytestmark = pytest.mark.qt

from PySide6.QtCore import QPoint  # noqa: E402

from gui.model.edits import added  # noqa: E402


def settle(qtbot, window, size):
    window.resize(*size)
    window.docks.set_widths()
    qtbot.wait(30)


def inside(widget, window):
    """Whether all of a widget can be seen."""
    place = widget.mapTo(window, QPoint(0, 0))
    return widget.isVisible() and window.rect().contains(widget.rect().translated(place))


def in_sight(names):
    return names.viewport().rect().contains(names.visualItemRect(names.currentItem()))


def test_the_scenario_that_is_shown_is_in_sight_when_class_mode_ends(window, qtbot):
    settle(qtbot, window, (900, 600))
    window.session.options.set(class_mode=True)
    window.filing.load_scenario("snow-plough")
    window.session.options.set(class_mode=False)
    qtbot.wait(100)
    assert in_sight(window.docks.scenario.names)


def test_it_is_in_sight_where_the_window_opened_with_lessons(make_window, qtbot):
    for _ in range(2):  # the second is laid out as the first was left
        window = make_window("zeldovich", "--size", "1280x800")
        window.show()
        qtbot.waitUntil(lambda made=window: made.docks.readouts is not None, timeout=10_000)
        window.docks.toggle_lessons()
        qtbot.wait(100)
        if window.lessons_dock.isHidden():
            assert in_sight(window.docks.scenario.names)
        window.close()


@pytest.mark.parametrize("size", [(900, 600), (1280, 720), (1360, 860)])
def test_the_exact_table_and_its_buttons_can_be_reached_in_every_window(window, qtbot, size):
    settle(qtbot, window, size)
    panel = window.docks.scenario
    window.shortcuts.do("numbers")
    qtbot.wait(30)
    assert inside(panel.table.grid, window)
    assert panel.table.grid.height() >= 5 * panel.table.grid.verticalHeader().defaultSectionSize()
    assert all(inside(button, window) for button in panel.table.buttons.values())
    panel.show_numbers(False)
    qtbot.wait(30)
    for widget in (panel.filter, panel.names, panel.count, panel.seed, panel.again, panel.random, panel.reset):
        assert inside(widget, window)


def test_random_particles_are_in_a_menu_and_take_number_and_seed_from_the_only_fields(window, qtbot):
    document, panel = window.session.document, window.docks.scenario
    assert window.shortcuts.actions["random"] in window.menus.menus["Edit"].actions()
    document.edit(added(document.latest, 5.0, 0.0, 1.0)[0], "Add")
    window.shortcuts.do("random")
    assert panel.kinds.isVisible()
    panel.kinds.close()
    panel.count.setValue(37)
    panel.count.editingFinished.emit()
    panel.seed.setValue(7)
    panel.seed.editingFinished.emit()
    draw = panel.kinds.actions()[0]
    draw.trigger()
    first = document.system
    assert len(first) == 37
    assert first.source.seed == 7
    window.shortcuts.do("new-seed")
    assert document.system.source.seed == 8
    document.undo()
    document.undo()
    assert len(document.system) == 3, "random particles are a step like any other"
    document.load(document.system)


def test_a_linked_view_has_room_in_the_smallest_window_and_no_readout_is_cut_in_two(window, qtbot):
    settle(qtbot, window, (1360, 860))
    window.resize(900, 600)
    qtbot.wait(30)
    view = window.docks.tabs.currentWidget()
    assert view.height() >= 220
    area, rows = window.docks.views.widget(0), window.docks.readouts.layout()
    line = rows.cellRect(1, 0).top() - rows.cellRect(0, 0).top()
    assert area.height() >= 4 * line
    assert (area.height() - rows.contentsMargins().top()) % line == 0
    window.resize(1360, 860)
    qtbot.wait(30)
    assert area.height() == window.docks.readouts.sizeHint().height()


def test_the_weights_before_are_seen_beside_those_after_in_the_smallest_window(window, qtbot, tmp_path):
    settle(qtbot, window, (900, 600))
    np.save(tmp_path / "w.npy", np.random.default_rng(0).normal(size=(8, 16)))
    window.open(tmp_path / "w.npy")
    page = window.pages.built("weights")
    qtbot.waitUntil(lambda: page.result.shows_weights)
    qtbot.wait(30)
    assert inside(page.before, window)
    assert inside(page.after, window)


@pytest.mark.parametrize("size", [(760, 480), (800, 500), (800, 560)])
def test_in_a_low_window_a_message_takes_no_height_from_the_panel_and_the_views(make_window, qtbot, size):
    window = make_window("clustered-weights", "--size", "{}x{}".format(*size))
    window.show()
    qtbot.waitUntil(lambda: window.docks.readouts is not None, timeout=10_000)
    qtbot.wait(50)
    panel, bar = window.docks.scenario, window.transport
    assert in_sight(panel.names)
    before = window.pages.geometry()
    for words, kind in (("A remark that is longer than its place. " * 3, "info"), ("It could not be read.", "error")):
        window.tell(words, kind)
        qtbot.wait(50)
        assert inside(window.messages, window)
        assert window.pages.geometry() == before
        for widget in (panel.again, panel.random, panel.reset, window.space_time):
            bottom = widget.mapTo(window, widget.rect().bottomLeft())
            assert bottom.y() < bar.mapTo(window, QPoint(0, 0)).y()
    settle(qtbot, window, (900, 640))
    assert window.messages.text == "It could not be read."
    page, strip = window.pages, window.messages
    assert page.mapTo(window, QPoint(0, 0)).y() >= strip.mapTo(window, strip.rect().bottomLeft()).y()


@pytest.mark.parametrize("page", ["weights", "algorithms", "training"])
def test_in_a_low_window_a_message_covers_nothing_of_a_page_without_panels(window, qtbot, page):
    settle(qtbot, window, (760, 480))
    window.pages.show(page)
    window.tell("It could not be read.", page=page)
    pages, strip = window.pages, window.messages
    qtbot.waitUntil(
        lambda: pages.mapTo(window, QPoint(0, 0)).y() >= strip.mapTo(window, strip.rect().bottomLeft()).y() > 0
    )
    window.pages.show("particles")
    assert strip.isHidden()


def test_no_text_of_the_smallest_window_is_cut_in_a_letter(window, qtbot):
    settle(qtbot, window, (760, 480))
    window.filing.load_scenario("clustered-weights", play=False)
    window.session.options.set(time_axis="merges")
    qtbot.wait(50)
    transport, said = window.transport, window.mode_bar.document
    assert transport.time_text.seen == transport.time_text.text()
    assert transport.axis.width() >= transport.axis.sizeHint().width()
    assert inside(transport.axis, window)
    assert said.seen.startswith("clustered-weights · 256")
    assert said.seen.endswith("…")
    assert said.toolTip() == said.text()


@pytest.mark.parametrize("page", ["algorithms", "training"])
def test_the_panels_are_inside_of_the_smallest_window_after_a_wide_page(window, qtbot, page):
    settle(qtbot, window, window.minimumSize().toTuple())
    window.pages.show(page)
    qtbot.wait(30)
    window.pages.show("particles")
    qtbot.wait(50)
    assert inside(window.views_dock, window)


def test_a_lesson_and_a_linked_view_are_inside_of_the_smallest_window(window, qtbot):
    window.resize(window.minimumSize())
    window.docks.open_lesson("taut-string")
    window.docks.lessons.open_lesson("taut-string", 3)  # "Finish" is the longest word on its button
    qtbot.wait(100)
    assert window.docks.tabs.isVisible()
    assert inside(window.views_dock, window)
