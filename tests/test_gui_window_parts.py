"""The parts of the window one by one: timeline, transport, palette, overlay, tour, settings, theme."""

import numpy as np
import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from gui.model.time_axis import TimeAxis
from gui.window.settings import Settings
from gui.window.timeline import tick_heights
from particles import scenarios, simulate

pytestmark = pytest.mark.qt


def drag(widget, start, end, modifier=Qt.KeyboardModifier.NoModifier):
    middle = widget.height() // 2
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, modifier, QPoint(int(start), middle))
    QTest.mouseMove(widget, QPoint(int((start + end) / 2), middle))
    QTest.mouseMove(widget, QPoint(int(end), middle))
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, modifier, QPoint(int(end), middle))


def test_a_million_events_give_one_tick_a_pixel_the_more_the_higher():
    history = simulate(scenarios.get("two-equal").particles)
    axis = TimeAxis("linear", history, 2.0)
    heights = tick_heights(np.concatenate((np.full(10**6, 0.5), [1.5, 2.5])), axis, 400)
    assert heights.shape == (400,)
    assert np.flatnonzero(heights).tolist() == [100, 299]
    assert 0 < heights[299] < heights[100] <= 1
    assert tick_heights(np.empty(0), axis, 0).size == 0


def test_dragging_on_the_timeline_scrubs_and_playing_goes_on(window):
    timeline, clock = window.transport.timeline, window.session.clock
    clock.play()
    drag(timeline, timeline.x_at(0.2), timeline.x_at(1.5))
    assert clock.t == pytest.approx(1.5, abs=0.01)
    assert clock.playing
    clock.pause()
    assert timeline.value() == pytest.approx(0.75 * timeline.maximum(), rel=0.01)


def test_shift_and_drag_gives_a_range_and_a_double_click_forgets_it(window):
    timeline, clock = window.transport.timeline, window.session.clock
    drag(timeline, timeline.x_at(1.5), timeline.x_at(0.5), Qt.KeyboardModifier.ShiftModifier)
    assert clock.range == pytest.approx((0.5, 1.5), abs=0.01)
    QTest.mouseDClick(timeline, Qt.MouseButton.LeftButton)
    assert clock.range is None


def test_the_timeline_follows_the_kind_of_axis(window):
    timeline = window.transport.timeline
    even = timeline.x_at(1.0)
    window.transport.axis.setCurrentIndex(1)
    window.transport.axis.activated.emit(1)
    assert window.session.options.time_axis == "log"
    assert timeline.x_at(1.0) != even
    assert timeline.time_at(timeline.x_at(0.7)) == pytest.approx(0.7, abs=0.02)


def test_time_passes_while_it_plays_and_the_timer_rests_otherwise(window, qtbot):
    clock = window.session.clock
    assert not window.ticking.running
    clock.play()
    assert window.ticking.running
    qtbot.waitUntil(lambda: clock.t > 0.02)
    clock.pause()
    assert not window.ticking.running


def test_the_speed_slider_and_the_clock_agree(window):
    window.session.clock.speed = 4
    assert window.transport.speed.value() == 8
    window.transport.speed.setValue(-4)
    assert window.session.clock.speed == 0.5
    assert window.transport.speed_text.text().startswith("0.5")


def test_the_overlay_lists_every_key_of_the_table_and_any_key_closes_it(window):
    overlay = window.key_overlay
    window.shortcuts.do("keys")
    listed = {key for _menu, _title, keys in overlay.rows() for key in keys}
    assert listed >= {key for row in window.shortcuts.table.values() for key in row.keys}
    QTest.keyClick(overlay, Qt.Key.Key_Q)
    assert overlay.isHidden()
    assert overlay._scroll.widget() is None  # nothing is left that another theme would have to dress


def test_there_is_one_card_at_a_time_and_none_follows_to_another_page(window):
    window.shortcuts.do("keys")
    window.shortcuts.do("tour")
    assert (window.key_overlay.isVisible(), window.tour.isVisible()) == (False, True)
    window.shortcuts.do("keys")
    assert (window.key_overlay.isVisible(), window.tour.isVisible()) == (True, False)
    window.shortcuts.do("page-training")
    assert not window.key_overlay.isVisible()


def test_the_tour_has_a_stop_at_each_widget_and_can_be_skipped(window):
    from gui.window.tour import STOPS

    window.start_tour()
    for at in range(len(STOPS)):
        assert window.tour.at == at
        assert window.rect().contains(window.tour.geometry())
        window.tour.go(at + 1)
    assert window.tour.isHidden()
    assert window.settings.tour_seen
    window.start_tour()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.tour.isHidden()


