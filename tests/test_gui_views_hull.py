"""The hull lens's words: none of them lies over the string."""

import re

import numpy as np
import pytest

pytest.importorskip("PySide6")

from mouse import double_click, hover, wheel
from PySide6.QtCore import QBuffer, QIODevice, QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator

from gui.draw.palette import Colours
from gui.model.document import Document
from gui.model.session import Session
from gui.model.system import System
from gui.views import hull
from gui.views.hull import HullView
from gui.views.hull_diagram import sums_of
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


def test_the_mouse_over_a_crowd_that_is_being_summed_up_sums_nothing_up(qtbot, monkeypatch):
    monkeypatch.setattr(hull, "WAITS", 3)
    view, waiting, summed = (
        HullView(Session(Document(System.of_weights(np.arange(9.0), "nine"))), Colours.of("light")),
        [],
        [],
    )
    qtbot.addWidget(view)
    view.session.document.run = lambda work, then, _what: waiting.append((work, then))
    monkeypatch.setattr(hull, "sums_of", lambda *given: summed.append(given) or sums_of(*given))
    view.resize(300, 200)
    view.grab()
    for move in (hover, double_click):
        move(view, QPointF(150, 100))
    wheel(view, QPointF(150, 100), 1)
    assert (len(waiting), summed) == (1, [])
    work, then = waiting.pop()
    then(work())
    view.zoom.reset()
    frame, sums = view.frame(view.paper()), view._sums()
    end = QPointF(float(frame.across(sums.mass[-1])), float(frame.up(sums.start[-1])))
    assert "right end" in view.hit(end, frame).text
    assert len(summed) == 1
