"""A line view of a few particles, what it shows, and where its handles are."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage

from gui.draw.palette import Colours
from gui.model.document import Document
from gui.model.session import Session
from gui.model.system import System
from gui.views.line import LineView
from particles import Particles

ALT, CTRL, SHIFT = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
THREE = Particles([-1.0, 0.0, 2.0], [0.5, 0.0, -1.0], [1.0, 2.0, 4.0])


def line_of(particles=THREE, horizon=4.0, theme="light", **options):
    view = LineView(Session(Document(System(particles, horizon=horizon))), Colours.of(theme))
    view.session.options.set(**options)
    view.resize(900, 300)
    return view


def picture(view) -> np.ndarray:
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1) & 0xFFFFFF


def disc(view, cluster: int) -> QPointF:
    return view.scene().place(cluster)


def tip(view, cluster: int) -> QPointF:
    scene = view.scene()
    return QPointF(float(scene.tips[cluster]), float(scene.arrow_heights[cluster]))
