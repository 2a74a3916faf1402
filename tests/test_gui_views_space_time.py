"""The space-time view: world lines where the history has them, a present to drag, ancestry that lights up."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("PySide6")
pytestmark = [pytest.mark.qt, pytest.mark.usefixtures("qapp")]

from mouse import click, drag, hover, wheel  # noqa: E402
from PySide6.QtCore import QPointF, QRectF, Qt  # noqa: E402
from PySide6.QtGui import QImage, QPainter  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from gui import bench, bench_frames  # noqa: E402
from gui.draw import heavy_paths  # noqa: E402
from gui.draw.palette import Colours  # noqa: E402
from gui.draw.safely import painted  # noqa: E402
from gui.draw.world_lines import FADED  # noqa: E402
from gui.model.document import Document  # noqa: E402
from gui.model.session import Session  # noqa: E402
from gui.model.system import System  # noqa: E402
from gui.views.space_time import SpaceTimeView  # noqa: E402
from gui.views.space_time_axis import time_ticks  # noqa: E402
from particles import Particles  # noqa: E402
from particles.scenarios import get  # noqa: E402


def view_of(what="chain", n=None, theme="light", **options):
    system = System(what, horizon=2.0) if isinstance(what, Particles) else System.of_scenario(get(what, n))
    view = SpaceTimeView(Session(Document(system)), Colours.of(theme))
    view.session.options.set(**options)
    view.resize(800, 500)
    return view


def place(view, x: float, t: float) -> QPointF:
    frame = view.frame(QRectF(view.rect()))
    return QPointF(float(frame.across(x)), float(frame.up(view.session.axis.forward(t))))


def picture(view) -> np.ndarray:
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1) & 0xFFFFFF


def inks_near(pixels: np.ndarray, point: QPointF) -> set[int]:
    x, y = round(point.x()), round(point.y())
    return set(pixels[y - 1 : y + 2, x - 3 : x + 4].ravel().tolist())


@pytest.mark.parametrize("kind", ["linear", "log", "merges"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_cluster_has_its_ink_where_it_is_at_any_time(kind, theme):
    view = view_of("chain", theme=theme, time_axis=kind)
    pixels, history = picture(view), view.session.document.history
    lines = history.world_lines(view.session.clock.horizon)
    for i in np.flatnonzero(lines.died - lines.born > 0.3):
        t = 0.5 * (lines.born[i] + lines.died[i])
        x = lines.position[i] + (lines.end[i] - lines.position[i]) * (t - lines.born[i]) / (
            lines.died[i] - lines.born[i]
        )
        nodes = np.flatnonzero((history.tree.first == lines.first[i]) & (history.tree.last == lines.last[i]))
        ink = view.colours.clusters[view.session.colours[nodes[-1]]].rgb() & 0xFFFFFF
        if view.x_range.low < x < view.x_range.high:
            assert ink in inks_near(pixels, place(view, x, t))


def test_dragging_the_line_of_the_present_moves_the_time_and_playing_goes_on():
    view = view_of()
    view.session.clock.go(4.0)
    view.session.clock.play()
    drag(view, place(view, 0.0, 4.0), place(view, 0.0, 7.0))
    assert view.session.t == pytest.approx(7.0, abs=0.05)
    assert view.session.clock.playing
    view.session.clock.pause()


def test_the_present_is_drawn_where_the_axis_has_it():
    for kind in ("linear", "log", "merges"):
        view = view_of(time_axis=kind)
        view.session.clock.go(3.0)
        accent = view.colours.accent.rgb() & 0xFFFFFF
        rows = np.flatnonzero((picture(view) == accent).sum(axis=1) > 300)
        assert abs(rows.mean() - place(view, 0.0, 3.0).y()) <= 1.0


def test_a_click_on_a_world_line_lights_its_ancestry_and_fades_the_rest():
    view = view_of("chain")
    history = view.session.document.history
    first = int(history.tree.left[0])
    node = len(history.particles)  # the first cluster
    t = 0.5 * (history.tree.time[0] + history.tree.time[1])
    x = (history.tree.moment[node] + t * history.tree.momentum[node]) / history.tree.mass[node]
    click(view, place(view, x, t))
    assert view.session.selection.node == node
    pixels = picture(view)
    ink = view.colours.clusters[view.session.colours[first]]
    early = 0.5 * history.tree.time[0]
    start = history.particles.position[first] + early * history.particles.velocity[first]
    assert ink.rgb() & 0xFFFFFF in inks_near(pixels, place(view, start, early))
    other = 0 if first else len(history.particles) - 1
    far = history.particles.position[other] + early * history.particles.velocity[other]
    faded = view.colours.faded(view.colours.clusters[view.session.colours[other]], FADED)
    assert faded.rgb() & 0xFFFFFF in inks_near(pixels, place(view, far, early))
    click(view, QPointF(790.0, 250.0))
    assert not view.session.selection


def test_hovering_says_who_it_is_and_what_can_be_dragged():
    view = view_of("chain")
    view.session.clock.go(6.0)
    hover(view, place(view, view.x_range.low + 0.5, 6.0))
    assert view.cursor().shape() == Qt.CursorShape.SplitVCursor
    start = view.session.document.history.particles
    hover(view, place(view, start.position[0] + start.velocity[0], 1.0))
    assert view.cursor().shape() == Qt.CursorShape.PointingHandCursor
    view.session.options.set(future=False)
    hover(view, place(view, start.position[0] + start.velocity[0], 1.0))
    assert view.cursor().shape() == Qt.CursorShape.PointingHandCursor
    view.session.clock.go(0.5)
    hover(view, place(view, start.position[0] + start.velocity[0], 1.0))
    assert view.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_the_wheel_zooms_time_and_place_where_the_mouse_is():
    view = view_of("gaussian-weights", 50)
    before = place(view, 0.0, 0.6)
    wheel(view, before, 3)
    after = place(view, 0.0, 0.6)
    assert view.zoom.y[1] - view.zoom.y[0] < 1.0
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()))


@pytest.mark.parametrize("kind", ["linear", "log", "merges"])
def test_ticks_are_in_the_window_and_rise(kind):
    view = view_of("gaussian-weights", 50, time_axis=kind)
    for low, high in ((0.0, 1.0), (0.4, 0.45), (0.9, 1.0)):
        places = [u for u, _ in time_ticks(view.session.axis, low, high, 6)]
        assert places == sorted(places)
        assert all(low - 1e-9 <= u <= high + 1e-9 for u in places)


@pytest.mark.usefixtures("nothing_left")
def test_a_crowd_is_drawn_by_mass_and_moving_it_keeps_time():
    view = view_of("gaussian-weights", 4000, theme="dark")
    bench_frames.check_world_lines(view)
    still = picture(view)
    ramp = (view.colours.mass_pixels & 0xFFFFFF).tolist()
    assert np.isin(still, ramp).sum() > 20_000
    wheel(view, QPointF(400.0, 250.0), 1)
    assert (picture(view) != still).any()
    view.show()
    view.hide()


def test_world_lines_of_a_large_system_are_put_in_order_by_a_worker():
    waiting = []
    view = view_of("two-equal")
    view.session.document.load(System.of_scenario(get("gaussian-weights", 25_000)))
    view.session.document.run = lambda work, then, what: waiting.append((work, then, what))
    picture(view)
    picture(view)
    (work, then, what) = waiting.pop()
    assert not waiting
    assert what == "ordering world lines"
    assert view.drawn == 0
    then(work())
    picture(view)
    assert view.drawn > 1000
    assert not waiting


@pytest.mark.parametrize("kind", ["linear", "log", "merges"])
@pytest.mark.parametrize(
    "particles",
    [
        Particles([], []),
        Particles([2.0], [1.0]),
        Particles([1.0, 1.0], [0.0, 0.0]),
        Particles([1e9, 1e9 + 1e-6, 2e9], [1.0, 0.0, -1.0]),
        Particles([0.0, 1.0], [-1e100, 1e100]),
    ],
    ids=["nothing", "one", "one point", "far away", "very fast"],
)
def test_whatever_there_is_can_be_drawn(particles, kind, caplog):
    view = view_of(particles, time_axis=kind)
    view.session.clock.go(1.0)
    assert len(np.unique(picture(view))) > 2
    click(view, QPointF(400.0, 200.0))
    image = QImage(300, 200, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    view.render_to(painter, QRectF(0, 0, 300, 200))
    painter.end()
    assert not caplog.records


def test_a_view_that_cannot_paint_says_so_once_and_lives_on(caplog):
    class Broken(SpaceTimeView):
        @painted
        def paintEvent(self, _event):  # noqa: N802
            painter = QPainter(self)
            painter.fillRect(self.rect(), Qt.GlobalColor.black)
            raise ZeroDivisionError("no such thing")

    view = Broken(Session(Document(System.of_scenario(get("chain")))), Colours.of("light"))
    view.resize(500, 200)
    first, second = picture(view), picture(view)
    assert (first == 0xB8321A).any()
    assert (first == second).all()
    assert len(caplog.records) == 1
    assert "no such thing" in caplog.text


def test_the_bench_checks_what_it_draws_and_refuses_a_wrong_picture():
    frame = bench_frames.line_view(3000)
    assert len(bench.frame_seconds(frame, 3)) == 3
    bench_frames.density_view(2000)(1)
    for widget in QApplication.topLevelWidgets():
        widget.close()
    view = view_of("gaussian-weights", 50)
    view.paths().segments.x0[:] += 1.0
    view.paths().segments.x1[:] += 1.0
    with pytest.raises(RuntimeError, match="the picture is wrong"):
        bench_frames.check_world_lines(view)


def test_a_higher_picture_of_a_crowd_is_sharpened_by_a_worker(monkeypatch):
    monkeypatch.setattr(heavy_paths, "QUICK", 0)
    view, waiting = view_of("gaussian-weights", 3000), []
    picture(view)
    view.session.document.run = lambda work, then, what: waiting.append(lambda: then(work()))
    levels = set(view.paths().levels)
    view.resize(800, 1400)
    coarse = picture(view)
    assert (set(view.paths().levels), len(waiting)) == (levels, 1)
    waiting.pop()()
    sharp = picture(view)
    assert (coarse != sharp).any()
    assert waiting == []
