"""The figures of the moment shown, and beside them those of the pinned one."""

from __future__ import annotations

from html import escape

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from .run_state import Moment, RunState


class Facts(QLabel):
    """A small table; where nothing is pinned it has one column of numbers."""

    def __init__(self):
        super().__init__(textFormat=Qt.TextFormat.RichText, wordWrap=True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setAccessibleName("Figures of the moment shown")

    def show_moments(self, state: RunState, tensor: str, now: Moment | None, pinned: Moment | None) -> None:
        """Write the figures of two moments of a run."""
        columns = [facts_of(state, tensor, moment) for moment in (now, pinned) if moment is not None]
        if not columns:
            self.setText("")
            return
        heads = ["shown", "pinned"] if len(columns) == 2 else []
        cell = '<td align="right" style="padding-left:12px">{}</td>'
        rows = ["<tr><td></td>" + "".join(cell.format(head) for head in heads) + "</tr>"] if heads else []
        for name in dict.fromkeys(name for column in columns for name in column):  # an empty tensor has fewer
            values = "".join(cell.format(escape(column.get(name, "-"))) for column in columns)
            rows.append(f"<tr><td>{escape(name)}</td>{values}</tr>")
        self.setText(f'<table cellspacing="0" cellpadding="1">{"".join(rows)}</table>')


def facts_of(state: RunState, tensor: str, moment: Moment) -> dict[str, str]:
    """What is known of a tensor and of the run at a moment, as it is read; "-" for what is not known."""
    found = np.flatnonzero(state.curves.step == moment.step)
    line = int(found[-1]) if found.size else None

    def at(values, form: str) -> str:
        value = np.nan if line is None else values[line]
        return form.format(value) if np.isfinite(value) else "-"

    summary, curves = moment.tensors.get(tensor), state.by_tensor.get(tensor)
    facts = {
        "step": f"{moment.step:,}",
        "epoch": f"{moment.epoch:,}" if moment.epoch is not None else "-",
        "validation": at(100 * state.curves.valid_accuracy, "{:.1f} %"),
        "loss": at(state.curves.valid_loss, "{:.3f}"),
    }
    if summary is not None:
        facts["weights"] = f"{summary.numel:,}"
        facts["distinct"] = f"{summary.distinct:,}" if summary.distinct >= 0 else "-"
        if curves is not None and summary.distinct < 0:
            facts["distinct"] = at(curves.distinct, "{:,.0f}")
        if summary.numel and summary.shared >= 0:
            facts["shared"] = f"{100 * summary.shared / summary.numel:.1f} %"
    if curves is not None:
        facts["strength"] = at(curves.strength, "{:.3g}")
        facts["merges"] = at(curves.merges, "{:,.0f}")
        facts["splits"] = at(curves.splits, "{:,.0f}")
    return facts
