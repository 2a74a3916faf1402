"""The exact table: what is typed, pasted and pressed becomes one edit, or one sentence that says why not."""

import time

import numpy as np
import pytest

pytest.importorskip("PySide6")
pytestmark = pytest.mark.qt

from PySide6.QtCore import QItemSelectionModel, QRect, Qt  # noqa: E402
from PySide6.QtGui import QFontMetricsF, QGuiApplication  # noqa: E402
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem  # noqa: E402

from gui.draw.palette import Colours  # noqa: E402
from gui.model.document import Document  # noqa: E402
from gui.model.session import Session  # noqa: E402
from gui.model.system import System  # noqa: E402
from gui.views import table_model  # noqa: E402
from gui.views.table import ParticleTable  # noqa: E402
from gui.window.theme import apply_theme  # noqa: E402
from particles import Particles  # noqa: E402

ROWS = QItemSelectionModel.SelectionFlag.Rows


@pytest.fixture
def table(qtbot):
    system = System(Particles([0.1, 0.2, 1 / 3], [1.0, 0.0, -0.5], [1.0, 2.0, 3.0]))
    table = ParticleTable(Session(Document(system)), Colours.of("light"))
    qtbot.addWidget(table)
    table.resize(300, 400)
    return table


def type_in(table, row, column, text):
    return table.model.setData(table.model.index(row, column), text)


def select_rows(table, *rows):
    model = table.grid.selectionModel()
    model.clearSelection()
    for row in rows:
        model.select(table.model.index(row, 0), QItemSelectionModel.SelectionFlag.Select | ROWS)


def text(table, row, column, role=Qt.ItemDataRole.DisplayRole):
    return table.model.data(table.model.index(row, column), role)


def test_a_narrow_column_shows_fewer_digits_and_no_dots(table):
    option = QStyleOptionViewItem()
    option.initFrom(table.grid)
    delegate, index = table.grid.itemDelegate(), table.model.index(2, 1)
    for room, shown in ((200, "0.3333333"), (option.fontMetrics.horizontalAdvance("0.33") + 12, "0.33"), (1, "0.3")):
        option.rect, option.widget = QRect(0, 0, room, 20), table.grid
        delegate.initStyleOption(option, index)
        assert option.text == shown


@pytest.mark.parametrize("offset", range(12))
def test_a_number_is_never_cut_off_by_a_part_of_a_pixel(table, offset):
    """Qt measures in fractions: what is as wide as its cell in whole pixels ends in dots."""
    type_in(table, 0, 1, "-1.2345678")
    option = QStyleOptionViewItem()
    option.initFrom(table.grid)
    option.widget, option.rect = table.grid, QRect(0, 0, 40 + offset, 20)
    table.grid.itemDelegate().initStyleOption(option, table.model.index(0, 1))
    margin = table.grid.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, option, table.grid) + 1
    assert QFontMetricsF(option.font).horizontalAdvance(option.text) <= option.rect.width() - 2 * margin


def test_the_columns_share_their_room_by_what_the_numbers_need(table):
    apply_theme(table, "light")
    n = 60
    rng = np.random.default_rng(0)
    table.session.document.load(System(Particles(np.sort(rng.normal(size=n)) - 20, rng.normal(size=n))))
    table.resize(280, 400)
    table.show()
    widths = [table.grid.columnWidth(column) for column in range(4)]
    assert sum(widths) == table.grid.viewport().width()
    assert widths[1] > widths[3] + 20, "all masses are 1 and need no more than their heading"
    option = QStyleOptionViewItem()
    option.initFrom(table.grid)
    option.widget = table.grid
    for column in (1, 2):
        option.rect = QRect(0, 0, widths[column], 20)
        table.grid.itemDelegate().initStyleOption(option, table.model.index(0, column))
        assert len(option.text.lstrip("\N{MINUS SIGN}0.").replace(".", "")) >= 6, option.text


def test_the_model_keeps_the_rules_of_qt(table, qtmodeltester):
    qtmodeltester.check(table.model)
    table.do("add")
    table.session.document.load(System.empty())
    table.do("add")
    assert table.model.rowCount() == 1


def test_a_cell_is_short_to_read_and_whole_to_edit(table):
    assert text(table, 2, 1) == "0.3333"
    assert float(text(table, 2, 1, Qt.ItemDataRole.EditRole)) == 1 / 3


def test_what_is_typed_is_one_edit_sorts_again_and_is_undone_in_one_step(table):
    assert type_in(table, 0, 1, "0.25")
    document = table.session.document
    assert document.system.particles.position.tolist() == [0.2, 0.25, 1 / 3]
    assert document.system.ids.tolist() == [1, 0, 2]
    document.undo()
    assert not document.can_undo
    assert text(table, 0, 1) == "0.1"


