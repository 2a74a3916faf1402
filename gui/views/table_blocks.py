"""Blocks of numbers between the table and a spreadsheet: text in, values in a system out."""

from __future__ import annotations

import numpy as np

from gui.model.edits import edited, next_id
from gui.model.system import System
from gui.model.typed_number import number, plain

COLUMNS = ("position", "velocity", "mass")
MOST_ROWS = 100_000


def block_of(text: str) -> np.ndarray:
    """The rows and columns of numbers in a text from a spreadsheet, (r, c) float64.

    Columns are split at tabs, else semicolons, else commas, else blanks; a first row is a heading where nothing in it
    begins as a number.  Commas split columns where a row has several, or a point as well; a row that is one number
    with its thousands grouped is that number.  ValueError, one sentence, for anything else, also for "0,5": it may be
    one number or two.
    """
    lines = [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
    if not lines:
        raise ValueError("there are no numbers on the clipboard: copy a block of cells first")
    if len(lines) > MOST_ROWS + 1:
        raise ValueError(f"{len(lines):,} rows are too many to paste, {MOST_ROWS:,} is the most: open them as a file")
    separator = _separator(lines)
    rows = [[cell.strip() for cell in line.split(separator)] for line in lines]
    if len(rows) > 1 and _is_heading(rows[0]):
        rows = rows[1:]
    widths = {len(row) for row in rows}
    if len(widths) > 1:
        raise ValueError(
            f"the rows to paste have {min(widths)} to {max(widths)} columns: copy a full rectangle of cells"
        )
    values = np.empty((len(rows), widths.pop()))
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            try:
                values[r, c] = number(cell, "value")
            except ValueError as error:
                raise ValueError(f"row {r + 1}, column {c + 1} to paste: {error}") from None
    return values


def ids_of_rows(system: System, rank: int, rows: int) -> np.ndarray:
    """The ids of so many rows of the table from ``rank`` on; those past the last particle are new."""
    more = max(rank + rows - len(system), 0)
    return np.append(system.ids[rank : rank + rows], next_id(system) + np.arange(more))


def pasted(system: System, rank: int, column: int, block: np.ndarray) -> System:
    """``block`` written over the table from row ``rank`` and ``column`` (0: position) on.

    A block of four columns carries the ranks first, which are left out; one of three fills all columns.  Rows past
    the last particle are new particles (velocity 0 and mass 1 where the block does not say).  ValueError, one
    sentence, where it does not fit.
    """
    if block.shape[1] == len(COLUMNS) + 1:
        block = block[:, 1:]
    rows, width = block.shape
    column = 0 if width == len(COLUMNS) else column
    if column + width > len(COLUMNS):
        raise ValueError(f"{width} columns do not fit from {COLUMNS[column]} on: start further left")
    more = max(rank + rows - len(system), 0)
    if more and column > 0:
        raise ValueError(f"there are {rows} rows to paste, but only {len(system) - rank} particles from here on")
    _check(block, column)
    columns = [
        np.append(getattr(system.particles, name), np.full(more, default))
        for name, default in zip(COLUMNS, (0.0, 0.0, 1.0), strict=True)
    ]
    for c in range(width):
        columns[column + c][rank : rank + rows] = block[:, c]
    ids = np.append(system.ids[:rank], ids_of_rows(system, rank, max(rows, len(system) - rank)))
    return edited(system, *columns, ids)


def text_of(system: System, ranks: np.ndarray, columns: list[int]) -> str:
    """These cells for a spreadsheet: tabs and lines, numbers with all their digits."""
    values = [getattr(system.particles, COLUMNS[c])[ranks].tolist() for c in columns]
    return "\n".join("\t".join(map(repr, row)) for row in zip(*values, strict=True))


def _check(block: np.ndarray, column: int) -> None:
    for c in range(block.shape[1]):
        what = COLUMNS[column + c]
        bad = np.flatnonzero(~np.isfinite(block[:, c]))
        if bad.size:
            raise ValueError(
                f"the {what} in row {bad[0] + 1} to paste is {block[bad[0], c]}: it must be a finite number"
            )
        if what == "mass" and (block[:, c] <= 0).any():
            row = int(np.flatnonzero(block[:, c] <= 0)[0])
            raise ValueError(f"the mass in row {row + 1} to paste is {block[row, c]:g}: it must be positive")


def _separator(lines: list[str]) -> str | None:
    """What splits the columns of these rows; None: blanks."""
    first = lines[len(lines) > 1]  # below a heading
    mark = next((mark for mark in ("\t", ";", ", ") if mark in first), None)
    loose = [line for line in map(plain, lines) if "," in line]  # commas that group no thousands
    if mark is None and loose:
        return "," if _is_heading(lines[:1]) or any("." in line or line.count(",") > 1 for line in loose) else None
    return mark


def _is_heading(cells: list[str]) -> bool:
    """Does none of the cells begin as a number does?"""
    return not any(plain(cell)[:1] in set("+-.0123456789") for cell in cells)
