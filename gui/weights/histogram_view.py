"""Histogram of the weights: before, upwards; after, downwards; counts on a log scale."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen

from ..draw.drawn import Drawn
from ..draw.palette import Colours
from ..views.linked_axes import SMALL, readable, sized

LEFT, RIGHT, TOP, BOTTOM = 46, 14, 22, 24  # pixels around the bars
COUNTS, VALUES = "up and down: how many weights, each line ten times as many", "across: their value"
BAR = 1.0  # pixels between bars, where there is room


class HistogramView(Drawn):
    """Counts between even edges, before and after."""

    def __init__(self, colours: Colours, parent=None):
        super().__init__(colours, parent)
        self.edges, self.before, self.after = np.array([-1.0, 1.0]), np.zeros(1), np.zeros(1)
        self.setAccessibleName("Histogram of the weights before and after")
        self.setToolTip("How many weights have which value: above before, below after. Counts on a log scale.")

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(560, 240)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(300, 110)

    def show_counts(self, edges: np.ndarray, before: np.ndarray, after: np.ndarray) -> None:
        """How many weights lie between each two of the even ``edges``, before and after."""
        self.edges, self.before, self.after = edges, before, after
        self.update()

    def render_to(self, painter: QPainter, rect: QRectF) -> None:
        """Draw into ``rect``."""
        colours = self.colours
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.background)
        painter.drawRoundedRect(rect, 8, 8)
        field = rect.adjusted(LEFT, TOP, -RIGHT, -BOTTOM)
        most = max(float(self.before.max()), float(self.after.max()), 1.0)
        half = field.height() / 2
        self._draw_grid(painter, field, most)
        self._draw_bars(painter, field, -_height(self.before, most) * half, colours.kinetic)
        self._draw_bars(painter, field, _height(self.after, most) * half, colours.accent)
        painter.setPen(QPen(colours.quiet, 1))
        painter.drawLine(QPointF(field.left(), field.center().y()), QPointF(field.right(), field.center().y()))
        line = painter.fontMetrics().height()
        for text, colour, top in (
            ("before", colours.kinetic, rect.top() + 4),
            ("after", colours.accent, field.bottom() - line),
        ):
            painter.setPen(colour)
            place = QRectF(field.left() + 6, top, field.width() - 12, line)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(colours.quiet)
        painter.setFont(sized(painter.font(), SMALL))
        for text, top in ((COUNTS, rect.top() + 4), (VALUES, field.bottom() - line)):
            place = QRectF(field.left() + 70, top, field.width() - 70, line)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _draw_bars(self, painter: QPainter, field: QRectF, heights: np.ndarray, colour) -> None:
        middle, width = field.center().y(), field.width() / heights.size
        gap = BAR if width > 4 * BAR else 0.0
        for number in np.flatnonzero(heights).tolist():
            bar = QRectF(field.left() + number * width, middle, max(width - gap, 1.0), float(heights[number]))
            painter.fillRect(bar.normalized(), colour)

    def _draw_grid(self, painter: QPainter, field: QRectF, most: float) -> None:
        """Powers of ten of the count on both sides, and round values along the bottom."""
        small = painter.fontMetrics().height()
        powers = range(int(np.log10(most)) + 1)
        every = -(-len(powers) * small // max(int(field.height() / 2), 1)) or 1
        for power in list(powers)[::every]:
            reach = float(_height(np.array([10.0**power]), most)[0]) * field.height() / 2
            for y in (field.center().y() - reach, field.center().y() + reach):
                painter.setPen(QPen(self.colours.grid, 1))
                painter.drawLine(QPointF(field.left(), y), QPointF(field.right(), y))
                painter.setPen(self.colours.quiet)
                place = QRectF(field.left() - LEFT, y - small / 2, LEFT - 6, small)
                painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, _short(power))
        low, high = float(self.edges[0]), float(self.edges[-1])
        for value in round_values(low, high, max(int(field.width() / 90), 2)):
            x = field.left() + (value - low) / (high - low) * field.width()
            painter.setPen(QPen(self.colours.grid, 1))
            painter.drawLine(QPointF(x, field.top()), QPointF(x, field.bottom()))
            painter.setPen(self.colours.quiet)
            place = QRectF(x - 45, field.bottom() + 3, 90, small)
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, readable(value, 6))


def round_values(low: float, high: float, count: int) -> list[float]:
    """About ``count`` round numbers from ``low`` to ``high``."""
    raw = (high - low) / count
    power = 10.0 ** np.floor(np.log10(raw)) if raw > 0 and np.isfinite(raw) else 0.0
    step = next((m * power for m in (1, 2, 5, 10) if m * power >= raw), 0.0)
    if not step or not max(abs(low), abs(high)) / step < 1e12:  # no room between neighbouring floats
        return []
    first, last = int(np.ceil(low / step)), int(np.floor(high / step))
    return [0.0 if k == 0 else k * step for k in range(first, last + 1)]


def _height(counts: np.ndarray, most: float) -> np.ndarray:
    """0 for none, a visible stub for one, 1 for ``most``."""
    return np.where(counts > 0, (np.log10(np.maximum(counts, 1.0)) + 0.3) / (np.log10(most) + 0.3), 0.0)


def _short(power: int) -> str:
    return ("1", "10", "100", "1k", "10k", "100k", "1M", "10M", "100M", "1G")[min(power, 9)]
