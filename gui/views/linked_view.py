"""What the linked views share: they follow the session, zoom, explain what is under the mouse, select on a click."""

from __future__ import annotations

from typing import NamedTuple
from weakref import ref

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from shiboken6 import isValid

from gui.draw.layer import layer
from gui.draw.magnification import Magnified
from gui.draw.palette import Colours
from gui.draw.safely import painted
from gui.draw.tool_tip import plain
from gui.draw.turns import repaint_in_turn
from gui.model.simulation import AT_ONCE

from .linked_axes import Frame, draw_hidden, sized
from .linked_clusters import describe, present_nodes, selected_cluster
from .linked_zoom import Zoom

WHEEL = 1.0015  # how much one unit of a wheel's turn zooms
KEYS = {Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus, Qt.Key.Key_0, Qt.Key.Key_Up, Qt.Key.Key_Down,
        Qt.Key.Key_Escape}  # fmt: skip


class Hit(NamedTuple):
    """What is under the mouse: a node of the merge tree (None: nothing to select), and its explanation."""

    node: int | None
    text: str


class LinkedView(Magnified, QWidget):
    """A view of the session at its present time.

    A view of its own overrides ``frame``, ``draw`` and ``hit``, and, where time can be taken hold of, ``grabs_time``
    and ``time_at``.  Keys while it has the focus: + and - zoom, 0 shows everything, Up and Down go through the
    clusters, Escape clears the selection.
    """

    title = "View"
    why = "A view of the particles."
    name = "view"

    def __init__(self, session, theme: Colours, parent: QWidget | None = None):
        super().__init__(parent)
        self.session, self.colours = session, theme
        self.zoom = Zoom()
        self._layers: dict[str, tuple[tuple, tuple, QPixmap]] = {}  # what, in which size, pixels
        self._stretching = False  # a crowd that has another size is the last picture of it for one frame
        self._held: tuple[str, QPointF] | None = None
        self._painted = ref(self)  # the history of the last picture, once there is one
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(180, 120)
        self.setAccessibleName(self.title)
        self.setAccessibleDescription(self.why)
        for owner in (session.document, session.selection, session.options):
            owner.changed.connect(self.refresh)
        session.clock.changed.connect(self.keep_up)

    def frame(self, rect: QRectF) -> Frame:
        """Where the data lie on the paper ``rect``."""
        return Frame(rect, (0.0, 1.0), (0.0, 1.0))

    def draw(self, painter: QPainter, rect: QRectF, on_screen: bool) -> None:
        """Draw everything; ``on_screen``: pixels may be kept from one frame to the next."""

    def hit(self, point: QPointF, frame: Frame) -> Hit | None:
        """What is at a point of the paper."""

    def grabs_time(self, point: QPointF, frame: Frame) -> bool:
        """Whether a press at ``point`` takes hold of the time cursor."""
        return False

    def time_at(self, point: QPointF, frame: Frame) -> float:
        """The time that the cursor has at ``point``."""
        return self.session.clock.t

    def set_theme(self, colours: Colours) -> None:
        """Repaint in these colours."""
        self.colours = colours
        self._layers.clear()
        self.update()

    def refresh(self, *_) -> None:
        """Repaint soon, at the session's present; views of a crowd one after the other."""
        if isValid(self):
            repaint_in_turn(self) if len(self.session.document.system) > AT_ONCE else self.update()

    def keep_up(self) -> None:
        """The present or what is in sight moves: all in one frame, but for those that have yet to show this crowd."""
        self.update() if isValid(self) and self._painted() is self.session.document.history else self.refresh()

    def render_to(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the view as on the screen into ``rect`` of any painter."""
        rect = QRectF(rect)
        painter.save()
        painter.setClipRect(rect)
        painter.setFont(sized(self.font(), 1.0))
        painter.fillRect(rect, self.colours.background)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_shown(painter, rect, on_screen=False)
        painter.restore()

    @painted
    def paintEvent(self, _event) -> None:  # noqa: N802
        painter, rect = QPainter(self), self.paper()
        painter.scale(self.larger, self.larger)
        painter.fillRect(rect, self.colours.background)
        painter.setFont(sized(self.font(), 1.0))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_shown(painter, rect, on_screen=True)
        self._stretching, self._painted = False, ref(self.session.document.history)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.colours.accent, 1.0))
            painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def _draw_shown(self, painter: QPainter, rect: QRectF, on_screen: bool) -> None:
        covered = self.name in self.session.options.hidden
        draw_hidden(painter, rect, self.colours, self.title) if covered else self.draw(painter, rect, on_screen)

    def still(self, painter: QPainter, rect: QRectF, name: str, key: tuple, paint) -> None:
        """Draw what ``paint(painter)`` draws, from pixels kept for as long as ``key`` stays equal."""
        ratio = self.devicePixelRatioF() * self.larger
        key, size = (*key, self.colours.name, painter.font().toString()), (rect.size(), ratio)
        kept, at, pixels = self._layers.get(name, (None, None, None))
        if kept == key and at != size and self._stretching:
            painter.drawPixmap(rect, pixels, QRectF(pixels.rect()))
            return
        if (kept, at) != (key, size):
            pixels = layer(rect, ratio, painter.font(), paint)
            self._layers[name] = (key, size, pixels)
        painter.drawPixmap(rect.topLeft(), pixels)

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._stretching = len(self.session.document.system) > AT_ONCE
        self.refresh()

    def highlighted(self) -> np.ndarray | None:
        """The nodes that light up, bool (n + k,); None while nothing is selected."""
        selection = self.session.selection
        return selection.nodes(self.session.document.history) if selection else None

    def step_cluster(self, direction: int) -> None:
        """Select the next cluster to the right (1) or left (-1) of the selected one."""
        count, at = len(self.session.clusters), selected_cluster(self.session)
        if not count:
            return
        at = (-1 if direction > 0 else count) if at is None else at
        at = min(max(at + direction, 0), count - 1)
        self.session.selection.select_node(int(present_nodes(self.session)[at]))
        self.setAccessibleDescription(f"{self.why} Selected: {describe(self.session, at)}")

    def wheelEvent(self, event) -> None:  # noqa: N802
        frame = self.frame(self.paper())
        across = (self.point(event).x() - frame.area.left()) / max(frame.area.width(), 1.0)
        up = (frame.area.bottom() - self.point(event).y()) / max(frame.area.height(), 1.0)
        self.zoom.scale(WHEEL ** -event.angleDelta().y(), min(max(across, 0.0), 1.0), min(max(up, 0.0), 1.0))
        self.update()
        event.accept()

    def mousePressEvent(self, event) -> None:  # noqa: N802
        if event.button() != Qt.MouseButton.LeftButton:
            return
        point, frame = self.point(event), self.frame(self.paper())
        if self.grabs_time(point, frame):
            self._held = ("time", point)
            self.session.clock.hold()
            self.session.clock.t = self.time_at(point, frame)
        else:
            self._held = ("press", point)

    def mouseMoveEvent(self, event) -> None:  # noqa: N802
        point, frame = self.point(event), self.frame(self.paper())
        if self._held is None:
            self._hover(point, frame, event.globalPosition().toPoint())
            return
        what, start = self._held
        if what == "time":
            self.session.clock.t = self.time_at(point, frame)
            return
        moved = point - start
        if what == "pan" or moved.manhattanLength() >= QApplication.startDragDistance():
            self.zoom.shift(-moved.x() / max(frame.area.width(), 1.0), moved.y() / max(frame.area.height(), 1.0))
            self._held = ("pan", point)
            self.update()

    def mouseReleaseEvent(self, event) -> None:  # noqa: N802
        what = self._held[0] if self._held else None
        self._held = None
        if what == "time":
            self.session.clock.release()
        if what == "press":
            found = self.hit(self.point(event), self.frame(self.paper()))
            if found is None or found.node is None:
                self.session.selection.clear()
            else:
                self.session.selection.select_node(found.node)

    def mouseDoubleClickEvent(self, _event) -> None:  # noqa: N802
        self.zoom.reset()
        self.update()

    def leaveEvent(self, _event) -> None:  # noqa: N802
        QToolTip.hideText()

    def event(self, event) -> bool:
        """Keys that mean something here while the view has the focus are kept from the window's shortcuts."""
        plain = event.type() == QEvent.Type.ShortcutOverride and event.key() in KEYS
        if plain and not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event) -> None:  # noqa: N802
        key = event.key()
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom.scale(1.25 if key == Qt.Key.Key_Minus else 0.8)
        elif key == Qt.Key.Key_0:
            self.zoom.reset()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.step_cluster(1 if key == Qt.Key.Key_Up else -1)
        elif key == Qt.Key.Key_Escape:
            self.session.selection.clear()
        else:
            super().keyPressEvent(event)
            return
        self.update()

    def _hover(self, point: QPointF, frame: Frame, at) -> None:
        if self.grabs_time(point, frame):
            self.setCursor(Qt.CursorShape.SplitHCursor if self.name == "counts" else Qt.CursorShape.SplitVCursor)
            return
        found = self.hit(point, frame)
        selectable = found is not None and found.node is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if selectable else Qt.CursorShape.ArrowCursor)
        if found is None or not self.session.options.future:  # the text knows what is to come
            QToolTip.hideText()
        else:
            QToolTip.showText(at, plain(found.text), self)
