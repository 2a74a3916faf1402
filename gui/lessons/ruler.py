"""A ruler on which a prediction is set: a place on the line, an arrow from zero, or a share."""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QSlider

from ..draw.palette import Colours
from ..draw.safely import painted
from .lesson import Question
from .rich_text import typeset

MARGIN = 26
LINE = 40  # the height of the line
HEIGHT = 84
SIZE = 8.0


class Ruler(QSlider):
    """The prediction for a question; keys and mouse move it in its steps.

    ``truth`` is None until the answer is shown: then it is drawn as a diamond below the line, the prediction above.
    ``ghosts`` are the places of the particles now, drawn hollow.
    """

    def __init__(self, question: Question, colours: Colours, ghosts: Iterable[float] = (), parent=None):
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.question, self.colours = question, colours
        self.truth: float | None = None
        self._ghosts = [place for place in ghosts if question.low <= place <= question.high]
        steps = round((question.high - question.low) / question.step)
        self.setRange(0, steps)
        self.setPageStep(max(1, steps // 10))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(question.ask)
        self.valueChanged.connect(self._say)
        self.setValue(steps // 4 if not question.accepts(question.low + steps // 4 * question.step) else steps * 3 // 4)
        self._say()

    @property
    def prediction(self) -> float:
        """Where it stands, in the units of the question."""
        return self.question.low + self.value() * self.question.step

    def show_truth(self, truth: float | None) -> None:
        """Draw the answer as well; None: not any more."""
        self.truth = truth
        self.update()

    def set_theme(self, colours: Colours) -> None:
        self.colours = colours
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(280, HEIGHT)

    def mousePressEvent(self, event) -> None:  # noqa: N802
        self._to(event.position().x())

    def mouseMoveEvent(self, event) -> None:  # noqa: N802
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._to(event.position().x())

    def mouseReleaseEvent(self, event) -> None:  # noqa: N802
        event.accept()

    def _to(self, x: float) -> None:
        share = (x - MARGIN) / max(self.width() - 2 * MARGIN, 1)
        self.setValue(round(min(max(share, 0.0), 1.0) * self.maximum()))

    def _say(self) -> None:
        self.setAccessibleDescription(f"Your prediction: {shown(self.prediction)} {self.question.unit}".strip())
        self.update()

    def _x(self, value: float) -> float:
        question = self.question
        return MARGIN + (value - question.low) / (question.high - question.low) * (self.width() - 2 * MARGIN)

    @painted
    def paintEvent(self, _event) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_line(painter)
        self._draw_prediction(painter)
        if self.truth is not None:
            self._draw_truth(painter)
        if self.hasFocus():
            painter.setPen(QPen(self.colours.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        painter.end()

    def _draw_line(self, painter: QPainter) -> None:
        c = self.colours
        painter.setPen(QPen(c.quiet, 1.5))
        painter.drawLine(QPointF(MARGIN - 8, LINE), QPointF(self.width() - MARGIN + 8, LINE))
        small = self.font()
        small.setPointSizeF(small.pointSizeF() * 0.88)
        painter.setFont(small)
        for value in ticks(self.question.low, self.question.high):
            x = self._x(value)
            painter.setPen(QPen(c.quiet, 1))
            painter.drawLine(QPointF(x, LINE - 4), QPointF(x, LINE + 4))
            painter.setPen(c.ink)
            painter.drawText(QRectF(x - 30, HEIGHT - 22, 60, 16), Qt.AlignmentFlag.AlignCenter, shown(value))
        painter.setBrush(c.background)
        painter.setPen(QPen(c.quiet, 1.2))
        for place in self._ghosts:
            painter.drawEllipse(QPointF(self._x(place), LINE), 4.5, 4.5)

    def _draw_prediction(self, painter: QPainter) -> None:
        c, x = self.colours, self._x(self.prediction)
        y = LINE if self.question.hand != "velocity" else LINE - 12
        painter.setPen(QPen(c.accent, 3))
        painter.setBrush(c.accent)
        if self.question.hand == "velocity":
            _draw_arrow(painter, self._x(0.0), x, y)
        else:
            painter.drawEllipse(QPointF(x, y), SIZE - 1.5, SIZE - 1.5)
        painter.setPen(c.ink)
        label = shown(self.prediction) + (f" {self.question.unit}" if self.question.unit else "")
        left = min(max(x - 50, 2), self.width() - 102)
        painter.drawText(QRectF(left, 2, 100, 18), Qt.AlignmentFlag.AlignCenter, label)

    def _draw_truth(self, painter: QPainter) -> None:
        c, x = self.colours, self._x(self.truth)
        painter.setPen(QPen(c.background, 1.5))
        painter.setBrush(c.ink)
        corners = ((0, -SIZE), (SIZE, 0), (0, SIZE), (-SIZE, 0))
        painter.drawPolygon(QPolygonF([QPointF(x + dx, LINE + 12 + dy) for dx, dy in corners]))


def _draw_arrow(painter: QPainter, start: float, end: float, y: float) -> None:
    if abs(end - start) < 1.0:
        painter.drawEllipse(QPointF(start, y), 4, 4)
        return
    side = math.copysign(1.0, end - start)
    painter.drawLine(QPointF(start, y), QPointF(end - 6 * side, y))
    painter.drawPolygon(QPolygonF([QPointF(end, y), QPointF(end - 9 * side, y - 5), QPointF(end - 9 * side, y + 5)]))


def ticks(low: float, high: float) -> list[float]:
    """Three to seven round numbers from ``low`` to ``high``."""
    rough = (high - low) / 6
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * m for m in (1, 2, 2.5, 5, 10) if unit * m >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [(first + k) * step for k in range(math.floor(high / step + 1e-9) - first + 1)]


def shown(value: float) -> str:
    """A number as a ruler writes it."""
    return typeset(f"{round(value, 6) + 0.0:g}")
