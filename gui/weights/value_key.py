"""The key to a picture of a matrix: which colour stands for which value, as a strip from the least to the largest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen

from ..draw.palette import Colours
from ..views.linked_axes import SMALL, readable, sized

COLUMNS = 240  # of the strip
STRIP = 8.0  # pixels, its height


class ValueKey(NamedTuple):
    """``pixels`` (m,) of the values from ``low`` to ``high``."""

    low: float
    high: float
    pixels: np.ndarray


def cluster_key(position: np.ndarray, ink: np.ndarray, ground: int) -> ValueKey:
    """Each cluster's colour ``ink`` (k,) at its value; the ground where no cluster is."""
    low, high = float(position[0]), float(position[-1])
    pixels = np.full(COLUMNS, ground if high > low else ink[0], np.uint32)
    column = np.clip((position - low) * ((COLUMNS - 1) / ((high - low) or 1.0)), 0, COLUMNS - 1).astype(np.int64)
    pixels[np.minimum(column + 1, COLUMNS - 1)] = ink  # two columns wide, where the next one leaves it room
    pixels[column] = ink
    return ValueKey(low, high, pixels)


def key_height(painter: QPainter) -> float:
    """How much room ``draw_key`` takes."""
    return QFontMetricsF(sized(painter.font(), SMALL)).height() + STRIP + 6


def draw_key(painter: QPainter, room: QRectF, key: ValueKey, colours: Colours) -> None:
    """The strip along the top of ``room``, its ends written below."""
    painter.save()
    strip = QRectF(room.left(), room.top(), room.width(), STRIP)
    image = QImage(key.pixels.data, key.pixels.size, 1, 4 * key.pixels.size, QImage.Format.Format_RGB32)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(strip, image)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colours.grid, 1.0))
    painter.drawRect(strip)
    painter.setPen(colours.quiet)
    painter.setFont(sized(painter.font(), SMALL))
    words = QRectF(room.left(), strip.bottom() + 2, room.width(), QFontMetricsF(painter.font()).height() + 2)
    if key.low == key.high:
        painter.drawText(words, Qt.AlignmentFlag.AlignHCenter, f"all {readable(key.low)}")
    else:
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft, readable(key.low))
        painter.drawText(words, Qt.AlignmentFlag.AlignRight, readable(key.high))
    painter.restore()
