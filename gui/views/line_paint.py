"""Paints a LineScene: discs or a strip, arrows, ghosts, flashes, the centre of mass."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from gui.draw.arrays import draw_lines
from gui.draw.discs import LABELLED, SMALL, draw_count, draw_disc, draw_dots, draw_ring_of_many
from gui.draw.marks import SHORTEST, WEDGE, draw_arrow, draw_centre, draw_flash
from gui.draw.palette import Colours, with_alpha
from gui.draw.raster import device_size, draw_pixels
from gui.draw.strip import SHADES, LogScale, bars, column_masses, mass_shades, shade_index
from gui.draw.world_lines import CROWD

from .line_scene import LARGEST, Grip, LineScene
from .linked_axes import SMALL as SMALL_TEXT
from .linked_axes import draw_ring, readable, sized

ONE_BY_ONE = 150  # up to this many clusters all are discs with an outline
GHOSTS = 300  # more members than this have their ghosts in a strip
MOST_FLASHES = 16
FLASH_SECONDS = 0.4
FAINTEST = 0.05  # impacts weaker than this part of the strongest do not flash
FADED = 0.25
TICKS = 5.0  # pixels under the area the numbers of the axis begin


def paint_line(painter: QPainter, scene: LineScene, colours: Colours, lit: np.ndarray | None) -> None:
    """Everything on the line itself; ``lit``: the nodes that stay bright (None: all)."""
    painter.save()
    painter.setClipRect(scene.area.adjusted(-LARGEST, -30, LARGEST, 30), Qt.ClipOperation.IntersectClip)
    painter.setPen(QPen(colours.quiet, 1.0))
    painter.drawLine(QPointF(scene.area.left(), scene.base), QPointF(scene.area.right(), scene.base))
    if scene.ghosts:
        _paint_ghosts(painter, scene, colours)
    if scene.strip:
        _paint_strip(painter, scene, colours)
    else:
        if scene.session.options.flashes:
            _paint_flashes(painter, scene, colours)
        _paint_discs(painter, scene, colours, lit)
        if scene.has_arrows:
            _paint_arrows(painter, scene, colours, lit)
    painter.restore()
    if scene.session.options.centre_of_mass and len(scene.clusters):
        _paint_centre(painter, scene, colours)


def paint_rings(painter: QPainter, scene: LineScene, colours: Colours, grip: Grip | None, editable: bool) -> None:
    """Rings around what is selected and what the mouse is on, and the knob at its arrow's tip if it can be dragged."""
    nodes = scene.nodes[scene.shown]
    for i in np.flatnonzero(nodes == scene.session.selection.node):
        draw_ring(painter, scene.place(int(scene.shown[i])), float(scene.radius[i]) + 3.0, colours.accent)
    if grip is None:
        return
    draw_ring(painter, scene.place(grip.cluster), scene.radius_of(grip.cluster) + 2.0, colours.ink, 1.5)
    if editable and scene.has_arrows:
        row = int((scene.shown == grip.cluster).argmax())
        painter.setBrush(colours.background)
        painter.setPen(QPen(colours.accent if grip.kind == "tip" else colours.ink, 1.5))
        size = 4.5 if grip.kind == "tip" else 3.5
        painter.drawEllipse(QPointF(float(scene.tips[row]), float(scene.arrow_heights[row])), size, size)


def inks(scene: LineScene, colours: Colours) -> list:
    """The colours of lineage (in a crowd, shades by mass), then the same ones faded."""
    crowd = len(scene.session.document.system) > CROWD
    bright = mass_shades(colours) if crowd else list(colours.clusters)
    return [*bright, *(colours.faded(colour, FADED) for colour in bright)]


def ink_index(scene: LineScene, lit: np.ndarray | None) -> np.ndarray:
    """Of each cluster in sight, its place in ``inks``."""
    nodes = scene.nodes[scene.shown]
    if len(scene.session.document.system) > CROWD:
        index, count = shade_index(scene.clusters.mass[scene.shown], strip_scale(scene)), SHADES
    else:
        index, count = scene.session.colours[nodes].astype(np.int64), 6
    return index if lit is None else index + count * ~lit[nodes]


