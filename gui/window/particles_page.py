"""The page of particles: the line over space and time, with one axis of position."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter

from ..draw.palette import Colours
from .parts import part


class ParticlesPage(QSplitter):
    """The two main views, one above the other."""

    def __init__(self, session, colours: Colours, parent=None):
        super().__init__(Qt.Orientation.Vertical, parent)
        self.line = part("line")(session, colours)
        self.space_time = part("space-time")(session, colours)
        self.setObjectName("particles")
        self.setChildrenCollapsible(False)
        self.setHandleWidth(5)
        for view, stretch in ((self.line, 2), (self.space_time, 3)):
            view.setAccessibleName(view.title)
            view.setAccessibleDescription(view.why)
            self.addWidget(view)
            self.setStretchFactor(self.indexOf(view), stretch)
        self.setSizes([400, 600])

    def set_theme(self, colours: Colours) -> None:
        for view in (self.line, self.space_time):
            view.set_theme(colours)
