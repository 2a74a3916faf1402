"""The merge tree: ranks from left to right, time upward, the present as a line that cuts the branches."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from gui.draw.arrays import draw_lines
from gui.draw.palette import with_alpha
from gui.model.lineage import node_at

from .linked_axes import (
    SMALL,
    Frame,
    draw_empty,
    draw_grid,
    draw_heading,
    draw_labels,
    plot_area,
    readable,
    round_ticks,
    sized,
)
from .linked_clusters import describe_node, time_label
from .linked_view import Hit, LinkedView
from .tree_layout import (
    WAITS,
    Layout,
    bars,
    branch_near,
    lay_out,
    life,
    smallest_shown,
    stands,
    stray_lines,
    uprights,
    wedges,
)

REACH = 8.0
FUTURE = 0.28  # strength of what has not happened yet


class TreeView(LinkedView):
    """Every collision joins two branches; the branches that the line of the present cuts are the clusters now.

    What lies above the line has not happened yet and is faint.  More than 400 leaves are collapsed to wedges.
    """

    title = "Merge tree"
    why = (
        "Who merged with whom, and when: time runs upward, each collision joins two branches, and the branches that "
        "the line of the present cuts are the clusters now."
    )
    name = "tree"
    _grown: tuple = (None, None)  # the history and horizon of ``_layouts``, which are by ``smallest``

    def frame(self, rect: QRectF) -> Frame:
        n = len(self.session.document.history.particles)
        margin = 0.5 + 0.01 * n
        x, y = self.zoom.of((-margin, max(n, 1) - 1 + margin), (0.0, 1.03))
        texts = [text for _, text in self.session.axis.ticks(max(int(rect.height() / 45), 6))]
        return Frame(plot_area(rect, sized(self.font(), 1.0), texts), x, y)

    def draw(self, painter: QPainter, rect: QRectF, on_screen: bool) -> None:
        session = self.session
        history, n = session.document.history, len(session.document.history.particles)
        if n == 0:
            draw_empty(painter, rect, self.colours, "No particles: no tree grows here.")
            return
        frame = self.frame(rect)
        layout = self._layout(frame, wait=not on_screen)
        clusters = int(history.count(session.clock.t))
        note = "the dashed line is now; above it lies the future"
        if layout is not None and layout.smallest > 1:
            note = f"wedges and hairlines stand for clusters of fewer than {layout.smallest:,} particles"
        draw_heading(painter, rect, self.colours, f"Merge tree: {clusters:,} branch{'es' * (clusters != 1)} now", note)
        ticks = round_ticks(*frame.x, max(int(frame.area.width() / 80), 2))
        x_ticks = [(value, text) for value, text in ticks if value == round(value) and 0 <= value < n]
        y_ticks = session.axis.ticks(max(int(frame.area.height() / 45), 2))
        draw_grid(painter, frame, self.colours, x_ticks, y_ticks)
        draw_labels(painter, frame, self.colours, "rank, from the left", time_label(self.session))
        if layout is None:
            draw_empty(painter, frame.area, self.colours, "Growing the tree …")
        else:
            self._draw_forest(painter, rect, frame, layout, on_screen)
            self._draw_collapsed_selection(painter, frame, layout)
        self._draw_cut(painter, frame, layout)

    def grabs_time(self, point: QPointF, frame: Frame) -> bool:
        cut = float(frame.up(self.session.axis.forward(self.session.clock.t)))
        inside = frame.area.left() - 40 <= point.x() <= frame.area.right()
        return bool(len(self.session.document.history.particles)) and inside and abs(cut - point.y()) <= 5

    def time_at(self, point: QPointF, frame: Frame) -> float:
        return float(self.session.axis.inverse(min(max(frame.data(point)[1], 0.0), 1.0)))

    def hit(self, point: QPointF, frame: Frame) -> Hit | None:
        history, layout = self.session.document.history, self._layout(frame, wait=False)
        if layout is None or not len(history.particles) or not frame.area.contains(point):
            return None
        rank = frame.data(point)[0]
        t, tree = self.time_at(point, frame), history.tree
        reach = REACH * (frame.x[1] - frame.x[0]) / frame.area.width()
        branch = branch_near(layout, rank, t, reach)
        if branch is not None:
            node = node_at(history, int(tree.first[layout.branches.bottom[branch]]), t)
        else:
            at = min(max(round(rank), 0), len(history.particles) - 1)
            node = node_at(history, at, t)
            if layout.smallest == 1 or abs(rank - at) > reach + 0.5:
                return None
        return Hit(node, describe_node(self.session, node))

    def _layout(self, frame: Frame, wait: bool) -> Layout | None:
        """The branches for this zoom; of a large tree the nearest there are until they are laid out, or None."""
        history, horizon = self.session.document.history, self.session.document.system.horizon
        n = len(history.particles)
        smallest = smallest_shown(n, self.zoom.x[1] - self.zoom.x[0])
        if self._grown != (history, horizon):
            self._grown, self._layouts = (history, horizon), {}
        if n <= WAITS or wait:
            if self._layouts.get(smallest) is None:
                self._layouts[smallest] = lay_out(history, horizon, smallest)
        elif smallest not in self._layouts:
            self._layouts[smallest] = None
            what = f"the merge tree, clusters of {smallest:,} and more"
            run = self.session.document.run
            run(lambda: lay_out(history, horizon, smallest), lambda made: self._laid_out(history, made), what)
        ready = [size for size, layout in self._layouts.items() if layout is not None]
        return self._layouts[min(ready, key=lambda size: abs(size - smallest))] if ready else None

    def _laid_out(self, history, layout: Layout) -> None:
        if self._grown[0] is history:
            self._layouts[layout.smallest] = layout
            self.refresh()

    def _draw_forest(self, painter: QPainter, rect: QRectF, frame: Frame, layout: Layout, on_screen: bool) -> None:
        """The past in full colour under the cut, the future faint above it: two still pictures, clipped."""
        cut = float(frame.up(self.session.axis.forward(self.session.clock.t)))
        area = frame.area.adjusted(-6, -4, 6, 4)
        for name, strength, part in (
            ("future", FUTURE, QRectF(area.left(), area.top(), area.width(), max(cut - area.top(), 0))),
            ("past", 1.0, QRectF(area.left(), cut, area.width(), max(area.bottom() - cut, 0))),
        ):
            if name == "future" and not self.session.options.future:
                continue
            painter.save()
            painter.setClipRect(part, Qt.ClipOperation.IntersectClip)
            key = (
                *self._grown, layout.smallest, self.session.options.time_axis, self.zoom.x, self.zoom.y,
                self.session.selection.number, self.session.document.system.horizon,
            )  # fmt: skip
            if on_screen:
                self.still(painter, rect, name, key, lambda p, s=strength: self._paint_forest(p, frame, layout, s))
            else:
                self._paint_forest(painter, frame, layout, strength)
            painter.restore()

    def _paint_forest(self, painter: QPainter, frame: Frame, layout: Layout, strength: float) -> None:
        history, colours = self.session.document.history, self.session.colours
        lit, tree, axis = self.highlighted(), history.tree, self.session.axis
        b = layout.branches
        painter.setClipRect(frame.area.adjusted(-6, -4, 6, 4), Qt.ClipOperation.IntersectClip)
        if layout.smallest > 1:
            corners, shut = wedges(layout, history)
            ground, foot = frame.up(axis.forward(0.0)), frame.up(axis.forward(b.born[shut]))
            painter.setPen(Qt.PenStyle.NoPen)
            corners = frame.across(corners)
            seen = (corners[:, 2] >= frame.area.left()) & (corners[:, 0] <= frame.area.right())
            node, inks = b.bottom[shut[seen]], self.colours.clusters
            place = colours[node] + len(inks) * (1 if lit is None else lit[node])
            inks = [self.colours.faded(ink, 0.42 * strength * share) for share in (0.35, 1.0) for ink in inks]
            for (left, top, right), y, which in zip(corners[seen].tolist(), foot[seen].tolist(), place, strict=True):
                painter.setBrush(inks[which])
                painter.drawPolygon([QPointF(left, ground), QPointF(top, y), QPointF(right, ground)])
            lines, node = stray_lines(layout)
            self._paint_lines(painter, frame, lines, node, (0.6, 0.6 * strength))
        over, ending = bars(layout)
        width = 2.2 if b.top.size <= 120 else 1.3
        self._paint_lines(painter, frame, over, b.top[ending], (width, strength))
        self._paint_lines(painter, frame, uprights(layout), b.top, (width, strength))
        if history.particles.mass.size <= 40:
            leaves = np.flatnonzero(tree.first[b.bottom] == tree.last[b.bottom])
            painter.setPen(Qt.PenStyle.NoPen)
            for branch in leaves:
                painter.setBrush(self.colours.faded(self.colours.clusters[colours[b.bottom[branch]]], strength))
                painter.drawEllipse(QPointF(frame.across(b.place[branch]), frame.up(0.0)), 3.5, 3.5)

    def _paint_lines(self, painter: QPainter, frame: Frame, lines: np.ndarray, nodes: np.ndarray, style) -> None:
        """Lines (s, 4) of rank and time, each in the colour of its node; ``style`` is (width, strength)."""
        lit, (width, strength), axis = self.highlighted(), style, self.session.axis
        left, right = np.minimum(lines[:, 0], lines[:, 2]), np.maximum(lines[:, 0], lines[:, 2])
        seen = np.flatnonzero((right >= frame.x[0]) & (left <= frame.x[1]))
        lines, nodes = lines[seen], nodes[seen]
        ink = self.session.colours[nodes]
        ends = np.column_stack(
            (
                frame.across(lines[:, 0]), frame.up(axis.forward(lines[:, 1])),
                frame.across(lines[:, 2]), frame.up(axis.forward(lines[:, 3])),
            )
        )  # fmt: skip
        chosen = np.ones(nodes.size, bool) if lit is None else lit[nodes]
        for strong in (False, True):
            extra = 1.4 if strong and lit is not None else 0.0
            share = strength if strong else 0.3 * strength
            for index, colour in enumerate(self.colours.clusters):
                pen = QPen(self.colours.faded(colour, share), width + extra)
                pen.setCapStyle(Qt.PenCapStyle.SquareCap)
                painter.setPen(pen)
                draw_lines(painter, ends[(ink == index) & (chosen == strong)])

    def _draw_collapsed_selection(self, painter: QPainter, frame: Frame, layout: Layout) -> None:
        """The selected cluster as a line of its own where it is too small to have a branch."""
        node, tree = self.session.selection.node, self.session.document.history.tree
        if node is None or layout.smallest == 1 or stands(layout, node):
            return
        x = float(frame.across(0.5 * (tree.first[node] + tree.last[node])))
        low, high = frame.up(self.session.axis.forward(life(tree, node)))
        painter.setPen(QPen(self.colours.accent, 2.0))
        painter.drawLine(QPointF(x, float(low)), QPointF(x, float(high)))

    def _draw_cut(self, painter: QPainter, frame: Frame, layout: Layout | None) -> None:
        """The line of the present, and a dot on each branch that it cuts."""
        t = self.session.clock.t
        height = float(frame.up(self.session.axis.forward(t)))
        if not frame.area.top() - 1 <= height <= frame.area.bottom() + 1:
            return
        painter.setPen(QPen(self.colours.accent, 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(frame.area.left() - 6, height), QPointF(frame.area.right() + 6, height))
        if layout is not None:
            b, lit = layout.branches, self.highlighted()
            cut = np.flatnonzero((b.born <= t) & ((t < b.died) | ((b.above < 0) & (t <= b.died))))
            if cut.size <= 60:
                painter.setPen(QPen(self.colours.background, 1.5))
                for branch in cut:
                    node = b.top[branch]
                    share = 1.0 if lit is None or lit[node] else 0.35
                    painter.setBrush(self.colours.faded(self.colours.clusters[self.session.colours[node]], share))
                    painter.drawEllipse(QPointF(float(frame.across(b.place[branch])), height), 5.0, 5.0)
        painter.setFont(sized(painter.font(), SMALL, bold=True))
        metrics, text = QFontMetricsF(painter.font()), f"{self.session.document.system.time_word} {readable(t, 4)}"
        spot = QRectF(0, 0, metrics.horizontalAdvance(text) + 12, metrics.height() + 3)
        spot.moveBottomRight(QPointF(frame.area.right() + 6, max(height - 3, frame.area.top() + spot.height())))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(with_alpha(self.colours.background, 0.85))
        painter.drawRoundedRect(spot, 4, 4)
        painter.setPen(self.colours.accent)
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, text)
