"""The line: the particles at one moment, to be looked at and taken hold of."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QApplication

from gui.draw.marks import draw_card, draw_hint
from gui.draw.x_range import XRange
from gui.model import commands

from .line_editing import CURSORS, LineEditing, means_edit
from .line_paint import paint_line, paint_rings
from .line_scene import LEFT, RIGHT, Grip, LineScene, Scale
from .line_words import card, heading
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
from .linked_clusters import position_label
from .linked_view import LinkedView
from .shared_zoom import SharedZoom

HINT_MS = 4000
EMPTY, TO_ADD = "An empty line.", " Double-click to add a particle."


class LineView(LinkedView):
    """Particles with area by mass and colour by lineage.  At time 0 they can be dragged: the disc, its rim (mass),
    the arrow's tip (velocity); Ctrl and the wheel change the mass, a double click adds, Delete removes."""

    title = "Line"
    why = "The particles on their line at this moment. At time 0 drag them, their arrows or their rims."
    name = "line"

    def __init__(self, session, theme, parent=None):
        super().__init__(session, theme, parent)
        self.x_range = XRange.of(session)
        self.zoom = SharedZoom(self.x_range)
        self.editing = LineEditing(session)
        self.hovered: Grip | None = None
        self.hint, self._panned = "", False
        self._press: tuple[QPointF, Grip | None] | None = None
        self._scale: tuple[tuple, Scale] | None = None
        self._hint_timer = QTimer(self, singleShot=True, interval=HINT_MS)
        self._hint_timer.timeout.connect(self.tell)
        self.x_range.changed.connect(self.keep_up)

    def scene(self, rect: QRectF | None = None) -> LineScene:
        """Where everything is on a paper ``rect`` (default: the widget)."""
        area, options = self.area(self.paper() if rect is None else rect), self.session.options
        limits = self.x_range.low, self.x_range.high
        scale = self._steady_scale().stretched(area.width() / max(limits[1] - limits[0], 1e-300))
        return LineScene(self.session, area, limits, scale, options.arrows, options.ghosts)

    def area(self, rect: QRectF) -> QRectF:
        """The part of ``rect`` for the line."""
        font = sized(self.font(), 1.0)
        lines = 2 if rect.height() > 330 else 1
        top, bottom = heading_height(font), lines * QFontMetricsF(sized(font, SMALL)).height() + 8
        width, height = max(rect.width() - LEFT - RIGHT, 20), max(rect.height() - top - bottom, 20)
        return QRectF(rect.left() + LEFT, rect.top() + top, width, height)

    def frame(self, rect: QRectF) -> Frame:
        return Frame(self.area(rect), (self.x_range.low, self.x_range.high), (0.0, 1.0))

    def draw(self, painter: QPainter, rect: QRectF, on_screen: bool) -> None:
        scene, frame = self.scene(rect), self.frame(rect)

        def still(inner: QPainter) -> None:
            draw_grid(inner, frame, self.colours, round_ticks(*frame.x, max(int(frame.area.width() / 110), 2)), [])
            if rect.height() > 330:
                draw_labels(inner, frame, self.colours, position_label(self.session), "")

        if on_screen:
            self.still(painter, rect, "axes", (*frame.x, position_label(self.session)), still)
        else:
            still(painter)
        draw_heading(painter, rect, self.colours, *heading(scene, on_screen))
        if len(self.session.document.system) == 0:
            draw_empty(painter, frame.area, self.colours, EMPTY + TO_ADD * on_screen)
            return
        paint_line(painter, scene, self.colours, self.highlighted())
        if on_screen:
            self._draw_hold(painter, scene)

    def tell(self, text: str = "") -> None:
        """Show a sentence for some seconds; none: take it away."""
        self.hint = text
        self._hint_timer.start() if text else self._hint_timer.stop()
        self.update()

    def _steady_scale(self) -> Scale:
        """The scale of discs and arrows: that of the history, but unmoved while something is dragged."""
        document, kind = self.session.document, self.session.options.arrows
        key = (document.history, kind)
        if self._scale is None or (self._scale[0] != key and self.editing.gesture is None):
            self._scale = (key, Scale.of(document.system, document.history, kind))
        return self._scale[1]

    def _draw_hold(self, painter: QPainter, scene: LineScene) -> None:
        """What the mouse is on, what is selected, and hints."""
        grip = self.hovered if self.hovered and self.hovered.cluster < len(scene.clusters) else None
        if not scene.strip:
            paint_rings(painter, scene, self.colours, grip, self.editing.possible)
        painter.setFont(sized(self.font(), SMALL))
        if grip is not None:
            radius = 0.0 if scene.strip else scene.radius_of(grip.cluster)
            look = (self.colours, self.paper())
            draw_card(
                painter,
                scene.place(grip.cluster),
                radius,
                card(grip, scene, self.editing.possible and self.editing.gesture is None),
                look,
            )
        if self.hint:
            draw_hint(painter, scene.area, self.hint, self.colours)

    # mouse

    def mousePressEvent(self, event) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            self._press = (self.point(event), self.scene().grip(self.point(event), self.editing.possible))
            self._panned = False

    def mouseMoveEvent(self, event) -> None:  # noqa: N802
        point = self.point(event)
        if self._press is None:
            self._hover_over(point)
            return
        start, grip = self._press
        if self.editing.gesture is not None:
            self._pull(point)
        elif self._panned or (point - start).manhattanLength() >= QApplication.startDragDistance() // 2:
            self._drag(start, point, grip)

    def _drag(self, start: QPointF, point: QPointF, grip: Grip | None) -> None:
        if grip is None or self._panned:
            width = max(self.area(self.paper()).width(), 1.0)
            self.zoom.shift((start.x() - point.x()) / width, 0.0)
            self._press, self._panned = (point, None), True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif not self.editing.possible:
            self.tell(self.editing.go_to_start())
            self._press = None
        elif not self.scene().strip:
            self.x_range.held = True
            self.editing.begin(grip, self.scene(), start)
            self._pull(point)

    def _pull(self, point: QPointF) -> None:
        if self.editing.move(point, self.scene()):
            self._follow_gesture()
        else:
            self._press, self.x_range.held = None, False

    def mouseReleaseEvent(self, event) -> None:  # noqa: N802
        if event.button() != Qt.MouseButton.LeftButton:
            return
        press, self._press = self._press, None
        if self.editing.gesture is not None:
            self.editing.end()
            self.x_range.held = False
        elif press is not None and not self._panned:
            self._click(press[1], event.modifiers())
        self._panned = False
        self._hover_over(self.point(event))

    def _click(self, grip: Grip | None, modifiers) -> None:
        selection = self.session.selection
        adding = modifiers & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier)
        if grip is None:
            selection.clear()
        elif adding and self.editing.possible:
            selection.toggle(self.editing.id_of(grip.cluster))
        else:
            selection.select_node(int(self.scene().nodes[grip.cluster]))

    def mouseDoubleClickEvent(self, event) -> None:  # noqa: N802
        scene = self.scene()
        if scene.grip(self.point(event), False) is not None or not scene.area.contains(self.point(event)):
            return
        if not self.editing.possible:
            self.tell(self.editing.go_to_start("Now add."))
            return
        commands.add(self.session, scene.unit(self.point(event).x()))

    def wheelEvent(self, event) -> None:  # noqa: N802
        grip = self.scene().grip(self.point(event), False)
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and grip is not None:
            if self.editing.possible:
                self.editing.scale_mass(grip, event.angleDelta().y() / 120.0)
            else:
                self.tell(self.editing.go_to_start("Now turn the wheel."))
            event.accept()
        else:
            super().wheelEvent(event)

    def leaveEvent(self, event) -> None:  # noqa: N802
        self._set_hovered(None)
        super().leaveEvent(event)

    def _hover_over(self, point: QPointF) -> None:
        grip = self.scene().grip(point, self.editing.possible)
        if grip is None:
            self.unsetCursor()
        elif self.editing.possible and not self.scene().strip:
            self.setCursor(CURSORS[grip.kind])
        else:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._set_hovered(grip)

    def _set_hovered(self, grip: Grip | None) -> None:
        if grip != self.hovered:
            self.hovered = grip
            self.session.selection.hovered = None if grip is None else self.editing.id_of(grip.cluster)
            self.update()

    def _follow_gesture(self) -> None:
        """The card stays with the particle that is dragged, whatever rank it has now."""
        gesture, clusters = self.editing.gesture, self.session.clusters
        rank = int(self.session.document.system.ranks([gesture.id])[0])
        self.hovered = Grip(gesture.kind, int(clusters.start.searchsorted(rank, side="right")) - 1)
        self.update()

    # keys

    def event(self, event) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and means_edit(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event) -> None:  # noqa: N802
        if not means_edit(event):
            super().keyPressEvent(event)
            return
        if hint := self.editing.key(event, self.x_range.span, self.scene().scale.reach):
            self.tell(hint)
