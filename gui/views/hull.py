"""The hull lens: cumulative sums with a taut string under them; a merge is an edge leaving a vertex."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.draw.arrays import draw_lines
from gui.draw.palette import with_alpha

from .hull_diagram import Sums, curve, ends_of, heights, just_left, leaving, neighbours, shown_edges, sums_of, upright
from .hull_words import ACROSS, UP, write_slopes
from .linked_axes import (
    Frame,
    draw_empty,
    draw_grid,
    draw_heading,
    draw_labels,
    draw_ring,
    padded,
    plot_area,
    polygon,
    readable,
    round_ticks,
    sized,
)
from .linked_clusters import describe, present_nodes, selected_cluster
from .linked_view import Hit, LinkedView

WAITS = 50_000  # more particles than this are summed up while the window goes on
SINGLE_POINTS = 200  # more particles than this are a curve, without a circle each
WRITTEN_SLOPES = 7
REACH = 9.0  # pixels from a mark that still mean it
AFTERGLOW = 0.03  # part of the horizon for which a vertex that left is marked


class HullView(LinkedView):
    """Point k is the mass and the moment of the first k particles in free flight; a string is pulled taut from below.

    Its edges are the clusters; their slopes the positions.  When two neighbouring edges get the same slope, the vertex
    between them leaves the string: that is a collision.
    """

    title = "Hull lens"
    why = (
        "A string pulled taut under the cumulative sums: each edge is a cluster, its slope is the cluster's position, "
        "and a collision is a vertex that leaves the string."
    )
    name = "hull"
    _fitted: tuple = (None, None)  # history and time, the heights shown then
    _kept: tuple = (None, None, None)  # history, horizon, their sums
    _under_way: tuple | None = None  # history and horizon that a worker sums up

    def frame(self, rect: QRectF) -> Frame:
        if not self._there:
            return super().frame(rect)
        sums = self._sums()
        x, y = self.zoom.of(padded(0.0, max(float(sums.mass[-1]), 1e-300), 0.02), padded(*self._upright(sums), 0.1))
        texts = [text for _, text in round_ticks(*y, max(int(rect.height() / 45), 5))]
        return Frame(plot_area(rect, sized(self.font(), 1.0), texts), x, y)

    def draw(self, painter: QPainter, rect: QRectF, on_screen: bool) -> None:
        session, n, t = self.session, len(self.session.document.history.particles), self.session.clock.t
        if n == 0 or (on_screen and not self._summed_up()):
            words = "Summing up …" if n else "No particles: there is nothing to sum up."
            draw_empty(painter, rect, self.colours, words)
            return
        sums = self._sums()  # before the frame, which goes by them
        frame = self.frame(rect)
        edges = len(session.clusters)
        draw_heading(
            painter, rect, self.colours, f"Taut string: {edges:,} edge{'s' * (edges != 1)}",
            "edges: clusters; slopes: x \N{MINUS SIGN} centre of mass", self._next_departure(),
        )  # fmt: skip
        x_ticks = round_ticks(*frame.x, max(int(frame.area.width() / 80), 2))
        draw_grid(painter, frame, self.colours, x_ticks, round_ticks(*frame.y, max(int(frame.area.height() / 45), 2)))
        draw_labels(painter, frame, self.colours, ACROSS, UP)
        painter.save()
        painter.setClipRect(frame.area.adjusted(-6, -1, 6, 6), Qt.ClipOperation.IntersectClip)
        self._draw_points(painter, frame, sums, t)
        self._draw_string(painter, frame, sums, t)
        self._mark_departures(painter, frame, sums, t)
        self._mark_short_selection(painter, frame, sums, t)
        painter.restore()

    def hit(self, point: QPointF, frame: Frame) -> Hit | None:
        session, history, n = self.session, self.session.document.history, len(self.session.document.history.particles)
        if n == 0 or not self._there or not frame.area.adjusted(-REACH, -REACH, REACH, REACH).contains(point):
            return None
        sums, t, clusters = self._sums(), session.clock.t, session.clusters
        mass, _ = frame.data(point)
        when, soon = leaving(history, t)
        nearest = min(max(int(np.searchsorted(sums.mass, mass)), 0), n)
        for k in {nearest, max(nearest - 1, 0)}:
            place = QPointF(float(frame.across(sums.mass[k])), float(frame.up(heights(sums, t, np.array([k]))[0])))
            if (place - point).manhattanLength() <= REACH:
                return Hit(None, self._about_point(k, t, when if k in soon[:1000] else math.inf))
        at = min(max(int(np.searchsorted(sums.mass[clusters.start], mass, side="right")) - 1, 0), len(clusters) - 1)
        held = np.concatenate(ends_of(clusters, np.array([at]), n))
        height = np.interp(mass, sums.mass[held], heights(sums, t, held))
        if abs(float(frame.up(height)) - point.y()) > REACH:
            return None
        text = f"{describe(session, at)} This edge's slope is the position, seen from the centre of mass."
        return Hit(int(present_nodes(session)[at]), text)

    @property
    def _there(self) -> bool:
        """Whether the sums are known, or made in no time: until a worker has made them there is nothing to point at."""
        history, horizon = self.session.document.history, self.session.document.system.horizon
        return len(history.particles) <= WAITS or self._kept[:2] == (history, horizon)

    def _sums(self) -> Sums:
        history, horizon = self.session.document.history, self.session.document.system.horizon
        if self._kept[:2] != (history, horizon):
            self._kept = (history, horizon, sums_of(history, horizon))
        return self._kept[2]

    def _summed_up(self) -> bool:
        """Whether the sums are there; else a worker makes them."""
        if self._there:
            return True
        key = (self.session.document.history, self.session.document.system.horizon)

        def landed(sums: Sums) -> None:
            if self._under_way == key:
                self._kept, self._under_way = (*key, sums), None
                self.refresh()

        if self._under_way != key:
            self._under_way = key
            self.session.document.run(lambda: sums_of(*key), landed, "the hull")
        return self._there

    def _upright(self, sums: Sums) -> tuple[float, float]:
        key = (self.session.document.history, self.session.clock.t)
        if self._fitted[0] != key:
            self._fitted = (key, upright(sums, self.session.clusters, self.session.clock.t))
        return self._fitted[1]

    def _about_point(self, k: int, t: float, leaves: float) -> str:
        word = self.session.document.system.time_word
        n = len(self.session.document.history.particles)
        if k in (0, n):
            return f"The string is held here at its {'left' if k == 0 else 'right'} end."
        between = f"between the ranks {k - 1:,} and {k:,}"
        if leaves < math.inf:
            when = f"{word} {readable(leaves, 5)}"
            return f"This vertex, {between}, is the next to leave the string: they collide at {when}."
        if k in self.session.clusters.start:
            closes = self.session.document.history.merge_times[k - 1]
            later = f"until they collide at {word} {readable(closes, 5)}" if closes < math.inf else "for ever"
            return f"A vertex of the string, {between}: it stays {later}."
        return f"A point above the string, {between}: they are in one cluster."

    def _draw_points(self, painter: QPainter, frame: Frame, sums: Sums, t: float) -> None:
        clusters, n = self.session.clusters, sums.mass.size - 1
        begin, end = ends_of(clusters, shown_edges(sums, clusters, frame.x), n)
        shown = curve(sums, t, frame.x, np.union1d(begin, end))
        x, top, bottom = frame.across(shown.mass), frame.up(shown.moment), frame.up(shown.string)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(with_alpha(self.colours.quiet, 0.16))
        painter.drawPolygon(polygon(np.append(x, x[::-1]), np.append(top, bottom[::-1])))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.colours.quiet, 1.0))
        painter.drawPolyline(polygon(x, top))
        if sums.mass.size <= SINGLE_POINTS + 1:
            painter.setBrush(self.colours.background)
            radius = 3.0 if sums.mass.size <= 40 else 1.8
            for place in map(QPointF, x, top):
                painter.drawEllipse(place, radius, radius)

    def _draw_string(self, painter: QPainter, frame: Frame, sums: Sums, t: float) -> None:
        history, clusters, lit = self.session.document.history, self.session.clusters, self.highlighted()
        shown = shown_edges(sums, clusters, frame.x)
        begin, end = ends_of(clusters, shown, len(history.particles))
        ends = np.stack(
            (
                frame.across(sums.mass[begin]), frame.up(heights(sums, t, begin)),
                frame.across(sums.mass[end]), frame.up(heights(sums, t, end)),
            ), axis=1,
        )  # fmt: skip
        nodes = present_nodes(self.session)[shown]
        apart = np.flatnonzero(end[:-1] < begin[1:])  # edges too short to be seen lie between
        ends = np.concatenate((ends, np.column_stack((ends[apart, 2:], ends[apart + 1, :2]))))
        nodes = np.concatenate((nodes, nodes[apart]))
        ink = self.session.colours[nodes]
        chosen = np.ones(nodes.size, bool) if lit is None else lit[nodes]
        width = 3.0 if shown.size <= 300 else 1.6
        for strong in (False, True):
            for index, colour in enumerate(self.colours.clusters):
                group = (ink == index) & (chosen == strong)
                thick = width + (1.5 if strong and lit is not None else 0.0)
                colour = colour if strong else self.colours.faded(colour, 0.35)
                painter.setPen(QPen(colour, thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
                draw_lines(painter, ends[group])
        if shown.size <= SINGLE_POINTS:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.colours.ink)
            radius = 3.4 if shown.size <= 12 else 2.0
            for x, y in np.vstack((ends[: shown.size, :2], ends[shown.size - 1 : shown.size, 2:])):
                painter.drawEllipse(QPointF(x, y), radius, radius)
        if len(clusters) <= WRITTEN_SLOPES:
            painter.setPen(self.colours.ink)
            write_slopes(painter, frame.area, ends, clusters.position)

    def _mark_short_selection(self, painter: QPainter, frame: Frame, sums: Sums, t: float) -> None:
        """A ring around the selected edge where it is too short to be seen."""
        at = selected_cluster(self.session)
        if at is None:
            return
        ends = np.concatenate(ends_of(self.session.clusters, np.array([at]), sums.mass.size - 1))
        x, y = frame.across(sums.mass[ends]), frame.up(heights(sums, t, ends))
        if x[1] - x[0] < REACH:
            draw_ring(painter, QPointF(x.mean(), y.mean()), 8.0, self.colours.ink, 1.5)

    def _mark_departures(self, painter: QPainter, frame: Frame, sums: Sums, t: float) -> None:
        """The vertices that leave next, with the edges to come, and those that have just left."""
        history = self.session.document.history
        left, age = just_left(history, t, AFTERGLOW * self.session.document.system.horizon)
        for k, part in zip(left, age, strict=True):
            place = QPointF(float(frame.across(sums.mass[k])), float(frame.up(heights(sums, t, k))))
            draw_ring(painter, place, 4 + 8 * part, with_alpha(self.colours.accent, 1 - part), 2.5)
        when, soon = leaving(history, t)
        if when > self.session.document.system.horizon or not self.session.options.future:
            return
        clusters, n = self.session.clusters, len(history.particles)
        for k in soon[:SINGLE_POINTS]:
            three = neighbours(clusters, k, n)
            x, y = frame.across(sums.mass[three]), frame.up(heights(sums, t, three))
            painter.setPen(QPen(self.colours.accent, 1.2, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x[0], y[0]), QPointF(x[2], y[2]))
            draw_ring(painter, QPointF(x[1], y[1]), 6.0, self.colours.accent)

    def _next_departure(self) -> str:
        """When the ringed vertices leave the string; said in the heading, where nothing is drawn."""
        when, _ = leaving(self.session.document.history, self.session.clock.t)
        shown = when <= self.session.document.system.horizon and self.session.options.future
        return f"○ leaves at {self.session.document.system.time_word} {readable(when)}" if shown else ""
