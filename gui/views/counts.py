"""Counts over time: clusters left, kinetic energy and heat, information lost; a line of the present to drag."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from gui.draw.arrays import draw_lines
from gui.draw.palette import with_alpha

from .counts_course import WAITS, Course, course_of, hatching, steps
from .linked_axes import (
    SMALL,
    Frame,
    draw_empty,
    draw_grid,
    draw_heading,
    heading_height,
    polygon,
    readable,
    round_ticks,
    sized,
)
from .linked_clusters import time_label
from .linked_view import Hit, LinkedView
from .linked_zoom import Zoom

LEFT = 46.0  # pixels for the texts of the upright axes
LOG_FROM = 50  # with more particles their number has a logarithmic axis
GAP = 22.0
SHARES = (1.0, 1.25, 0.8)  # heights of the panels
SHORTER = {"kinetic energy, and heat on top": "kinetic + heat", "bits of rank lost, per particle": "bits of rank lost"}
LEAST = 34.0  # pixels of a panel; where there is less room, the last ones are left out


class CountsView(LinkedView):
    """Three stairs over the same time: how many clusters are left, where the energy is, what has been forgotten."""

    title = "Counts over time"
    why = "How many clusters are left, how much kinetic energy became heat, and how much of the past was forgotten."
    name = "counts"
    _counted: tuple = (None, None)  # what the course is made from, and the course once there is one

    def __init__(self, session, theme, parent=None):
        super().__init__(session, theme, parent)
        self.zoom = Zoom(vertical=False)

    def frame(self, rect: QRectF) -> Frame:
        """The frame of all three panels together; time is 0 .. 1 across."""
        font = sized(self.font(), 1.0)
        line = QFontMetricsF(sized(font, SMALL)).height()
        top = heading_height(font) + line + 4
        most = f"{10 ** (len(str(len(self.session.document.system))) - 1):,}"
        left = max(LEFT, QFontMetricsF(sized(font, SMALL)).horizontalAdvance(most) + 14)
        area = QRectF(
            rect.left() + left, rect.top() + top, rect.width() - left - 16, rect.height() - top - 2 * line - 10
        )
        area.setSize(area.size().expandedTo(QRectF(0, 0, 10, 10).size()))
        return Frame(area, self.zoom.of((0.0, 1.0), (0.0, 1.0))[0], (0.0, 1.0))

    def grabs_time(self, point: QPointF, frame: Frame) -> bool:
        return bool(len(self.session.document.system)) and frame.area.contains(point)

    def time_at(self, point: QPointF, frame: Frame) -> float:
        return float(self.session.axis.inverse(min(max(frame.data(point)[0], 0.0), 1.0)))

    def hit(self, point: QPointF, frame: Frame) -> Hit | None:
        return None

    def draw(self, painter: QPainter, rect: QRectF, on_screen: bool) -> None:
        session, n = self.session, len(self.session.document.system)
        if n == 0:
            draw_empty(painter, rect, self.colours, "No particles: there is nothing to count.")
            return
        frame, course = self.frame(rect), self._course(wait=not on_screen)
        if course is None:
            draw_heading(painter, rect, self.colours, "Counts over time", "counting …")
            return
        note = self._verdict(course, painter, rect) if session.options.future else "up to now"
        draw_heading(painter, rect, self.colours, "Counts over time", note)
        u = float(session.axis.forward(session.clock.t))
        self._draw_axes(painter, frame, course)
        painter.save()
        if not session.options.future:
            painter.setClipRect(QRectF(rect.topLeft(), QPointF(float(frame.across(u)), rect.bottom())))
        key = (*self._counted[0], self.zoom.x)
        if on_screen:
            self.still(painter, rect, "curves", key, lambda p: self._draw_curves(p, frame, course))
        else:
            self._draw_curves(painter, frame, course)
        painter.restore()
        self._draw_present(painter, frame, course, u)

    def _verdict(self, course: Course, painter: QPainter, rect: QRectF) -> str:
        """What comes of it, in as many words as there is room for."""
        if not course.energy > 0:
            return "nothing moves"
        percent, room = f"{readable(100 * (1 - course.kinetic[-1]))} %", rect.width() - 20
        end = f"; {course.clusters[-1]:,} cluster{'s' * int(course.clusters[-1] != 1)} at the end"
        metrics, short = QFontMetricsF(sized(painter.font(), SMALL)), f"{percent} becomes heat"
        told = (f"{percent} of the energy becomes heat{end}", f"{short}{end}")
        return next((text for text in told if metrics.horizontalAdvance(text) <= room), short)

    def _course(self, wait: bool) -> Course | None:
        """The stairs along the present time axis; None while many particles are being counted."""
        history, axis, horizon = self.session.document.history, self.session.axis, self.session.document.system.horizon
        key = (history, horizon, self.session.options.time_axis)
        if self._counted[0] != key:
            self._counted = (key, None)
            if len(history.particles) > WAITS and not wait:
                self.session.document.run(
                    lambda: course_of(history, axis, horizon), lambda course: self._arrived(key, course), "the counts"
                )
        if self._counted[1] is None and (wait or len(history.particles) <= WAITS):
            self._counted = (key, course_of(history, axis, horizon))
        return self._counted[1]

    def _arrived(self, key: tuple, course: Course) -> None:
        if self._counted[0] == key:
            self._counted = (key, course)
            self.refresh()

    def _panels(self, frame: Frame, course: Course) -> list[Frame]:
        """The frames from top to bottom: clusters, energies, bits, as many of them as have room."""
        count = next((k for k in (3, 2) if (frame.area.height() - (k - 1) * GAP) / k >= LEAST), 1)
        height = (frame.area.height() - (count - 1) * GAP) / sum(SHARES[:count])
        n, top = len(self.session.document.system), frame.area.top()
        tall = (-0.05, 1.06 * math.log10(n)) if n > LOG_FROM else (0.0, 1.1 * n)
        frames = []
        limits = (tall, (0.0, 1.08), (0.0, 1.12 * course.bits or 1.0))
        for share, upright in zip(SHARES[:count], limits, strict=False):
            area = QRectF(frame.area.left(), top, frame.area.width(), max(share * height, 4.0))
            frames.append(Frame(area, frame.x, upright))
            top = area.bottom() + GAP
        return frames

    def _draw_axes(self, painter: QPainter, frame: Frame, course: Course) -> None:
        panels = self._panels(frame, course)
        times = self.session.axis.ticks(max(int(frame.area.width() / 80), 2))
        for panel, ticks in zip(panels, (self._count_ticks, _share_ticks, _bit_ticks), strict=False):
            under = times if panel is panels[-1] else [(u, "") for u, _ in times]
            draw_grid(painter, panel, self.colours, under, ticks(panel))
        under = frame.area.adjusted(-40, 0, 0, 0)
        self._words(painter, under, under.bottom(), time_label(self.session), under=True)

    def _draw_curves(self, painter: QPainter, frame: Frame, course: Course) -> None:
        panels = self._panels(frame, course)
        painter.save()
        painter.setClipRect(frame.area.adjusted(-1, -4, 1, 4), Qt.ClipOperation.IntersectClip)
        many = len(self.session.document.system) > LOG_FROM
        counts = np.log10(course.clusters) if many else course.clusters
        drawn = (lambda p: self._stair(painter, p, course, counts), lambda p: self._areas(painter, p, course),
                 lambda p: self._bits(painter, p, course))  # fmt: skip
        for panel, draw in zip(panels, drawn, strict=False):
            draw(panel)
        painter.restore()

    def _count_ticks(self, panel: Frame) -> list[tuple[float, str]]:
        n = len(self.session.document.system)
        if n <= LOG_FROM:
            ticks = round_ticks(*panel.y, max(int(panel.area.height() / 26), 1))
            return [(value, text) for value, text in ticks if value == round(value)]
        tens = [(float(k), f"{10**k:,}") for k in range(int(math.log10(n)) + 1)]
        return tens[:: max(1, math.ceil(len(tens) * 16 / max(panel.area.height(), 1)))]

    def _bits(self, painter: QPainter, panel: Frame, course: Course) -> None:
        """What is forgotten, and dotted all that can be."""
        if course.bits > 0:
            painter.setPen(QPen(self.colours.quiet, 1.0, Qt.PenStyle.DotLine))
            height = float(panel.up(course.bits))
            painter.drawLine(QPointF(panel.area.left(), height), QPointF(panel.area.right(), height))
        self._stair(painter, panel, course, course.lost)

    def _stair(self, painter: QPainter, frame: Frame, course: Course, values: np.ndarray) -> None:
        x, y = steps(course, values)
        painter.setPen(QPen(self.colours.ink, 1.8))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(polygon(frame.across(x), frame.up(y)))

    def _areas(self, painter: QPainter, frame: Frame, course: Course) -> None:
        """Kinetic energy from below, heat hatched on top of it: together they are always the whole."""
        x, y = steps(course, course.kinetic)
        x, y = frame.across(x), frame.up(y)
        ground, whole = float(frame.up(0.0)), float(frame.up(1.0))
        painter.setPen(Qt.PenStyle.NoPen)
        for level, colour in ((ground, self.colours.kinetic), (whole, self.colours.heat)):
            painter.setBrush(colour)
            painter.drawPolygon(polygon(np.concatenate(([x[0]], x, [x[-1]])), np.concatenate(([level], y, [level]))))
        painter.setPen(QPen(with_alpha(self.colours.background, 0.55), 1.2))
        draw_lines(painter, hatching(x, y, whole, frame.area.left(), frame.area.right()))
        painter.setPen(QPen(self.colours.ink, 1.2))
        painter.drawLine(QPointF(x[0], whole), QPointF(x[-1], whole))

    def _draw_present(self, painter: QPainter, frame: Frame, course: Course, u: float) -> None:
        """The line of the present, and what it cuts: said above each panel."""
        clusters, energy, lost = course.at(self.session.clock.t)
        panels = self._panels(frame, course)
        texts = (
            ("clusters left", f"{clusters:,}"),
            ("kinetic energy, and heat on top", f"{readable(energy)} + {readable(course.energy - energy)}"),
            (
                "bits of rank lost, per particle",
                f"{readable(lost)} of {readable(course.bits)}" if self.session.options.future else readable(lost),
            ),
        )
        for panel, (label, value) in zip(panels, texts, strict=False):
            self._words(painter, panel.area, panel.area.top(), label, value)
        x = float(frame.across(u))
        if not frame.area.left() - 1 <= x <= frame.area.right() + 1:
            return
        painter.setPen(QPen(self.colours.accent, 1.5, Qt.PenStyle.DashLine))
        for panel in panels:
            painter.drawLine(QPointF(x, panel.area.top()), QPointF(x, panel.area.bottom()))
        painter.setPen(QPen(self.colours.background, 1.0))
        painter.setBrush(self.colours.accent)
        painter.drawEllipse(QPointF(x, frame.area.bottom()), 5.0, 5.0)
        count = math.log10(clusters) if len(self.session.document.system) > LOG_FROM else clusters
        for panel, height in ((panels[0], count), *((panel, lost) for panel in panels[2:])):
            painter.drawEllipse(QPointF(x, float(panel.up(height))), 3.5, 3.5)

    def _words(self, painter: QPainter, area: QRectF, y: float, label: str, value: str = "", under=False) -> None:
        """A label over the left end of a panel with the present value over its right end; or one ``under`` it."""
        painter.save()
        font = sized(painter.font(), SMALL)
        line = QFontMetricsF(font).height()
        spot = QRectF(area.left(), y + line + 5 if under else y - line - 2, area.width(), line)
        painter.setFont(font)
        painter.setPen(self.colours.quiet)
        bold = sized(painter.font(), 1.0, bold=True)
        room = spot.width() - (QFontMetricsF(bold).horizontalAdvance(value) + line if value else 0.0)
        if QFontMetricsF(font).horizontalAdvance(label) > room:
            label = SHORTER.get(label, label)
        label = QFontMetricsF(font).elidedText(label, Qt.TextElideMode.ElideRight, max(room, 0.0))
        painter.drawText(spot, Qt.AlignmentFlag.AlignRight if under else Qt.AlignmentFlag.AlignLeft, label)
        painter.setFont(bold)
        painter.setPen(self.colours.ink)
        painter.drawText(spot, Qt.AlignmentFlag.AlignRight, value)
        painter.restore()


def _share_ticks(panel: Frame) -> list[tuple[float, str]]:
    shares = [(value, f"{100 * value:.0f} %") for value in (0.0, 0.5, 1.0)]
    return shares if panel.area.height() >= 40 else shares[::2]


def _bit_ticks(panel: Frame) -> list[tuple[float, str]]:
    return round_ticks(*panel.y, max(int(panel.area.height() / 26), 1))
