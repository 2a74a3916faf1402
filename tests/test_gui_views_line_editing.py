"""Editing on the line: every gesture is one edit that can be undone."""

from __future__ import annotations

import pytest

pytest.importorskip("PySide6")
pytestmark = [pytest.mark.qt, pytest.mark.usefixtures("qapp")]

from later import Later  # noqa: E402
from line_views import ALT, CTRL, SHIFT, THREE, disc, line_of, tip  # noqa: E402
from mouse import click, double_click, drag, key, mouse, press, release, wheel  # noqa: E402
from PySide6.QtCore import QEvent, QPointF, Qt  # noqa: E402

from gui.model import commands, edits  # noqa: E402
from gui.model.system import System  # noqa: E402
from particles import Particles  # noqa: E402


def test_dragging_a_disc_moves_its_particle_in_one_step_of_undo():
    view = line_of()
    document, start = view.session.document, disc(view, 0)
    goal = QPointF(float(view.scene().x[1]) + 100.0, start.y())
    wanted = view.scene().unit(goal.x())
    drag(view, start, goal)
    assert document.system.ids.tolist() == [1, 0, 2]
    assert document.system.particles.position[1] == pytest.approx(wanted, abs=0.01)
    assert not document.dragging
    document.undo()
    assert document.system.particles.position.tolist() == [-1.0, 0.0, 2.0]
    assert not document.can_undo


def test_dragging_gives_short_numbers():
    view = line_of()
    drag(view, disc(view, 1), disc(view, 1) + QPointF(37.3, 5.0))
    assert len(f"{view.session.document.system.particles.position[1]}") <= 5


def test_the_picture_keeps_still_under_a_drag_and_arrows_keep_their_scale():
    view = line_of()
    limits, reach = (view.x_range.low, view.x_range.high), view.scene().scale.reach
    press(view, disc(view, 2))
    hold = disc(view, 2)
    for step in range(1, 4):
        mouse(view, QEvent.Type.MouseMove, hold + QPointF(-60.0 * step, 0.0), held=True)
        assert (view.x_range.low, view.x_range.high) == limits
        assert view.scene().scale.reach == reach
    release(view, hold + QPointF(-180.0, 0.0))
    assert view.session.document.system.particles.position[-1] < 2.0


def test_dragging_the_tip_sets_the_velocity_and_near_the_disc_it_is_zero():
    view = line_of()
    document = view.session.document
    start = tip(view, 2)
    scene = view.scene()
    drag(view, start, start + QPointF(-50.0, 0.0))
    wanted = -1.0 - 50.0 / (scene.scale.reach * scene.pixels_a_unit)
    assert document.system.particles.velocity[2] == pytest.approx(wanted, rel=0.01)
    drag(view, tip(view, 2), QPointF(disc(view, 2).x() + 2.0, tip(view, 2).y()))
    assert document.system.particles.velocity[2] == 0.0


def test_dragging_the_rim_outward_by_half_makes_the_mass_nine_quarters():
    view = line_of()
    centre, radius = disc(view, 1), view.scene().radius_of(1)
    edge = QPointF(0.0, radius - 1.0)
    drag(view, centre + edge, centre + 1.5 * edge)
    assert view.session.document.system.particles.mass[1] == pytest.approx(4.5, rel=0.02)


def test_control_and_the_wheel_change_the_mass_and_the_wheel_alone_zooms():
    view = line_of()
    wheel(view, disc(view, 1), 1, CTRL)
    wheel(view, disc(view, 1), 1, CTRL)
    assert view.session.document.system.particles.mass[1] == pytest.approx(2.42)
    view.session.document.undo()
    assert view.session.document.system.particles.mass[1] == 2.0
    span, place = view.x_range.span, disc(view, 1)
    wheel(view, place, 2)
    assert view.x_range.span < span
    assert disc(view, 1).x() == pytest.approx(place.x())


@pytest.mark.usefixtures("nothing_left")
def test_a_drag_at_another_time_goes_to_time_0_first_and_says_so():
    view = line_of()
    view.session.clock.go(0.5)
    view.session.clock.play()
    before = view.session.document.system
    drag(view, disc(view, 0), disc(view, 0) + QPointF(80.0, 0.0))
    assert view.session.t == 0.0
    assert not view.session.clock.playing
    assert "time 0" in view.hint
    assert view.session.document.system is before
    view.tell()


