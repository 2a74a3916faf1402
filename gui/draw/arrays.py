"""Thousands of lines or points to a QPainter in one call, straight from numpy.

Qt's own calls take a C array of QLineF or QPointF; numpy rows of float64 are just that in memory.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QPainter, QPolygonF
from shiboken6 import VoidPtr, wrapInstance

FAR = 1e5  # pixels: coordinates beyond this make Qt crawl


def draw_lines(painter: QPainter, ends: np.ndarray) -> None:
    """Straight lines in the painter's pen: rows (x0, y0, x1, y1) of ``ends`` (s, 4), in the painter's units."""
    rows = np.clip(np.asarray(ends, dtype=np.float64), -FAR, FAR, order="C")
    if len(rows):
        painter.drawLines(wrapInstance(rows.ctypes.data, QLineF), len(rows))


def draw_points(painter: QPainter, x: np.ndarray, y) -> None:
    """Points in the painter's pen: round ones of its width, where it has a round cap."""
    rows = _points(x, y)
    if len(rows):
        painter.drawPoints(wrapInstance(rows.ctypes.data, QPointF), len(rows))


def polygon(x: np.ndarray, y) -> QPolygonF:
    """Corners for ``drawPolyline`` and ``drawPolygon``, which take no C array."""
    corners = QPolygonF()
    corners.resize(len(x))
    if len(x):
        memory = np.frombuffer(VoidPtr(corners.data(), 16 * len(x), True), dtype=np.float64)
        memory.reshape(-1, 2)[:] = _points(x, y)
    return corners


def _points(x, y) -> np.ndarray:
    rows = np.empty((len(x), 2))
    np.clip(x, -FAR, FAR, out=rows[:, 0])
    np.clip(y, -FAR, FAR, out=rows[:, 1])
    return rows