def _paint_discs(painter: QPainter, scene: LineScene, colours: Colours, lit) -> None:
    index, palette, radius = ink_index(scene, lit), inks(scene, colours), scene.radius
    large = np.ones(radius.size, bool) if radius.size <= ONE_BY_ONE else radius > SMALL
    for i in np.flatnonzero(large)[np.argsort(-radius[large], kind="stable")]:
        cluster, ink = int(scene.shown[i]), palette[index[i]]
        centre, size = scene.place(cluster), float(radius[i])
        draw_disc(painter, centre, size, ink, colours)
        if scene.sizes[cluster] > 1 and size >= 6.0:
            draw_ring_of_many(painter, centre, size, ink, colours)
    small = ~large
    draw_dots(painter, scene.x[scene.shown[small]], scene.base, radius[small], index[small], palette)
    if scene.session.options.labels:
        for i in np.flatnonzero((radius >= LABELLED) & (scene.sizes[scene.shown] > 1)):
            cluster = int(scene.shown[i])
            if not _covered(scene, i):
                draw_count(
                    painter, scene.place(cluster), float(radius[i]) - 3.0, palette[index[i]], scene.sizes[cluster]
                )


def _covered(scene: LineScene, i: int) -> bool:
    """Whether a lighter disc lies on the middle of disc ``i``."""
    away = np.abs(scene.x[scene.shown] - scene.x[scene.shown[i]])
    on_top = (scene.radius < scene.radius[i]) | ((scene.radius == scene.radius[i]) & (np.arange(away.size) > i))
    return bool((on_top & (away < scene.radius + 0.5 * scene.radius[i])).any())


def _paint_arrows(painter: QPainter, scene: LineScene, colours: Colours, lit) -> None:
    """Arrows above the discs, each on a thin stem where it flies high."""
    index, palette = ink_index(scene, lit), inks(scene, colours)
    few = scene.shown.size <= 60
    top, heights = scene.base - scene.radius, scene.arrow_heights
    x = scene.x[scene.shown]
    lifted = (top - heights > 14.0) & (np.abs(scene.tips - x) >= SHORTEST)
    stems = np.column_stack((x, top - 2.0, x, heights))[lifted & scene.arrowed]
    painter.setPen(QPen(with_alpha(colours.quiet, 0.45), 1.0))
    draw_lines(painter, stems)
    shown = np.flatnonzero(scene.arrowed)
    for i in shown[np.argsort(np.abs(scene.tips - x)[shown])]:
        ink = palette[index[i]]
        draw_arrow(painter, QPointF(float(x[i]), float(heights[i])), float(scene.tips[i]), ink, 2.0 if few else 1.4)


def _paint_strip(painter: QPainter, scene: LineScene, colours: Colours) -> None:
    """Mass per column of pixels, upward from the line, on a log scale."""
    box = QRectF(scene.area.left(), scene.area.top(), scene.area.width(), scene.base - scene.area.top())
    scale = strip_scale(scene)
    _paint_bars(painter, box, (scene.clusters.position, scene.clusters.mass), scene, (scale, colours.mass_pixels))
    painter.setFont(sized(painter.font(), SMALL_TEXT))
    metrics = QFontMetricsF(painter.font())
    for mass in scale.ticks(max(int(box.height() / 34), 2)):
        y = box.bottom() - float(scale.height(mass)) * box.height()
        painter.setPen(QPen(with_alpha(colours.quiet, 0.25), 1.0))
        painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
        painter.setPen(colours.quiet)
        spot = QRectF(box.left() - 106, y - metrics.height() / 2, 100, metrics.height())
        painter.drawText(
            spot,
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            f"{mass:,.0f}" if mass >= 1 else readable(mass),
        )


def strip_scale(scene: LineScene) -> LogScale:
    """The scale of the strip: the same at all times of a history."""
    return LogScale.of(scene.session.document.history.particles.mass)


def _paint_bars(painter: QPainter, box: QRectF, sample, scene: LineScene, look, downward: bool = False) -> None:
    (position, mass), (scale, table) = sample, look
    width, height = device_size(painter, box)
    low, high = scene.limits
    masses = column_masses(position, mass, width, low, width / (high - low))
    draw_pixels(painter, bars(masses, height, scale, table, downward), box)


