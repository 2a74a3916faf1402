"""The timeline: where time is, where the merges are, and which range is played."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QToolTip

from ..draw.magnification import Magnified
from ..draw.palette import Colours, with_alpha
from ..draw.safely import painted

STEPS = 100_000  # of the slider that screen readers see
MARGIN = 10  # pixels at both ends
TRACK = 5  # pixels, its height


def tick_heights(events: np.ndarray, axis, width: int) -> np.ndarray:
    """Height in (0, 1] of the event tick in each of ``width`` pixel columns, 0 where none: the more the higher.

    ``events`` are sorted times.  However many there are, one tick a pixel is drawn, in O(width log n).
    """
    if width <= 1 or not len(events):
        return np.zeros(max(width, 0))
    edges = axis.inverse((np.arange(1, width) - 0.5) / (width - 1))
    end = np.searchsorted(events, axis.horizon, side="right")
    count = np.diff(np.minimum(np.searchsorted(events, edges), end), prepend=0, append=end)
    return np.where(count > 0, 0.45 + 0.55 * np.log1p(count) / np.log1p(max(count.max(), 8)), 0.0)


class Timeline(Magnified, QAbstractSlider):
    """Drag to scrub (playing goes on afterwards); Shift and drag for a range; double click forgets the range."""

    def __init__(self, session, colours: Colours, parent=None):
        super().__init__(parent)
        self.session, self._colours = session, colours
        self._ticks: QPixmap | None = None
        self._held = False
        self._range_from: float | None = None
        self.setRange(0, STEPS)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("windowKeys", True)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Timeline")
        self.setAccessibleDescription("Time shown. Arrows step, comma and full stop go from merge to merge.")
        self.setToolTip("Drag to go to a time. Shift and drag to play only a part.")
        session.clock.changed.connect(self.follow_clock)
        session.clock.state_changed.connect(self.update)
        session.document.changed.connect(self.forget_ticks)
        session.options.changed.connect(self._option_changed)
        self.actionTriggered.connect(self._moved_by_reader)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(300, round(44 * self.larger))

    minimumSizeHint = sizeHint  # noqa: N815

    def set_theme(self, colours: Colours) -> None:
        self._colours = colours
        self.forget_ticks()

    def forget_ticks(self) -> None:
        """The events or their places changed: draw them anew."""
        self._ticks = None
        self.follow_clock()
        self.update()

    def follow_clock(self) -> None:
        """Show the clock's time."""
        self.blockSignals(True)
        self.setValue(round(self._share(self.session.clock.t) * STEPS))
        self.blockSignals(False)
        self.update()

    def time_at(self, x: float) -> float:
        """The time at a pixel column."""
        share = (x - MARGIN) / max(self.paper().width() - 2 * MARGIN, 1)
        return float(self.session.axis.inverse(min(max(share, 0.0), 1.0)))

    def x_at(self, t: float) -> float:
        """The pixel column of a time."""
        return MARGIN + self._share(t) * (self.paper().width() - 2 * MARGIN)

    def _share(self, t: float) -> float:
        share = float(self.session.axis.forward(t))
        return min(max(share, 0.0), 1.0) if share == share else 0.0

    def _option_changed(self, name: str, *_):
        if name == "time_axis":
            self.forget_ticks()
        elif name in ("future", "hidden"):
            self.update()
        elif name == "class_mode":
            self._ticks = None
            self.updateGeometry()

    def _moved_by_reader(self, _action: int) -> None:
        self.session.clock.t = float(self.session.axis.inverse(self.sliderPosition() / STEPS))

    # what the mouse does

    def mousePressEvent(self, event) -> None:  # noqa: N802
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        clock, t = self.session.clock, self.time_at(self.point(event).x())
        if not self._held:
            self._held = True
            clock.hold()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._range_from = t
        else:
            clock.t = t

    def mouseMoveEvent(self, event) -> None:  # noqa: N802
        t = self.time_at(self.point(event).x())
        if not event.buttons() & Qt.MouseButton.LeftButton:
            QToolTip.showText(
                event.globalPosition().toPoint(), f"{self.session.document.system.time_word} {t:.4g}", self
            )
        elif self._range_from is not None:
            first, last = sorted((self._range_from, t))
            self.session.clock.range = (first, last) if last > first else None
            self.update()
        else:
            self.session.clock.t = t

    def mouseReleaseEvent(self, event) -> None:  # noqa: N802
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._range_from = None
        if self._held:
            self._held = False
            self.session.clock.release()

    def mouseDoubleClickEvent(self, _event) -> None:  # noqa: N802
        self.session.clock.range = None
        self.update()

    def keyPressEvent(self, event) -> None:  # noqa: N802
        event.ignore()  # the window's keys do the same everywhere

    def wheelEvent(self, event) -> None:  # noqa: N802
        notches = event.angleDelta().y() or event.angleDelta().x()
        if notches:
            self.session.clock.step(1 if notches < 0 else -1)
        event.accept()

    # how it looks

    @painted
    def paintEvent(self, _event) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.scale(self.larger, self.larger)
        colours, middle = self._colours, self.paper().height() / 2 + 4
        left, right = MARGIN, self.paper().width() - MARGIN
        now = self.x_at(self.session.clock.t)
        self._paint_range(painter, middle)
        if self._ticks is None or self._ticks.size() != self.size() * self.devicePixelRatioF():
            self._ticks = self._drawn_ticks()
        painter.save()
        if not self.session.options.future:
            painter.setClipRect(QRectF(0, 0, now, self.paper().height()))
        if "timeline" not in self.session.options.hidden:
            painter.drawPixmap(0, 0, self._ticks)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.faded(colours.quiet, 0.35))
        painter.drawRoundedRect(QRectF(left, middle, right - left, TRACK), TRACK / 2, TRACK / 2)
        painter.setBrush(colours.accent)
        painter.drawRoundedRect(QRectF(left, middle, max(now - left, 0), TRACK), TRACK / 2, TRACK / 2)
        painter.setPen(QPen(colours.accent, 1.5))
        painter.drawLine(QPointF(now, 6), QPointF(now, middle))
        painter.setPen(QPen(colours.panel, 2))
        painter.drawEllipse(QPointF(now, middle + TRACK / 2), 7.5, 7.5)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colours.accent, 2))
            painter.drawRoundedRect(self.paper().adjusted(1, 1, -1, -1), 8, 8)
        painter.end()

    def _paint_range(self, painter: QPainter, middle: float) -> None:
        if self.session.clock.range is None:
            return
        first, last = (self.x_at(t) for t in self.session.clock.range)
        band = QRectF(first, 5, max(last - first, 1), middle + TRACK - 1)
        painter.fillRect(band, with_alpha(self._colours.accent, 0.16))
        painter.setPen(QPen(self._colours.accent, 1))
        painter.drawLine(band.topLeft(), band.bottomLeft())
        painter.drawLine(band.topRight(), band.bottomRight())

    def _drawn_ticks(self) -> QPixmap:
        """All event ticks in one picture, drawn once for each document and size."""
        scale = self.devicePixelRatioF() * self.larger
        pixmap = QPixmap(self.size() * self.devicePixelRatioF())
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(QColor(0, 0, 0, 0))
        width = round((self.paper().width() - 2 * MARGIN) * scale)
        heights = tick_heights(self.session.clock.events, self.session.axis, width)
        with QPainter(pixmap) as painter:
            painter.setPen(QPen(with_alpha(self._colours.ink, 0.6), 1 / scale))
            bottom, room = self.paper().height() / 2 + 1, self.paper().height() / 2 - 7
            for column in np.flatnonzero(heights):
                x = MARGIN + (column + 0.5) / scale
                painter.drawLine(QPointF(x, bottom - room * heights[column]), QPointF(x, bottom))
        return pixmap
