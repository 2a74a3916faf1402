"""The space-time diagram: every world line, merging as time goes up, and the present as a line across."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from shiboken6 import isValid

from gui.draw.arrays import draw_points
from gui.draw.event_dots import draw_event_dots
from gui.draw.heavy_paths import HeavyPaths
from gui.draw.palette import with_alpha
from gui.draw.world_lines import CROWD, Look, draw_world_lines, line_width, rows_of
from gui.draw.world_raster import AT_REST, ON_PAPER
from gui.draw.x_range import XRange
from gui.model.lineage import nodes_at

from .line_scene import LEFT, RIGHT
from .linked_axes import (
    SMALL,
    Frame,
    draw_empty,
    draw_grid,
    draw_heading,
    draw_labels,
    heading_height,
    round_ticks,
    sized,
)
from .linked_clusters import describe_node, position_label, present_nodes, time_label
from .linked_view import Hit, LinkedView
from .shared_zoom import SharedZoom
from .space_time_axis import time_ticks
from .time_tab import draw_time_tab

AT_ONCE = 20_000  # particles whose world lines are put in order while the user waits
HOVER = 200_000  # with more particles, only a click looks for what is under the mouse
REACH = 6.0  # pixels from a line or the cursor that still count as on it
DOTTED = 300  # more clusters than this have no dots on the line of the present
REST_MS = 180  # after the last pan or zoom
FUTURE = 0.4  # how much of what is still to come is veiled


class SpaceTimeView(LinkedView):
    """World lines with width by mass and colour by lineage.  The line of the present can be dragged; a click on a
    world line selects the cluster; the wheel zooms, a drag moves, a double click shows everything."""

    title = "Space-time"
    why = "Every particle's way through time, upward; where lines meet they stick. Drag the line of the present."
    name = "space-time"

    def __init__(self, session, theme, parent=None):
        super().__init__(session, theme, parent)
        self.x_range = XRange.of(session)
        self.zoom = SharedZoom(self.x_range, vertical=True)
        self.x_range.changed.connect(self._moved)
        self._paths: tuple[tuple, HeavyPaths] | None = None
        self._under_way: tuple | None = None
        self.drawn = 0  # world lines in the last picture
        self._pains = AT_REST  # a crowd is drawn with fewer of its lines while the view moves
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._at_rest)

    def frame(self, rect: QRectF) -> Frame:
        font = sized(self.font(), 1.0)
        line = QFontMetricsF(sized(font, SMALL)).height()
        top, bottom = heading_height(font) + 4, 2 * line + 8
        width, height = max(rect.width() - LEFT - RIGHT, 20), max(rect.height() - top - bottom, 20)
        area = QRectF(rect.left() + LEFT, rect.top() + top, width, height)
        return Frame(area, (self.x_range.low, self.x_range.high), self.zoom.y)

    def paths(self, wait: bool = False) -> HeavyPaths | None:
        """The world lines on the present axis; None while a worker puts them in order, unless it is to ``wait``."""
        session = self.session
        key = (session.document.history, session.clock.horizon, session.axis)
        if self._paths is None or self._paths[0] != key:
            if not wait and len(key[0].particles) > AT_ONCE:
                self._order(key, lambda: HeavyPaths.of(*key))
                return None
            self._paths = (key, HeavyPaths.of(*key))
        return self._paths[1]

    def _order(self, key: tuple, make: Callable[[], HeavyPaths]) -> None:
        """Have a worker make the world lines of ``key``, with the level for the present view."""
        if self._under_way != key:
            self._under_way = key

            def landed(paths: HeavyPaths) -> None:
                if self._under_way == key:
                    self._paths, self._under_way = (key, paths), None
                    self.refresh()

            rows = self._rows()
            self.session.document.run(lambda: make().made_ready(rows), landed, "ordering world lines")

    def _rows(self) -> float:
        return rows_of(self.frame(self.paper()), self.devicePixelRatioF())

    def draw(self, painter: QPainter, rect: QRectF, on_screen: bool) -> None:
        frame, paths, axis = self.frame(rect), self.paths(wait=not on_screen), self.session.axis
        lit, heading = self.highlighted(), self.heading()
        if on_screen:
            sharp = self._stretching or paths is None or paths.nearest(self._rows()) == self._rows()
            if not sharp:
                self._order(self._paths[0], lambda: paths)
            key = (sharp, paths, frame.x, frame.y, axis.kind, self.session.selection.number, self._pains)
            self.still(painter, rect, "lines", key, lambda inner: self._draw_still(inner, frame, lit, self._pains))
        else:
            self._draw_still(painter, frame, lit, ON_PAPER)
        draw_heading(painter, rect, self.colours, *heading)
        if len(self.session.document.system) == 0:
            draw_empty(painter, frame.area, self.colours, "No particles, no world lines.")
            return
        self._draw_present(painter, frame)
        if paths is None:
            draw_empty(painter, frame.area, self.colours, "Putting the world lines in order …")

    def heading(self) -> tuple[str, str]:
        """Title and note."""
        history = self.session.document.history
        n, k = len(history.particles), int(history.count(self.session.clock.horizon))
        what = "particle" if n == 1 else "particles"
        ends = " stay apart" if n > 1 and k == n else ""
        if not self.session.options.future:
            return f"{n:,} {what}", "the future is hidden until you have answered"
        if k < n:
            ends = f" become {k:,} {'cluster' if k == 1 else 'clusters'}"
        return f"{n:,} {what}{ends}", f"up: {time_label(self.session)}; width: mass; dots: merges"

    def hit(self, point: QPointF, frame: Frame) -> Hit | None:
        area, history = frame.area, self.session.document.history
        if not area.contains(point) or len(history.particles) == 0:
            return None
        if len(history.particles) > HOVER and self._held is None and not self._clicking:
            return None
        t = self.time_at(point, frame)
        if t > self.session.clock.t and not self.session.options.future:
            return None
        clusters = history.clusters(t)
        away = np.abs(frame.across(clusters.position) - point.x())
        near = np.flatnonzero(away <= np.maximum(REACH, 0.5 * line_width(clusters.mass, clusters.mass.sum())))
        if near.size == 0:
            return None
        cluster = int(near[np.argmin(away[near])])
        node = int(nodes_at(history, t)[cluster])
        return Hit(node, describe_node(self.session, node))

    # the present

    def grabs_time(self, point: QPointF, frame: Frame) -> bool:
        across = frame.area.left() - LEFT <= point.x() <= frame.area.right() + RIGHT
        return across and abs(point.y() - self._present(frame)) <= REACH

    def time_at(self, point: QPointF, frame: Frame) -> float:
        return float(self.session.axis.inverse(frame.data(point)[1]))

    def _present(self, frame: Frame) -> float:
        return float(frame.up(self.session.axis.forward(self.session.clock.t)))

    _clicking = False

    def mouseReleaseEvent(self, event) -> None:  # noqa: N802
        self._clicking = True  # with very many particles only a click asks what is there
        try:
            super().mouseReleaseEvent(event)
        finally:
            self._clicking = False

    def _draw_still(self, painter: QPainter, frame: Frame, lit, pains: int) -> None:
        """Everything that the present does not move: axes, world lines, merges."""
        axis, session, paths = self.session.axis, self.session, self.paths()
        x_ticks = round_ticks(*frame.x, max(int(frame.area.width() / 110), 2))
        draw_grid(painter, frame, self.colours, x_ticks, self._time_ticks(frame))
        draw_labels(painter, frame, self.colours, position_label(session), "")
        if paths is not None and len(paths.segments):
            heaviest = float(session.document.history.particles.mass.sum())
            look = Look(self.colours, session.colours, heaviest, lit, pains)
            self.drawn = draw_world_lines(painter, frame, paths, axis, look)
            draw_event_dots(painter, frame, session.document.history, axis, look)

    def _time_ticks(self, frame: Frame) -> list[tuple[float, str]]:
        return time_ticks(self.session.axis, *frame.y, max(int(frame.area.height() / 55), 2))

    def _draw_present(self, painter: QPainter, frame: Frame) -> None:
        """The line of the present with its clusters as dots, a veil over what is to come, and its time."""
        area, t, y = frame.area, self.session.clock.t, self._present(frame)
        painter.save()
        painter.setClipRect(area.adjusted(-LEFT, -8, RIGHT, 8), Qt.ClipOperation.IntersectClip)
        hidden = not self.session.options.future
        if (t > 0 or hidden) and y > area.top():
            veil = QRectF(area.left(), area.top(), area.width(), min(y, area.bottom()) - area.top())
            ink = self.colours.background if hidden else with_alpha(self.colours.background, FUTURE)
            painter.fillRect(veil.adjusted(-4, -8, 4, 0) if hidden else veil, ink)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(QRectF(area.left(), round(y) - 1, area.width(), 2), self.colours.accent)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_dots(painter, frame, y)
        painter.setFont(sized(self.font(), 1.0))
        draw_time_tab(painter, frame, (y, t), self._time_ticks(frame), self.colours)
        painter.restore()

    def _draw_dots(self, painter: QPainter, frame: Frame, y: float) -> None:
        clusters = self.session.clusters
        margin = 4 * (frame.x[1] - frame.x[0]) / frame.area.width()
        first, last = np.searchsorted(clusters.position, (frame.x[0] - margin, frame.x[1] + margin))
        if last - first > DOTTED:
            return
        some = np.arange(first, last)
        x = frame.across(clusters.position[some])
        index = self.session.colours[present_nodes(self.session)[some]]
        width = np.rint(2 * line_width(clusters.mass[some], clusters.mass.sum())) / 2 + 3.0
        for halo in (2.0, 0.0):
            for value in np.unique(index.astype(np.int64) + 8 * (2 * width).astype(np.int64)):
                chosen = (index + 8 * (2 * width).astype(np.int64)) == value
                ink = self.colours.background if halo else self.colours.clusters[value % 8]
                pen = QPen(ink, value // 8 / 2 + halo)
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                painter.setPen(pen)
                draw_points(painter, x[chosen], np.full(int(chosen.sum()), y))

    def _moved(self) -> None:
        """The window on the world lines moves: quick frames, and a careful one when it has come to rest."""
        if isValid(self):
            if len(self.session.document.system) > CROWD:
                self._pains = 1
                self._rest.start()
            self.keep_up()

    def _at_rest(self) -> None:
        self._pains = AT_REST
        self.update()

    def hideEvent(self, event) -> None:  # noqa: N802
        self._rest.stop()
        self._pains = AT_REST
        super().hideEvent(event)
