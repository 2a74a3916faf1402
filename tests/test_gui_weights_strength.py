"""The page of weights at the strength shown: figures, pictures, and what is saved."""

import numpy as np
import pytest

pytest.importorskip("PySide6")
pytestmark = pytest.mark.qt

from PySide6.QtGui import QImage, QPainter  # noqa: E402
from PySide6.QtWidgets import QFileDialog, QLabel  # noqa: E402
from weights_page import MATRIX, shows, typed  # noqa: E402

from gui.draw.palette import Colours  # noqa: E402
from gui.weights import comparison  # noqa: E402
from gui.weights.opening import open_weights  # noqa: E402
from prox import prox_weight_sharing, weight_sharing  # noqa: E402


def test_the_figures_are_those_of_the_prox_at_the_strength_shown(opened):
    opened.strength.slider.setValue(1300)
    t = opened.session.clock.t
    after = prox_weight_sharing(MATRIX.astype(np.float64), t)
    texts = opened.figures.texts
    assert texts["Distinct values"] == ("180", f"{np.unique(after.astype(np.float32)).size:,}")
    assert texts["R(w)"] == (f"{weight_sharing(MATRIX):.5g}", f"{weight_sharing(after):.5g}")
    assert opened.figures.change.text() == f"{np.abs(after - MATRIX).mean():.4g}"
    assert opened.strength.field.text() == f"{t:.6g}"
    assert opened.histogram.before.sum() == opened.histogram.after.sum() == 180


def test_the_figures_are_whole_in_the_smallest_window(opened, qtbot):
    opened.resize(868, 430)
    qtbot.wait(50)
    rows = [label for pair in opened.figures._cells for label in pair]
    assert all(label.height() >= label.minimumSizeHint().height() for label in rows)
    assert opened.figures.formula.isHidden()
    opened.resize(1000, 700)
    qtbot.wait(50)
    assert not opened.figures.formula.isHidden()


def test_slider_field_and_clock_are_one(opened, qtbot):
    clock = opened.session.clock
    clock.go(0.0)
    assert opened.strength.slider.value() == 0
    typed(qtbot, opened.strength.field, "0.25")
    assert clock.t == 0.25
    assert 0 < opened.strength.slider.value() < opened.strength.slider.maximum()
    opened.strength.slider.setValue(opened.strength.slider.maximum())
    assert clock.t == clock.horizon


def test_the_scale_of_the_slider_is_written_beside_it_and_whole_in_the_smallest_window(opened, qtbot):
    opened.resize(868, 430)
    qtbot.wait(50)
    label = opened.strength.findChild(QLabel)
    assert "log scale" in label.text()
    assert label.width() >= label.sizeHint().width()
    assert opened.strength.slider.width() > 100


def test_pixels_of_one_cluster_have_one_colour(opened):
    opened.session.clock.t = opened.session.clock.horizon
    assert len(np.unique(opened.after.pixels)) == 1
    opened.session.clock.t = 0.0
    assert opened.after.pixels.shape == (12, 15)
    assert len(np.unique(opened.after.pixels)) == 6
    opened.colouring.setCurrentIndex(1)
    np.testing.assert_array_equal(opened.after.pixels, opened.before.pixels)


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".safetensors"])
def test_saving_writes_the_prox_at_exactly_the_strength_shown(opened, qtbot, monkeypatch, suffix):
    target = opened.folder / f"out{suffix}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    opened.session.clock.t = t = 0.371
    opened.saving.rewind.setValue(0.5)
    typed(qtbot, opened.saving.field, "0.01")
    opened.saving.button.click()
    qtbot.waitUntil(lambda: bool(opened.told), timeout=60_000)
    expected = prox_weight_sharing(MATRIX, t, rewind=0.5, l1=0.01)
    found = open_weights(target)
    np.testing.assert_array_equal(found.read(found.entries[0].name), expected)
    assert opened.told == [f"Saved out{suffix}: 180 weights, {np.unique(expected).size} values."]


def test_a_disk_that_refuses_is_told_and_nothing_is_lost(opened, qtbot):
    opened.save(opened.folder / "missing" / "w.npy")
    qtbot.waitUntil(lambda: bool(opened.told), timeout=60_000)
    assert "could not write" in opened.told[0]
    assert shows(opened, "fc.weight")


def test_many_weights_are_compared_by_a_worker_and_the_last_strength_is_shown(opened, qtbot, monkeypatch, watchdog):
    weights = np.random.default_rng(6).normal(size=(300, 400)).astype(np.float32)
    np.save(opened.folder / "large.npy", weights)
    with watchdog():
        assert opened.open(opened.folder / "large.npy")
        qtbot.waitUntil(lambda: shows(opened, "large"), timeout=60_000)
    monkeypatch.setattr(comparison, "AT_ONCE", 1000)
    for value in (400, 800, 1900):
        opened.strength.slider.setValue(value)
    distinct = np.unique(prox_weight_sharing(weights.astype(np.float64), opened.session.clock.t).astype("f4")).size
    qtbot.waitUntil(lambda: opened.figures.texts["Distinct values"][1] == f"{distinct:,}", timeout=60_000)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("t", [0.0, 0.2, 1e9])
def test_everything_is_drawn_in_both_themes_and_onto_any_paper(opened, theme, t):
    opened.set_theme(Colours.of(theme))
    opened.session.clock.t = t
    opened.grab()
    for view in (opened.histogram, opened.before, opened.after):
        image = QImage(300, 200, QImage.Format.Format_RGB32)
        image.fill(0)
        painter = QPainter(image)
        view.render_to(painter, image.rect().toRectF())
        painter.end()
        assert len({image.pixel(x, y) for x in range(0, 300, 2) for y in range(0, 200, 2)}) > 3
        assert "_paint_errors_seen" not in view.__dict__
