"""Clusters as discs: area by mass, colour by lineage; told apart without colour by outline and count."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from .arrays import draw_points
from .palette import Colours, mixed

SMALL = 5.0  # radius up to which discs are dots of one pen
LABELLED = 10.0  # radius from which a cluster of several carries its count
LEAST = 1.6


def disc_radius(mass, total: float, largest: float):
    """Pixels: a disc's area grows with its mass, and all the mass together has the radius ``largest``."""
    return np.maximum(largest * np.sqrt(np.asarray(mass) / total), LEAST)


def draw_dots(painter: QPainter, x: np.ndarray, y: float, radius: np.ndarray, index: np.ndarray, inks: list) -> None:
    """Many small discs, one call for each size and colour, the larger ones first; ``inks`` are QColors."""
    step = np.rint(4 * radius).astype(np.int64)
    style = -step * 64 + index.astype(np.int64)
    for value in np.unique(style):
        some = np.flatnonzero(style == value)
        pen = QPen(inks[int(index[some[0]])], 2 * float(radius[some].mean()))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        draw_points(painter, x[some], np.full(some.size, y))


def draw_disc(painter: QPainter, centre: QPointF, radius: float, ink: QColor, colours: Colours) -> None:
    """One large disc, with an outline that keeps it apart from what lies under it."""
    painter.setPen(QPen(colours.background, 1.5))
    painter.setBrush(ink)
    painter.drawEllipse(centre, radius, radius)


def draw_ring_of_many(painter: QPainter, centre: QPointF, radius: float, ink: QColor, colours: Colours) -> None:
    """The inner ring that marks a cluster of several particles."""
    painter.setPen(QPen(mixed(ink, readable_on(ink), 0.55), 1.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(centre, max(radius - 3.0, 1.0), max(radius - 3.0, 1.0))


def draw_count(painter: QPainter, centre: QPointF, radius: float, ink: QColor, count: int) -> None:
    """The number of members, where it fits into the disc."""
    font = QFont(painter.font())
    text = f"{count:,}" if count < 100_000 else f"{count / 1000:,.0f}k"
    size = min(0.95 * radius, 2.6 * radius / max(len(text), 1), 22.0)
    if size < 7.5:
        return
    font.setPixelSize(round(size))
    font.setBold(True)
    painter.save()
    painter.setFont(font)
    painter.setPen(readable_on(ink))
    height = QFontMetricsF(font).height()
    box = QRectF(centre.x() - 2 * radius, centre.y() - height / 2, 4 * radius, height)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def readable_on(ink: QColor) -> QColor:
    """Black or white, whichever can be read on ``ink``."""
    light = 0.2126 * ink.redF() ** 2.2 + 0.7152 * ink.greenF() ** 2.2 + 0.0722 * ink.blueF() ** 2.2
    return QColor("#10141a") if light > 0.195 else QColor("#ffffff")
