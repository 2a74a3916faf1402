"""Widgets that show what they draw on any paper."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from .palette import Colours
from .safely import painted


class Drawn(QWidget):
    """Takes the room that there is, and shows what ``render_to`` draws there in its ``colours``."""

    def __init__(self, colours: Colours, parent: QWidget | None = None):
        super().__init__(parent)
        self.colours = colours
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_theme(self, colours: Colours) -> None:
        self.colours = colours
        self.update()

    def render_to(self, painter: QPainter, rect: QRectF) -> None:
        """Draw into ``rect``."""
        raise NotImplementedError

    @painted
    def paintEvent(self, event) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.render_to(painter, QRectF(self.rect()))
        painter.end()
