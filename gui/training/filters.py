"""The filters of a first layer as small images: what each unit looks at."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from gui.draw.palette import Colours, mixed, ramp_pixels
from gui.draw.safely import painted
from gui.draw.tool_tip import plain
from training.image_shapes import SHAPES

MOST, FEWEST = 256, 36  # filters that are kept, evenly from all, and that are shown where there is little room


def filters_of(config: dict, weights: dict[str, np.ndarray]) -> tuple[str, np.ndarray]:
    """The first layer's name and its filters (n, channels, height, width), at most MOST; ("", empty) for none.

    The shape of an image comes from the configuration's data set; a convolution has its own.
    """
    shape = SHAPES.get(str(config.get("data")), ())
    for name, tensor in weights.items():
        if tensor.ndim == 4 and tensor.shape[1] in (1, 3):
            images = tensor
        elif tensor.ndim == 2 and len(shape) == 3 and tensor.shape[1] == math.prod(shape):
            images = tensor.reshape(len(tensor), *shape)
        else:
            continue
        if images.size:
            chosen = np.unique(np.linspace(0, len(images) - 1, min(MOST, len(images))).astype(int))
            return name, np.nan_to_num(images[chosen].astype(np.float64), posinf=0.0, neginf=0.0)
    return "", np.empty((0, 1, 1, 1))


class FiltersView(QWidget):
    """A grid of images, each on its own scale: zero is the background, the two signs have two colours."""

    title = "Filters"
    why = "The weights from the image to each unit of the first layer. Zero is the background."

    def __init__(self, colours: Colours):
        super().__init__()
        self._images = np.empty((0, 1, 1, 1))
        self._note, self._picture = "", None
        self.setMinimumSize(120, 90)
        self.setAccessibleName(self.title)
        self.set_theme(colours)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(240, self.minimumHeight())  # more where there is room

    def set_theme(self, colours: Colours) -> None:
        """Repaint in these colours."""
        self._colours = colours
        self._picture = None
        self.update()

    def show_filters(self, name: str, images: np.ndarray, note: str) -> None:
        """Show these filters (n, channels, height, width); ``note`` stands where there are none."""
        self._images, self._note, self._picture = images, note, None
        self.setAccessibleDescription(f"{len(images)} filters of {name}" if len(images) else note)
        self.setToolTip(plain(f"{self.why} {name}: {len(images)} of its filters are shown." if name else note))
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
        ratio = self.devicePixelRatioF()
        scale, columns, rows = fitting(self._images.shape, int(self.width() * ratio), int(self.height() * ratio))
        if self._picture is None or self._picture[0] != (columns, rows):
            self._picture = ((columns, rows), self._sheet(columns, rows))
        sheet = self._picture[1]
        painter.drawImage(QRectF(0, 0, sheet.width() * scale / ratio, sheet.height() * scale / ratio), sheet)

    def _sheet(self, columns: int, rows: int) -> QImage:
        count, _, height, width = self._images.shape
        chosen = np.unique(np.linspace(0, count - 1, min(count, columns * rows)).astype(int))
        sheet = np.full(
            (rows * (height + 1) + 1, columns * (width + 1) + 1),
            mixed(self._colours.background, self._colours.quiet, 0.3).rgb(),
            np.uint32,
        )
        for place, image in enumerate(self._images[chosen]):
            top, left = place // columns * (height + 1) + 1, place % columns * (width + 1) + 1
            sheet[top : top + height, left : left + width] = _pixels(image, self._colours)
        high, wide = sheet.shape
        return QImage(sheet.data, wide, high, 4 * wide, QImage.Format.Format_RGB32).copy()


def fitting(shape: tuple[int, ...], width: int, height: int) -> tuple[int, int, int]:
    """Pixels for a weight, columns and rows, with which at least FEWEST of the images (n, channels, height, width) fit
    into ``width`` x ``height`` pixels; the scale is a whole number, so that all weights are squares of one size."""
    count, _, high, wide = shape
    for scale in range(32, 0, -1):
        columns, rows = (width // scale - 1) // (wide + 1), (height // scale - 1) // (high + 1)
        if columns * rows >= min(count, FEWEST):
            break
    columns = min(max(columns, 1), count)
    return scale, columns, min(max(rows, 1), -(-count // columns))


def _pixels(image: np.ndarray, colours: Colours) -> np.ndarray:
    """An image (channels, height, width) as 0xAARRGGBB: of three channels as colours, of one as signs."""
    image = image / (float(np.abs(image).max()) or 1.0)
    if len(image) == 3:
        red, green, blue = (np.rint(127.5 + 127.5 * channel).astype(np.uint32) for channel in image)
        return np.uint32(0xFF000000) | red << np.uint32(16) | green << np.uint32(8) | blue
    place = np.rint(127.5 + 127.5 * image.mean(axis=0)).astype(int)
    return ramp_pixels((colours.kinetic, colours.background, colours.accent))[place]
