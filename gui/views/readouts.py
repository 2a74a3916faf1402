"""The readouts: the numbers of the present, and a tick for each law that they obey."""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget
from shiboken6 import isValid

from gui.draw.palette import Colours
from gui.draw.safely import painted
from gui.model.readouts import Readouts, readouts

from .linked_axes import readable, sized
from .readouts_rows import Row, rows_for, scales_of

WAITS = 50_000  # more particles than this are summed up while the window goes on
COVERED = "?"  # stands for a value that a lesson hides until its question is answered
PATIENCE = 2.0  # seconds after which an answer that did not come (newer work has overtaken it) is asked for again


class CheckMark(QWidget):
    """A drawn tick where a law holds, a cross where it does not; the tool tip says it in words."""

    def __init__(self, row: Row, theme: Colours, parent=None):
        super().__init__(parent)
        self.row, self.colours, self.holds = row, theme, None
        self.setFixedSize(QSize(18, 18))
        self.setAccessibleName(f"Law of {row.label.lower()}")
        self.show_law(True)

    def show_law(self, holds: bool) -> None:
        """Draw and say whether the law holds."""
        if holds is self.holds:
            return
        self.holds = holds
        words = self.row.law.holds if holds else f"Broken law: {self.row.law.broken}"
        self.setToolTip(words)
        self.setAccessibleDescription(words)
        self.update()

    @painted
    def paintEvent(self, _event) -> None:  # noqa: N802
        painter = QPainter(self)
        draw_mark(painter, QRectF(self.rect()), self.holds, self.colours)
        painter.end()


