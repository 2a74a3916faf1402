"""Where one is in a lesson: a dot a scene, filled with a tick where it is done, ringed where one is."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ..draw.palette import Colours
from ..draw.safely import painted

STEP, RADIUS = 22, 6.0


class Dots(QWidget):
    """The dots of one lesson; they only show."""

    def __init__(self, colours: Colours, parent=None):
        super().__init__(parent)
        self.colours = colours
        self._done: list[bool] = []
        self._at = -1
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_states(self, done: list[bool], at: int) -> None:
        """Which scenes are done, and which one is shown."""
        self._done, self._at = list(done), at
        self.setAccessibleName(f"Scene {at + 1} of {len(done)}, {sum(done)} done")
        self.setToolTip(self.accessibleName())
        self.updateGeometry()
        self.update()

    def set_theme(self, colours: Colours) -> None:
        self.colours = colours
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(STEP * max(len(self._done), 1), 24)

    @painted
    def paintEvent(self, _event) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, done in enumerate(self._done):
            draw_dot(painter, QPointF(STEP * (index + 0.5), 12), self.colours, done, index == self._at)
        painter.end()


def draw_dot(painter: QPainter, centre: QPointF, colours: Colours, done: bool, here: bool) -> None:
    """A dot: hollow, or filled with a tick where done; a ring around it where one is."""
    painter.setPen(QPen(colours.good if done else colours.quiet, 1.4))
    painter.setBrush(colours.good if done else colours.background)
    painter.drawEllipse(centre, RADIUS, RADIUS)
    if done:
        painter.setPen(QPen(colours.background, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        tick = QPolygonF([centre + QPointF(-2.6, 0.2), centre + QPointF(-0.7, 2.2), centre + QPointF(2.8, -2.0)])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(tick)
    if here:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colours.accent, 1.8))
        painter.drawEllipse(centre, RADIUS + 3, RADIUS + 3)
