"""Beside a lesson the pictures have at least half of a narrow window, nothing is lost, and all comes back."""

import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import Qt

pytestmark = pytest.mark.qt
SCENES = {("two-particles", 0): "space-time", ("taut-string", 1): "hull"}


def layout(window):
    """What is shown on the page of particles, and where."""
    docks = window.docks
    parts = (docks.scenario_dock, docks.views_dock, docks.readouts, docks.tabs, window.line, window.space_time)
    return [(part.isVisible(), part.width(), part.height() // 8) for part in parts]


def settled(window, qtbot):
    """Until nothing has moved for a while."""
    seen = []
    qtbot.waitUntil(lambda: seen.append(layout(window)) or (len(seen) > 6 and seen[-1] == seen[-6]))


def half(window):
    return window.pages.width() >= window.width() // 2


@pytest.mark.parametrize("size", [(900, 600), (1024, 700), (1280, 800)])
@pytest.mark.parametrize("scene", SCENES)
def test_the_picture_has_half_of_the_window_beside_a_lesson(window, qtbot, size, scene):
    window.resize(*size)
    window.docks.set_widths()
    settled(window, qtbot)
    before = layout(window)
    window.docks.open_lesson(scene[0])
    window.docks.lessons.open_lesson(*scene)
    qtbot.waitUntil(lambda: half(window))
    docks, narrow = window.docks, size[0] < 1150
    assert docks.readouts.isVisible()
    assert docks.tabs.isVisible() == (SCENES[scene] == "hull" or not narrow)
    assert window.space_time.isVisible() == (SCENES[scene] != "hull" or not narrow)
    window.docks.toggle_lessons()

    def back():
        assert not narrow or layout(window) == before

    qtbot.waitUntil(back)
    assert window.space_time.isVisible()


def test_no_view_covers_another_in_the_smallest_window(window, qtbot):
    window.resize(window.minimumSize())
    window.docks.open_lesson("two-particles")
    window.docks.lessons.open_lesson("two-particles", 0)
    settled(window, qtbot)
    line, space_time = window.line.geometry(), window.space_time.geometry()
    assert window.docks.readouts.isVisible()
    assert window.particles_page.rect().contains(line.united(space_time))
    assert not line.intersects(space_time)


def test_a_wider_window_class_mode_and_the_end_put_the_linked_views_back(window, qtbot):
    window.resize(900, 600)
    window.docks.open_lesson("taut-string")
    dock, options = window.views_dock, window.session.options
    qtbot.waitUntil(lambda: half(window))

    def area():
        return window.dockWidgetArea(dock)

    below, right = Qt.DockWidgetArea.BottomDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
    assert area() == below
    window.resize(1300, 700)
    qtbot.waitUntil(lambda: area() == right)
    window.resize(900, 600)
    qtbot.waitUntil(lambda: area() == below)
    options.set(class_mode=True)
    assert not window.docks.readouts.isVisible()
    options.set(class_mode=False)
    qtbot.waitUntil(lambda: area() == below and window.docks.readouts.isVisible())
    window.pages.show("weights")
    assert area() == right
    window.pages.show("particles")
    assert area() == below
    window.docks.all_shown()
    assert area() == right


def test_class_mode_in_a_lesson_leaves_the_heights_as_they_were(window, qtbot):
    window.resize(900, 600)
    window.docks.set_widths()
    window.particles_page.setSizes([120, 400])
    settled(window, qtbot)
    before = layout(window)
    window.docks.open_lesson("taut-string")
    settled(window, qtbot)
    for _ in range(2):
        window.shortcuts.do("class-mode")
        settled(window, qtbot)
    window.docks.toggle_lessons()
    qtbot.waitUntil(lambda: layout(window) == before)
