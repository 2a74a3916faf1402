"""Phase space: each cluster at its position and velocity, with the way it came; a density where there are many."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.draw.arrays import draw_lines
from gui.draw.palette import with_alpha
from gui.draw.raster import density, device_size, draw_pixels, totals
from gui.draw.x_range import XRange

from .linked_axes import (
    Frame,
    draw_empty,
    draw_grid,
    draw_heading,
    draw_labels,
    draw_ring,
    padded,
    plot_area,
    readable,
    round_ticks,
    sized,
)
from .linked_clusters import describe, present_nodes, selected_cluster
from .linked_view import Hit, LinkedView
from .linked_zoom import Zoom
from .phase_trails import trails

MOST_DISCS = 2_000
TRAIL = 0.12  # part of the horizon that a trail looks back
FADES = 4  # strengths of a trail
SMOOTH = 1_000  # up to this many pieces of trails are drawn without steps
LARGEST = 13.0  # pixels, radius of the heaviest cluster


class SharedZoom(Zoom):
    """Zoom of a view whose x axis is that of all views of the session."""

    def __init__(self, shared: XRange):
        super().__init__()
        self.shared = shared

    def reset(self) -> None:
        super().reset()
        self.shared.fit()

    def scale(self, factor: float, across: float = 0.5, up: float = 0.5) -> None:
        super().scale(factor, 0.5, up)
        self.shared.zoom(factor, self.shared.low + across * self.shared.span)

    def shift(self, across: float, up: float) -> None:
        super().shift(0.0, up)
        self.shared.pan(across * self.shared.span)


class PhaseView(LinkedView):
    """Position across, velocity upward: free flight is a level line, a collision pulls both partners together.

    Whatever happens, what is above moves to the right and what is below to the left; heat is lost spread in velocity.
    """

    title = "Phase space"
    why = (
        "Each cluster at its position and velocity: it glides level until a collision pulls both partners to their "
        "common velocity."
    )
    name = "phase"

    def __init__(self, session, theme, parent=None):
        super().__init__(session, theme, parent)
        self.zoom = SharedZoom(XRange.of(session))
        self.zoom.shared.changed.connect(self.keep_up)

    def frame(self, rect: QRectF) -> Frame:
        velocity = self.session.document.history.particles.velocity
        low, high = (float(velocity.min()), float(velocity.max())) if velocity.size else (-1.0, 1.0)
        shared = self.zoom.shared
        _, y = self.zoom.of((0.0, 1.0), padded(low, high, 0.1))
        texts = [text for _, text in round_ticks(*y, max(int(rect.height() / 45), 5))]
        return Frame(plot_area(rect, sized(self.font(), 1.0), texts), (shared.low, shared.high), y)

    def draw(self, painter: QPainter, rect: QRectF, on_screen: bool) -> None:
        clusters = self.session.clusters
        if not len(clusters):
            draw_empty(painter, rect, self.colours, "No particles: phase space is empty.")
            return
        frame, k = self.frame(rect), len(clusters)
        many = k > MOST_DISCS
        what = "the brighter, the more mass" if self.colours.dark else "the darker, the more mass"
        note = (
            f"{what}; single clusters appear below {MOST_DISCS:,}" if many else "area is mass; trails show the way here"
        )
        draw_heading(painter, rect, self.colours, f"Phase space: {k:,} cluster{'s' * (k != 1)}", note)
        x_ticks = round_ticks(*frame.x, max(int(frame.area.width() / 80), 2))
        y_ticks = round_ticks(*frame.y, max(int(frame.area.height() / 45), 2))
        draw_grid(painter, frame, self.colours, x_ticks, y_ticks)
        draw_labels(painter, frame, self.colours, "position", "velocity")
        painter.save()
        painter.setClipRect(frame.area.adjusted(-8, -8, 8, 8), Qt.ClipOperation.IntersectClip)
        if frame.y[0] < 0 < frame.y[1]:
            painter.setPen(QPen(self.colours.quiet, 1.0, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(frame.area.left(), frame.up(0.0)), QPointF(frame.area.right(), frame.up(0.0)))
        if many:
            self._draw_density(painter, frame)
        else:
            self._draw_discs(painter, frame)
        painter.restore()

    def hit(self, point: QPointF, frame: Frame) -> Hit | None:
        clusters = self.session.clusters
        if not len(clusters) or not frame.area.adjusted(-8, -8, 8, 8).contains(point):
            return None
        x, y = frame.across(clusters.position), frame.up(clusters.velocity)
        reach = self._radii(frame) + 3 if len(clusters) <= MOST_DISCS else np.full(len(clusters), 6.0)
        away = np.hypot(x - point.x(), y - point.y()) - reach
        nearest = int(away.argmin())
        if away[nearest] > 0:
            return None
        return Hit(int(present_nodes(self.session)[nearest]), describe(self.session, nearest))

    def _radii(self, frame: Frame) -> np.ndarray:
        """Radius of each cluster's disc, in pixels: the area is the mass."""
        mass = self.session.clusters.mass
        share = mass / self.session.document.history.particles.mass.sum()
        largest = min(LARGEST, 0.08 * min(frame.area.width(), frame.area.height()))
        return np.maximum(largest * np.sqrt(share), 1.6)

    def _draw_discs(self, painter: QPainter, frame: Frame) -> None:
        session, clusters, lit = self.session, self.session.clusters, self.highlighted()
        nodes = present_nodes(session)
        self._draw_trails(painter, frame, nodes)
        x, y, radius = frame.across(clusters.position), frame.up(clusters.velocity), self._radii(frame)
        ink = session.colours[nodes]
        chosen = np.ones(nodes.size, bool) if lit is None else lit[nodes]
        rim = QPen(self.colours.background, 1.0)
        for i in np.lexsort((-radius, chosen)):  # the small over the large, the chosen over the others
            if not (frame.area.left() - 20 <= x[i] <= frame.area.right() + 20):
                continue
            colour = self.colours.clusters[ink[i]]
            painter.setPen(QPen(self.colours.accent, 2.0) if lit is not None and chosen[i] else rim)
            painter.setBrush(colour if chosen[i] else self.colours.faded(colour, 0.3))
            painter.drawEllipse(QPointF(x[i], y[i]), radius[i], radius[i])

    def _draw_trails(self, painter: QPainter, frame: Frame, nodes: np.ndarray) -> None:
        """The way here: the older, the fainter."""
        lit, span = self.highlighted(), TRAIL * self.session.document.system.horizon
        way = trails(self.session.document.history, nodes, self.session.clock.t, span)
        ends = np.column_stack((frame.across(way.x0), frame.up(way.v0), frame.across(way.x1), frame.up(way.v1)))
        fade = np.minimum((way.age / span * FADES).astype(np.int64), FADES - 1)
        ink = self.session.colours[way.node]
        chosen = np.ones(ink.size, bool) if lit is None else lit[way.node]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, ink.size <= SMOOTH)
        for step in reversed(range(FADES)):
            for index, colour in enumerate(self.colours.clusters):
                for strong in (False, True):
                    share = 0.75 * (1 - step / FADES) * (1.0 if strong else 0.3)
                    painter.setPen(QPen(with_alpha(colour, share), 1.4))
                    draw_lines(painter, ends[(fade == step) & (ink == index) & (chosen == strong)])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _draw_density(self, painter: QPainter, frame: Frame) -> None:
        """Mass in each pixel, on a log scale from the lightest particle to all the mass a pixel holds."""
        clusters, area = self.session.clusters, frame.area
        width, height = (max(size // 2, 1) for size in device_size(painter, area, 2_400))
        column = (clusters.position - frame.x[0]) * (width / (frame.x[1] - frame.x[0]))
        row = (frame.y[1] - clusters.velocity) * (height / (frame.y[1] - frame.y[0]))
        total = totals(np.floor(column), np.floor(row), (height, width), clusters.mass)
        lit = self.highlighted()
        low = float(self.session.document.history.particles.mass.min())
        high = max(float(total.max()), low * 1.001)
        table = np.array(self.colours.density_pixels, copy=True)
        table[0] = 0  # nothing there: the grid shows through
        pixels = density(total, table, low, high)
        if lit is not None:
            chosen = lit[present_nodes(self.session)]
            marked = totals(np.floor(column[chosen]), np.floor(row[chosen]), (height, width))
            pixels[marked > 0] = np.uint32(self.colours.accent.rgb())
        draw_pixels(painter, pixels, area)
        at = selected_cluster(self.session)
        if at is not None:
            spot = QPointF(float(frame.across(clusters.position[at])), float(frame.up(clusters.velocity[at])))
            draw_ring(painter, spot, 8.0, self.colours.accent)
        if math.isclose(low, high):
            return
        painter.setPen(self.colours.quiet)
        largest = int(clusters.mass.argmax())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        place = QPointF(float(frame.across(clusters.position[largest])), float(frame.up(clusters.velocity[largest])))
        painter.drawEllipse(place, 6.0, 6.0)
        painter.drawText(place + QPointF(9, 4), f"heaviest: {readable(clusters.mass[largest])}")
