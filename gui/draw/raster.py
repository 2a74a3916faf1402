"""Rasters: as many particles as there are, at the cost of one picture."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from .palette import STEPS


def draw_pixels(painter: QPainter, pixels: np.ndarray, rect: QRectF) -> None:
    """Paint ``pixels``, (h, w) uint32 of premultiplied 0xAARRGGBB, into ``rect``, stretched to its size."""
    if pixels.size:
        pixels = np.ascontiguousarray(pixels, dtype=np.uint32)
        height, width = pixels.shape
        image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
        painter.drawImage(rect, image)


def device_size(painter: QPainter, rect: QRectF, most: int = 4096) -> tuple[int, int]:
    """How many pixels of the paper ``rect`` covers, (width, height): rasters of this size are sharp on it.

    At least 1 and at most ``most`` each: paper for print counts in very small pixels.
    """
    transform = painter.deviceTransform()
    scale_x = abs(transform.m11()) or 1.0
    scale_y = abs(transform.m22()) or 1.0
    return (
        min(max(round(rect.width() * scale_x), 1), most),
        min(max(round(rect.height() * scale_y), 1), most),
    )


def totals(column: np.ndarray, row: np.ndarray, shape: tuple[int, int], weight=None) -> np.ndarray:
    """The sum of ``weight`` (default: the count) in each pixel of ``shape`` (h, w); places outside are left out."""
    height, width = shape
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    if not inside.all():
        column, row = column[inside], row[inside]
        weight = weight[inside] if weight is not None else None
    place = row.astype(np.int32)
    place *= width
    place += column.astype(np.int32)
    return np.bincount(place, weight, minlength=height * width).reshape(height, width)


def density(total: np.ndarray, table: np.ndarray, low: float, high: float) -> np.ndarray:
    """Totals as pixels on a log scale: ``low`` takes the first step above ``table[0]``, ``high`` the last.

    Pixels without anything are ``table[0]``.
    """
    pixels = np.full(total.shape, table[0], dtype=np.uint32)
    lit = np.flatnonzero(total)
    pixels.ravel()[lit] = table[log_steps(total.ravel()[lit], low, high)]
    return pixels


def log_steps(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Positive values on a log scale from ``low`` to ``high`` as steps 1 .. 255 of a ramp."""
    span = max(np.log(high / low), 1e-9)
    share = np.log(values / low) / span
    return 1 + np.clip(np.rint(share * (STEPS - 2)), 0, STEPS - 2).astype(np.intp)
