"""What the bench times: frames of views that were checked to show what the history has.

Each function makes a view, checks what it draws, and gives a function that draws one more frame of it.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable

import numpy as np

from particles import Particles
from particles.scenarios import get

SIZE = (1200, 700)
POINTS, SEGMENTS, MILLION = 100_000, 1_000_000, 1_000_000


def make_application():
    """A QApplication that shows nothing."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    return QApplication.instance() or QApplication([])


def line_view(n: int = POINTS) -> Callable[[int], None]:
    """A frame of the line view of n Gaussian weights; the strip holds all the mass that is in sight."""
    view = _view("line", get("gaussian-weights", n))
    check_strip(view)
    return _playing(view, 0.1)


def density_view(n: int = POINTS) -> Callable[[int], None]:
    """A frame of n moving points as a density on a log scale; every point lights its pixel."""
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QImage, QPainter

    from gui.draw.palette import Colours
    from gui.draw.raster import density, draw_pixels, totals

    random = np.random.default_rng(0)
    x, y, speed = random.uniform(0, SIZE[0], n), random.normal(0.5 * SIZE[1], 90.0, n), random.normal(0, 3.0, n)
    image, table = QImage(*SIZE, QImage.Format.Format_ARGB32_Premultiplied), Colours.of("dark").density_pixels

    def frame(number: int) -> np.ndarray:
        total = totals((x + number * speed) % SIZE[0], y, (SIZE[1], SIZE[0]))
        with QPainter(image) as painter:
            draw_pixels(painter, density(total, table, 0.5, 100.0), QRectF(0, 0, *SIZE))
        return total

    total = frame(0)
    inside = (y >= 0) & (y < SIZE[1])
    _insist(int(total.sum()) == int(inside.sum()), "points are missing from the density")
    drawn = np.frombuffer(image.constBits(), np.uint32).reshape(SIZE[1], SIZE[0])
    _insist(int((drawn != table[0]).sum()) == np.unique((y[inside]).astype(int) * SIZE[0] + x[inside].astype(int)).size,
            "the lit pixels are not those of the points")  # fmt: skip
    return frame


def pan() -> Callable[[int], None]:
    """A frame of the space-time view while it is panned."""
    view = _million_segments()

    def frame(number: int) -> None:
        view.x_range.pan(view.x_range.span * (0.004 if number % 20 < 10 else -0.004))
        view.repaint()

    return frame


def present() -> Callable[[int], None]:
    """A frame of the same while only the line of the present moves."""
    return _playing(_million_segments(), 0.02)


def scrub() -> Callable[[int], None]:
    """A frame of the line view of a million particles, at any time."""
    view = _view("line", get("gaussian-weights", MILLION))
    check_strip(view)
    clock, random = view.session.clock, np.random.default_rng(0)

    def frame(_number: int) -> None:
        clock.go(random.uniform(0.0, clock.horizon))
        view.repaint()

    return frame


def check_strip(view) -> None:
    """The strip's columns hold all the mass in sight, and each column is lit as high as its mass says."""
    from gui.draw.strip import LogScale, bars, column_masses

    scene = view.scene()
    _insist(scene.strip, f"{len(scene.clusters)} clusters are not drawn as a strip")
    inside = (scene.x >= scene.area.left()) & (scene.x < scene.area.right())
    masses = column_masses(scene.x - scene.area.left(), scene.clusters.mass, int(scene.area.width()))
    missing = abs(masses.sum() / scene.clusters.mass[inside].sum() - 1.0)
    _insist(missing < 1e-3, f"{missing:.2%} of the mass is not in the strip")
    scale = LogScale.of(scene.session.document.history.particles.mass)
    pixels = bars(masses, 200, scale, view.colours.mass_pixels)
    _insist(((pixels != 0).any(axis=0) == (masses > 0)).all(), "columns with mass are dark, or dark ones are lit")


def check_world_lines(view) -> None:
    """Each row of the raster of world lines holds the mass in sight at its time, where the history has it."""
    from gui.draw.world_raster import mass_raster

    paths, frame = view.paths(wait=True), view.frame(view.rect().toRectF())
    rows, columns = 400, 1000
    lines = paths.level(2.0**20)
    total = mass_raster(lines, paths.history.tree.mass[lines.node], (rows, columns), (frame.x, (0.0, 1.0)))
    for row in (0, 100, 250, 399):
        time_of_row = view.session.axis.inverse(1.0 - (row + 0.5) / rows)
        clusters = paths.history.clusters(float(time_of_row))
        place = (clusters.position - frame.x[0]) * columns / (frame.x[1] - frame.x[0])
        wanted = np.bincount(np.clip(place, 0, columns - 1).astype(int), clusters.mass, minlength=columns)
        away = np.abs(np.cumsum(total[row]) - np.cumsum(wanted))
        wrong = np.median(away) / wanted.sum()
        _insist(
            wrong < 2e-3 and abs(total[row].sum() / wanted.sum() - 1) < 2e-3, f"row {row} of the world lines is off"
        )


def _million_segments():
    """The space-time view of half a million particles that all collide: a million segments."""
    random = np.random.default_rng(0)
    n = SEGMENTS // 2
    particles = Particles(np.sort(random.uniform(-1.0, 1.0, n)), random.normal(size=n))
    view = _view("space-time", particles)
    count = len(view.paths(wait=True).segments)
    _insist(count > 0.99 * SEGMENTS, f"there are {count:,} segments, not a million")
    check_world_lines(view)
    return view


def _view(name: str, subject):
    """A view of a scenario, or of particles until time 1, of the size of the bench."""
    from PySide6.QtWidgets import QApplication

    from gui.draw.palette import Colours
    from gui.model.document import Document
    from gui.model.session import Session
    from gui.model.system import System
    from gui.views.line import LineView
    from gui.views.space_time import SpaceTimeView

    system = System(subject, horizon=1.0) if isinstance(subject, Particles) else System.of_scenario(subject)
    view = (LineView if name == "line" else SpaceTimeView)(Session(Document(system)), Colours.of("dark"))
    view.resize(*SIZE)
    view.show()
    QApplication.processEvents()  # from now on a repaint really paints
    view.draw = _counted(view.draw)
    view.repaint()
    _insist(view.draw.calls == 1, "a repaint does not paint")
    return view


def _counted(draw: Callable) -> Callable:
    """``draw``, with the number of its calls."""

    @functools.wraps(draw)
    def counted(*arguments, **options):
        counted.calls += 1
        return draw(*arguments, **options)

    counted.calls = 0
    return counted


def _playing(view, until: float) -> Callable[[int], None]:
    """Frames of a run from 0 to a part ``until`` of the time shown."""
    clock = view.session.clock

    def frame(number: int) -> None:
        clock.go(until * clock.horizon * (number % 40 + 1) / 40)
        view.repaint()

    return frame


def _insist(right: bool, sentence: str) -> None:
    if not right:
        raise RuntimeError(f"the picture is wrong: {sentence}")
