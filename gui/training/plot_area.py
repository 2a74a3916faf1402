"""A box to plot in with an axis at the left and one below: what a PlotWidget is, made in a third of its time."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal

from gui.draw.palette import Colours


class PlotArea(pg.GraphicsLayoutWidget):
    """``clicked`` tells x, y and whether it was a double click.  ``box`` is zoomed and moved by mouse along x only,
    and not at all unless that is asked for."""

    clicked = Signal(float, float, bool)

    def __init__(self, title: str, *, left: pg.AxisItem | None = None, width: int = 46, numbers: bool, zoom: bool):
        super().__init__()
        self.ci.layout.setContentsMargins(0, 4, 2, 0)
        self.ci.layout.setSpacing(0)
        self.box = self.addViewBox(0, 1, enableMenu=False)
        self.box.setMouseEnabled(zoom, False)
        self.left, self.bottom = left or pg.AxisItem("left"), pg.AxisItem("bottom")
        self.addItem(self.left, 0, 0)
        self.addItem(self.bottom, 1, 1)
        self.left.linkToView(self.box)
        self.bottom.linkToView(self.box)
        self.left.setWidth(width)
        for axis in (self.left, self.bottom):
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=-4, maxTickLevel=1)
        if not numbers:
            self.bottom.setStyle(showValues=False)
            self.bottom.setHeight(5)
        self.setMinimumHeight(60 if numbers else 44)
        self.setAccessibleName(title)
        self.scene().sigMouseClicked.connect(self._clicked)

    def set_theme(self, colours: Colours) -> None:
        """Ground and axes in these colours."""
        self.setBackground(colours.background)
        for axis in (self.left, self.bottom):
            axis.setPen(pg.mkPen(colours.grid))
            axis.setTickPen(pg.mkPen(colours.quiet))
            axis.setTextPen(pg.mkPen(colours.quiet))

    def add(self, *items) -> None:
        """Put items into the box; they do not move its range."""
        for item in items:
            self.box.addItem(item, ignoreBounds=True)

    def _clicked(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.box.sceneBoundingRect().contains(event.scenePos()):
            point = self.box.mapSceneToView(event.scenePos())
            self.clicked.emit(point.x(), point.y(), event.double())
