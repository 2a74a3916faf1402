"""A small plot of curves that grow: a heading that names them, and a line at the moment that is looked at."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from gui.draw.palette import Colours

from .plot_area import PlotArea

STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
_GLYPHS = ("—", "╌", "┈", "-·")


class Series(NamedTuple):
    """One curve.  ``style`` counts in STYLES, ``colour`` in the colours of clusters: neither has to be seen alone."""

    name: str
    x: np.ndarray
    y: np.ndarray
    style: int = 0
    colour: int = 0


class _LogAxis(pg.AxisItem):
    """Few numbers on a logarithmic scale: 1, 10, 100; 1, 2, 5, 10 where there are no more than two decades."""

    def tickValues(self, low, high, size):  # noqa: N802
        first, last = int(np.floor(low)) - 1, int(np.ceil(high)) + 1
        for parts in ((1, 2, 5), (1, 3), (1,)):
            ticks = [k + np.log10(part) for k in range(first, last + 1) for part in parts]
            ticks = [tick for tick in ticks if low <= tick <= high]
            if len(ticks) * 22 <= size:
                break
        return [(1.0, ticks[:: len(ticks) * 22 // max(int(size), 1) + 1])]

    def tickStrings(self, values, scale, spacing):  # noqa: N802
        return [f"{10**value:,.4g}" if value < 4 else f"{10 ** (value - 3):,.4g}k" for value in values]


class LivePlot(QWidget):
    """``picked`` tells the x that was clicked.  New curves are drawn ``delay`` ms later: of several plots one after
    the other, so that no frame waits for all."""

    picked = Signal(float)

    def __init__(self, title: str, colours: Colours, *, log: bool = False, x_title: str = "", delay: int = 0):
        super().__init__()
        self._title, self._log = title, log
        self._series: tuple[Series, ...] = ()
        self._lines: list[pg.PlotCurveItem] = []
        self._heading, self._x_label = (
            QLabel(textFormat=Qt.TextFormat.RichText),
            QLabel(x_title, textFormat=Qt.TextFormat.PlainText),
        )
        self._heading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.area = PlotArea(title, left=_LogAxis("left") if log else None, numbers=bool(x_title), zoom=False)
        self.area.box.setLimits(xMin=0)
        self._cursor, self._pin = pg.InfiniteLine(angle=90), pg.InfiniteLine(angle=90)
        self.area.add(self._cursor, self._pin)
        self.area.clicked.connect(lambda x, y, double: self.picked.emit(x))
        self._timer = QTimer(self, singleShot=True, interval=delay)
        self._timer.timeout.connect(self._draw)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._heading, 1)
        row.addWidget(self._x_label)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addLayout(row)
        layout.addWidget(self.area, 1)
        self.set_marks(None, None)
        self.set_theme(colours)

    def set_theme(self, colours: Colours) -> None:
        """Repaint in these colours."""
        self._colours = colours
        self.area.set_theme(colours)
        self._cursor.setPen(pg.mkPen(colours.accent, width=1))
        self._pin.setPen(pg.mkPen(colours.quiet, width=1, style=Qt.PenStyle.DashLine))
        self._x_label.setStyleSheet(f"color: {colours.quiet.name()}")
        self._draw()

    def show_series(self, series: tuple[Series, ...]) -> None:
        """Draw these curves instead of those before; values that are not finite are left out."""
        self._series = series
        self._timer.start()

    def set_marks(self, cursor: float | None, pin: float | None) -> None:
        """Lines at the moment that is looked at and at the pinned one; None: no line."""
        for line, x in ((self._cursor, cursor), (self._pin, pin)):
            line.setVisible(x is not None)
            if x is not None:
                line.setValue(x)

    def _draw(self) -> None:
        for line in self._lines[len(self._series) :]:
            self.area.box.removeItem(line)
        del self._lines[len(self._series) :]
        while len(self._lines) < len(self._series):
            self._lines.append(pg.PlotCurveItem())
            self.area.box.addItem(self._lines[-1])
        for line, one in zip(self._lines, self._series, strict=True):
            there = np.isfinite(one.y) & np.isfinite(one.x) & ((one.y > 0) | (not self._log))
            x, y = one.x[there], one.y[there]
            if x.size == 1:  # a dash, for a curve of one point shows nothing
                x, y = x + np.array([-0.2, 0.2]), np.repeat(y, 2)
            colour = self._colours.clusters[one.colour % len(self._colours.clusters)]
            pen = pg.mkPen(colour, width=1.5, style=STYLES[one.style % len(STYLES)])
            line.setData(x, np.log10(y) if self._log else y, pen=pen)
        self._write()
        self.area.setAccessibleDescription("; ".join(f"{one.name}, {len(one.y)} points" for one in self._series))

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._write()

    def _write(self) -> None:
        """The heading, with the last value of each curve where there is room for them."""
        for with_values in (True, False):
            words = [f"<b>{self._title}</b>"]
            for one in self._series:
                values = one.y[np.isfinite(one.y)]
                last = f" {shown(float(values[-1]))}" if values.size and with_values else ""
                colour = self._colours.clusters[one.colour % len(self._colours.clusters)].name()
                glyph = _GLYPHS[one.style % len(_GLYPHS)]
                words.append(f'<span style="color:{colour}">{glyph} {escape(one.name)}{last}</span>')
            self._heading.setText("&nbsp; ".join(words))
            if self._heading.sizeHint().width() + self._x_label.sizeHint().width() + 8 <= self.width():
                break


def shown(value: float) -> str:
    """A number as it stands in a heading: 0.348, 698, 21.9k."""
    for size, letter in ((1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / (1e6 if letter == 'M' else 1e3):.3g}{letter}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
