"""Where everything on the line is at one time, in pixels: what is painted and what the mouse can take hold of."""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from gui.draw.discs import disc_radius

from .linked_axes import Frame
from .linked_clusters import present_nodes, selected_cluster

LEFT, RIGHT = 58.0, 18.0  # margins shared with the space-time view, so that their x axes stand over each other
STRIP = 2_000  # more clusters in sight than this are drawn as a strip of mass
ARROWS = 250  # more clusters in sight than this have no arrows
FLAT = 12  # up to this many particles, all arrows lie just above their discs
APART = 18.0  # pixels between arrows where there are more particles: the lighter of two that are nearer has none
FEW = 12  # so many selected particles have an arrow in any case
STUB = 9.0  # pixels; in a crowd a shorter arrow is left out
VISIBLE = 20.0  # pixels that the longest arrow has at least
RIM, KNOB, SLACK = 4.0, 9.0, 3.0  # pixels around an edge, a tip and a disc that take hold of it
LARGEST, GHOSTLY = 60.0, 14.0
UNDER = 16.0  # pixels under a strip for the centre of mass


class Grip(NamedTuple):
    """What the mouse is on: ``kind`` is "disc", "rim" (of a disc) or "tip" (of an arrow) of cluster ``cluster``."""

    kind: str
    cluster: int


class Scale(NamedTuple):
    """What stays fixed while something is dragged: the mass that has the largest disc, the time (or, for momenta,
    time per mass) that an arrow shows, the speed of the highest arrow, and the length of the longest one."""

    total: float
    reach: float
    fastest: float
    longest: float = 0.0

    def stretched(self, pixels_a_unit: float) -> Scale:
        """The same, or with arrows 2, 4, 8 ... times as long: where there is little room they would not be seen."""
        length = self.longest * pixels_a_unit
        if not 0 < length < VISIBLE:
            return self
        times = 2.0 ** min(math.ceil(math.log2(VISIBLE / length)), 6)
        return self._replace(reach=times * self.reach, longest=times * self.longest)

    @staticmethod
    def of(system, history, kind: str) -> Scale:
        """The fastest particle's arrow is as long as a tenth of all that is shown."""
        particles = system.particles
        if len(particles) == 0:
            return Scale(1.0, 1.0, 1.0)
        values = history.tree.momentum if kind == "momentum" else particles.velocity
        largest, fastest = (float(max(some.max(), -some.min())) for some in (values, particles.velocity))
        span = float(particles.position[-1] - particles.position[0])
        travelled = fastest * system.horizon
        span = span if span > 0 else travelled if travelled > 0 else 1.0
        reach = 0.1 * span / largest if largest > 0 else 0.25 * system.horizon
        return Scale(float(particles.mass.sum()), reach, fastest if fastest > 0 else 1.0, reach * largest)


