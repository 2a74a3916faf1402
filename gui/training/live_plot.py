"""A small plot of curves that grow: a heading that names them, and a line at the moment that is looked at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from gui.draw.palette import Colours

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
    """``picked`` tells the x that was clicked or dragged to."""

    picked = Signal(float)

    def __init__(self, title: str, colours: Colours, *, log: bool = False, x_title: str = "", from_zero: bool = False):
        super().__init__()
        self._title, self._x_title, self._log, self._from_zero = title, x_title, log, from_zero
        self._series: tuple[Series, ...] = ()
        self._heading = QLabel(textFormat=Qt.TextFormat.RichText)
        self._heading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._x_label = QLabel(x_title)
        self._plot = pg.PlotWidget(enableMenu=False, axisItems={"left": _LogAxis("left")} if log else {})
        self._plot.hideButtons()
        self._plot.setMouseEnabled(False, False)
        self._plot.setMinimumHeight(44)
        self._plot.setAccessibleName(title)
        self._item = self._plot.getPlotItem()
        self._item.setLogMode(False, log)
        self._item.getAxis("left").setWidth(46)
        self._item.getAxis("left").enableAutoSIPrefix(False)
        if not x_title:
            self._item.getAxis("bottom").setStyle(showValues=False)
            self._item.getAxis("bottom").setHeight(5)
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._pin = pg.InfiniteLine(angle=90, movable=False)
        self._lines: list[pg.PlotDataItem] = []
        for line in (self._cursor, self._pin):
            self._item.addItem(line, ignoreBounds=True)
            line.hide()
        self._plot.scene().sigMouseClicked.connect(self._clicked)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._heading, 1)
        row.addWidget(self._x_label)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addLayout(row)
        layout.addWidget(self._plot, 1)
        self.set_theme(colours)

    def set_theme(self, colours: Colours) -> None:
        """Repaint in these colours."""
        self._colours = colours
        self._plot.setBackground(colours.background)
        for name in ("left", "bottom"):
            axis = self._item.getAxis(name)
            axis.setPen(pg.mkPen(colours.grid))
            axis.setTextPen(pg.mkPen(colours.quiet))
        self._item.getAxis("left").setGrid(28)
        self._cursor.setPen(pg.mkPen(colours.accent, width=1))
        self._pin.setPen(pg.mkPen(colours.quiet, width=1, style=Qt.PenStyle.DashLine))
        self._x_label.setStyleSheet(f"color: {colours.quiet.name()}")
        self.show_series(self._series)

    def show_series(self, series: tuple[Series, ...]) -> None:
        """Draw these curves instead of those before; values that are not finite are left out."""
        self._series = series
        while len(self._lines) < len(series):
            line = pg.PlotDataItem()
            self._item.addItem(line)
            self._lines.append(line)
        for line in self._lines[len(series) :]:
            self._item.removeItem(line)
        del self._lines[len(series) :]
        words = [f"<b>{self._title}</b>"]
        for line, one in zip(self._lines, series, strict=True):
            there = np.isfinite(one.y) & np.isfinite(one.x) & ((one.y > 0) | (not self._log))
            x, y = one.x[there], one.y[there]
            colour = self._ink(one)
            line.setData(x, y, pen=pg.mkPen(colour, width=1.5, style=STYLES[one.style % len(STYLES)]))
            alone = x.size == 1
            line.setSymbol("o" if alone else None)
            line.setSymbolSize(5)
            line.setSymbolBrush(colour)
            line.setSymbolPen(None)
            last = f" {shown(float(y[-1]))}" if y.size else ""
            words.append(f'<span style="color:{colour.name()}">{_GLYPHS[one.style % 4]} {one.name}{last}</span>')
        self._heading.setText("&nbsp; ".join(words))
        self._plot.setAccessibleDescription("; ".join(f"{one.name}, {len(one.y)} points" for one in series))
        if self._from_zero and self._lines:
            self._item.getViewBox().setLimits(yMin=0)

    def set_marks(self, cursor: float | None, pin: float | None) -> None:
        """Lines at the moment that is looked at and at the pinned one; None: no line."""
        for line, x in ((self._cursor, cursor), (self._pin, pin)):
            line.setVisible(x is not None)
            if x is not None:
                line.setValue(x)

    def _ink(self, one: Series) -> QColor:
        return self._colours.clusters[one.colour % len(self._colours.clusters)]

    def _clicked(self, event) -> None:
        box = self._item.getViewBox()
        if event.button() == Qt.MouseButton.LeftButton and box.sceneBoundingRect().contains(event.scenePos()):
            self.picked.emit(box.mapSceneToView(event.scenePos()).x())


def shown(value: float) -> str:
    """A number as it stands in a heading: 0.348, 698, 21.9k."""
    for size, letter in ((1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / (1e6 if letter == 'M' else 1e3):.3g}{letter}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
