"""Tables of text: aligned for a terminal, or as Markdown; the first row is the header, the first column the names."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """The first column to the left, the others to the right, two spaces between."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """The same as a table of Markdown."""
    rows = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|---|" + "---:|" * (len(rows[0]) - 1), *lines[1:]])


def percent(share: float | None, digits: int = 2) -> str:
    """A share in [0, 1] as a percentage without the sign; "-" for none."""
    return "-" if share is None else f"{100 * share:.{digits}f}"


def spread(values: Sequence[float | None], form=str) -> str:
    """Mean +- sample standard deviation of the values that there are, each written by ``form``; "-" without any."""
    there = [value for value in values if value is not None and math.isfinite(value)]
    if not there:
        return "-"
    mean = form(statistics.fmean(there))
    return f"{mean} +- {form(statistics.stdev(there))}" if len(there) > 1 else mean
