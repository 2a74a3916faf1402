"""The Training page in the smallest windows: what is cut elsewhere is whole here, or can be scrolled to."""

import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea
from written_runs import write_run

pytestmark = pytest.mark.qt
SMALL = [(760, 480), (800, 520)]


def seen(widget, inside):
    """Whether all of a widget lies inside of another."""
    place = widget.mapTo(inside.window(), QPoint(0, 0)) - inside.mapTo(inside.window(), QPoint(0, 0))
    return widget.isVisible() and inside.rect().contains(widget.rect().translated(place))


@pytest.fixture
def form(make_window, qtbot):
    """Makes the form in a window of a size."""

    def shown(size):
        window = make_window("two-equal")
        window.pages.show("training")
        window.show()
        window.resize(*size)
        qtbot.wait(150)
        return window.pages.existing("training").form

    return shown


@pytest.mark.parametrize("size", SMALL)
def test_the_fields_of_the_form_are_whole_and_all_can_be_reached(form, qtbot, size):
    form = form(size)
    for field in (form.preset, form.method, form.strength, form.epochs, form.seed, form.folder, form.browse):
        assert field.height() >= field.minimumSizeHint().height()
    form.say("A trouble.")
    form.seed.setFocus()
    for _ in range(2):
        qtbot.keyClick(form.window().focusWidget(), Qt.Key.Key_Tab)
    assert form.window().focusWidget() is form.browse
    assert seen(form.browse, form.area.viewport())
    assert seen(form.start, form)


def test_where_there_is_room_nothing_is_scrolled(form):
    form = form((1280, 800))
    assert form.area.verticalScrollBar().maximum() == 0


def test_the_wheel_scrolls_and_turns_no_field(form):
    form = form(SMALL[0])
    before = form.request()
    for field in (form.preset, form.epochs):
        form.area.verticalScrollBar().setValue(0)
        place = field.mapTo(form.window(), QPoint(9, 9))
        QTest.wheelEvent(form.window().windowHandle(), QPointF(place), QPoint(0, -120))
        assert form.area.verticalScrollBar().value() > 0
    assert form.request() == before


def area_of(widget):
    """The scroll area that holds it."""
    return next(area for area in widget.window().findChildren(QScrollArea) if area.widget() is widget)


def test_curves_and_figures_of_a_run_are_whole_beside_a_message(make_window, qtbot, tmp_path):
    window = make_window(str(write_run(tmp_path / "run")))
    window.show()
    window.resize(800, 500)
    qtbot.waitUntil(lambda: window.pages.shown == "training")
    page = window.pages.existing("training")
    qtbot.waitUntil(lambda: page.look.newest is not None and len(page.look.newest.moments) == 5)
    page.do_train_pin()
    page.do_train_earlier()
    window.tell("There is no room left on the disk. " * 4)
    qtbot.wait(200)
    curves, facts = page.view.curves, page.view.facts
    for plot in (curves.accuracy, curves.loss, curves.distinct, curves.strength, curves.merges):
        assert plot.height() >= plot.minimumSizeHint().height()
    left, right = area_of(curves).verticalScrollBar(), area_of(facts).verticalScrollBar()
    assert left.maximum() > 0
    assert right.maximum() == facts.height() - area_of(facts).viewport().height()
    assert area_of(facts).viewport().width() >= facts.minimumSizeHint().width()
    place = QPointF(curves.loss.area.mapTo(window, QPoint(60, 20)))
    QTest.wheelEvent(window.windowHandle(), place, QPoint(0, -120))
    assert left.value() > 0
