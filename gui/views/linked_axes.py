"""The frame of a linked view: where the data lie on the paper, its grid, its ticks and its words."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF
from shiboken6 import VoidPtr

from gui.draw.arrays import FAR
from gui.draw.palette import Colours

SMALL = 0.86  # size of tick labels, as a part of the view's font
MINUS = "\N{MINUS SIGN}"
FINEST = 12  # parts of an axis that are tried for two round values


@dataclass(frozen=True)
class Frame:
    """The rectangle ``area`` of the paper shows x in ``x`` and y in ``y`` (low, high), y upward."""

    area: QRectF
    x: tuple[float, float]
    y: tuple[float, float]

    def across(self, x):
        """The horizontal place on the paper of ``x``, a number or an array."""
        place = self.area.left() + (np.asarray(x) - self.x[0]) * (self.area.width() / (self.x[1] - self.x[0]))
        return np.clip(place, -FAR, FAR)

    def up(self, y):
        """The vertical place on the paper of ``y``."""
        place = self.area.bottom() - (np.asarray(y) - self.y[0]) * (self.area.height() / (self.y[1] - self.y[0]))
        return np.clip(place, -FAR, FAR)

    def data(self, point: QPointF) -> tuple[float, float]:
        """The x and y of a point on the paper."""
        across = (point.x() - self.area.left()) / max(self.area.width(), 1.0)
        up = (self.area.bottom() - point.y()) / max(self.area.height(), 1.0)
        return self.x[0] + across * (self.x[1] - self.x[0]), self.y[0] + up * (self.y[1] - self.y[0])


def readable(value: float, digits: int = 3) -> str:
    """``value`` for reading: ``digits`` significant digits and a true minus sign; large ones are whole, not rounded."""
    if 10.0**digits <= abs(value) < 1e7:
        return f"{value:,.0f}".replace("-", MINUS)
    return f"{value + 0.0:.{digits}g}".replace("-", MINUS)


def padded(low: float, high: float, share: float = 0.06) -> tuple[float, float]:
    """Limits a little outside ``low`` .. ``high``, with room also where both are equal."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return -1.0, 1.0
    room = share * (high - low)
    if room <= 1e-12 * max(abs(low), abs(high)):
        room = max(0.5 * abs(high), 0.5) if abs(high) < 1e6 else 1e-3 * abs(high)
    return low - room, high + room


def round_ticks(low: float, high: float, count: int) -> list[tuple[float, str]]:
    """About ``count`` round values in low .. high, each with its text; two at least, as one alone is no scale."""
    ticks = _multiples(low, high, count)
    while 0 < count < FINEST and len(ticks) < 2:
        count += 1
        ticks = _multiples(low, high, count)
    return ticks


def _multiples(low: float, high: float, count: int) -> list[tuple[float, str]]:
    span = high - low
    if not (span > 0 and math.isfinite(span)):
        return []
    rough = span / max(count, 1)
    step = 10.0 ** math.floor(math.log10(rough))
    step *= next(factor for factor in (1, 2, 5, 10) if factor * step >= 0.999 * rough)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    if last - first > 100 or abs(first) > 2**50:
        return []
    largest = max(abs(first), abs(last)) * step
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    plain = step >= 1e-4 and largest < (1e8 if step >= 1 else 1e5)
    digits = max(1, 1 + math.floor(math.log10(max(largest, step)) + 1e-9) - math.floor(math.log10(step) + 1e-9))
    shape = f",.{decimals}f" if plain else f".{digits}g"
    return [(k * step, f"{k * step + 0.0:{shape}}".replace("-", MINUS)) for k in range(first, last + 1)]


def sized(font: QFont, factor: float, bold: bool = False) -> QFont:
    """A copy of ``font`` in pixels, so that it means the same on every kind of paper."""
    copy = QFont(font)
    pixels = font.pixelSize() if font.pixelSize() > 0 else QFontMetricsF(font).height() * 0.82
    copy.setPixelSize(max(round(pixels * factor), 7))
    copy.setBold(bold)
    return copy