class ReadoutsPanel(QWidget):
    """One line for each number; those that physics keeps carry a tick, which is checked at every moment."""

    title = "Readouts"
    why = "The numbers of this moment. A tick says that a law of physics holds exactly, up to rounding."
    name = "readouts"

    def __init__(self, session, theme: Colours, parent: QWidget | None = None):
        super().__init__(parent)
        self.session, self.colours = session, theme
        self.setAccessibleName(self.title)
        self.setAccessibleDescription(self.why)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(12, 8, 10, 8)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)
        self.rows: tuple[Row, ...] = ()
        self.values: dict[str, QLabel] = {}
        self.marks: dict[str, CheckMark] = {}
        self.now: Readouts | None = None
        self._scaled: tuple = (None, None)  # the history that ``now`` is of, and its scales
        self.late = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.late.setProperty("role", "quiet")
        self.late.hide()
        self._asked = -math.inf  # when many particles were last asked to be summed up
        session.document.changed.connect(self.refresh)
        session.clock.changed.connect(self.refresh)
        session.options.changed.connect(self.refresh)
        self.refresh()

    def set_theme(self, colours: Colours) -> None:
        """Repaint in these colours."""
        self.colours = colours
        for mark in self.marks.values():
            mark.colours = colours
            mark.update()

    def refresh(self, *_) -> None:
        """Read the numbers at the session's present; of many particles as soon as they are summed up."""
        if self.window().isVisible() and not self.isVisible():
            return  # in a hidden panel: showEvent comes back
        history, t, now = self.session.document.history, self.session.clock.t, time.monotonic()
        horizon, known = self.session.document.system.horizon, self._scaled

        def sum_up() -> tuple[Readouts, tuple]:
            return readouts(history, t), known if known[0] is history else (history, scales_of(history, horizon))

        if len(history.particles) <= WAITS:
            self._show(*sum_up())
        elif now - self._asked > PATIENCE:
            self._asked = now
            self.session.document.run(sum_up, lambda found: self._arrived(*found), "the readouts")
        self._say_of_when()

    def showEvent(self, event) -> None:  # noqa: N802
        super().showEvent(event)
        self.refresh()

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        if self.now is not None:
            self._show(self.now, self._scaled)

    def render_to(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the lines into ``rect`` of any painter."""
        history, t = self.session.document.history, self.session.clock.t
        now, scales = readouts(history, t), scales_of(history, self.session.document.system.horizon)
        painter.save()
        painter.setClipRect(rect)
        painter.fillRect(rect, self.colours.background)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(tabular(sized(self.font(), 1.0)))
        line = QFontMetricsF(painter.font()).height() * 1.5
        spot = QRectF(rect.left() + 12, rect.top() + 8, rect.width() - 24, line)
        for row in rows_for(self.session.document.system.kind):
            painter.setPen(self.colours.quiet)
            painter.drawText(spot, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, row.label)
            painter.setPen(self.colours.ink)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(spot.adjusted(0, 0, -24, 0), flags, self._text(row, now, scales))
            if row.law is not None and not self._covered(row):
                box = QRectF(spot.right() - 18, spot.center().y() - 9, 18, 18)
                draw_mark(painter, box, now.ok[row.law.key], self.colours)
            spot.translate(0, line)
        painter.restore()

    def _arrived(self, now: Readouts, scaled: tuple) -> None:
        if not isValid(self):
            return
        self._asked, history = -math.inf, scaled[0]
        if history is self.session.document.history:
            self._show(now, scaled)
        if history is not self.session.document.history or now.seen.time != self.session.clock.t:
            self.refresh()
        else:
            self._say_of_when()

    def _show(self, now: Readouts, scaled: tuple) -> None:
        rows = rows_for(self.session.document.system.kind)
        if rows != self.rows:
            self._build(rows)
        self.now, self._scaled = now, scaled
        for row in rows:
            label, text = self.values[row.id], self._text(row, now, self._scaled[1])
            wide = label.fontMetrics().horizontalAdvance(text) > label.width()
            shown = text.partition(" of ")[0] if wide else text  # "of" how many stands over the line, too
            if shown != label.text():
                label.setText(shown)
                label.setAccessibleName(f"{row.label}: {text}")
            if row.law is not None:
                self.marks[row.id].show_law(now.ok[row.law.key])
                self.marks[row.id].setVisible(not self._covered(row))

    def _covered(self, row: Row) -> bool:
        return row.id in self.session.options.hidden

    def _text(self, row: Row, now: Readouts, scales) -> str:
        return COVERED if self._covered(row) else row.value(now, scales)

    def _say_of_when(self) -> None:
        """Numbers of many particles come after the pictures: until then they are faint and say of when they are."""
        many = len(self.session.document.history.particles) > WAITS
        known, now = self.now is not None and self._scaled[0] is self.session.document.history, self.session.clock.t
        late = many and not (known and self.now.seen.time == now)
        self.late.setVisible(many)
        word = self.session.document.system.time_word
        when = f"at {word} {readable(self.now.seen.time, 4)}; " if known else "of before; "
        self.late.setText(f"{when}summing up …" if late else "")
        if late is not bool(self.late.property("on")):
            self.late.setProperty("on", late)
            for value in self.values.values():
                value.setProperty("role", "quiet" if late else "")
                value.style().polish(value)

    def _build(self, rows: tuple[Row, ...]) -> None:
        """Make the lines; done again only when weights come or go."""
        self._grid.removeWidget(self.late)
        self.late.setProperty("on", False)
        while self._grid.count():
            gone = self._grid.takeAt(0).widget()
            gone.hide()
            gone.deleteLater()
        self.rows, self.values, self.marks = rows, {}, {}
        for i, row in enumerate(rows):
            label, value = (QLabel(text, textFormat=Qt.TextFormat.PlainText) for text in (row.label, ""))
            self._grid.setRowMinimumHeight(i, 21)
            label.setProperty("role", "quiet")
            for part in (label, value):
                part.setToolTip(row.why)
            value.setFont(tabular(self.font()))
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            value.setMinimumWidth(90)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setAccessibleDescription(row.why)
            self._grid.addWidget(label, i, 0)
            self._grid.addWidget(value, i, 1)
            self.values[row.id] = value
            if row.law is not None:
                self.marks[row.id] = CheckMark(row, self.colours)
                self._grid.addWidget(self.marks[row.id], i, 2)
        self._grid.addWidget(self.late, len(rows), 0, 1, 3)
        self._grid.setColumnMinimumWidth(2, 18)
        for i in range(self._grid.rowCount() + 1):
            self._grid.setRowStretch(i, int(i == len(rows) + 1))


def draw_mark(painter: QPainter, box: QRectF, holds: bool, colours: Colours) -> None:
    """A tick, or a cross, in the middle of ``box``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.center())
    pen = QPen(colours.good if holds else colours.bad, 2.0)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    if holds:
        painter.drawPolyline(QPolygonF([QPointF(-4.5, 0.5), QPointF(-1.5, 3.5), QPointF(4.5, -3.5)]))
    else:
        painter.drawLine(QPointF(-4, -4), QPointF(4, 4))
        painter.drawLine(QPointF(-4, 4), QPointF(4, -4))
    painter.restore()


def tabular(font: QFont) -> QFont:
    """A copy of ``font`` whose digits are all of one width, so that values do not jump about."""
    copy = QFont(font)
    if hasattr(copy, "setFeature"):
        copy.setFeature(QFont.Tag("tnum"), 1)
    return copy
