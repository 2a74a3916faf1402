"""The small arrows of number fields and menus: a style sheet wants them as files, so they are drawn into some."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

SIZE = 12  # pixels


@cache
def _folder() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="stickyweights-")  # goes when the program ends


@cache
def arrow_files(colour: str) -> dict[str, str]:
    """Paths of the pictures "up", "down", "tick", "close" and "float" in a colour, as a style sheet takes them."""
    shapes = {
        "up": [(3, 7.5), (6, 4.5), (9, 7.5)],
        "down": [(3, 4.5), (6, 7.5), (9, 4.5)],
        "tick": [(2.5, 6.5), (5, 9), (9.5, 3.5)],
        "close": [(3, 3), (9, 9), (6, 6), (9, 3), (3, 9)],
        "float": [(3, 5), (3, 9.5), (7.5, 9.5), (7.5, 5), (3, 5), (5, 5), (5, 2.5), (9.5, 2.5), (9.5, 7), (7.5, 7)],
    }
    return {name: _drawn(name, points, QColor(colour)) for name, points in shapes.items()}


def _drawn(name: str, points: list[tuple[float, float]], colour: QColor) -> str:
    stem = f"{name}-{colour.name()[1:]}"
    for scale, suffix in ((1, ""), (2, "@2x")):
        pixmap = QPixmap(SIZE * scale, SIZE * scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        with QPainter(pixmap) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.scale(scale, scale)
            painter.setPen(QPen(colour, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
            painter.drawPolyline(QPolygonF([QPointF(*point) for point in points]))
        pixmap.save(str(Path(_folder().name) / f"{stem}{suffix}.png"))
    return (Path(_folder().name) / f"{stem}.png").as_posix()
