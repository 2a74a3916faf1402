"""Icons drawn by code, in the colour of the theme, sharp at any scale: no image files."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QLinearGradient, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

GRID = 24  # icons are drawn on a field of 24 x 24
SCALES = (1, 2, 3, 4, 8)


def icon(name: str, colour: QColor | str, disabled: QColor | str | None = None) -> QIcon:
    """The icon of that name, at three scales; KeyError for an unknown one."""
    found = QIcon()
    for tone, mode in ((colour, QIcon.Mode.Normal), (disabled or colour, QIcon.Mode.Disabled)):
        for scale in SCALES:
            found.addPixmap(_pixmap(_DRAWN[name], QColor(tone), scale), mode)
    return found


def app_icon() -> QIcon:
    """World lines that merge as they rise, on a dark tile."""
    found = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        with QPainter(pixmap) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.scale(size / 64, size / 64)
            _draw_app_icon(painter)
        found.addPixmap(pixmap)
    return found


def _draw_app_icon(painter: QPainter) -> None:
    ground = QLinearGradient(0, 0, 0, 64)
    ground.setColorAt(0, QColor("#1d2735"))
    ground.setColorAt(1, QColor("#0d1117"))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(1, 1, 62, 62), 14, 14)
    lines = (
        ("#3f97d9", ((10, 56), (20, 38), (33, 22))),
        ("#f5c555", ((24, 56), (20, 38))),
        ("#1fae86", ((40, 56), (45, 40), (33, 22))),
        ("#e2702c", ((54, 56), (45, 40))),
        ("#ff7d9c", ((33, 22), (33, 12))),
    )
    for width, (colour, points) in zip((4.5, 3, 4.5, 3, 7), lines, strict=True):
        painter.setPen(QPen(QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPolyline(QPolygonF([QPointF(*point) for point in points]))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#ff7d9c"))
    painter.drawEllipse(QPointF(33, 12), 6.5, 6.5)


def _pixmap(draw, colour: QColor, scale: int) -> QPixmap:
    pixmap = QPixmap(GRID * scale, GRID * scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.scale(scale, scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(colour)
        draw(painter)
    return pixmap


def _triangle(painter: QPainter, left: float, right: float) -> None:
    """A triangle that points from ``left`` to ``right``."""
    painter.drawPolygon(QPolygonF([QPointF(left, 6), QPointF(left, 18), QPointF(right, 12)]))


def _bar(painter: QPainter, x: float, width: float = 2.4) -> None:
    painter.fillRect(QRectF(x - width / 2, 5.5, width, 13), painter.brush())


def _play(painter):
    _triangle(painter, 8, 18)


def _pause(painter):
    _bar(painter, 8.8, 3.6)
    _bar(painter, 15.2, 3.6)


def _reverse(painter):
    _triangle(painter, 16, 6)


def _start(painter):
    _bar(painter, 5.5)
    _triangle(painter, 18, 9)


def _end(painter):
    _triangle(painter, 6, 15)
    _bar(painter, 18.5)


def _step_back(painter):
    _triangle(painter, 12, 6)
    _bar(painter, 16.5)


def _step_forward(painter):
    _bar(painter, 7.5)
    _triangle(painter, 12, 18)


def _merge(painter, mirrored: bool):
    """Two lines that become one, and where they do a dot."""
    if mirrored:
        painter.translate(GRID, 0)
        painter.scale(-1, 1)
    pen = painter.pen()
    painter.drawPolyline(QPolygonF([QPointF(4, 6), QPointF(13, 12), QPointF(20, 12)]))
    painter.drawPolyline(QPolygonF([QPointF(4, 18), QPointF(13, 12)]))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(QPointF(13, 12), 3.2, 3.2)
    painter.setPen(pen)


def _next_event(painter):
    _merge(painter, False)


def _previous_event(painter):
    _merge(painter, True)


def _arrow_head(painter, tip: QPointF, direction: int):
    painter.drawPolygon(QPolygonF([tip, tip + QPointF(-5 * direction, -3.5), tip + QPointF(-5 * direction, 3.5)]))


def _once(painter):
    painter.drawLine(QPointF(4, 12), QPointF(15, 12))
    _arrow_head(painter, QPointF(18, 12), 1)
    _bar(painter, 20, 2)


def _loop(painter):
    brush = painter.brush()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    path = QPainterPath(QPointF(8, 7))
    path.arcTo(QRectF(11, 7, 10, 10), 90, -180)
    path.lineTo(8, 17)
    path.arcTo(QRectF(3, 7, 10, 10), 270, -180)
    path.moveTo(8, 7)
    path.lineTo(16, 7)
    painter.drawPath(path)
    painter.setBrush(brush)
    _arrow_head(painter, QPointF(14.5, 7), 1)


def _bounce(painter):
    painter.drawLine(QPointF(7, 12), QPointF(17, 12))
    _arrow_head(painter, QPointF(20, 12), 1)
    _arrow_head(painter, QPointF(4, 12), -1)


def _slow(painter):
    """A clock hand over a wave that widens: time runs slowly around an event."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QPointF(12, 13), 7.5, 7.5)
    painter.drawLine(QPointF(12, 13), QPointF(12, 8.5))
    painter.drawLine(QPointF(12, 13), QPointF(15.5, 15))
    painter.drawLine(QPointF(10, 3), QPointF(14, 3))


_DRAWN = {
    "play": _play,
    "pause": _pause,
    "reverse": _reverse,
    "start": _start,
    "end": _end,
    "step-back": _step_back,
    "step-forward": _step_forward,
    "previous-event": _previous_event,
    "next-event": _next_event,
    "once": _once,
    "loop": _loop,
    "bounce": _bounce,
    "slow": _slow,
}
