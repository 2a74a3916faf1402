"""The moments of merging on the space-time diagram, as hollow dots."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from .world_lines import FADED, Look, line_width

MOST = 160  # more dots than this hide the lines
FEW = 3_000  # merges in a history, all of which count
LIGHTEST = 0.005  # of all mass
_MAJOR: WeakKeyDictionary = WeakKeyDictionary()  # history -> its merges of heavy partners


def visible_events(history, axis, x: tuple[float, float], u: tuple[float, float], most: int = MOST) -> np.ndarray:
    """The numbers of the merges to mark in the window x, u: all, or the ``most`` whose lighter partner is heaviest.

    Of a history of many, only those count in which both partners weigh at least ``LIGHTEST`` of all mass.
    """
    events = history.events
    some = np.arange(events.time.size) if events.time.size <= FEW else _major(history)
    time = events.time[some]
    some = some[(time >= axis.inverse(u[0])) & (time <= axis.inverse(u[1]))]
    some = some[(events.position[some] >= x[0]) & (events.position[some] <= x[1])]
    if some.size > most:
        lighter = np.minimum(events.mass_left[some], events.mass_right[some])
        some = np.sort(some[np.argsort(-lighter, kind="stable")[:most]])
    return some


def _major(history) -> np.ndarray:
    if history not in _MAJOR:
        events = history.events
        lighter = np.minimum(events.mass_left, events.mass_right)
        _MAJOR[history] = np.flatnonzero(lighter >= LIGHTEST * history.particles.mass.sum())
    return _MAJOR[history]


def draw_event_dots(painter: QPainter, frame, history, axis, look: Look) -> int:
    """Draw the dots; how many there are."""
    some, n = visible_events(history, axis, frame.x, frame.y), len(history.particles)
    events, colours = history.events, look.colours
    x, y = frame.across(events.position[some]), frame.up(axis.forward(events.time[some]))
    width = line_width(events.mass_left[some] + events.mass_right[some], look.heaviest)
    painter.save()
    painter.setClipRect(frame.area.adjusted(-6, -6, 6, 6), Qt.ClipOperation.IntersectClip)
    painter.setBrush(colours.background)
    for event, px, py, thick in zip(some, x, y, width, strict=True):
        ink = colours.clusters[int(look.lineage[n + event])]
        if look.lit is not None and not look.lit[n + event]:
            ink = colours.faded(ink, FADED)
        painter.setPen(QPen(ink, 1.3))
        radius = 0.5 * float(thick) + 1.4
        painter.drawEllipse(QPointF(float(px), float(py)), radius, radius)
    painter.restore()
    return int(some.size)