def test_what_is_remembered_comes_back(make_window):
    first = make_window()
    first.session.options.set(theme="dark", arrows="momentum", ghosts=True)
    first.resize(780, 600)
    first.scenario_dock.hide()
    first.close()
    second = make_window()
    options = second.session.options
    assert (options.theme, options.arrows, options.ghosts) == ("dark", "momentum", True)
    assert second.scenario_dock.isHidden()
    assert (second.width(), second.height()) == (780, 600)
    assert second.colours.dark


def test_broken_settings_are_as_good_as_none(tmp_path, qapp):
    path = tmp_path / "settings.ini"
    path.write_text("[General]\ngeometry=nonsense\nrecent=@Invalid()\n[options]\ntheme=pink\nghosts=7\narrows=\n")
    settings = Settings(path)
    assert settings.options() == {}
    assert settings.recent() == []


def test_every_widget_that_takes_the_keyboard_has_a_name(window):
    from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QComboBox, QLineEdit, QScrollBar, QWidget

    kinds = (QAbstractButton, QAbstractSlider, QComboBox, QLineEdit)
    nameless = []
    for widget in window.findChildren(QWidget):
        inner = isinstance(widget, QScrollBar) or widget.objectName().startswith("qt_")
        inner = inner or isinstance(widget.parent(), (QComboBox,)) or "SpinBox" in type(widget.parent()).__name__
        if isinstance(widget, kinds) and not inner and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            text = widget.text() if isinstance(widget, QAbstractButton) else ""
            if not (widget.accessibleName() or text):
                nameless.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    assert not nameless


def test_another_theme_takes_two_rounds_of_the_event_loop_and_shows_at_once(window, qtbot):
    before = window.property("stickyTheme")
    window.shortcuts.do("theme-swap")
    assert (window.property("stickyTheme"), window.colours.name != before) == (before, True)
    assert not window.updatesEnabled()
    qtbot.waitUntil(window.updatesEnabled)
    assert window.property("stickyTheme") == window.colours.name


@pytest.mark.parametrize("typed", ["99999999999", "1", "12.5", "many"])
def test_a_number_of_particles_that_cannot_be_is_refused_in_a_sentence(window, qtbot, typed):
    window.filing.load_scenario("random-masses", 12, 3, play=False)
    count, before = window.docks.scenario.count, window.session.document.latest
    count.setFocus()
    count.selectAll()
    qtbot.keyClicks(count, typed)
    qtbot.keyClick(count, Qt.Key.Key_Return)
    assert window.session.document.latest is before
    assert count.text() == "12"
    assert "number" in window.messages.text


def test_the_field_for_the_seed_holds_every_seed_that_a_scenario_takes(window, qtbot):
    window.filing.load_scenario("random-masses", 12, 4_294_967_295, play=False)
    seed, document = window.docks.scenario.seed, window.session.document
    before = document.latest
    assert (seed.value(), seed.text()) == (4_294_967_295, "4,294,967,295")
    seed.setFocus()
    qtbot.keyClick(seed, Qt.Key.Key_Return)
    assert document.latest is before
    for typed, holds in (("4294967296", 4_294_967_295), ("4000000000", 4_000_000_000)):
        seed.selectAll()
        qtbot.keyClicks(seed, typed)
        qtbot.keyClick(seed, Qt.Key.Key_Return)
        assert document.latest.source.seed == holds
    assert "4,294,967,295" in window.messages.text


def test_the_field_for_the_seed_keeps_the_last_one_after_an_edit(window):
    window.filing.load_scenario("random-masses", 12, 7, play=False)
    window.shortcuts.do("select-all")
    window.shortcuts.do("delete")
    assert window.session.document.system.source is None
    assert window.docks.scenario.seed.value() == 7


def test_restart_goes_to_time_0_and_to_the_end_to_the_last_time_also_where_there_is_a_range(window):
    clock = window.session.clock
    clock.range = (0.5, 1.0)
    clock.go(0.75)
    window.shortcuts.do("restart")
    assert clock.t == 0.0
    window.shortcuts.do("to-end")
    assert clock.t == clock.horizon
    assert clock.range == (0.5, 1.0)


def test_a_range_that_cannot_be_is_said(window):
    clock = window.session.clock
    for id, t, word in (("range-start", clock.horizon, "start"), ("range-end", 0.0, "end")):
        clock.range = (0.5, 1.0)
        clock.go(t)
        window.shortcuts.do(id)
        assert clock.range == (0.5, 1.0)
        assert word in window.messages.text
