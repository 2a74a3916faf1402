"""Thousands of lines or points to a QPainter in one call, straight from numpy."""

from __future__ import annotations

import numpy as np
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QPainter

FAR = 1e5  # pixels: coordinates beyond this make Qt crawl


def draw_lines(painter: QPainter, ends: np.ndarray) -> None:
    """Straight lines in the painter's pen: rows (x0, y0, x1, y1) of ``ends`` (s, 4), in the painter's units."""
    if len(ends):
        lines = PrimitiveArray(QLineF, 4)
        lines.resize(len(ends))
        np.clip(ends, -FAR, FAR, out=lines.ndarray())
        painter.drawLines(*lines.drawargs())


def draw_points(painter: QPainter, x: np.ndarray, y) -> None:
    """Points in the painter's pen: round ones of its width, where it has a round cap."""
    if len(x):
        painter.drawPoints(*point_array(x, y).drawargs())


def point_array(x, y) -> PrimitiveArray:
    """Points for ``drawPolyline(*array.drawargs())`` and its like."""
    points = PrimitiveArray(QPointF, 2)
    points.resize(len(x))
    block = points.ndarray()
    block[:, 0], block[:, 1] = np.clip(x, -FAR, FAR), np.clip(y, -FAR, FAR)
    return points
