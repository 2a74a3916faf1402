"""Rasters: as many particles as there are, at the cost of one picture."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from particles.compiled import compiled

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
    """The sum of ``weight`` (default: the count) in each pixel of ``shape`` (h, w), float64.

    Places are in pixels from the upper left corner; those outside, or not finite, are left out.
    """
    total = np.zeros(shape)
    column, row = np.asarray(column, np.float64), np.asarray(row, np.float64)
    _add(total, column, row, np.ones(column.size) if weight is None else np.asarray(weight, np.float64))
    return total


def density(total: np.ndarray, table: np.ndarray, low: float, high: float) -> np.ndarray:
    """Totals as pixels on a log scale: ``low`` takes the first step above ``table[0]``, ``high`` the last.

    Pixels without anything are ``table[0]``.
    """
    pixels = np.full(total.shape, table[0], dtype=np.uint32)
    _shade(pixels.ravel(), total.ravel(), table, (low, max(np.log(high / low), 1e-9)))
    return pixels


def shaded(total: np.ndarray, table: np.ndarray, low: float, high: float) -> np.ndarray:
    """The same, but pixels without anything are transparent (0)."""
    pixels = np.zeros(total.shape, dtype=np.uint32)
    _shade(pixels.ravel(), total.ravel(), table, (low, max(np.log(high / low), 1e-9)))
    return pixels


@compiled
def _add(total, column, row, weight):
    height, width = total.shape
    for i in range(column.size):
        if 0.0 <= column[i] < width and 0.0 <= row[i] < height:
            total[int(row[i]), int(column[i])] += weight[i]


@compiled
def _shade(pixels, total, table, scale):
    low, span = scale
    known, ink = 0.0, table[0]  # most pixels hold what another one held just before
    for i in range(total.size):
        if total[i] > 0.0:
            if total[i] != known:
                known = total[i]
                ink = table[1 + int(254.0 * min(max(np.log(known / low) / span, 0.0), 1.0) + 0.5)]
            pixels[i] = ink


def log_steps(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Positive values on a log scale from ``low`` to ``high`` as steps 1 .. 255 of a ramp."""
    span = max(np.log(high / low), 1e-9)
    share = np.log(values / low) / span
    return 1 + np.clip(np.rint(share * (STEPS - 2)), 0, STEPS - 2).astype(np.intp)
