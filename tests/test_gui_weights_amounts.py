"""Rewind and l1: what the page shows is what is saved; and fields of numbers always show what holds."""

import numpy as np
import pytest

pytest.importorskip("PySide6")
pytestmark = pytest.mark.qt

from PySide6.QtWidgets import QFileDialog  # noqa: E402
from weights_page import MATRIX, typed  # noqa: E402

from gui.views.linked_axes import readable  # noqa: E402
from gui.weights.figures import even_edges  # noqa: E402
from prox import prox_weight_sharing, weight_sharing  # noqa: E402


@pytest.mark.parametrize(("strength", "rewind", "l1"), [(0.3, 0.5, 0.0), (0.3, 0.0, 0.2), (0.371, 0.9, 0.35)])
def test_the_page_shows_what_is_saved_with_rewind_and_l1(opened, qtbot, strength, rewind, l1):
    opened.session.clock.t = strength
    opened.saving.rewind.setValue(rewind)
    typed(qtbot, opened.saving.field, f"{l1}")
    saved = prox_weight_sharing(MATRIX, strength, rewind=rewind, l1=l1)
    exact = prox_weight_sharing(MATRIX.astype(np.float64), strength, rewind=rewind, l1=l1)
    texts = opened.figures.texts
    assert texts["Distinct values"][1] == f"{np.unique(saved).size:,}"
    assert texts["R(w)"][1] == f"{weight_sharing(exact):.5g}"
    assert texts["Mean"][1] == readable(exact.mean(), 4)
    assert opened.figures.change.text() == f"{np.abs(exact - MATRIX).mean():.4g}"
    edges = even_edges(float(MATRIX.min()), float(MATRIX.max()), len(opened.histogram.after))
    np.testing.assert_array_equal(opened.histogram.after, np.histogram(exact, edges)[0])
    opened.colouring.setCurrentIndex(1)
    parts = {(value, pixel) for value, pixel in zip(saved.ravel().tolist(), opened.after.pixels.ravel(), strict=True)}
    assert len(parts) == np.unique(saved).size
    assert f"rewind {rewind:g}" in opened.saving.button.toolTip() or not rewind


def test_what_is_still_being_typed_is_saved_too_or_refused(opened, qtbot, monkeypatch):
    target = opened.folder / "out.npy"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    opened.session.clock.t = 0.25
    for text in ("0.2", "0,2"):
        opened.saving.field.setFocus()
        opened.saving.field.selectAll()
        qtbot.keyClicks(opened.saving.field, text)
        opened.do_weights_save()
        qtbot.waitUntil(lambda: bool(opened.told), timeout=60_000)
        assert (len(opened.told), opened.amounts.l1) == (1, 0.2)
        assert ("decimals" in opened.told.pop()) == ("," in text)
    np.testing.assert_array_equal(np.load(target), prox_weight_sharing(MATRIX, 0.25, l1=0.2))


@pytest.mark.parametrize("text", ["1,3", "", "nan", "abc", "-1", "1e400"])
def test_a_number_that_is_none_is_refused_and_the_field_shows_what_holds(opened, qtbot, text):
    opened.session.clock.t = 0.25
    typed(qtbot, opened.saving.field, "0.125")
    for field, holds in ((opened.strength.field, "0.25"), (opened.saving.field, "0.125")):
        opened.told.clear()
        typed(qtbot, field, text)
        assert field.text() == holds
        assert len(opened.told) == 1
        assert "strength of" in opened.told[0]
    assert opened.amounts == (0.25, 0.0, 0.125)


def test_a_strength_beyond_what_is_shown_is_said(opened, qtbot):
    typed(qtbot, opened.strength.field, "1e5")
    assert opened.strength.field.text() == f"{opened.session.clock.horizon:.6g}"
    assert "beyond" in opened.told[0]


@pytest.mark.parametrize(("text", "refused"), [("7", True), ("0,5", True), ("0.125", False), ("", True)])
def test_a_box_refuses_in_a_sentence_what_it_cannot_take(opened, qtbot, text, refused):
    opened.saving.rewind.setValue(0.25)
    typed(qtbot, opened.saving.rewind, text)
    assert len(opened.told) == int(refused)
    assert opened.saving.rewind.value() == (0.25 if refused else pytest.approx(0.125, abs=0.006))
    assert opened.saving.rewind.text() == ("0.25" if refused else opened.saving.rewind.textFromValue(0.125))
