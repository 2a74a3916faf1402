"""The hull lens's words: none of them lies over the string."""

import re

import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import QBuffer, QIODevice, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator

from gui.draw.palette import Colours
from gui.model.document import Document
from gui.model.session import Session
from gui.model.system import System
from gui.views.hull import HullView
from particles import scenarios

pytestmark = pytest.mark.qt


@pytest.mark.parametrize("size", [(255, 130), (500, 400)])
def test_the_time_of_the_next_departure_stands_above_the_diagram(qtbot, size):
    view = HullView(Session(Document(System.of_scenario(scenarios.get("chain")))), Colours.of("light"))
    qtbot.addWidget(view)
    view.session.clock.t = 1.2
    rect, buffer, vectors = QRectF(0, 0, *size), QBuffer(), QSvgGenerator()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    vectors.setOutputDevice(buffer)
    painter = QPainter(vectors)
    view.render_to(painter, rect)
    painter.end()
    words = re.findall(
        r'<text[^>]* x="([-\d.]+)" y="([-\d.]+)"[^>]*>[^<]*leaves at t = 2', bytes(buffer.data()).decode()
    )
    assert len(words) == 1
    assert float(words[0][1]) < view.frame(rect).area.top()
    assert 0 < float(words[0][0]) < size[0] - 50
