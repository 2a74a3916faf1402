"""What stands around the views of a page: title and time above, the legend below."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QGuiApplication, QPainter, QPen

from gui.draw.palette import Colours

MARGIN = 18.0
TEXT = 12.0  # height of small text in units of the page
_ROOMY = (560.0, 360.0)  # pages from this size on have the reason and the legend too


class PageFrame:
    """The frame of a page of ``width`` x ``height`` units."""

    def __init__(self, width: float, height: float):
        self.page = QRectF(0, 0, width, height)
        self.roomy = width >= _ROOMY[0] and height >= _ROOMY[1]
        self.margin = MARGIN if self.roomy else 8.0
        self.title = _font(22.0 if self.roomy else 13.0, bold=True)
        self.small = _font(TEXT if self.roomy else 10.0)
        self.top = self.margin + (60.0 if self.roomy else 22.0)
        self.bottom = self.margin + (22.0 if self.roomy else 0.0)

    @property
    def area(self) -> QRectF:
        """The part of the page for the views."""
        side = self.margin - 4
        return self.page.adjusted(side, self.top, -side, -self.bottom)

    def draw(self, painter: QPainter, session, colours: Colours, legend: list) -> None:
        """Fill the page, and draw what surrounds the views; ``legend`` holds pairs of a mark and its meaning."""
        painter.fillRect(self.page, colours.background)
        left = self._draw_time(painter, session, colours)
        self._draw_title(painter, session.document.system, colours, left - 16)
        self._draw_progress(painter, session.clock, colours)
        if self.roomy:
            self._draw_legend(painter, colours, legend)

    def _draw_title(self, painter: QPainter, system, colours: Colours, right: float) -> None:
        room = right - self.margin
        baseline = self.margin + QFontMetricsF(self.title).ascent() - 3
        _write(painter, self.title, colours.ink, QPointF(self.margin, baseline), system.name, room)
        if self.roomy:
            below = QPointF(self.margin, baseline + 21)
            room = self.page.width() - 2 * self.margin
            width = QFontMetricsF(self.small).horizontalAdvance(system.why)
            font = self.small if width <= room else _font(max(TEXT * room / width, 0.75 * TEXT))
            _write(painter, font, colours.quiet, below, system.why, room)

    def _draw_time(self, painter: QPainter, session, colours: Colours) -> float:
        """Draw the time, and how many clusters there are, at the right; returns where that begins."""
        count, n = len(session.clusters), len(session.document.system)
        time = f"{session.document.system.time_word} {_fixed(session.clock.t, session.clock.horizon)}"
        told = f"{count:,} of {n:,}" if not self.roomy else f"{count:,} cluster{'' if count == 1 else 's'} of {n:,}"
        baseline = self.margin + QFontMetricsF(self.title).ascent() - 3
        time_width = QFontMetricsF(self.title).horizontalAdvance(time)
        room = QFontMetricsF(self.small).horizontalAdvance(f"{n:,} clusters of {n:,}" if self.roomy else told) + 12
        right = self.page.width() - self.margin
        if right - room - time_width < self.margin:  # a narrow page: the time alone, as much of it as there is room for
            place = QPointF(max(right - time_width, self.margin), baseline)
            _write(painter, self.title, colours.ink, place, time, right - place.x() + 2)
            return place.x()
        painter.setFont(self.small)
        painter.setPen(colours.quiet)
        width = QFontMetricsF(self.small).horizontalAdvance(told)
        painter.drawText(QPointF(right - width, baseline), told)
        _write(painter, self.title, colours.ink, QPointF(right - room - time_width, baseline), time, time_width + 2)
        return right - room - time_width

    def _draw_progress(self, painter: QPainter, clock, colours: Colours) -> None:
        """A rule under the title; the part of the time that has passed is coloured."""
        height = self.top - (8 if self.roomy else 4)
        right = self.page.width() - self.margin
        passed = min(max(clock.t / clock.horizon, 0.0), 1.0)
        painter.setPen(QPen(colours.grid, 1.5))
        painter.drawLine(QLineF(self.margin, height, right, height))
        if passed > 0:
            painter.setPen(QPen(colours.accent, 1.5))
            painter.drawLine(QLineF(self.margin, height, self.margin + passed * (right - self.margin), height))

    def _draw_legend(self, painter: QPainter, colours: Colours, legend: list) -> None:
        metrics = QFontMetricsF(self.small)
        baseline = self.page.height() - self.margin
        middle = baseline - 0.36 * metrics.ascent()
        sign = "Sticky Weights"
        right = self.page.width() - self.margin - metrics.horizontalAdvance(sign)
        _write(painter, self.small, colours.quiet, QPointF(right, baseline), sign, 200)
        place = self.margin
        for mark, meaning in legend:
            width = mark.width + 6 + metrics.horizontalAdvance(meaning)
            if place + width > right - 20:
                break
            painter.save()
            mark.draw(painter, QPointF(place, middle), colours)
            painter.restore()
            _write(painter, self.small, colours.quiet, QPointF(place + mark.width + 6, baseline), meaning, width)
            place += width + 20


def _write(painter: QPainter, font: QFont, colour, place: QPointF, text: str, room: float) -> None:
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(place, QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, max(room, 0)))


def _font(pixels: float, bold: bool = False) -> QFont:
    font = QFont(QGuiApplication.font())
    font.setPixelSize(round(pixels))
    font.setBold(bold)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)  # the same widths at every scale
    return font


def _fixed(time: float, horizon: float) -> str:
    """The time with as many decimals as tell a thousandth of the horizon: it does not jump about in a film."""
    if not 1e-4 <= horizon < 1e6:
        return f"{time:.3g}"
    decimals = max(0, 3 - math.floor(math.log10(horizon)))
    return f"{time:.{decimals}f}"
