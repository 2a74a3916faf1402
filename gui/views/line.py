"""The line: the particles at one moment, to be looked at and taken hold of."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QApplication

from gui.draw.marks import draw_card, draw_hint
from gui.draw.x_range import XRange

from .line_editing import CURSORS, LineEditing
from .line_paint import paint_line
from .line_scene import LEFT, RIGHT, Grip, LineScene, Scale
from .linked_axes import (
    SMALL,
    Frame,
    draw_empty,
    draw_grid,
    draw_heading,
    draw_labels,
    draw_ring,
    heading_height,
    readable,
    round_ticks,
    sized,
)
from .linked_view import LinkedView
from .linked_zoom import Zoom

HINT_MS = 4000
NUDGE = 0.005  # of what is in sight; a tenth of it with Shift
EMPTY = "An empty line. Double-click to add a particle."
KEYS = {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}
ARROW_KEYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Down: (0, -1),
    Qt.Key.Key_Up: (0, 1),
}


class SharedX(Zoom):
    """Zoom of the x axis that all views of a session share."""

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


class LineView(LinkedView):
    """Particles with area by mass and colour by lineage.  At time 0 they can be dragged: the disc, its rim (mass),
    the arrow's tip (velocity); Ctrl and the wheel change the mass, a double click adds, Delete removes."""

    title = "Line"
    why = "The particles on their line at this moment. At time 0 drag them, their arrows or their rims."
    name = "line"

    def __init__(self, session, theme, parent=None):
        super().__init__(session, theme, parent)
        self.x_range = XRange.of(session)
        self.zoom = SharedX(self.x_range)
        self.editing = LineEditing(session)
        self.hovered: Grip | None = None
        self.hint = ""
        self._press: tuple[QPointF, Grip | None] | None = None
        self._panned = False
        self._scale: tuple[tuple, Scale] | None = None
        self._hint_timer = QTimer(self, singleShot=True, interval=HINT_MS)
        self._hint_timer.timeout.connect(self.tell)
        self.x_range.changed.connect(self.refresh)

    def scene(self, rect: QRectF | None = None) -> LineScene:
        """Where everything is on a paper ``rect`` (default: the widget)."""
        rect = QRectF(self.rect()) if rect is None else rect
        options = self.session.options
        limits = (self.x_range.low, self.x_range.high)
        return LineScene(self.session, self.area(rect), limits, self._steady_scale(), options.arrows, options.ghosts)

    def area(self, rect: QRectF) -> QRectF:
        """The part of ``rect`` for the line."""
        font = sized(self.font(), 1.0)
        lines = 2 if rect.height() > 330 else 1
        bottom = lines * QFontMetricsF(sized(font, SMALL)).height() + 8
        top = heading_height(font)
        return QRectF(
            rect.left() + LEFT,
            rect.top() + top,
            max(rect.width() - LEFT - RIGHT, 20),
            max(rect.height() - top - bottom, 20),
        )

    def frame(self, rect: QRectF) -> Frame:
        return Frame(self.area(rect), (self.x_range.low, self.x_range.high), (0.0, 1.0))

    def draw(self, painter: QPainter, rect: QRectF, on_screen: bool) -> None:
        scene, frame = self.scene(rect), self.frame(rect)

        def still(inner: QPainter) -> None:
            ticks = round_ticks(*frame.x, max(int(frame.area.width() / 110), 2))
            draw_grid(inner, frame, self.colours, ticks, [])
            if rect.height() > 330:
                draw_labels(inner, frame, self.colours, "position (weight units)", "")

        if on_screen:
            self.still(painter, rect, "axes", frame.x, still)
        else:
            still(painter)
        draw_heading(painter, rect, self.colours, *self.heading(scene))
        if len(self.session.document.system) == 0:
            draw_empty(painter, frame.area, self.colours, EMPTY)
            return
        paint_line(painter, scene, self.colours, self.highlighted())
        if on_screen:
            self._draw_hold(painter, scene)

    def heading(self, scene: LineScene) -> tuple[str, str]:
        """What is shown, and what the arrows and bars mean."""
        n, k = len(self.session.document.system), len(scene.clusters)
        what = "particle" if n == 1 else "particles"
        title = f"t = {readable(self.session.clock.t)}   {n:,} {what}"
        if k < n:
            title += f" in {k:,} {'cluster' if k == 1 else 'clusters'}"
        if scene.strip:
            return title, "bars: mass in each column of pixels, on a log scale" + (
                "; below, free flight without collisions" if scene.ghosts else ""
            )
        note = "area: mass"
        if scene.has_arrows:
            unit = "per mass " if scene.arrows == "momentum" else ""
            note += f"; arrows: {scene.arrows}, {unit}the way in a time of {readable(scene.scale.reach, 2)}"
        if scene.ghosts:
            note += "; below: free flight without collisions"
        return title, note

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
            self._draw_rings(painter, scene, grip)
        painter.setFont(sized(self.font(), SMALL))
        if grip is not None:
            radius = 0.0 if scene.strip else scene.radius_of(grip.cluster)
            anchor = scene.place(grip.cluster) - QPointF(0, radius)
            draw_card(painter, anchor, self.card(grip, scene), self.colours, QRectF(self.rect()))
        if self.hint:
            draw_hint(painter, QRectF(self.rect()), self.hint, self.colours)

    def _draw_rings(self, painter: QPainter, scene: LineScene, grip: Grip | None) -> None:
        selection = self.session.selection
        if selection.node is not None:
            for i in range(scene.shown.size):
                if scene.nodes[scene.shown[i]] == selection.node:
                    cluster = int(scene.shown[i])
                    draw_ring(painter, scene.place(cluster), float(scene.radius[i]) + 3.0, self.colours.accent)
        if grip is None:
            return
        draw_ring(painter, scene.place(grip.cluster), scene.radius_of(grip.cluster) + 2.0, self.colours.ink, 1.5)
        if self.editing.possible and scene.has_arrows:
            row = int((scene.shown == grip.cluster).argmax())
            tip = QPointF(float(scene.tips[row]), float(scene.arrow_heights[row]))
            painter.setBrush(self.colours.background)
            draw_knob = 4.5 if grip.kind == "tip" else 3.5
            painter.setPen(self.colours.accent if grip.kind == "tip" else self.colours.ink)
            painter.drawEllipse(tip, draw_knob, draw_knob)

    def card(self, grip: Grip, scene: LineScene) -> list[str]:
        """What the card of a cluster says."""
        cluster, clusters = grip.cluster, scene.clusters
        first, size = int(clusters.start[cluster]), int(scene.sizes[cluster])
        mass, velocity = float(clusters.mass[cluster]), float(clusters.velocity[cluster])
        if size == 1:
            lines = [f"Particle {first + 1:,} of {len(self.session.document.system):,}"]
        else:
            lines = [f"Cluster of {size:,} particles", f"members {first + 1:,} to {first + size:,} from the left"]
        lines.append(f"position {readable(clusters.position[cluster], 4)}   mass {readable(mass, 4)}")
        lines.append(f"velocity {readable(velocity, 4)}   momentum {readable(mass * velocity, 4)}")
        if self.editing.gesture is None and self.editing.possible:
            lines.append(
                {"tip": "drag: velocity", "rim": "drag: mass"}.get(grip.kind, "drag: position; Ctrl+wheel: mass")
            )
        return lines

    # mouse

    def mousePressEvent(self, event) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            self._press = (event.position(), self.scene().grip(event.position(), self.editing.possible))
            self._panned = False

    def mouseMoveEvent(self, event) -> None:  # noqa: N802
        point = event.position()
        if self._press is None:
            self._hover_over(point)
            return
        start, grip = self._press
        if self.editing.gesture is not None:
            self.editing.move(point, self.scene())
            self._follow_gesture()
        elif self._panned or (point - start).manhattanLength() >= QApplication.startDragDistance() // 2:
            self._drag(start, point, grip)

    def _drag(self, start: QPointF, point: QPointF, grip: Grip | None) -> None:
        if grip is None or self._panned:
            width = max(self.area(QRectF(self.rect())).width(), 1.0)
            self.zoom.shift((start.x() - point.x()) / width, 0.0)
            self._press, self._panned = (point, None), True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif not self.editing.possible:
            self.tell(self.editing.go_to_start())
            self._press = None
        elif not self.scene().strip:
            self.x_range.held = True
            scene = self.scene()
            self.editing.begin(grip, scene, start)
            self.editing.move(point, scene)
            self._follow_gesture()

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
        self._hover_over(event.position())

    def _click(self, grip: Grip | None, modifiers) -> None:
        selection = self.session.selection
        adding = modifiers & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier)
        if grip is None:
            selection.clear()
        elif adding and self.editing.possible:
            selection.select(selection.ids ^ {self.editing.id_of(grip.cluster)})
        else:
            selection.select_node(int(self.scene().nodes[grip.cluster]))

    def mouseDoubleClickEvent(self, event) -> None:  # noqa: N802
        scene = self.scene()
        if scene.grip(event.position(), False) is not None or not scene.area.contains(event.position()):
            return
        if not self.editing.possible:
            self.tell(self.editing.go_to_start().replace("Now drag.", "Now add."))
            return
        self.editing.add(scene.unit(event.position().x()))

    def wheelEvent(self, event) -> None:  # noqa: N802
        grip = self.scene().grip(event.position(), False)
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and grip is not None:
            if self.editing.possible:
                self.editing.scale_mass(grip, event.angleDelta().y() / 120.0)
            else:
                self.tell(self.editing.go_to_start().replace("Now drag.", "Now turn the wheel."))
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
        if event.type() == QEvent.Type.ShortcutOverride and self._meant(event):
            event.accept()
            return True
        return super().event(event)

    @staticmethod
    def _meant(event) -> bool:
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        return event.key() in KEYS or (bool(alt) and event.key() in ARROW_KEYS)

    def keyPressEvent(self, event) -> None:  # noqa: N802
        if not self._meant(event):
            super().keyPressEvent(event)
            return
        if not self.session.selection:
            self.tell("Select a particle first: click it, or press Up and Down.")
        elif not self.editing.possible:
            self.tell(self.editing.go_to_start().replace("Now drag.", "Press the key again."))
        elif event.key() in KEYS:
            self.editing.remove()
        else:
            across, along = ARROW_KEYS[event.key()]
            fine = 0.1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
            step = NUDGE * fine * self.x_range.span
            self.editing.nudge(across * step, along * step / self._steady_scale().reach)
