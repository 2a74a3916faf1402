"""The moment that answers a question, in the view of its scene: small, and independent of the window."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from ..draw.palette import Colours
from ..draw.safely import painted
from ..model.document import Document
from ..model.session import Session
from ..window.parts import part
from .lesson import Scene
from .stage import system_of

DRAWN = ("line", "space-time", "hull", "tree", "phase", "counts")
HEIGHTS = {"line": 110}
HEIGHT = 210


class Picture(QWidget):
    """The scene at the moment of the answer.  It has a session of its own, so that it stays as it is."""

    def __init__(self, scene: Scene, colours: Colours, parent=None):
        super().__init__(parent)
        self._session = session = Session(Document(system_of(scene.cast)))
        session.options.set(arrows=scene.arrows, time_axis=scene.axis, centre_of_mass=scene.centre_of_mass)
        session.clock.go(scene.question.show)
        if scene.highlight:
            session.selection.select(session.document.system.ids[list(scene.highlight)])
        self._view = part(scene.view)(session, colours)
        self._view.setParent(self)
        self._view.hide()
        self._height = HEIGHTS.get(scene.view, HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{self._view.title} at time {session.t:g}")
        self.setToolTip(self.accessibleName())

    @staticmethod
    def possible(scene: Scene) -> bool:
        """Is there a picture of the answer?"""
        return scene.view in DRAWN and scene.question.show is not None

    def set_theme(self, colours: Colours) -> None:
        self._view.set_theme(colours)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(280, self._height)

    @painted
    def paintEvent(self, _event) -> None:  # noqa: N802
        self._view.resize(self.size())
        painter = QPainter(self)
        self._view.render_to(painter, QRectF(self.rect()))
        painter.end()
