"""The pictures of weights say what they show: axes, a key to the colours, an edge around a pale one."""

import numpy as np
import pytest

pytest.importorskip("PySide6")
pytestmark = pytest.mark.qt

from PySide6.QtCore import QRectF  # noqa: E402
from PySide6.QtGui import QImage, QPainter  # noqa: E402

from gui.draw.palette import Colours  # noqa: E402
from gui.model.document import Document  # noqa: E402
from gui.weights import histogram_view  # noqa: E402
from gui.weights.histogram_view import HistogramView  # noqa: E402
from gui.weights.mosaic_view import MosaicView  # noqa: E402
from gui.weights.outcome import Amounts  # noqa: E402
from gui.weights.result import Result  # noqa: E402
from gui.weights.subject import subject  # noqa: E402
from gui.weights.tensors import Tensor  # noqa: E402

LIGHT = Colours.of("light")


def result_of(values):
    made = subject(Tensor(None, "w", np.asarray(values, np.float64), "float64"))
    return Result(made.system, Document(made.system).history, made)


def written(view, monkeypatch, size=(560, 240)):
    """The texts that a view writes."""
    image, texts = QImage(*size, QImage.Format.Format_RGB32), []
    monkeypatch.setattr(QPainter, "drawText", lambda *given: texts.append(given[-1]))
    painter = QPainter(image)
    view.render_to(painter, QRectF(0, 0, *size))
    painter.end()
    monkeypatch.undo()
    return texts


def test_the_histogram_names_its_axes_and_has_true_minus_signs(qtbot, monkeypatch):
    view = HistogramView(LIGHT)
    qtbot.addWidget(view)
    view.show_counts(np.linspace(-2.0, 2.0, 9), np.arange(8.0) + 1, np.arange(8.0) + 1)
    texts = written(view, monkeypatch)
    assert histogram_view.COUNTS in texts
    assert histogram_view.VALUES in texts
    assert "\N{MINUS SIGN}1" in texts
    assert not any(text.startswith("-") for text in texts)


def test_the_key_shows_the_colour_of_each_cluster_at_its_value(qtbot):
    result = result_of([[0.0, 0.0], [1.0, 4.0]])
    history = result.history
    shown = result.at(Amounts(0.0), np.arange(history.tree.mass.size) % 6, LIGHT)
    row = shown.key.pixels
    assert (shown.key.low, shown.key.high) == (0.0, 4.0)
    inks = set(shown.pixels.ravel().tolist())
    assert len(inks) == 3
    assert set(row.tolist()) == inks | {LIGHT.background.rgb()}
    assert row[0] == shown.pixels[0, 0]
    assert row[-1] == shown.pixels[1, 1]


def test_a_constant_tensor_is_seen_and_its_key_names_the_one_value(qtbot, monkeypatch):
    result = result_of(np.zeros((4, 4)))
    view = MosaicView("before", LIGHT)
    qtbot.addWidget(view)
    view.show_pixels(result.before_pixels(LIGHT), result.before_key(LIGHT))
    assert "all 0" in written(view, monkeypatch, (200, 200))
    image = QImage(200, 200, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    view.render_to(painter, QRectF(0, 0, 200, 200))
    painter.end()
    row = [image.pixelColor(x, 90).lightness() for x in range(12, 188)]
    assert min(row) < LIGHT.background.lightness() - 40, "white on white"


def test_one_weight_is_singular(window):
    result = result_of([3.0])
    assert result.headline == "w: 1 weight, float64"
    window.session.document.load(result.system)
    assert "1 weight" in window.mode_bar.document.text()
    assert "1 weights" not in window.mode_bar.document.text()
