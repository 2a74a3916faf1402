"""The table's buttons do what the menu's actions do, and of a crowd in a worker too."""

import numpy as np
import pytest

pytest.importorskip("PySide6")

from gui.draw.palette import Colours
from gui.model import edits
from gui.model.commands import widest_gap
from gui.model.document import Document
from gui.model.session import Session
from gui.model.simulation import AT_ONCE
from gui.model.system import System
from gui.views.table import ParticleTable
from particles import Particles

pytestmark = pytest.mark.qt


@pytest.fixture
def make(qtbot):
    def table(n):
        made = ParticleTable(
            Session(Document(System(Particles(np.arange(float(n)), np.zeros(n))))), Colours.of("light")
        )
        qtbot.addWidget(made)
        made.session.selection.select([2])
        return made

    return table


@pytest.mark.parametrize(("button", "edit"), [("add", "added"), ("delete", "removed"), ("duplicate", "duplicated")])
def test_a_crowd_is_edited_by_a_worker(make, monkeypatch, button, edit):
    table, n, waiting, made = make(AT_ONCE + 1), AT_ONCE + 1, [], []
    work_of = getattr(edits, edit)
    monkeypatch.setattr(edits, edit, lambda *given: made.append(edit) or work_of(*given))
    document = table.session.document
    document.run = lambda work, then, _what: waiting.append((work, then))
    table.buttons[button].click()
    assert (made, len(waiting)) == ([], 1)
    while waiting:
        work, then = waiting.pop()
        then(work())
    assert made == [edit]
    assert len(document.system) == n + (-1 if button == "delete" else 1)


def test_what_is_selected_cannot_be_changed_while_the_last_change_is_computed(make):
    table = make(AT_ONCE + 1)
    document = table.session.document
    document.run = lambda *_: None
    document.edit(edits.mirrored(document.latest), "Mirror")
    assert not table.buttons["delete"].isEnabled()
    table.do("delete")
    assert table.message.text() == "The last change is still being computed: try again in a moment."
    document.give_up()
    assert table.buttons["delete"].isEnabled()


@pytest.mark.parametrize(
    ("position", "place"), [([], 0.0), ([2.0], 3.0), ([2.0, 2.0], 3.0), ([0.0, 1.0, 3.0], 2.0), ([-1e308, 1e308], 0.0)]
)
@pytest.mark.filterwarnings("error")
def test_the_widest_gap_of_any_line(position, place):
    assert widest_gap(np.array(position)) == place


def test_a_step_is_called_as_the_menu_calls_it(make):
    table = make(5)
    table.buttons["delete"].click()
    assert table.session.document.undo_text == "Delete particle"


def test_why_a_change_was_refused_goes_with_the_next_change_of_anything(make, qtbot):
    table = make(5)
    document, selection, shown = table.session.document, table.session.selection, table.message.isVisibleTo

    def away():
        table.show()
        table.hide()

    def typed(text):
        return table.model.setData(table.model.index(0, 1), text)

    for change in (
        lambda: document.edit(edits.mirrored(document.latest), "Mirror"),
        document.undo,
        lambda: selection.select([4]),
        selection.clear,
        lambda: typed("0"),  # as it is
        away,
    ):
        assert not typed("1/2")
        assert shown(table)
        qtbot.wait(5)
        selection.hovered = 3
        selection.hovered = None
        assert shown(table), "the mouse changes nothing"
        change()
        assert not shown(table)


def test_a_click_elsewhere_that_ends_what_is_typed_leaves_the_reason_to_be_read(make, qtbot):
    table = make(5)
    table.model.setData(table.model.index(0, 1), "1/2")
    table.session.selection.select([4])
    assert table.message.isVisibleTo(table)
