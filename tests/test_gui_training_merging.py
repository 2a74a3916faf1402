"""The picture of merging weights shows the steps that were, each snapshot's row where it belongs."""

from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import QPointF

from gui.draw.palette import Colours
from gui.training.merging import MergingView
from gui.training.run_state import Moment
from gui.training.tensor_summary import summarize

pytestmark = pytest.mark.qt


@pytest.fixture
def view(qtbot):
    view = MergingView(Colours.of("light"))
    qtbot.addWidget(view)
    view.resize(600, 900)
    view.show()
    qtbot.waitExposed(view)
    return view


def moments_at(*steps):
    """Every second one holds small weights, the others large ones."""
    small, large = (summarize(np.linspace(low, low + 1, 500))[0] for low in (0.0, 9.0))
    return tuple(Moment(step, 0, None, {"w": (small, large)[k % 2]}, {}) for k, step in enumerate(steps))


def y_of(view, step):
    """The pixel of a step."""
    box = view._box
    return view._plot.mapFromScene(box.mapViewToScene(QPointF(0.5, step))).y()


def borders(view):
    """The pixels, from below, between which another snapshot is seen."""
    view.set_marks(None, None)
    x = view._plot.mapFromScene(view._box.mapViewToScene(QPointF(0.5, 0))).x()
    raster = view._image.mapRectToParent(view._image.boundingRect())
    image, low, high = view._plot.grab().toImage(), y_of(view, raster.top()) - 2, y_of(view, raster.bottom()) + 2
    ground = image.pixel(x, high)
    column = [image.pixel(x, y) != ground for y in range(low, high - 1, -1)]
    return low - np.flatnonzero(np.diff(column))


def shown(view):
    """The first step and the last that have a row."""
    raster = view._image.mapRectToParent(view._image.boundingRect())
    assert y_of(view, raster.bottom()) >= 5  # room for half a number of the axis
    return [pytest.approx(raster.top()), pytest.approx(raster.bottom())]


@pytest.mark.parametrize("steps", [(0, 40), (20, 60), (0, 7, 40), (0, 113, 501, 640, 1000)])
def test_only_steps_that_were_are_shown_and_borders_are_halfway(view, steps):
    view.show_moments(moments_at(*steps), "w")
    assert shown(view) == [steps[0], steps[-1]]
    between = [y_of(view, (low + high) / 2) for low, high in pairwise(steps)]
    assert borders(view) == pytest.approx(between, abs=1)


def test_a_live_edge_moves_on_with_the_snapshots(view):
    moments = moments_at(0, 40, 80)
    for seen in (1, 2, 3):
        view.show_moments(moments[:seen], "w")
    assert shown(view) == [0, 80]


@pytest.mark.parametrize("steps", [(0,), (40,), (40, 40)])
def test_one_step_alone_has_a_row_and_one_number(view, steps):
    view.show_moments(moments_at(*steps), "w")
    low, high = view._box.viewRange()[1]
    assert low < steps[0] < high
    axis = view._plot.left
    numbers = [value for _, values in axis.tickValues(low, high, 800) for value in values]
    assert numbers == [steps[0]]