def draw_grid(painter: QPainter, frame: Frame, colours: Colours, x_ticks, y_ticks) -> None:
    """Hairlines at the ticks, the ticks' texts left of and under the area; ticks are (value, text)."""
    area, font = frame.area, sized(painter.font(), SMALL)
    painter.save()
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    hair, words = QPen(colours.grid, 1), QPen(colours.quiet)
    free = -math.inf
    for value, text in x_ticks:
        place, width = float(frame.across(value)), metrics.horizontalAdvance(text)
        if not area.left() - 0.5 <= place <= area.right() + 0.5:
            continue
        painter.setPen(hair)
        painter.drawLine(QPointF(place, area.top()), QPointF(place, area.bottom()))
        left = min(max(place - width / 2, area.left() - 8), area.right() - width + 8)
        if left > free:
            painter.setPen(words)
            painter.drawText(QPointF(left, area.bottom() + metrics.ascent() + 4), text)
            free = left + width + 6
    for value, text in y_ticks:
        place = float(frame.up(value))
        if not area.top() - 0.5 <= place <= area.bottom() + 0.5:
            continue
        painter.setPen(hair)
        painter.drawLine(QPointF(area.left(), place), QPointF(area.right(), place))
        painter.setPen(words)
        spot = QRectF(area.left() - 206, place - metrics.height() / 2, 200, metrics.height())
        painter.drawText(spot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
    painter.restore()


def draw_labels(painter: QPainter, frame: Frame, colours: Colours, x_label: str, y_label: str) -> None:
    """What the axes mean: under the area at its right end, and above it at its left end."""
    area, font = frame.area, sized(painter.font(), SMALL)
    painter.save()
    painter.setFont(font)
    painter.setPen(colours.quiet)
    line = QFontMetricsF(font).height()
    under = QRectF(area.left() - 40, area.bottom() + line + 5, area.width() + 40, line)
    painter.drawText(under, Qt.AlignmentFlag.AlignRight, _elided(x_label, font, under.width()))
    over = QRectF(4, area.top() - line - 4, area.right() - 4, line)
    painter.drawText(over, Qt.AlignmentFlag.AlignLeft, _elided(y_label, font, over.width()))
    painter.restore()


def draw_heading(painter: QPainter, rect: QRectF, colours: Colours, title: str, note: str, aside: str = "") -> None:
    """A title, in quiet a note under it, and at the right end of the title's line what is marked in the accent.

    That takes the place of the note where it has no room beside the title.
    """
    painter.save()
    bold = sized(painter.font(), 1.0, bold=True)
    painter.setFont(bold)
    painter.setPen(colours.ink)
    line, left = QFontMetricsF(bold).height(), rect.left() + 10
    room, small = rect.width() - 20, sized(painter.font(), SMALL)
    beside = QFontMetricsF(small).horizontalAdvance(aside) + line / 2 if aside else 0.0
    base, under = rect.top() + 6 + QFontMetricsF(bold).ascent(), rect.top() + 7 + line + QFontMetricsF(small).ascent()
    fits = not aside or beside + QFontMetricsF(bold).horizontalAdvance(title) <= room
    painter.drawText(QPointF(left, base), _elided(title, bold, room))
    painter.setFont(small)
    painter.setPen(colours.accent)
    painter.drawText(QPointF(left + room - beside + line / 2, base) if fits else QPointF(left, under), aside)
    painter.setPen(colours.quiet)
    painter.drawText(QPointF(left, under), _elided(note, small, room) if fits else "")
    painter.restore()


def heading_height(font: QFont) -> float:
    """How much of the top of the paper ``draw_heading`` takes."""
    return QFontMetricsF(sized(font, 1.0)).height() + QFontMetricsF(sized(font, SMALL)).height() + 12


def plot_area(rect: QRectF, font: QFont, y_texts: list[str]) -> QRectF:
    """The part of ``rect`` for the data, once heading, ticks and labels have theirs."""
    metrics = QFontMetricsF(sized(font, SMALL))
    left = 12 + max((metrics.horizontalAdvance(text) for text in y_texts), default=20)
    top = heading_height(font) + metrics.height() + 6
    bottom = 2 * metrics.height() + 10
    return QRectF(
        rect.left() + left, rect.top() + top, max(rect.width() - left - 14, 10), max(rect.height() - top - bottom, 10)
    )


def draw_empty(painter: QPainter, rect: QRectF, colours: Colours, text: str) -> None:
    """What stands in the middle where there is nothing to draw, on a ground that hides what crosses it."""
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.fillRect(painter.boundingRect(rect, flags, text).adjusted(-8, -4, 8, 4), colours.background)
    painter.setPen(colours.quiet)
    painter.drawText(rect, flags, text)


def draw_hidden(painter: QPainter, rect: QRectF, colours: Colours, title: str) -> None:
    """A view that a lesson covers until its question is answered."""
    draw_heading(painter, rect, colours, title, "")
    draw_empty(painter, rect, colours, "Hidden until you have answered.")


def polygon(x: np.ndarray, y: np.ndarray) -> QPolygonF:
    """Corners on the paper as a polygon."""
    corners = QPolygonF()
    corners.resize(len(x))
    if len(x):  # its memory is pairs of float64
        memory = VoidPtr(corners.data(), 16 * len(x), True)
        places = np.frombuffer(memory, dtype=np.float64).reshape(-1, 2)
        places[:, 0], places[:, 1] = np.clip(x, -FAR, FAR), np.clip(y, -FAR, FAR)
    return corners


def draw_ring(painter: QPainter, place: QPointF, radius: float, colour: QColor, width: float = 2.0) -> None:
    """A hollow ring around a place."""
    painter.setPen(QPen(colour, width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(place, radius, radius)


def _elided(text: str, font: QFont, room: float) -> str:
    return QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, max(room, 0))
