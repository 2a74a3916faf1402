"""The line: what is drawn is where the history has it."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("PySide6")
pytestmark = [pytest.mark.qt, pytest.mark.usefixtures("qapp")]

from line_views import disc, line_of, picture, tip  # noqa: E402
from mouse import click, drag, hover  # noqa: E402
from PySide6.QtCore import QPointF, QRectF, Qt  # noqa: E402
from PySide6.QtGui import QFontMetricsF, QImage, QPainter  # noqa: E402

from gui.draw.palette import Colours  # noqa: E402
from gui.draw.x_range import XRange  # noqa: E402
from gui.model import edits  # noqa: E402
from gui.model.document import Document  # noqa: E402
from gui.model.session import Session  # noqa: E402
from gui.model.system import System  # noqa: E402
from gui.views.line import LineView  # noqa: E402
from gui.views.line_words import card, heading  # noqa: E402
from gui.views.linked_axes import SMALL, sized  # noqa: E402
from gui.views.linked_clusters import position_label  # noqa: E402
from gui.views.space_time import SpaceTimeView  # noqa: E402
from particles import Particles  # noqa: E402
from particles.scenarios import get  # noqa: E402


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_disc_has_its_colour_where_its_cluster_is_and_area_by_mass(theme):
    view = line_of(theme=theme, arrows="none", centre_of_mass=False)
    pixels, lit = picture(view), []
    for node in range(3):
        ink = view.colours.clusters[view.session.colours[node]].rgb() & 0xFFFFFF
        lit.append(np.count_nonzero(pixels == ink))
        assert pixels[int(disc(view, node).y()) + 3, int(disc(view, node).x())] == ink
    assert lit[1] / lit[0] == pytest.approx(2.0, rel=0.12)
    assert lit[2] / lit[0] == pytest.approx(4.0, rel=0.12)


def test_an_arrow_ends_where_its_particle_will_be():
    view = line_of()
    scene = view.scene()
    for cluster in (0, 2):
        ahead = scene.clusters.position[cluster] + scene.scale.reach * scene.clusters.velocity[cluster]
        assert scene.unit(float(scene.tips[cluster])) == pytest.approx(ahead)


def test_in_a_crowd_a_few_that_are_selected_have_an_arrow_in_any_case_and_many_do_not():
    view = line_of(get("random-masses", n=60).particles)
    few, all_ids = view.scene().arrowed, view.session.document.system.ids
    without = all_ids[~few][:3]
    view.session.selection.select(without)
    assert view.scene().arrowed[without].all()
    view.session.selection.select(all_ids)
    np.testing.assert_array_equal(view.scene().arrowed, few)


def test_a_click_with_shift_takes_a_particle_in_and_out_of_the_selection():
    view = line_of()
    for which, selected in ((0, {0}), (2, {0, 2}), (0, {2}), (0, {0, 2})):
        click(view, disc(view, which), modifiers=Qt.KeyboardModifier.ShiftModifier)
        assert view.session.selection.ids == selected


def test_momentum_arrows_are_longer_for_heavier_particles():
    scene = line_of(arrows="momentum").scene()
    way = np.abs(scene.tips - scene.x)
    assert way[2] / way[0] == pytest.approx(8.0)


def test_the_words_speak_of_weights_only_where_there_are_weights():
    words = heading(line_of().scene())[1]
    assert "how far each gets in a time of" in words
    assert "mass times velocity" in heading(line_of(arrows="momentum").scene())[1]
    weights = Session(Document(System.of_weights(np.linspace(-1, 1, 5), "w")))
    for session, up, along in (
        (line_of().session, "time", "position"),
        (weights, "strength", "position (weight units)"),
    ):
        assert SpaceTimeView(session, Colours.of("light")).heading()[1].startswith(f"up: {up};")
        assert position_label(session) == along


def test_where_there_are_too_many_arrows_the_heading_says_so():
    assert "too many in sight for arrows" in heading(line_of(get("gaussian-weights", n=256).particles).scene())[1]
    assert "too many" not in heading(line_of(arrows="none").scene())[1]


def test_hovering_tells_mass_velocity_position_and_members_and_the_cursor_what_can_be_dragged():
    view = line_of()
    hover(view, disc(view, 2))
    assert view.cursor().shape() == Qt.CursorShape.SizeHorCursor
    assert view.session.selection.hovered == 2
    words = " ".join(card(view.hovered, view.scene(), True))
    assert "position 2" in words
    assert "mass 4" in words
    assert "velocity \N{MINUS SIGN}1" in words
    hover(view, tip(view, 2))
    assert view.cursor().shape() == Qt.CursorShape.SplitHCursor
    hover(view, disc(view, 2) + QPointF(0.0, view.scene().radius_of(2) - 1.0))
    assert view.cursor().shape() == Qt.CursorShape.SizeFDiagCursor
    hover(view, QPointF(100.0, 60.0))
    assert view.session.selection.hovered is None
    view.session.clock.go(4.0)
    assert "ranks 0 to 2" in " ".join(card(view.scene().grip(disc(view, 0), False), view.scene(), False))


def test_a_flash_depends_on_the_time_alone_and_fades():
    view = line_of(centre_of_mass=False, arrows="none")
    impact = float(view.session.document.history.events.time[0])
    heat = view.session

    def glow(t: float) -> int:
        heat.clock.go(t)
        with_flash = picture(view)
        heat.options.set(flashes=False)
        without = picture(view)
        heat.options.set(flashes=True)
        return int(np.count_nonzero(with_flash != without))

    rate = heat.clock.horizon / 10.0
    at_once = glow(impact + 0.05 * rate)
    assert at_once > 0
    assert glow(impact + 0.5 * rate) == 0
    assert glow(impact + 0.05 * rate) == at_once


def test_a_crowd_is_a_strip_that_holds_all_the_mass_and_goes_when_one_looks_closer():
    view = LineView(Session(Document(System.of_scenario(get("gaussian-weights", 5000)))), Colours.of("dark"))
    view.resize(900, 300)
    scene = view.scene()
    assert scene.strip
    pixels = picture(view)
    ramp = set((view.colours.mass_pixels & 0xFFFFFF).tolist())
    lit = np.isin(pixels[int(scene.base) - 3], list(ramp))
    columns = np.unique(np.floor(scene.x[(scene.x >= scene.area.left()) & (scene.x < scene.area.right())]))
    assert np.count_nonzero(lit) == pytest.approx(columns.size, rel=0.05)
    view.x_range.zoom(0.05, 0.0)
    assert not view.scene().strip


HARD = {
    "nothing": Particles([], []),
    "one": Particles([2.0], [1.0]),
    "one point": Particles([1.0, 1.0, 1.0], [0.0, 0.0, 0.0]),
    "far away": Particles([1e9, 1e9 + 1e-6, 2e9], [1.0, 0.0, -1.0]),
    "tiny": Particles([1e-200, 2e-200], [1e-200, -1e-200]),
    "heavy and light": Particles([0.0, 1.0], [1.0, -1.0], [1e100, 1e-100]),
    "very fast": Particles([0.0, 1.0], [-1e100, 1e100]),
}


@pytest.mark.parametrize("what", HARD)
@pytest.mark.parametrize("ghosts", [False, True])
def test_whatever_there_is_can_be_drawn_and_touched(what, ghosts, caplog):
    view = line_of(HARD[what], ghosts=ghosts, arrows="momentum")
    for t in (0.0, 1.0, 4.0):
        view.session.clock.go(t)
        assert len(np.unique(picture(view))) > 2
        hover(view, QPointF(450.0, 170.0))
        click(view, QPointF(450.0, 170.0))
    image = QImage(400, 200, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    view.render_to(painter, QRectF(0, 0, 400, 200))
    painter.end()
    assert not caplog.records


def test_all_views_of_a_session_share_the_positions_in_sight():
    view = line_of()
    other = LineView(view.session, Colours.of("dark"))
    drag(view, QPointF(300.0, 60.0), QPointF(240.0, 60.0))
    assert view.x_range is other.x_range is XRange.of(view.session)
    assert view.x_range.low > -1.0 - 0.07 * 3.0
    XRange.of(view.session).fit()
    assert view.x_range.low == pytest.approx(-1.0 - 0.07 * 3.0, abs=0.5)


def test_a_camera_that_follows_keeps_the_selected_cluster_in_the_middle():
    view = line_of(camera="follow")
    view.x_range.zoom(0.2)
    view.session.selection.select_node(2)
    for t in (0.3, 1.1, 4.0):
        view.session.clock.go(t)
        x = view.scene().x[-1]
        assert x == pytest.approx(view.scene().area.center().x())


def test_an_edit_that_takes_a_particle_out_of_sight_shows_it_and_a_fixed_camera_does_not():
    for camera, shown in (("fit", True), ("fixed", False)):
        view = line_of(camera=camera)
        view.x_range.zoom(0.9)
        document = view.session.document
        document.edit(edits.moved(document.system, 0, -50.0), "Move particle")
        assert (view.x_range.low <= -50.0) is shown


@pytest.mark.parametrize("size", [(900, 300), (500, 173), (234, 125)])
@pytest.mark.parametrize(("name", "n"), [("gaussian-weights", 8192), ("chain", 5)])
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_the_centre_of_mass_and_its_words_leave_the_numbers_of_the_axis_alone(monkeypatch, size, name, n, share):
    marks = []
    monkeypatch.setattr("gui.views.line_paint.draw_centre", lambda *given: marks.append((given[1], *given[3:])))
    scenario = get(name, n=n)
    view = line_of(scenario.particles, scenario.horizon)
    view.resize(*size)
    view.session.clock.t = share * scenario.horizon
    picture(view)
    (place, text, aside), numbers = marks[-1], view.scene().area.bottom() + 5
    assert place.y() + 10 <= numbers
    assert not text or place.y() + aside.y() + QFontMetricsF(sized(view.font(), SMALL)).height() <= numbers
    assert text or size[0] < 900 or (n == 5 and share == 1.0)


@pytest.mark.parametrize("particles", [get("gaussian-weights", n=256).particles, Particles([], [])])
def test_only_the_window_says_what_can_be_done(monkeypatch, particles):
    written = []
    for what in ("draw_heading", "draw_empty"):
        monkeypatch.setattr(f"gui.views.line.{what}", lambda *given: written.append(str(given[3:])))
    view, words = line_of(particles), ("zoom in", "Double-click")
    picture(view)
    assert any(word in "".join(written) for word in words)
    written.clear()
    image = QImage(900, 300, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        view.render_to(painter, QRectF(0, 0, 900, 300))
    assert written
    assert not any(word in "".join(written) for word in words)
