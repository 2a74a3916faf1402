"""The filters of a first layer as small images: what each unit looks at."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

from gui.draw.palette import Colours, ramp_pixels
from gui.draw.safely import painted
from training.image_shapes import SHAPES

MOST = 100  # filters shown, evenly from all


def filters_of(config: dict, weights: dict[str, np.ndarray]) -> tuple[str, np.ndarray]:
    """The first layer's name and its filters (n, channels, height, width), at most MOST; ("", empty) for none.

    The shape of an image comes from the configuration's data set; a convolution has its own.
    """
    shape = SHAPES.get(config.get("data"), ())
    for name, tensor in weights.items():
        if tensor.ndim == 4 and tensor.shape[1] in (1, 3):
            images = tensor
        elif tensor.ndim == 2 and len(shape) == 3 and tensor.shape[1] == math.prod(shape):
            images = tensor.reshape(len(tensor), *shape)
        else:
            continue
        if images.size:
            chosen = np.unique(np.linspace(0, len(images) - 1, min(MOST, len(images))).astype(int))
            return name, np.nan_to_num(images[chosen].astype(np.float32), posinf=0.0, neginf=0.0)
    return "", np.empty((0, 1, 1, 1), np.float32)


class FiltersView(QWidget):
    """A grid of images, each on its own scale: zero is the background, the two signs have two colours."""

    title = "Filters"
    why = "The weights from the image to each unit of the first layer. Zero is the background."

    def __init__(self, colours: Colours):
        super().__init__()
        self._images = np.empty((0, 1, 1, 1), np.float32)
        self._note, self._picture = "", None
        self.setMinimumSize(120, 90)
        self.setAccessibleName(self.title)
        self.set_theme(colours)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(240, 240)

    def set_theme(self, colours: Colours) -> None:
        """Repaint in these colours."""
        self._colours = colours
        self._picture = None
        self.update()

    def show_filters(self, name: str, images: np.ndarray, note: str) -> None:
        """Show these filters (n, channels, height, width); ``note`` stands where there are none."""
        self._images, self._note, self._picture = images, note, None
        self.setAccessibleDescription(f"{len(images)} filters of {name}" if len(images) else note)
        self.setToolTip(f"{self.why} {name}: {len(images)} of its filters are shown." if name else note)
        self.update()

    @painted
    def paintEvent(self, event) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._colours.background)
        if not len(self._images):
            painter.setPen(self._colours.quiet)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(10, 6, -10, -6), flags, self._note)
            return
        columns = best_columns(len(self._images), self._images.shape[-1] / self._images.shape[-2], self.size())
        if self._picture is None or self._picture[0] != columns:
            self._picture = (columns, self._sheet(columns))
        sheet = self._picture[1]
        ratio = self.devicePixelRatioF()
        scale = min(self.width() * ratio / sheet.width(), self.height() * ratio / sheet.height())
        scale = max(1, math.floor(scale)) if scale >= 1 else scale  # whole pixels: all squares are of one size
        painter.drawImage(QRectF(0, 0, sheet.width() * scale / ratio, sheet.height() * scale / ratio), sheet)

    def _sheet(self, columns: int) -> QImage:
        count, _, height, width = self._images.shape
        rows = -(-count // columns)
        sheet = np.full((rows * (height + 1), columns * (width + 1)), self._colours.background.rgb(), np.uint32)
        for place, image in enumerate(self._images):
            top, left = place // columns * (height + 1), place % columns * (width + 1)
            sheet[top : top + height, left : left + width] = _pixels(image, self._colours)
        rows, columns = sheet.shape
        return QImage(sheet.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32).copy()


def best_columns(count: int, aspect: float, size: QSize) -> int:
    """The number of columns with which ``count`` images of width / height ``aspect`` are largest in ``size``."""
    width, height = max(size.width(), 1), max(size.height(), 1)
    scales = [
        (min(width / (columns * aspect), height / -(-count // columns)), columns) for columns in range(1, count + 1)
    ]
    return max(scales, key=lambda pair: (pair[0], -pair[1]))[1]


def _pixels(image: np.ndarray, colours: Colours) -> np.ndarray:
    """An image (channels, height, width) as 0xAARRGGBB: of three channels as colours, of one as signs."""
    largest = float(np.abs(image).max()) or 1.0
    if len(image) == 3:
        red, green, blue = (np.rint(127.5 + 127.5 * channel / largest).astype(np.uint32) for channel in image)
        return np.uint32(0xFF000000) | red << np.uint32(16) | green << np.uint32(8) | blue
    place = np.rint(127.5 + 127.5 * image.mean(axis=0) / largest).astype(int)
    zero = QColor("#1b222c" if colours.dark else "#ffffff")
    below, above = colours.kinetic, colours.accent
    return ramp_pixels((below, zero, above))[place]
