"""The range of positions that all views of one session show together."""

from __future__ import annotations

import math
from weakref import WeakKeyDictionary

import numpy as np

from gui.model.signal import Signal

MARGIN = 0.07
_RANGES: WeakKeyDictionary = WeakKeyDictionary()


class XRange:
    """``low`` .. ``high`` of the position axis.  ``changed`` fires after each pan, zoom or fit.

    A document that is loaded is fitted; an edit leaves the range alone unless it takes a particle out of sight.
    """

    def __init__(self, session):
        self.low, self.high = -1.0, 1.0
        self.changed = Signal()
        self.held = False  # while something is being dragged nothing moves under the hand
        self._document = session.document
        self._clock = session.clock
        self._seen = None
        self._extent = (-1.0, 1.0)
        self._document.changed.connect(self._follow)
        self._follow()

    @staticmethod
    def of(session) -> XRange:
        """The one of this session."""
        if session not in _RANGES:
            _RANGES[session] = XRange(session)
        return _RANGES[session]

    @property
    def span(self) -> float:
        return self.high - self.low

    def show(self, low: float, high: float) -> None:
        """Show low .. high; a range that cannot be (not finite, or too narrow for its numbers) is ignored."""
        wide_enough = high - low > 1e-12 * max(abs(low), abs(high), 1e-280)
        if math.isfinite(low) and math.isfinite(high) and wide_enough and (low, high) != (self.low, self.high):
            self.low, self.high = float(low), float(high)
            self.changed.emit()

    def fit(self) -> None:
        """Show all that happens up to the horizon."""
        self.show(*self._extent)

    def pan(self, distance: float) -> None:
        """Move the window by ``distance`` in units of position."""
        self.show(self.low + distance, self.high + distance)

    def zoom(self, factor: float, centre: float | None = None) -> None:
        """Show ``factor`` times as much; ``centre`` stays where it is on the screen."""
        centre = 0.5 * (self.low + self.high) if centre is None else centre
        self.show(centre + (self.low - centre) * factor, centre + (self.high - centre) * factor)

    def _follow(self) -> None:
        before, was_fitted = self._extent, (self.low, self.high) == self._extent
        self._extent = _extent(self._document.history, self._document.system.horizon)
        if self.held:
            return
        loaded = not (self._document.can_undo or self._document.can_redo)
        left = self._extent[0] < min(before[0], self.low) or self._extent[1] > max(before[1], self.high)
        if loaded or was_fitted or left:
            self.fit()


def _extent(history, horizon: float) -> tuple[float, float]:
    """All positions from time 0 to the horizon, with a margin."""
    if len(history.particles) == 0:
        return -1.0, 1.0
    ends = np.concatenate([history.positions(t)[[0, -1]] for t in (0.0, min(horizon, history.until))])
    ends = ends[np.isfinite(ends)]
    low, high = float(ends.min()), float(ends.max())
    room = MARGIN * (high - low)
    if room <= 1e-9 * max(abs(low), abs(high)):
        room = max(1e-6 * max(abs(low), abs(high)), 0.5 if max(abs(low), abs(high)) < 1e5 else 0.0)
    return low - room, high + room