def test_a_click_selects_the_cluster_of_this_moment_and_one_on_the_ground_nothing():
    view = line_of()
    view.session.clock.go(view.session.clock.horizon)
    click(view, disc(view, 0))
    assert view.session.selection.node == view.scene().nodes[0]
    click(view, QPointF(120.0, 60.0))
    assert not view.session.selection


def test_shift_and_click_select_several_and_a_drag_moves_them_together():
    view = line_of()
    click(view, disc(view, 0))
    click(view, disc(view, 2), SHIFT)
    assert view.session.selection.ids == {0, 2}
    drag(view, disc(view, 0), disc(view, 0) + QPointF(40.0, 0.0))
    moved = view.session.document.system.particles.position - THREE.position
    assert moved[0] == pytest.approx(moved[2])
    assert moved[0] > 0.0
    assert moved[1] == 0.0


def test_a_double_click_on_the_ground_adds_and_delete_removes():
    view = line_of()
    where = QPointF(view.scene().x[1] + 90.0, view.scene().base)
    double_click(view, where)
    system = view.session.document.system
    assert len(system) == 4
    assert system.particles.position[2] == pytest.approx(view.scene().unit(where.x()))
    assert view.session.selection.ids == {3}
    key(view, Qt.Key.Key_Delete)
    assert view.session.document.system.ids.tolist() == [0, 1, 2]


def test_alt_and_arrow_keys_nudge_what_is_selected():
    view = line_of()
    click(view, disc(view, 1))
    key(view, Qt.Key.Key_Right, ALT)
    coarse = view.session.document.system.particles.position[1]
    key(view, Qt.Key.Key_Left, ALT | SHIFT)
    fine = coarse - view.session.document.system.particles.position[1]
    assert coarse == pytest.approx(0.005 * view.x_range.span)
    assert fine == pytest.approx(0.1 * coarse)
    key(view, Qt.Key.Key_Up, ALT)
    assert view.session.document.system.particles.velocity[1] > 0.0


@pytest.mark.parametrize("end", ["delete", "load", "undo"])
def test_what_is_gone_can_be_dragged_no_further(end):
    view = line_of()
    document = view.session.document
    if end == "undo":
        commands.add(view.session, -0.5)
    hold = disc(view, 1)
    press(view, hold)
    mouse(view, QEvent.Type.MouseMove, hold + QPointF(30.0, 0.0), held=True)
    if end == "delete":
        commands.delete(view.session)
    elif end == "load":
        document.load(System(THREE))
    else:
        document.undo()
        document.undo()
    left = document.latest
    for x in (60.0, 90.0):
        mouse(view, QEvent.Type.MouseMove, hold + QPointF(x, 0.0), held=True)
    assert document.latest is left
    assert not document.dragging
    assert not view.x_range.held
    release(view, hold + QPointF(90.0, 0.0))
    drag(view, disc(view, 0), disc(view, 0) + QPointF(-40.0, 0.0))
    assert document.latest is not left


def test_what_is_deleted_but_still_shown_is_passed_over(monkeypatch):
    view = line_of()
    document = view.session.document
    click(view, disc(view, 1))
    click(view, disc(view, 2), SHIFT)
    monkeypatch.setattr("gui.model.document.AT_ONCE", 0)
    document.run = Later()
    document.edit(edits.removed(document.latest, [1]), "Delete")
    left = document.latest
    drag(view, disc(view, 1), disc(view, 1) + QPointF(40.0, 0.0))
    wheel(view, disc(view, 1), 1, CTRL)
    assert (document.latest, document.dragging, view.x_range.held) == (left, False, False)
    click(view, disc(view, 1))
    key(view, Qt.Key.Key_Right, ALT)
    key(view, Qt.Key.Key_Delete)
    assert document.latest is left
    view.session.selection.select([1, 2])
    key(view, Qt.Key.Key_Right, ALT)
    assert document.latest.particles.position[1] > left.particles.position[1]
    left = document.latest
    drag(view, disc(view, 2), disc(view, 2) + QPointF(-40.0, 0.0))
    assert document.latest.particles.position[1] < left.particles.position[1]


def test_what_cannot_be_is_not_dragged_to():
    view = line_of(Particles([0.0, 1e100], [0.0, 0.0]))
    drag(view, disc(view, 1), disc(view, 1) + QPointF(30.0, 0.0))
    assert view.session.document.latest.particles.position[1] == 1e100
    drag(view, disc(view, 1), disc(view, 1) - QPointF(30.0, 0.0))
    assert view.session.document.latest.particles.position[1] < 1e100
