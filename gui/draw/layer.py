"""A picture that is kept from one frame to the next."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPixmap


def layer(rect: QRectF, ratio: float, font: QFont, paint: Callable[[QPainter], None]) -> QPixmap:
    """What ``paint(painter)`` draws into ``rect`` on nothing, with ``ratio`` pixels a unit."""
    pixmap = QPixmap(max(round(rect.width() * ratio), 1), max(round(rect.height() * ratio), 1))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:  # also when painting fails: pixels that are painted on must not go
        painter.setFont(font)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-rect.topLeft())
        paint(painter)
    return pixmap
