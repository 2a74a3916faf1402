"""Heat is hatched within its area; hatching and thin world lines grow with the paper."""

import numpy as np
import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from gui.draw.palette import Colours
from gui.model.document import Document
from gui.model.session import Session
from gui.model.system import System
from gui.views.counts import CountsView
from gui.views.counts_course import HATCH, hatching
from gui.views.space_time import SpaceTimeView
from particles import Particles, scenarios

pytestmark = pytest.mark.qt


def test_the_lines_fill_the_area_over_the_stair_and_nothing_else():
    x, y = np.array([0.0, 100, 100, 250, 250, 400]), np.array([10.0, 10, 60, 60, 90, 90])
    lines = hatching(x, y, 10.0, 0.0, 400.0)
    assert np.all(np.diff(lines[:, 0] + lines[:, 1]) == HATCH)
    assert np.allclose(lines[:, 0] + lines[:, 1], lines[:, 2] + lines[:, 3])
    for share in (0.01, 0.5, 0.99):
        across, down = lines[:, :2].T + share * (lines[:, 2:] - lines[:, :2]).T
        at = np.searchsorted([0, 100, 250, 400], across) - 1
        assert np.all((down >= 10) & (down <= np.array([10, 60, 90])[at] + 1e-9))
    low, high = 100 + 10 + HATCH, 400 + 90 - HATCH
    assert lines[0, :2].sum() <= low
    assert lines[-1, :2].sum() >= high
    assert len(hatching(x, np.full(6, 10.0), 10.0, 0.0, 400.0)) == 0
    assert len(hatching(1e6 * x, y, 10.0, 0.0, 400.0)) == 0  # all of it is out of sight


def on_paper(view, scale) -> QImage:
    """The view on a page of 480 x 320, each of its units so many pixels."""
    image = QImage(480 * scale, 320 * scale, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        painter.scale(scale, scale)
        view.render_to(painter, QRectF(0, 0, 480, 320))
    return image


def test_the_hatching_grows_with_the_paper(qtbot):
    view = CountsView(Session(Document(System.of_scenario(scenarios.get("two-equal")))), Colours.of("light"))
    qtbot.addWidget(view)
    starts = []
    for scale in (1, 6):
        image = on_paper(view, scale)
        energies = view._panels(view.frame(QRectF(0, 0, 480, 320)), view._course(wait=True))[1].area
        row = round((energies.top() + 0.5 * energies.height()) * scale)
        pixels = np.frombuffer(image.constScanLine(row), np.uint32)[round((energies.right() - 80) * scale) :]
        lit = (pixels[: 70 * scale] & 255) > (int(Colours.of("light").heat.rgb()) & 255) + 30
        starts.append(np.count_nonzero(np.diff(lit.astype(int)) == 1))
    assert starts[0] == pytest.approx(70 / HATCH, abs=1)
    assert starts[1] == pytest.approx(starts[0], abs=1)


def test_the_world_line_of_dust_grows_with_the_paper(qtbot):
    dust = System(Particles([-1.0, 0.13, 1.0], [0.0, 0.0, 0.0], [1e6, 1.0, 1e6]))
    view = SpaceTimeView(Session(Document(dust)), Colours.of("light"))
    qtbot.addWidget(view)
    view.session.clock.t = 1.0
    wide = []
    for scale in (1, 6):
        image = on_paper(view, scale)
        frame = view.frame(QRectF(0, 0, 480, 320))
        row = np.frombuffer(image.constScanLine(round(float(frame.up(0.33)) * scale)), np.uint32)
        place = float(frame.across(0.13))
        near = row[round((place - 5) * scale) : round((place + 5) * scale)]
        wide.append(np.count_nonzero(near != near[0]))
    assert 1 <= wide[0] <= 2
    assert wide[1] >= 6
