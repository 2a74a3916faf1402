"""How much larger everything is drawn for a class in front of a projector."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont

SEEN_AS = (800, 500)  # a window of any size shows as much as one of this size would
LEAST, MOST = 1.0, 4.0


def magnification(widget, options) -> float:
    """1, or in class mode what makes type and marks as large in the widget's window as in one of ``SEEN_AS``."""
    if not options.class_mode:
        return 1.0
    window = widget.window()
    return min(max(min(window.width() / SEEN_AS[0], window.height() / SEEN_AS[1]), LEAST), MOST)


def magnified(font: QFont, factor: float) -> QFont:
    """The font, so many times as large."""
    copy = QFont(font)
    if font.pixelSize() > 0:
        copy.setPixelSize(round(font.pixelSize() * factor))
    else:
        copy.setPointSizeF(font.pointSizeF() * factor)
    return copy


class Magnified:
    """A painted widget of a ``session`` that knows no magnification: it draws on ``paper()``, scaled by ``larger``."""

    @property
    def larger(self) -> float:
        return magnification(self, self.session.options)

    def paper(self) -> QRectF:
        """What is drawn on, in the units of the drawing."""
        return QRectF(0, 0, self.width() / self.larger, self.height() / self.larger)

    def point(self, event) -> QPointF:
        """Where the mouse is on the paper."""
        return event.position() / self.larger
