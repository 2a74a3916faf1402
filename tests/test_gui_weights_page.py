"""The page of weights, driven as a user does."""

import numpy as np
import pytest

pytest.importorskip("PySide6")
pytestmark = pytest.mark.qt

from PySide6.QtCore import Qt  # noqa: E402
from PySide6.QtGui import QImage, QPainter  # noqa: E402
from PySide6.QtWidgets import QFileDialog  # noqa: E402

from gui.draw.palette import Colours  # noqa: E402
from gui.model import edits  # noqa: E402
from gui.model.document import Document  # noqa: E402
from gui.model.session import Session  # noqa: E402
from gui.model.system import System  # noqa: E402
from gui.weights import comparison  # noqa: E402
from gui.weights.opening import open_weights  # noqa: E402
from gui.weights.page import WeightsPage  # noqa: E402
from gui.window.workers import Workers  # noqa: E402
from particles import scenarios  # noqa: E402
from prox import prox_weight_sharing, weight_sharing  # noqa: E402

RANDOM = np.random.default_rng(5)
MATRIX = RANDOM.normal(size=(12, 15)).astype(np.float32)


@pytest.fixture
def page(qtbot, nothing_left, tmp_path):
    workers = Workers()
    document = Document(System.of_scenario(scenarios.get("chain")))
    document.run = lambda work, then, what: workers.run(work, then, what)
    told = []
    made = WeightsPage(
        Session(document), Colours.of("light"), workers, lambda text, kind="error": text and told.append(text)
    )
    made.told, made.folder = told, tmp_path
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    made.activated()
    yield made
    made.closing()
    workers.closing()
    assert workers.wait()


@pytest.fixture
def opened(page, qtbot):
    """The page with an archive of three tensors and a number in it."""
    path = page.folder / "net.npz"
    tensors = {"bias": MATRIX[0].astype(np.float16), "fc.weight": MATRIX, "bad": np.array([1.0, np.nan])}
    np.savez(path, **tensors, steps=np.int64(7))
    assert page.open(path)
    qtbot.waitUntil(lambda: shows(page, "fc.weight") and not page.workers.doing)
    return page


def shows(page, name):
    return page.result.subject is not None and page.result.subject.tensor.name == name


def cell(page, row, column, role=Qt.ItemDataRole.DisplayRole):
    return page.panel.model.data(page.panel.model.index(row, column), role)


def test_without_weights_the_page_says_what_to_do(page):
    assert page.sheet.currentIndex() == 0
    assert not page.saving.isVisible()
    page.do_weights_save()
    assert page.told == ["There is nothing to save: choose a tensor first."]


def test_opening_a_file_lists_it_and_makes_the_first_matrix_the_document(opened):
    system = opened.session.document.system
    assert (system.kind, system.name) == ("weights", "net: fc.weight")
    np.testing.assert_array_equal(system.particles.position, np.sort(MATRIX.ravel().astype(np.float64)))
    assert opened.session.clock.t > 0
    assert "12 × 15 weights, float32" in opened.headline.text()  # noqa: RUF001
    assert [cell(opened, row, 0).split("\n")[0] for row in range(4)] == ["bias", "fc.weight", "bad", "steps"]
    assert cell(opened, 1, 1) == "180"
    assert cell(opened, 1, 2) == f"{MATRIX.min():.4g}\n{MATRIX.max():.4g}"
    assert "has NaN" in cell(opened, 2, 1)
    assert "int64" in cell(opened, 3, 0, Qt.ItemDataRole.ToolTipRole)


def test_a_tensor_that_shares_already_is_shown_where_values_collide(page, qtbot):
    np.save(page.folder / "shared.npy", np.repeat(MATRIX[0], 40))
    page.open(page.folder / "shared.npy")
    qtbot.waitUntil(lambda: shows(page, "shared") and not page.workers.doing)
    assert page.session.clock.t > 0


def test_choosing_another_tensor_makes_it_the_document_and_a_bad_one_is_refused(opened, qtbot):
    opened.panel.select("bias")
    qtbot.waitUntil(lambda: shows(opened, "bias"))
    assert opened.before.pixels is None
    assert "two or more dimensions" in opened.before.empty
    opened.panel.select("bad")
    qtbot.waitUntil(lambda: bool(opened.told))
    assert "NaN" in opened.told[0]
    opened.panel.select("steps")
    assert not opened.workers.doing
    assert shows(opened, "bias")


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
    opened.strength.field.setFocus()
    opened.strength.field.selectAll()
    qtbot.keyClicks(opened.strength.field, "0.25")
    qtbot.keyClick(opened.strength.field, Qt.Key.Key_Return)
    assert clock.t == 0.25
    assert 0 < opened.strength.slider.value() < opened.strength.slider.maximum()
    opened.strength.slider.setValue(opened.strength.slider.maximum())
    assert clock.t == clock.horizon


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
    opened.saving.field.setText("0.01")
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


def test_a_sample_is_taken_only_where_it_is_asked_for(opened, qtbot):
    assert len(opened.session.document.system) == 180
    opened.panel.count.setValue(50)
    opened.do_weights_sample()
    qtbot.waitUntil(lambda: len(opened.session.document.system) == 50)
    assert "a sample of 50" in opened.headline.text()
    opened.do_weights_sample()
    qtbot.waitUntil(lambda: len(opened.session.document.system) == 180)


def test_after_an_edit_the_tensor_can_be_had_back_and_undo_finds_what_was_there(opened):
    document = opened.session.document
    document.edit(edits.mirrored(document.system), "Mirror")
    assert opened.result.subject is None
    assert opened.stale.isVisible()
    assert not opened.saving.button.isEnabled()
    opened.stale.click()
    assert shows(opened, "fc.weight")
    assert document.can_undo
    document.undo()
    assert opened.result.subject is None


def test_undo_brings_the_tensor_before_back_as_a_tensor(opened, qtbot):
    document, first = opened.session.document, opened.subject
    document.edit(edits.renamed(document.latest, "mine"), "rename")
    opened.panel.select("bias")
    qtbot.waitUntil(lambda: shows(opened, "bias"))
    document.undo()
    document.undo()
    assert opened.result.subject is opened.subject is first
    assert opened.can_weights_save()
    document.redo()
    document.redo()
    assert opened.result.subject.tensor.name == "bias"


def test_positions_of_particles_become_weights(page, qtbot):
    page.do_weights_positions()
    qtbot.waitUntil(lambda: page.result.subject is not None)
    assert page.session.document.system.kind == "weights"
    assert page.result.n == 5


def test_what_is_no_file_of_weights_is_left_to_others_and_a_broken_one_is_told(page, qtbot):
    (page.folder / "scene.json").write_text("{}")
    (page.folder / "broken.npz").write_bytes(b"PK")
    assert not page.open(page.folder)
    assert not page.open(page.folder / "scene.json")
    assert page.open(page.folder / "broken.npz")
    qtbot.waitUntil(lambda: bool(page.told))
    assert "broken.npz" in page.told[0]
    assert not page.status.isVisible()


def test_many_weights_are_compared_by_a_worker_and_the_last_strength_is_shown(opened, qtbot, monkeypatch, watchdog):
    weights = RANDOM.normal(size=(300, 400)).astype(np.float32)
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


def test_closing_while_a_file_is_read_leaves_nothing(page):
    np.save(page.folder / "w.npy", MATRIX)
    page.open(page.folder / "w.npy")
    page.closing()
