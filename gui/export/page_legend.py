"""The small legend of a page: what size, colour and the marks of its views mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPen, QPolygonF

from gui.draw.palette import Colours
from gui.draw.world_lines import CROWD
from gui.draw.x_range import XRange
from gui.views.line_scene import ARROWS, STRIP


@dataclass(frozen=True)
class Sizes:
    """Three discs: the area tells the mass."""

    width: float = 26.0

    def draw(self, painter: QPainter, place: QPointF, colours: Colours) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.quiet)
        for across, radius in ((2.0, 2.0), (9.0, 3.4), (20.0, 5.2)):
            painter.drawEllipse(place + QPointF(across, 0), radius, radius)


@dataclass(frozen=True)
class Bars:
    """Bars of a strip: the height tells the mass."""

    width: float = 22.0

    def draw(self, painter: QPainter, place: QPointF, colours: Colours) -> None:
        for number, height in enumerate((3.0, 6.0, 10.0, 5.0, 8.0)):
            painter.fillRect(QRectF(place.x() + 4 * number, place.y() + 5 - height, 3, height), colours.quiet)


@dataclass(frozen=True)
class Lineage:
    """Discs in the colours of the clusters."""

    width: float = 34.0

    def draw(self, painter: QPainter, place: QPointF, colours: Colours) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        for number, colour in enumerate(colours.clusters[:3]):
            painter.setBrush(colour)
            painter.drawEllipse(place + QPointF(4.5 + 12 * number, 0), 4.5, 4.5)


@dataclass(frozen=True)
class Arrow:
    """A small arrow."""

    width: float = 22.0

    def draw(self, painter: QPainter, place: QPointF, colours: Colours) -> None:
        painter.setPen(QPen(colours.ink, 1.5))
        painter.drawLine(QLineF(place, place + QPointF(16, 0)))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.ink)
        tip = place + QPointF(22, 0)
        painter.drawPolygon(QPolygonF([tip, tip + QPointF(-7, -3.5), tip + QPointF(-7, 3.5)]))


@dataclass(frozen=True)
class Now:
    """A piece of the time cursor."""

    width: float = 20.0

    def draw(self, painter: QPainter, place: QPointF, colours: Colours) -> None:
        painter.setPen(QPen(colours.accent, 1.6))
        painter.drawLine(QLineF(place, place + QPointF(20, 0)))


@dataclass(frozen=True)
class Ramp:
    """The ramp of masses, from the lightest to the heaviest."""

    width: float = 40.0

    def draw(self, painter: QPainter, place: QPointF, colours: Colours) -> None:
        ramp = QLinearGradient(place, place + QPointF(self.width, 0))
        for step in range(9):
            ramp.setColorAt(step / 8, colours.mass_colour(step / 8))
        painter.fillRect(QRectF(place.x(), place.y() - 4, self.width, 8), ramp)


def legend_of(session, views) -> list[tuple]:
    """The marks of these views and what they mean, the most needed first."""
    legend, seen = [], _clusters_in_sight(session)
    if "line" in views:
        legend.append((Bars(), "bars: mass, on a log scale") if seen > STRIP else (Sizes(), "area: mass"))
    if len(session.document.system) <= CROWD:
        legend += [(Lineage(), "colour: lineage")] if set(views) != {"counts"} else []
    elif "space-time" in views:
        legend.append((Ramp(), "colour: mass"))
    if "line" in views and session.options.arrows != "none" and seen <= ARROWS:
        legend.append((Arrow(), session.options.arrows))
    if {"space-time", "tree", "counts"} & set(views):
        legend.append((Now(), "now"))
    return legend


def _clusters_in_sight(session) -> int:
    position, shown = session.clusters.position, XRange.of(session)
    first, last = np.searchsorted(position, [shown.low, shown.high])
    return int(last - first)
