"""The page of weights, driven as a user does: files, tensors, samples, undo."""

import threading

import numpy as np
import pytest

pytest.importorskip("PySide6")
pytestmark = pytest.mark.qt

from PySide6.QtCore import Qt  # noqa: E402
from weights_page import MATRIX, shows  # noqa: E402

from gui.model import document as document_module  # noqa: E402
from gui.model import edits  # noqa: E402
from gui.weights import page as weights_page  # noqa: E402


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
    assert cell(opened, 1, 2) == f"{MATRIX.min():.4g}\n{MATRIX.max():.4g}".replace("-", "\N{MINUS SIGN}")
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


def chosen(page):
    """The file of the list and the tensors of the rows that are chosen."""
    rows = page.panel.table.selectionModel().selectedRows()
    return page.panel.file.text(), [page.panel.model.entries[row.row()].name for row in rows]


def test_the_list_goes_back_to_what_is_shown_where_a_tensor_or_a_whole_file_is_refused(opened, qtbot):
    shown = ("net.npz, 4 tensors", ["fc.weight"])
    opened.panel.select("bad")
    assert chosen(opened)[1] == ["bad"]
    qtbot.waitUntil(lambda: bool(opened.told))
    assert chosen(opened) == shown
    np.save(opened.folder / "nan.npy", np.array([[1.0, np.nan]]))
    np.save(opened.folder / "whole.npy", np.arange(9))
    for name in ("nan", "whole"):
        opened.told.clear()
        opened.open(opened.folder / f"{name}.npy", lambda: opened.told.append("left"))
        qtbot.waitUntil(lambda: bool(opened.told))
        assert opened.told[0].startswith(name)
        assert chosen(opened) == shown
        assert shows(opened, "fc.weight")
    opened.panel.select("bias")
    qtbot.waitUntil(lambda: shows(opened, "bias"))


def test_the_row_stays_with_the_newest_choice_while_older_ones_arrive(opened, qtbot, monkeypatch):
    gate, make = threading.Event(), weights_page.subject
    monkeypatch.setattr(weights_page, "subject", lambda *given: gate.wait(20) and make(*given))
    opened.panel.select("bias")
    document = opened.session.document
    document.edit(edits.mirrored(document.latest), "Mirror")  # another document, as an older tensor that arrives
    assert chosen(opened)[1] == ["bias"]
    opened.panel.filter.setText("b")
    assert chosen(opened)[1] == ["bias"]
    gate.set()
    qtbot.waitUntil(lambda: shows(opened, "bias"))
    assert chosen(opened)[1] == ["bias"]


def test_who_gives_up_weights_that_are_simulated_reads_no_more_of_them(opened, qtbot, monkeypatch):
    gate, prepare = threading.Event(), document_module.prepared
    monkeypatch.setattr(document_module, "AT_ONCE", 1)
    monkeypatch.setattr(document_module, "prepared", lambda system: gate.wait(20) and prepare(system))
    opened.panel.select("bias")
    qtbot.waitUntil(lambda: opened.status.text() == "Simulating 15 weights…")
    opened.session.document.give_up()
    gate.set()
    assert not opened.status.isVisible()
    assert opened.can_weights_save()
    assert (opened.subject.tensor.name, chosen(opened)[1]) == ("fc.weight", ["fc.weight"])


def test_a_filter_hides_tensors_and_opens_none(opened, qtbot):
    emitted = []
    opened.panel.chosen.connect(emitted.append)
    opened.panel.filter.setText("B")
    assert [entry.name for entry in opened.panel.model.entries] == ["bias", "bad"]
    assert opened.panel.table.selectionModel().selectedRows() == []
    opened.panel.filter.setText("")
    assert chosen(opened)[1] == ["fc.weight"]
    assert emitted == []
    opened.panel.filter.setText("bias")
    opened.panel.select("bias")
    qtbot.waitUntil(lambda: shows(opened, "bias"))
    assert emitted == ["bias"]


def test_a_file_whose_first_matrix_is_refused_begins_with_the_next_and_says_why(page, qtbot):
    np.savez(page.folder / "two.npz", first=np.full((2, 2), np.inf), line=MATRIX[0], second=MATRIX)
    page.open(page.folder / "two.npz")
    qtbot.waitUntil(lambda: shows(page, "second"))
    assert chosen(page) == ("two.npz, 3 tensors", ["second"])
    assert page.told[0].startswith("two: first: 4 of its 4 weights")


def test_no_row_is_chosen_while_what_is_shown_is_of_no_file(opened, qtbot):
    opened.do_weights_positions()
    qtbot.waitUntil(lambda: opened.result.subject is not None and opened.result.subject.tensor.path is None)
    assert chosen(opened)[1] == []


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


def test_closing_while_a_file_is_read_leaves_nothing(page):
    np.save(page.folder / "w.npy", MATRIX)
    page.open(page.folder / "w.npy")
    page.closing()
