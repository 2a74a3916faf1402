"""The range of positions that all views of one session show together."""

from __future__ import annotations

import math
from weakref import WeakKeyDictionary, ref

import numpy as np

from gui.model.signal import Signal

MARGIN = 0.07
NOTHING = (-1.0, 1.0)  # what is in sight of an empty line
_RANGES: WeakKeyDictionary = WeakKeyDictionary()


class XRange:
    """``low`` .. ``high`` of the position axis.  ``changed`` fires after each pan, zoom or fit.

    A document that is loaded is fitted; an edit leaves the range alone unless it takes a particle out of sight.  With
    the option ``camera`` = "follow" the selected cluster (or the centre of mass) stays in the middle as time passes;
    with "fixed" nothing but the user moves it once there is something to see.
    """

    def __init__(self, session):
        self.low, self.high = -1.0, 1.0
        self.changed = Signal()
        self.held = False  # while something is being dragged nothing moves under the hand
        self._document = session.document
        self._session = ref(session)  # the session owns its range, not the other way round
        self._extent = NOTHING
        self._loaded = None  # the document of which it was, as that was loaded
        self._document.changed.connect(self._reread)
        session.clock.changed.connect(self._keep_up)
        session.selection.changed.connect(self._keep_up)
        self._reread()

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

    def _reread(self) -> None:
        before, was_fitted = self._extent, (self.low, self.high) == self._extent
        self._extent = _extent(self._document.history, self._document.system.horizon)
        session = self._session()
        if self.held or (session is not None and session.options.camera == "fixed" and before != NOTHING):
            return
        loaded, self._loaded = self._loaded is not self._document.loaded, self._document.loaded
        left = self._extent[0] < min(before[0], self.low) or self._extent[1] > max(before[1], self.high)
        if loaded or was_fitted or left:
            self.fit()

    def _keep_up(self) -> None:
        session = self._session()
        if session is None or session.options.camera != "follow" or self.held or not len(session.clusters):
            return
        clusters, node = session.clusters, session.selection.node
        if node is None:
            middle = float((clusters.mass * clusters.position).sum() / clusters.mass.sum())
        else:
            first = session.document.history.tree.first[node]
            middle = float(clusters.position[np.searchsorted(clusters.start, first, side="right") - 1])
        self.show(middle - 0.5 * self.span, middle + 0.5 * self.span)


def _extent(history, horizon: float) -> tuple[float, float]:
    """All positions from time 0 to the horizon, with a margin."""
    if len(history.particles) == 0:
        return NOTHING
    last = history.clusters(min(horizon, history.until)).position
    ends = np.concatenate([places[[0, -1]] for places in (history.particles.position, last)])
    ends = ends[np.isfinite(ends)]
    low, high = float(ends.min()), float(ends.max())
    room = MARGIN * (high - low)
    if room <= 1e-9 * max(abs(low), abs(high)):
        room = max(1e-6 * max(abs(low), abs(high)), 0.5 if max(abs(low), abs(high)) < 1e5 else 0.0)
    return low - room, high + room
