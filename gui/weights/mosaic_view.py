"""The matrix of weights as a picture: each pixel a weight, coloured by its value or by its cluster."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from ..draw.drawn import Drawn
from ..draw.palette import Colours, ramp_pixels
from .subject import Mosaic
from .value_key import ValueKey, draw_key, key_height

PALE = 0.4  # of its colour, a weight that shares with nobody


class MosaicView(Drawn):
    """``pixels`` (h, w) uint32 of 0xAARRGGBB, stretched without blurring, a ``caption`` above, their key below."""

    def __init__(self, caption: str, colours: Colours, parent=None):
        super().__init__(colours, parent)
        self.caption = caption
        self.pixels: np.ndarray | None = None
        self.key: ValueKey | None = None
        self.empty = ""
        self.setAccessibleName(f"Matrix of the weights, {caption}")

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(280, 260)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(120, 120)

    def show_pixels(self, pixels: np.ndarray | None, key: ValueKey | None, empty: str = "") -> None:
        """Another picture and the key to it; None: there is none, and ``empty`` says why."""
        self.pixels, self.key, self.empty = pixels, key, empty
        self.update()

    def render_to(self, painter: QPainter, rect: QRectF) -> None:
        """Draw into ``rect``; pixels stay square."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.colours.background)
        painter.drawRoundedRect(rect, 8, 8)
        line = painter.fontMetrics().height()
        painter.setPen(self.colours.quiet)
        painter.drawText(QRectF(rect.left() + 12, rect.top() + 6, rect.width() - 24, line), 0, self.caption)
        field = rect.adjusted(12, line + 12, -12, -12)
        if self.pixels is None or not self.pixels.size:
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(field, int(flags), self.empty)
            return
        if self.key is not None:
            field.setBottom(field.bottom() - key_height(painter))
            draw_key(
                painter,
                QRectF(field.left(), field.bottom() + 6, field.width(), key_height(painter)),
                self.key,
                self.colours,
            )
        height, width = self.pixels.shape
        scale = min(field.width() / width, field.height() / height)
        place = QRectF(0, 0, width * scale, height * scale)
        place.moveCenter(field.center())
        image = QImage(self.pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
        painter.drawImage(place, image)
        painter.setPen(QPen(self.colours.quiet, 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place)  # also a picture of one pale colour has an edge


def by_value(values: np.ndarray, reach: float, colours: Colours) -> np.ndarray:
    """Pixels of values: one hue for negative ones, another for positive ones, the ground at 0; full at ``reach``."""
    ramp = ramp_pixels((colours.kinetic, colours.background, colours.accent))
    place = np.clip((values / (reach or 1.0) + 1) * 127.5, 0, 255)
    return ramp[np.rint(place).astype(np.int64)]


def cluster_inks(start: np.ndarray, colour: np.ndarray, n: int, colours: Colours) -> np.ndarray:
    """The colour (k,) of clusters that begin at the ranks ``start``; ``colour`` (k,) is the palette index of each.
    Weights that share with nobody are pale."""
    strong = np.array([ink.rgb() for ink in colours.clusters], np.uint32)
    pale = np.array([colours.faded(ink, PALE).rgb() for ink in colours.clusters], np.uint32)
    alone = np.diff(start, append=n) == 1
    return np.where(alone, pale[colour], strong[colour])


def of_cluster(mosaic: Mosaic, start: np.ndarray, what: np.ndarray) -> np.ndarray:
    """For each pixel, of ``what`` (k,) that of the cluster of the weight under it."""
    return what[_labels(mosaic, start)]


def _labels(mosaic: Mosaic, start: np.ndarray) -> np.ndarray:
    return np.searchsorted(start, mosaic.rank, side="right") - 1
