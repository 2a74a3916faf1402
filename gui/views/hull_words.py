"""What is written into the hull lens: its axes, and the slopes of its edges."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF, QPainter

from .linked_axes import SMALL, readable, sized

ACROSS = "mass of the first k particles"
UP = "sum of mass \N{MULTIPLICATION SIGN} position, had none stuck"


def write_slopes(painter: QPainter, area: QRectF, ends: np.ndarray, position: np.ndarray) -> None:
    """Beside each edge (x0, y0, x1, y1) its position, where there is room that no other text has taken."""
    font = sized(painter.font(), SMALL)
    painter.save()
    painter.setFont(font)
    line, written = QFontMetricsF(font).height(), []
    for (x0, y0, x1, y1), value in zip(ends, position, strict=True):
        right = y1 < y0  # y grows downward: a rising edge has its free side at the lower right
        text = f"x = {readable(value)}"
        width = QFontMetricsF(font).horizontalAdvance(text)
        if x1 - x0 < 0.8 * width:
            continue
        x = 0.5 * (x0 + x1) + (6 if right else -6 - width)
        x = min(max(x, area.left() + 2), area.right() - width - 2)
        spot = QRectF(x, 0.5 * (y0 + y1) + 4, width + 4, line)
        if spot.bottom() <= area.bottom() + 4 and not any(spot.intersects(other) for other in written):
            painter.drawText(spot, 0, text)
            written.append(spot)
    painter.restore()
