"""The weights of a tensor merging over the steps: a histogram for each snapshot, and the lines of shared values."""

from __future__ import annotations

import operator

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.draw.palette import Colours, with_alpha

from .plot_area import PlotArea
from .run_state import Moment
from .tensor_summary import rebinned

COLUMNS, ROWS = 480, 1024  # of the raster
MARGIN = 0.02  # of the height, above and below the raster, for the cursor and for half a number of the axis
FARTHEST = 1e300  # values beyond are not drawn: sums of such coordinates are infinite
_PENS = ((0.0, 1, 0.22), (0.01, 1, 0.6), (0.05, 2, 1.0))  # from this share of the weights on: width, opacity


class _StepAxis(pg.AxisItem):
    """Whole numbers alone: there is no half step."""

    def tickSpacing(self, low, high, size):  # noqa: N802
        return [level for level in super().tickSpacing(low, high, size) if level[0] >= 1] or [(1, 0)]


class MergingView(QWidget):
    """Value to the right, time (optimizer steps) upwards.  ``picked`` tells the step that was clicked or dragged to."""

    title = "Weights merging"
    why = (
        "Each row is a snapshot: many weights are where it is dark, a line follows a value that many share. "
        "Wheel: zoom. Double click: everything."
    )
    picked = Signal(int)

    def __init__(self, colours: Colours):
        super().__init__()
        self._tensor, self._moments = "", ()
        self._plot = PlotArea(self.title, left=_StepAxis("left"), width=56, numbers=False, zoom=True)
        self._box = self._plot.box
        self._box.disableAutoRange()
        self._plot.left.setLabel("step")
        self._image = pg.ImageItem(axisOrder="row-major")
        self._curves = [pg.PlotCurveItem(connect="pairs", antialias=False, skipFiniteCheck=True) for _ in _PENS]
        self._cursor, self._pin = pg.InfiniteLine(angle=0, movable=True), pg.InfiniteLine(angle=0)
        self._plot.add(self._image, *self._curves, self._pin, self._cursor)
        self._cursor.sigDragged.connect(lambda line: self.picked.emit(round(line.value())))
        self._plot.clicked.connect(self._clicked)
        self._box.sigXRangeChanged.connect(self._draw_raster)
        self._plot.setToolTip(self.why)
        self._plot.setAccessibleDescription(self.why)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self.lines_shown = True
        self.set_theme(colours)

    @property
    def x_axis_view(self) -> pg.ViewBox:
        """What other views link their axis of values to."""
        return self._box

    def set_theme(self, colours: Colours) -> None:
        """Repaint in these colours."""
        self._colours = colours
        self._plot.set_theme(colours)
        pixels = colours.density_pixels
        channels = [(pixels >> np.uint32(shift) & np.uint32(255)).astype(np.uint8) for shift in (16, 8, 0)]
        self._image.setLookupTable(np.stack(channels, axis=1))
        for curve, (_, width, opacity) in zip(self._curves, _PENS, strict=True):
            curve.setPen(pg.mkPen(with_alpha(colours.ink, opacity), width=width))
        self._cursor.setPen(pg.mkPen(colours.accent, width=2))
        self._cursor.setHoverPen(pg.mkPen(colours.accent, width=4))
        self._pin.setPen(pg.mkPen(colours.quiet, width=2, style=Qt.PenStyle.DashLine))

    def show_moments(self, moments: tuple[Moment, ...], tensor: str) -> None:
        """Draw the moments that know this tensor, the oldest first."""
        moments = tuple(moment for moment in moments if tensor in moment.tensors)
        if tensor == self._tensor and _same(moments, self._moments):
            return
        other = tensor != self._tensor or not self._moments or not _same(moments[:1], self._moments[:1])
        full = other or self._shows_everything()
        self._moments, self._tensor = moments, tensor
        self._image.setVisible(bool(moments))
        if moments:
            edges = _edges(moments)
            margin = MARGIN * (edges[-1] - edges[0])
            ends = edges[0] - margin, edges[-1] + margin
            self._box.setLimits(yMin=ends[0], yMax=ends[1])
            self._box.setYRange(*ends, padding=0)
            if full:
                self.show_everything()
        self._draw_raster()
        self._draw_lines()

    def show_everything(self) -> None:
        """The range of values of all moments."""
        if self._moments:
            low, high = self._values()
            self._box.setXRange(low, high, padding=0)

    def show_lines(self, shown: bool) -> None:
        """Draw the lines of shared values, or leave them out."""
        self.lines_shown = shown
        self._draw_lines()

    def set_marks(self, now: Moment | None, pinned: Moment | None) -> None:
        """Lines at the moment that is looked at and at the pinned one."""
        for line, moment in ((self._cursor, now), (self._pin, pinned)):
            line.setVisible(moment is not None)
            if moment is not None:
                line.setValue(moment.step)

    def _values(self) -> tuple[float, float]:
        summaries = [moment.tensors[self._tensor] for moment in self._moments]
        low = max(min(summary.low for summary in summaries), -FARTHEST)
        high = min(max(summary.high for summary in summaries), FARTHEST)
        margin = 0.02 * (high - low) or max(abs(low), 1.0) * 1e-3
        return low - margin, high + margin

    def _shows_everything(self) -> bool:
        low, high = self._values()
        (left, right), _ = self._box.viewRange()
        return left <= low + 0.02 * (high - low) and right >= high - 0.02 * (high - low)

    def _draw_raster(self, *_) -> None:
        if not self._moments:
            return
        (left, right), _ = self._box.viewRange()
        edges, columns = _edges(self._moments), np.linspace(left, right, COLUMNS + 1)
        if not left < right:
            return
        count = ROWS if 2 * len(self._moments) <= ROWS else ROWS // 2  # each moment that is drawn takes 0.1 ms
        steps = np.linspace(edges[0], edges[-1], count + 1)
        row_of = np.searchsorted(edges, (steps[1:] + steps[:-1]) / 2, side="right") - 1
        row_of = np.clip(row_of, 0, len(self._moments) - 1)
        rows, places = np.unique(row_of, return_inverse=True)
        counts = np.stack([rebinned(self._moments[row].tensors[self._tensor], columns) for row in rows])
        raster = np.log1p(counts).astype(np.float32)[places]
        self._image.setImage(raster, levels=(0.0, float(raster.max()) or 1.0), autoLevels=False)
        self._image.setRect(QRectF(left, edges[0], right - left, edges[-1] - edges[0]))

    def _draw_lines(self) -> None:
        x, y, shares = [], [], []
        for before, moment in zip(self._moments[:-1], self._moments[1:], strict=True) if self.lines_shown else ():
            links = moment.link(self._tensor)
            x.append(np.column_stack((links.before, links.after)))
            y.append(np.tile(np.array([before.step, moment.step], float), (len(links.before), 1)))
            shares.append(links.weights / max(moment.tensors[self._tensor].numel, 1))
        x, y = np.concatenate([np.empty((0, 2)), *x]), np.concatenate([np.empty((0, 2)), *y])
        shares = np.concatenate([np.empty(0), *shares])
        group = np.searchsorted([start for start, _, _ in _PENS], shares, side="right") - 1
        for number, curve in enumerate(self._curves):
            curve.setData(x[group == number].ravel(), y[group == number].ravel())

    def _clicked(self, x: float, y: float, double: bool) -> None:
        if double:
            self.show_everything()
        else:
            self.picked.emit(round(y))


def _same(moments: tuple[Moment, ...], others: tuple[Moment, ...]) -> bool:
    """Are these the very same?  What was read anew is another moment, whatever it holds."""
    return len(moments) == len(others) and all(map(operator.is_, moments, others))


def _edges(moments: tuple[Moment, ...]) -> np.ndarray:
    """The steps between which each moment's row stands, (len + 1,): halfway to its neighbours, and nothing before the
    first moment and after the last; a moment that is alone has a step for itself."""
    steps = np.array([moment.step for moment in moments], dtype=np.float64)
    alone = 0.5 * (steps[0] == steps[-1])
    return np.concatenate(([steps[0] - alone], (steps[1:] + steps[:-1]) / 2, [steps[-1] + alone]))
