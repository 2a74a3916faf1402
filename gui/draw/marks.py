"""Small marks: arrows, the centre of mass, the flash of an impact, and cards of text."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from .palette import Colours, with_alpha

HEAD = 8.0  # length of an arrow's head in pixels
SHORTEST = 4.0  # arrows shorter than this are left out


def draw_arrow(painter: QPainter, start: QPointF, tip_x: float, ink: QColor, width: float = 2.0) -> None:
    """A horizontal arrow; a short one is mostly head."""
    length = abs(tip_x - start.x())
    if length < SHORTEST:
        return
    way = 1.0 if tip_x > start.x() else -1.0
    head = min(HEAD + width, length)
    neck = tip_x - way * 0.8 * head
    half = 0.5 * head
    painter.setPen(QPen(ink, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    painter.drawLine(start, QPointF(neck, start.y()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    y = start.y()
    painter.drawPolygon(
        QPolygonF([QPointF(tip_x, y), QPointF(tip_x - way * head, y - half), QPointF(neck, y),
                   QPointF(tip_x - way * head, y + half)])
    )  # fmt: skip


def draw_centre(painter: QPainter, place: QPointF, colours: Colours, text: str, drop: float) -> None:
    """The centre of mass: a wedge that carries the line from below, like the pivot of a balance; ``text`` stands
    beside it, ``drop`` lower."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colours.ink)
    painter.drawPolygon(QPolygonF([place, place + QPointF(-6, 10), place + QPointF(6, 10)]))
    if text:
        painter.setPen(colours.quiet)
        metrics = QFontMetricsF(painter.font())
        painter.drawText(QPointF(place.x() + 10, place.y() + drop + 3 + 0.8 * metrics.ascent()), text)


def draw_flash(painter: QPainter, centre: QPointF, radius: float, fade: tuple[float, float], colour: QColor) -> None:
    """A ring that grows and fades; ``fade``: its age and its strength, both in 0 .. 1."""
    age, strength = fade
    painter.setBrush(with_alpha(colour, 0.35 * strength * (1.0 - age) ** 2))
    painter.setPen(QPen(with_alpha(colour, strength * (1.0 - age) ** 1.5), 1.0 + 3.0 * (1.0 - age)))
    grown = radius + 3.0 + 24.0 * (1.0 - (1.0 - age) ** 2)
    painter.drawEllipse(centre, grown, grown)


def draw_card(painter: QPainter, anchor: QPointF, clear: float, lines: list[str], look) -> None:
    """A small panel of text beside and under ``anchor``, inside the room.

    The first line is the heading; about ``clear`` pixels around the anchor stay free; ``look``: colours, room.
    """
    (colours, room), metrics = look, QFontMetricsF(painter.font())
    width = max(metrics.horizontalAdvance(line) for line in lines) + 20
    height = metrics.height() * len(lines) + 14
    beside = anchor.x() + 14 + 0.5 * clear
    if beside + width > room.right() - 4:
        beside = anchor.x() - 14 - 0.5 * clear - width
    left = min(max(beside, room.left() + 4), room.right() - width - 4)
    top = max(min(anchor.y() + 0.6 * clear + 10, room.bottom() - height - 2), room.top() + 2)
    box = QRectF(left, top, width, height)
    painter.setPen(QPen(colours.grid, 1.0))
    painter.setBrush(with_alpha(colours.panel, 0.96))
    painter.drawRoundedRect(box, 6, 6)
    for row, line in enumerate(lines):
        painter.setPen(colours.quiet if row else colours.ink)
        painter.drawText(QPointF(box.left() + 10, box.top() + 7 + metrics.ascent() + row * metrics.height()), line)


def draw_hint(painter: QPainter, room: QRectF, text: str, colours: Colours) -> None:
    """A sentence to the user, in a pill at the top of ``room``."""
    metrics = QFontMetricsF(painter.font())
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(room.width() - 48, 0))
    width = metrics.horizontalAdvance(text) + 28
    box = QRectF(room.center().x() - width / 2, room.top() + 6, width, metrics.height() + 10)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colours.ink)
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
    painter.setPen(colours.background)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
