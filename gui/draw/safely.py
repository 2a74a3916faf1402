"""A paint method that fails must not take the window along: log it once, draw a badge, go on."""

from __future__ import annotations

import functools
import logging
import traceback
from collections.abc import Callable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

log = logging.getLogger("gui")
_BADGE = "This view could not be drawn"


def painted(method: Callable) -> Callable:
    """Decorates ``paintEvent`` of a widget or ``paint`` of a graphics item.

    An exception inside is logged once a kind and object, and a badge is drawn instead; the window lives on.
    """

    @functools.wraps(method)
    def safe(self, *arguments, **options):
        try:
            return method(self, *arguments, **options)
        except Exception as error:
            _report(self, method.__name__, error)
            traceback.clear_frames(error.__traceback__)  # ends a QPainter that the method left active
            text = f"{_BADGE}: {error}"
        painter = arguments[0] if arguments and isinstance(arguments[0], QPainter) else None
        if painter is not None and painter.isActive():
            painter.resetTransform()
            _draw_badge(painter, text, painter.viewport().width())
        elif isinstance(self, QWidget) and method.__name__ == "paintEvent" and not self.paintingActive():
            painter = QPainter(self)
            _draw_badge(painter, text, self.width())
            painter.end()
        return None

    return safe


def _report(owner: object, name: str, error: Exception) -> None:
    seen = owner.__dict__.setdefault("_paint_errors_seen", set())
    kind = (name, type(error))
    if kind not in seen:
        seen.add(kind)
        log.error("%s.%s: %s", type(owner).__name__, name, error, exc_info=error)


def _draw_badge(painter: QPainter, text: str, width: int) -> None:
    metrics = painter.fontMetrics()
    width = max(min(width - 16, metrics.horizontalAdvance(text) + 24), 0)
    box = QRect(8, 8, width, metrics.height() + 12)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#b8321a"))
    painter.drawRoundedRect(box, 6, 6)
    painter.setPen(QColor("#ffffff"))
    painter.drawText(
        box.adjusted(12, 0, -12, 0),
        Qt.AlignmentFlag.AlignVCenter,
        metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width() - 24),
    )
