"""The handle of the present on an upright axis of time: a tab with the time on it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from gui.draw.palette import Colours

from .linked_axes import SMALL, Frame, readable, sized


def draw_time_tab(painter: QPainter, frame: Frame, place: tuple[float, float], ticks, colours: Colours) -> None:
    """A tab at the left of ``frame``; ``place``: the height of the present, and its time.

    It takes the place of the ticks that it would cover in part, and keeps off the axis below.
    """
    (y, t), area = place, frame.area
    painter.setFont(sized(painter.font(), SMALL))
    metrics = QFontMetricsF(painter.font())
    bold = sized(painter.font(), 1.0, bold=True)
    text, high = readable(t), metrics.height() + 4
    width = max(QFontMetricsF(bold).horizontalAdvance(text) + 12, 30)
    tab = QRectF(area.left() - width - 1, min(y - high / 2, area.bottom() + 3 - high), width, high)
    for value, words in ticks:
        wide = metrics.horizontalAdvance(words)
        label = QRectF(area.left() - 6 - wide, float(frame.up(value)) - metrics.height() / 2, wide, metrics.height())
        if label.intersects(tab.adjusted(0, -1, 0, 1)):
            painter.fillRect(label.adjusted(-2, 0, 2, 0), colours.background)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colours.accent)
    painter.drawRoundedRect(tab, 4, 4)
    painter.setFont(bold)
    painter.setPen(colours.background)
    painter.drawText(tab, Qt.AlignmentFlag.AlignCenter, text)
