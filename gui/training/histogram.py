"""The histogram of a tensor at one moment, and over it that of the pinned one."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from gui.draw.palette import Colours, with_alpha

from .plot_area import PlotArea
from .tensor_summary import TensorSummary, rebinned

COLUMNS = 240


class _CountAxis(pg.AxisItem):
    """Numbers of weights on a scale of log(1 + count), so that empty bins stand at zero."""

    def tickValues(self, low, high, size):  # noqa: N802
        powers = [0.0, *(float(np.log10(1 + 10.0**k)) for k in range(10))]
        every = max(1, int(len([value for value in powers if low <= value <= high]) * 16 / max(size, 1)) + 1)
        return [(1.0, [value for value in powers[::every] if low <= value <= high])]

    def tickStrings(self, values, scale, spacing):  # noqa: N802
        return [f"{round(10**value - 1):,}" for value in values]


class HistogramView(QWidget):
    """Value to the right, number of weights upwards, logarithmically.  The axis of values can be linked."""

    title = "Histogram"
    why = "How many weights lie where, at the moment shown and, as an outline, at the pinned one."

    def __init__(self, colours: Colours):
        super().__init__()
        self._now = self._pinned = None
        self._heading = QLabel(textFormat=Qt.TextFormat.RichText)
        self._heading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._plot = PlotArea(self.title, left=_CountAxis("left"), width=56, numbers=True, zoom=True)
        self._plot.setToolTip(self.why)
        self._plot.setAccessibleDescription(self.why)
        self._plot.left.setLabel("weights")
        self._box = self._plot.box
        self._filled = pg.PlotCurveItem([0.0, 1.0], [0.0], stepMode="center", fillLevel=0.0)
        self._outline = pg.PlotCurveItem([0.0, 1.0], [0.0], stepMode="center")
        self._plot.add(self._filled, self._outline)
        self._box.disableAutoRange()
        self._box.sigXRangeChanged.connect(self._draw)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addWidget(self._heading)
        layout.addWidget(self._plot, 1)
        self.set_theme(colours)

    def link_values(self, view: pg.ViewBox) -> None:
        """Show the same range of values as another view."""
        self._box.setXLink(view)

    def set_theme(self, colours: Colours) -> None:
        """Repaint in these colours."""
        self._colours = colours
        self._plot.set_theme(colours)
        self._filled.setPen(pg.mkPen(colours.kinetic))
        self._filled.setBrush(pg.mkBrush(with_alpha(colours.kinetic, 0.45)))
        self._outline.setPen(pg.mkPen(colours.accent, width=1.5, style=Qt.PenStyle.DashLine))
        self._write()

    def show_summaries(self, now: TensorSummary | None, pinned: TensorSummary | None) -> None:
        """Draw the tensor as it is at the moment shown, and at the pinned one, where there are such."""
        if now is not self._now or pinned is not self._pinned:
            self._now, self._pinned = now, pinned
            self._draw()
            self._write()

    def _draw(self, *_) -> None:
        (left, right), _ = self._box.viewRange()
        edges = np.linspace(left, right, COLUMNS + 1)
        highest = 1.0
        for item, summary in ((self._filled, self._now), (self._outline, self._pinned)):
            item.setVisible(summary is not None)
            if summary is not None and left < right:
                heights = np.log10(1 + rebinned(summary, edges))
                item.setData(edges, heights)
                highest = max(highest, float(heights.max()))
        self._box.setYRange(0, 1.05 * highest, padding=0)

    def _write(self) -> None:
        words = ["<b>Histogram</b>"]
        for glyph, name, colour, summary in (
            ("▇", "shown", self._colours.kinetic, self._now),
            ("╌", "pinned", self._colours.accent, self._pinned),
        ):
            if summary is not None:
                words.append(f'<span style="color:{colour.name()}">{glyph} {name}</span>')
        if self._now is not None and self._now.broken:
            words.append(f"{self._now.broken:,} weights are not finite")
        self._heading.setText("&nbsp; ".join(words))
