"""Zoom of a view whose x axis is shared with all views of the session."""

from __future__ import annotations

from gui.draw.x_range import XRange

from .linked_zoom import Zoom


class SharedZoom(Zoom):
    """Zooms the shared x axis and, if ``vertical``, a y axis of its own."""

    def __init__(self, x_range: XRange, vertical: bool = False):
        super().__init__(vertical)
        self.range = x_range

    def reset(self) -> None:
        super().reset()
        self.range.fit()

    def scale(self, factor: float, across: float = 0.5, up: float = 0.5) -> None:
        super().scale(factor, across, up)
        self.range.zoom(factor, self.range.low + across * self.range.span)

    def shift(self, across: float, up: float) -> None:
        super().shift(across, up)
        self.range.pan(across * self.range.span)
