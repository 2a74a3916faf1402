"""Zoom and pan of a linked view: which part of all there is to see the paper shows."""

from __future__ import annotations

CLOSEST = 1e-6  # the smallest part of an axis that can be looked at


class Zoom:
    """A window in units of the whole: ``x`` and ``y`` are (low, high) in 0 .. 1; the whole picture is (0, 1)."""

    def __init__(self, vertical: bool = True):
        self.vertical = vertical
        self.x = (0.0, 1.0)
        self.y = (0.0, 1.0)

    @property
    def whole(self) -> bool:
        """Whether everything is in view."""
        return self.x == (0.0, 1.0) and self.y == (0.0, 1.0)

    def reset(self) -> None:
        """Show everything again."""
        self.x = self.y = (0.0, 1.0)

    def scale(self, factor: float, across: float = 0.5, up: float = 0.5) -> None:
        """Show ``factor`` times as much; the point at ``across``, ``up`` (parts of the window) stays where it is."""
        self.x = _scaled(self.x, factor, across)
        if self.vertical:
            self.y = _scaled(self.y, factor, up)

    def shift(self, across: float, up: float) -> None:
        """Move the window by parts of its own size, no further than the edges of the whole."""
        self.x = _shifted(self.x, across)
        if self.vertical:
            self.y = _shifted(self.y, up)

    def of(self, x: tuple[float, float], y: tuple[float, float]) -> tuple[tuple[float, float], tuple[float, float]]:
        """The limits to show, where ``x`` and ``y`` are those of the whole."""
        return _part(x, self.x), _part(y, self.y)


def _scaled(window: tuple[float, float], factor: float, at: float) -> tuple[float, float]:
    width = window[1] - window[0]
    wanted = min(max(width * factor, CLOSEST), 1.0)
    low = window[0] + at * (width - wanted)
    low = min(max(low, 0.0), 1.0 - wanted)
    return (low, low + wanted) if wanted < 1.0 else (0.0, 1.0)


def _shifted(window: tuple[float, float], part: float) -> tuple[float, float]:
    width = window[1] - window[0]
    low = min(max(window[0] + part * width, 0.0), 1.0 - width)
    return low, low + width


def _part(limits: tuple[float, float], window: tuple[float, float]) -> tuple[float, float]:
    span = limits[1] - limits[0]
    return limits[0] + window[0] * span, limits[0] + window[1] * span