@pytest.mark.parametrize(("column", "typed"), [(1, "left"), (1, "nan"), (2, "inf"), (3, "-1"), (3, "0"), (1, "1e309")])
def test_what_cannot_be_is_refused_in_one_sentence_and_changes_nothing(table, column, typed):
    before = table.session.document.system
    assert not type_in(table, 0, column, typed)
    assert table.session.document.system is before
    sentence = table.message.text()
    assert table.message.isVisibleTo(table)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    type_in(table, 0, 2, "3")
    assert not table.message.isVisibleTo(table), "the next good edit takes the sentence away"


def test_the_rank_cannot_be_typed(table):
    assert not table.model.flags(table.model.index(0, 0)) & Qt.ItemFlag.ItemIsEditable
    assert not type_in(table, 0, 0, "5")


def test_selected_rows_are_selected_everywhere_and_the_other_way_round(table):
    select_rows(table, 0, 2)
    assert table.session.selection.ids == {0, 2}
    table.session.selection.select({1})
    assert table.grid.selected_ranks().tolist() == [1]
    table.session.selection.select_node(3)
    tree = table.session.history.tree
    assert table.grid.selected_ranks().tolist() == list(range(tree.first[3], tree.last[3] + 1))
    table.session.selection.clear()
    assert table.grid.selected_ranks().size == 0


def test_the_selection_follows_its_particle_through_an_edit(table):
    select_rows(table, 0)
    type_in(table, 0, 1, "9")
    assert table.grid.selected_ranks().tolist() == [2]
    assert table.session.selection.ids == {0}


def test_copied_cells_pasted_back_change_nothing_and_others_do(table):
    select_rows(table, 0, 1, 2)
    table.do("copy")
    before = table.session.document.system.particles
    table.grid.setCurrentIndex(table.model.index(0, 1))
    table.do("paste")
    after = table.session.document.system.particles
    assert np.array_equal(after.position, before.position)
    QGuiApplication.clipboard().setText("7\n8")
    table.grid.setCurrentIndex(table.model.index(1, 3))
    table.do("paste")
    assert table.session.document.system.particles.mass.tolist() == [1.0, 7.0, 8.0]
    QGuiApplication.clipboard().setText("good morning")
    table.do("paste")
    assert "number" in table.message.text()


def test_the_buttons_do_what_they_say_each_in_one_step(table):
    document, selection = table.session.document, table.session.selection
    table.buttons["add"].click()
    assert document.system.particles.position.tolist() == pytest.approx([0.1, 0.2, 0.8 / 3, 1 / 3])
    table.buttons["duplicate"].click()
    assert len(document.system) == 5
    table.buttons["delete"].click()
    assert len(document.system) == 4
    table.buttons["mirror"].click()
    assert document.system.particles.position[0] == -1 / 3
    table.buttons["penalty"].click()
    assert document.system.particles.velocity[0] > 0 > document.system.particles.velocity[-1]
    for _ in range(5):
        document.undo()
    assert not document.can_undo
    selection.clear()
    assert not table.buttons["delete"].isEnabled()


def test_delete_copy_and_paste_are_the_tables_own_keys(table, qtbot):
    select_rows(table, 1)
    qtbot.keyClick(table.grid, Qt.Key.Key_Delete)
    assert table.session.document.system.ids.tolist() == [0, 2]


def test_a_million_rows_open_scroll_and_select_at_once(qtbot):
    position = np.linspace(0.0, 1.0, 1_000_000)
    session = Session(Document(System(Particles(position, position))))
    session.colours, session.history.tree  # noqa: B018 - made once for all views, not the table's
    begin = time.process_time()
    table = ParticleTable(session, Colours.of("light"))
    qtbot.addWidget(table)
    table.resize(300, 400)
    table.grab()
    table.grid.scrollToBottom()
    table.grab()
    session.selection.select([500_000])
    assert table.grid.selected_ranks().tolist() == [500_000]
    assert time.process_time() - begin < 1.0
    assert text(table, 999_999, 0) == "999,999"


def test_a_hidden_table_does_not_read_every_row(table, qapp, monkeypatch):
    read = []
    monkeypatch.setattr(table_model, "readable", lambda value, digits: read.append(value) or str(value))
    table.show()
    table.hide()
    table.session.document.load(System.of_weights(np.arange(3_000.0), "crowd"))
    qapp.processEvents()
    assert len(read) < 300


def test_every_control_has_a_name_for_those_who_do_not_see_it(table):
    assert table.grid.accessibleName()
    for button in table.buttons.values():
        assert button.text()
        assert button.accessibleDescription()


def test_painting_does_not_ask_for_every_selected_row(table, qtbot, monkeypatch):
    """Qt's header does, at each paint: five seconds for 100,000 particles."""
    asked = []
    flags = type(table.model).flags
    monkeypatch.setattr(type(table.model), "flags", lambda self, index: asked.append(index.row()) or flags(self, index))
    n = 5_000
    table.session.document.load(System(Particles(np.arange(float(n)), np.zeros(n))))
    table.show()
    table.session.selection.select(range(n))
    table.repaint()
    qtbot.wait(20)
    assert len(table.grid.selected_ranks()) == n
    assert len(asked) < n
