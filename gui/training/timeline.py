"""The moments of a run on a line: one mark for each snapshot, the one that is shown, the pinned one, the live edge."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy

from gui.draw.palette import Colours
from gui.draw.safely import painted

_MARGIN, _RADIUS = 12, 7


class Timeline(QAbstractSlider):
    """Its value is the index of the moment shown.  Drag, click, arrow keys, Home and End move it."""

    def __init__(self, colours: Colours):
        super().__init__()
        self._steps: tuple[int, ...] = ()
        self._pinned: int | None = None
        self._growing = False
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Moments of the run")
        self.setToolTip("Drag to look at an earlier moment. The run trains on.")
        self.set_theme(colours)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(300, 34)

    def set_theme(self, colours: Colours) -> None:
        """Repaint in these colours."""
        self._colours = colours
        self.update()

    def show_moments(self, steps: tuple[int, ...], shown: int, pinned: int | None, growing: bool) -> None:
        """The steps of all moments, the index of the one shown, the step of the pinned one; nothing is emitted."""
        self._steps, self._pinned, self._growing = steps, pinned, growing
        blocked = self.blockSignals(True)
        self.setRange(0, max(len(steps) - 1, 0))
        self.setPageStep(max(len(steps) // 10, 1))
        self.setValue(max(shown, 0))
        self.blockSignals(blocked)
        self.setAccessibleDescription(f"step {steps[shown]}" if steps else "no snapshot yet")
        self.update()

    def mousePressEvent(self, event) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._go(event.position().x())

    def mouseMoveEvent(self, event) -> None:  # noqa: N802
        if self.isSliderDown():
            self._go(event.position().x())

    def mouseReleaseEvent(self, event) -> None:  # noqa: N802
        self.setSliderDown(False)

    def _go(self, x: float) -> None:
        if self._steps:
            places = [abs(self._place(step) - x) for step in self._steps]
            self.setValue(places.index(min(places)))

    def _place(self, step: float) -> float:
        first, last = self._steps[0], self._steps[-1]
        share = (step - first) / (last - first) if last > first else 1.0
        return _MARGIN + share * (self.width() - 2 * _MARGIN)

    @painted
    def paintEvent(self, event) -> None:  # noqa: N802
        colours, middle = self._colours, self.height() / 2
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours.quiet, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(_MARGIN, middle), QPointF(self.width() - _MARGIN, middle))
        if not self._steps:
            return
        x = self._place(self._steps[min(self.value(), len(self._steps) - 1)])
        painter.setPen(QPen(colours.accent, 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(_MARGIN, middle), QPointF(x, middle))
        if len(self._steps) * 4 < self.width():
            painter.setPen(QPen(colours.quiet, 1))
            for step in self._steps:
                painter.drawLine(QPointF(self._place(step), middle + 5), QPointF(self._place(step), middle + 10))
        if self._pinned is not None and self._steps[0] <= self._pinned <= self._steps[-1]:
            at = self._place(self._pinned)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.ink)
            painter.drawPolygon(
                QPolygonF([QPointF(at - 5, middle - 14), QPointF(at + 5, middle - 14), QPointF(at, middle - 6)])
            )
        if self._growing:
            painter.setPen(QPen(colours.good, 2))
            at = self._place(self._steps[-1])
            painter.drawLine(QPointF(at, middle - 9), QPointF(at, middle + 9))
        painter.setPen(QPen(colours.ink if self.hasFocus() else colours.background, 2))
        painter.setBrush(colours.accent)
        painter.drawEllipse(QRectF(x - _RADIUS, middle - _RADIUS, 2 * _RADIUS, 2 * _RADIUS))
