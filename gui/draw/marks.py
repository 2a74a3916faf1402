"""Small marks: arrows, the centre of mass, the flash of an impact, and cards of text."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from .palette import Colours, with_alpha

HEAD = 8.0  # length of an arrow's head in pixels
SHORTEST = 4.0  # arrows shorter than this are left out
WEDGE = 10.0  # height of the centre of mass
SHAFT = 0.4  # of the length of a short arrow is not its head


def draw_arrow(painter: QPainter, start: QPointF, tip_x: float, ink: QColor, width: float = 2.0) -> None:
    """A horizontal arrow; the head of a short one is small, so that it stays an arrow."""
    length = abs(tip_x - start.x())
    if length < SHORTEST:
        return
    way = 1.0 if tip_x > start.x() else -1.0
    head = min(HEAD + width, (1.0 - SHAFT) * length)
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


def draw_centre(painter: QPainter, place: QPointF, colours: Colours, text: str, aside: QPointF) -> None:
    """The centre of mass: a wedge that carries the line from below, like the pivot of a balance; ``text`` begins
    ``aside`` from its tip."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colours.ink)
    painter.drawPolygon(QPolygonF([place, place + QPointF(-6, WEDGE), place + QPointF(6, WEDGE)]))
    if text:
        painter.setPen(colours.quiet)
        painter.drawText(place + aside + QPointF(0, 3 + 0.8 * QFontMetricsF(painter.font()).ascent()), text)


def draw_flash(painter: QPainter, centre: QPointF, radius: float, fade: tuple[float, float], colour: QColor) -> None:
    """A ring that grows and fades; ``fade``: its age and its strength, both in 0 .. 1."""
    age, strength = fade
    painter.setBrush(with_alpha(colour, 0.35 * strength * (1.0 - age) ** 2))
    painter.setPen(QPen(with_alpha(colour, strength * (1.0 - age) ** 1.5), 1.0 + 3.0 * (1.0 - age)))
    grown = radius + 3.0 + 24.0 * (1.0 - (1.0 - age) ** 2)
    painter.drawEllipse(centre, grown, grown)


def draw_card(painter: QPainter, anchor: QPointF, clear: float, lines: list[str], look) -> None:
    """A small panel of text beside ``anchor``, inside the room; the first line is the heading.

    The disc of radius ``clear`` around the anchor stays free where there is any room beside it.  ``look``: colours,
    room.
    """
    (colours, room), metrics = look, QFontMetricsF(painter.font())
    width = max(metrics.horizontalAdvance(line) for line in lines) + 20
    box = card_place(QRectF(0, 0, width, metrics.height() * len(lines) + 14), anchor, clear, room)
    painter.setPen(QPen(colours.grid, 1.0))
    painter.setBrush(with_alpha(colours.panel, 0.96))
    painter.drawRoundedRect(box, 6, 6)
    for row, line in enumerate(lines):
        painter.setPen(colours.quiet if row else colours.ink)
        painter.drawText(QPointF(box.left() + 10, box.top() + 7 + metrics.ascent() + row * metrics.height()), line)


def card_place(box: QRectF, anchor: QPointF, clear: float, room: QRectF) -> QRectF:
    """Where a card of that size covers the least of the disc around ``anchor``, and then of the line that it is on.

    Where that is all the same, it is at the lower right.
    """
    line = QRectF(room.left(), anchor.y() - 8, room.width(), 16)
    disc = QRectF(anchor.x() - clear, anchor.y() - clear, 2 * clear, 2 * clear).adjusted(-6, -6, 6, 6)
    across = (anchor.x() + 14 + 0.5 * clear, anchor.x() - 14 - 0.5 * clear - box.width(), disc.right() + 2,
              disc.left() - box.width() - 2, anchor.x() - box.width() / 2)  # fmt: skip
    down = (anchor.y() + 0.6 * clear + 10, disc.bottom() + 2, disc.top() - box.height() - 2,
            anchor.y() - box.height() / 2)  # fmt: skip
    best, least = QRectF(box), None
    for top in down:
        for left in across:
            place = QRectF(box)
            place.moveLeft(min(max(left, room.left() + 4), max(room.right() - box.width() - 4, room.left())))
            place.moveTop(min(max(top, room.top() + 2), max(room.bottom() - box.height() - 2, room.top())))
            on_disc, on_line = place.intersected(disc), place.intersected(line)
            covered = 10 * on_disc.width() * on_disc.height() + on_line.width() * on_line.height()
            if least is None or covered < least - 1.0:
                best, least = place, covered
    return best


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