@dataclass(frozen=True, eq=False)
class LineScene:
    """The line in ``area``: clusters at the session's time; ``x`` (k,) pixels, ``shown`` those in sight."""

    session: object
    area: QRectF
    limits: tuple[float, float]
    scale: Scale
    arrows: str
    ghosts: bool

    @cached_property
    def clusters(self):
        return self.session.clusters

    @cached_property
    def frame(self) -> Frame:
        return Frame(self.area, self.limits, (0.0, 1.0))

    @cached_property
    def base(self) -> float:
        """The height of the line."""
        if self.strip and not self.ghosts:
            return round(max(self.area.bottom() - UNDER, self.area.center().y())) + 0.5
        share = 0.62 if self.strip else 0.5 if self.ghosts else 0.56 if self.arrows == "none" else 0.64
        return round(self.area.top() + share * self.area.height()) + 0.5

    @cached_property
    def x(self) -> np.ndarray:
        position = self.clusters.position
        with np.errstate(over="ignore", invalid="ignore"):
            return np.clip(self.area.left() + (position - self.limits[0]) * self.pixels_a_unit, -1e9, 1e9)

    @cached_property
    def pixels_a_unit(self) -> float:
        return self.area.width() / max(self.limits[1] - self.limits[0], 1e-300)

    @cached_property
    def in_sight(self) -> tuple[int, int]:
        """The first of the clusters in sight, and the first one after them."""
        margin = (LARGEST + 4) / self.pixels_a_unit
        low, high = self.limits[0] - margin, self.limits[1] + margin
        position = self.clusters.position  # ascending
        return int(np.searchsorted(position, low)), int(np.searchsorted(position, high, side="right"))

    @property
    def seen(self) -> int:
        """How many there are in sight."""
        return self.in_sight[1] - self.in_sight[0]

    @cached_property
    def shown(self) -> np.ndarray:
        return np.arange(*self.in_sight)

    @property
    def strip(self) -> bool:
        """Whether there are too many clusters in sight for discs."""
        return self.seen > STRIP

    @cached_property
    def nodes(self) -> np.ndarray:
        """The node of each cluster in the merge tree."""
        return present_nodes(self.session)

    @cached_property
    def sizes(self) -> np.ndarray:
        return self.clusters.sizes(len(self.session.document.history.particles))

    @cached_property
    def largest(self) -> float:
        return min((0.24 if self.ghosts else 0.29) * self.area.height(), LARGEST)

    @cached_property
    def radius(self) -> np.ndarray:
        """Of each cluster in sight, in the order of ``shown``."""
        return disc_radius(self.clusters.mass[self.shown], self.scale.total, self.largest)

    @property
    def has_arrows(self) -> bool:
        return self.arrows != "none" and self.seen <= ARROWS

    @cached_property
    def tips(self) -> np.ndarray:
        """Where the arrows of the clusters in sight end, x."""
        some = self.shown
        values = self.clusters.velocity[some]
        if self.arrows == "momentum":
            values = values * self.clusters.mass[some]
        return np.clip(self.x[some] + self.scale.reach * self.pixels_a_unit * values, -1e5, 1e5)

    @cached_property
    def arrowed(self) -> np.ndarray:
        """Which clusters in sight have an arrow, bool: in a crowd long ones that stand apart, and those selected."""
        if len(self.session.document.history.particles) <= FLAT:
            return np.ones(self.shown.size, bool)
        x, taken, chosen = self.x[self.shown].tolist(), [], np.zeros(self.shown.size, bool)
        long = np.abs(self.tips - self.x[self.shown]) >= STUB
        order = np.argsort(-self.clusters.mass[self.shown], kind="stable")
        for i in order[long[order]].tolist():
            at = bisect.bisect(taken, x[i])
            if all(abs(x[i] - other) >= APART for other in taken[max(at - 1, 0) : at + 1]):
                taken.insert(at, x[i])
                chosen[i] = True
        return chosen | np.isin(self.shown, self._selected())

    def _selected(self) -> np.ndarray:
        """The clusters that are selected, or hold one of the selected particles where these are few."""
        selection, system = self.session.selection, self.session.document.system
        if selection.node is not None:
            return np.array([selected_cluster(self.session)])
        if not 0 < selection.members.size <= FEW:
            return np.empty(0, np.int64)
        return np.searchsorted(self.clusters.start, system.ranks(selection.members), side="right") - 1

    @cached_property
    def arrow_heights(self) -> np.ndarray:
        """The y of the arrows of the clusters in sight: where there are many, fast ones are higher."""
        flat = self.base - self.radius - 11.0
        if len(self.session.document.history.particles) <= FLAT:
            return flat
        room = max(self.base - self.area.top() - self.radius.max(initial=0.0) - 24.0, 0.0)
        speed = np.abs(self.clusters.velocity[self.shown]) / self.scale.fastest
        return flat - np.minimum(speed, 1.0) * min(room, 90.0)

    def place(self, cluster: int) -> QPointF:
        """The centre of a cluster's disc."""
        return QPointF(float(self.x[cluster]), self.base)

    def radius_of(self, cluster: int) -> float:
        return float(disc_radius(self.clusters.mass[cluster], self.scale.total, self.largest))

    def unit(self, x: float) -> float:
        """The position at pixel ``x``."""
        return self.limits[0] + (x - self.area.left()) / self.pixels_a_unit

    def grip(self, point: QPointF, editing: bool) -> Grip | None:
        """What is under ``point``; tips and rims only while ``editing``.  Light clusters lie on top of heavy ones."""
        if self.shown.size == 0 or not self.area.adjusted(-8, -8, 8, 8).contains(point):
            return None
        if self.strip:
            return self._column(point)
        away = np.hypot(self.x[self.shown] - point.x(), self.base - point.y())
        if editing and self.has_arrows:
            from_tip = np.hypot(self.tips - point.x(), self.arrow_heights - point.y())
            from_tip[~self.arrowed] = np.inf
            nearest = int(np.argmin(from_tip))
            if from_tip[nearest] <= KNOB:
                return Grip("tip", int(self.shown[nearest]))
        inside = np.flatnonzero(away <= np.maximum(self.radius + SLACK, 7.0))
        if inside.size == 0:
            return None
        best = int(inside[np.lexsort((away[inside], self.radius[inside]))[0]])
        rim = self.radius[best] >= 9.0 and away[best] >= self.radius[best] - RIM
        return Grip("rim" if editing and rim else "disc", int(self.shown[best]))

    def _column(self, point: QPointF) -> Grip | None:
        """The heaviest cluster in the pixel column under the mouse."""
        near = self.shown[np.abs(self.x[self.shown] - point.x()) <= 1.5]
        if near.size == 0:
            return None
        return Grip("disc", int(near[np.argmax(self.clusters.mass[near])]))


def neat(value: float, resolution: float) -> float:
    """``value`` rounded to the power of ten at or below ``resolution``: dragging gives short numbers."""
    if not (resolution > 0 and math.isfinite(resolution) and math.isfinite(value)):
        return value
    places = -math.floor(math.log10(resolution))
    return float(round(value, min(max(places, -300), 300)))
