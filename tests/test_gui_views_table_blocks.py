"""Blocks of cells between the table and a spreadsheet, without a window."""

import numpy as np
import pytest

from gui.model.system import System
from gui.model.typed_number import number
from gui.views.table_blocks import block_of, ids_of_rows, pasted, text_of
from particles import Particles
from tests.one_sentence import refused

SYSTEM = System(Particles([0.1, 0.2, 1 / 3], [1.0, 0.0, -1e-17], [1.0, 2.0, 3.0]))


@pytest.mark.parametrize(
    "text",
    [
        *("1\t2\n3\t4", "1;2\r\n3;4\r\n", "x\tv\n1\t2\n3\t4", "1.0,2.0\n3.0,4.0"),
        *("1 2\n\n3 4", "1.0;2\n3;4", "1.0,2\n3,4", "x,v\n1,2\n3,4"),
    ],
)
def test_blocks_are_read_as_spreadsheets_write_them(text):
    assert block_of(text).tolist() == [[1, 2], [3, 4]]


def test_numbers_are_read_as_people_write_them():
    typed = ("\N{MINUS SIGN}2.5", " 1e-3 ", "1,000", "-12,345.5", ".5")
    assert [number(text, "mass") for text in typed] == [-2.5, 1e-3, 1000, -12345.5, 0.5]
    assert block_of("1,000").tolist() == [[1000]]
    assert block_of("1,000\t2\n0.5\t12,345").tolist() == [[1000, 2], [0.5, 12345]]


@pytest.mark.parametrize("text", ["0,25", "1,5", "12,34", "1,0000", "0,125", "1,000,2", "1_000", "nan", "\u0661"])
def test_a_comma_that_groups_no_thousands_is_refused(text):
    refused(ValueError, lambda: number(text, "mass"), "point" if "," in text else "0.25")
    if text.count(",") == 1:
        refused(ValueError, lambda: block_of(f"{text}\n3"), "paste", "point")


@pytest.mark.parametrize("text", ["", "1\t2\n3", "1\tx", "abc", "1\n" * 100_002])
def test_what_is_no_block_is_refused_in_one_sentence(text):
    refused(ValueError, lambda: block_of(text), "past" if "1" in text else "")


def test_cells_come_back_from_a_spreadsheet_to_the_last_bit():
    text = text_of(SYSTEM, np.arange(3), [0, 1, 2])
    again = pasted(SYSTEM, 0, 0, block_of(text))
    for what in ("position", "velocity", "mass"):
        assert np.array_equal(getattr(again.particles, what), getattr(SYSTEM.particles, what))
    assert list(again.ids) == list(ids_of_rows(SYSTEM, 0, 3)) == [0, 1, 2]


def test_pasted_rows_are_sorted_keep_their_ids_and_add_particles_past_the_end():
    new, ids = pasted(SYSTEM, 2, 0, np.array([[0.15], [5.0]])), ids_of_rows(SYSTEM, 2, 2)
    assert new.particles.position.tolist() == [0.1, 0.15, 0.2, 5.0]
    assert new.ids.tolist() == [0, 2, 1, 3]
    assert ids.tolist() == [2, 3]
    assert (new.particles.velocity[-1], new.particles.mass[-1]) == (0.0, 1.0)


def test_a_block_with_ranks_and_one_of_three_columns_fill_the_row():
    for block in ([[0, 7.0, 8.0, 9.0]], [[7.0, 8.0, 9.0]]):
        new = pasted(SYSTEM, 0, 2, np.array(block))
        last = new.particles
        assert (last.position[-1], last.velocity[-1], last.mass[-1]) == (7.0, 8.0, 9.0)


@pytest.mark.parametrize(
    ("rank", "column", "block"),
    [
        (0, 2, [[1.0, 2.0]]),
        (2, 1, [[1.0], [2.0]]),
        (0, 2, [[-1.0]]),
        (0, 0, [[np.nan]]),
        (0, 0, [[1.0] * 5]),
        (0, 0, [[1e308], [1e308]]),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence_and_changes_nothing(rank, column, block):
    refused(ValueError, lambda: pasted(SYSTEM, rank, column, np.array(block)))