def _paint_ghosts(painter: QPainter, scene: LineScene, colours: Colours) -> None:
    """Where free flight would have put the members: hollow circles tied to their cluster, or a strip below."""
    particles, t = scene.session.document.history.particles, scene.session.clock.t
    flight = particles.position + t * particles.velocity
    lane = scene.area.bottom() - 12.0
    if len(particles) > GHOSTS or scene.strip:
        quiet = np.full(256, with_alpha(colours.quiet, 1.0).rgba(), dtype=np.uint32)
        top = scene.base + (4.0 if scene.strip else scene.largest)
        box = QRectF(scene.area.left(), top, scene.area.width(), max(scene.area.bottom() - top, 4.0))
        _paint_bars(painter, box, (flight, particles.mass), scene, (strip_scale(scene), quiet), downward=True)
        return
    x = np.clip(scene.area.left() + (flight - scene.limits[0]) * scene.pixels_a_unit, -1e5, 1e5)
    label = scene.clusters.labels(len(particles))
    ties = np.column_stack((scene.x[label], np.full(x.size, scene.base), x, np.full(x.size, lane)))
    painter.setPen(QPen(with_alpha(colours.quiet, 0.35), 1.0))
    draw_lines(painter, ties)
    index = scene.session.colours[: len(particles)]
    for i in range(x.size):
        painter.setPen(QPen(colours.clusters[index[i]], 1.2))
        painter.setBrush(colours.background)
        painter.drawEllipse(QPointF(float(x[i]), lane), 3.6, 3.6)


def _paint_flashes(painter: QPainter, scene: LineScene, colours: Colours) -> None:
    """Rings around what merged in the last moments of screen time; a function of t alone."""
    clock, events = scene.session.clock, scene.session.document.history.events
    rate = clock.speed * clock.horizon / 10.0  # time units a second
    since = clock.t - FLASH_SECONDS * rate
    first, last = np.searchsorted(events.time, (since, clock.t), side="right")
    some = np.arange(max(first, np.searchsorted(events.time, 0.0, side="right")), last)
    if some.size > MOST_FLASHES:
        some = some[np.argpartition(-events.energy_lost[some], MOST_FLASHES)[:MOST_FLASHES]]
    strength = np.sqrt(events.energy_lost[some] / max(events.energy_lost.max(initial=0.0), 1e-300))
    some, strength = some[strength > FAINTEST], strength[strength > FAINTEST]
    ranks = events.first[some]
    clusters = np.searchsorted(scene.clusters.start, ranks, side="right") - 1
    for event, cluster, power in zip(some, clusters, strength, strict=True):
        age = min(max((clock.t - float(events.time[event])) / (FLASH_SECONDS * rate), 0.0), 1.0)
        draw_flash(painter, scene.place(cluster), scene.radius_of(cluster), (age, float(power) ** 0.5), colours.heat)


def _paint_centre(painter: QPainter, scene: LineScene, colours: Colours) -> None:
    clusters = scene.clusters
    centre = float(np.dot(clusters.mass, clusters.position) / clusters.mass.sum())
    x = scene.area.left() + (centre - scene.limits[0]) * scene.pixels_a_unit
    if not scene.area.left() <= x <= scene.area.right():
        return
    painter.save()
    painter.setFont(sized(painter.font(), SMALL_TEXT))
    metrics, room = QFontMetricsF(painter.font()), scene.area.bottom() + TICKS - scene.base
    text = "centre of mass" if scene.area.right() - x > 110 and scene.area.width() > 380 else ""
    wide, wedge = metrics.horizontalAdvance(text), min(_depth(scene, x - 6, x + 6), room - WEDGE)
    sides = [(max(_depth(scene, x + left, x + left + wide) - wedge, 0.0), left) for left in (10.0, -10.0 - wide)]
    drop, left = min(sides, key=lambda side: side[0])  # beside it where no discs are, the right side first
    covered = scene.strip and scene.ghosts  # by the bars below
    away = drop > metrics.height() or wedge + drop + metrics.height() > room  # from its wedge, or out of the view
    text = "" if covered or away else text
    draw_centre(painter, QPointF(x, scene.base + wedge), colours, text, QPointF(left, drop))
    painter.restore()


def _depth(scene: LineScene, left: float, right: float) -> float:
    """How far below the line there are discs between two places."""
    if scene.strip:
        return 2.0
    place = scene.x[scene.shown]
    there = scene.radius[(place + scene.radius >= left) & (place - scene.radius <= right)]
    return float(there.max()) + 3.0 if there.size else 2.0
