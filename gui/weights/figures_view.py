"""The figures before and after, side by side."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from ..views.linked_axes import readable
from .figures import FORMULA, MEANING, Figures, coded_bits
from .tensors import SIZES

ROWS = (  # text, why, how a value of Figures is shown
    ("Distinct values", "How many different numbers the tensor holds.", lambda f: f"{f.distinct:,}"),
    (
        "R(w)",
        "The penalty: all distances between two weights, summed, over n - 1.",
        lambda f: readable(f.penalty, 5),
    ),
    ("Bits a weight", MEANING, lambda f: f"{f.bits:.2f}"),
    ("Largest share", "How many of all weights have the most frequent value.", lambda f: f"{f.largest:.1%}"),
    ("Mean", "The penalty keeps the mean; l1 draws it towards 0.", lambda f: readable(f.mean, 4)),
    ("Spread", "The standard deviation of the weights.", lambda f: readable(f.spread, 4)),
)


class FiguresView(QWidget):
    """A small table: what, before, after."""

    def __init__(self):
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        for column, text in ((1, "before"), (2, "after")):
            grid.addWidget(_label(text, "quiet", right=True), 0, column)
        self._cells = []
        for row, (text, why, _) in enumerate(ROWS, 1):
            name, before, after = _label(text, "quiet"), _label("", "", right=True), _label("", "heading", right=True)
            for column, label in enumerate((name, before, after)):
                label.setToolTip(why)
                grid.addWidget(label, row, column)
            self._cells.append((before, after))
        self.change, self.formula = _label("", "heading", right=True), _label("", "quiet")
        change = _label("Mean change", "quiet")
        for label in (change, self.change):
            label.setToolTip("The mean of |after - before| over all weights.")
        grid.addWidget(change, len(ROWS) + 1, 0)
        grid.addWidget(self.change, len(ROWS) + 1, 2)
        self.formula.setWordWrap(True)
        self.formula.setToolTip(MEANING)
        grid.addWidget(self.formula, len(ROWS) + 2, 0, 1, 3)
        grid.setRowStretch(len(ROWS) + 3, 1)
        grid.setColumnStretch(0, 1)

    def show_figures(self, before: Figures, after: Figures, change: float, n: int, dtype: str) -> None:
        """``change`` is the mean of |after - before|."""
        for (left, right), (_, _, text) in zip(self._cells, ROWS, strict=True):
            left.setText(text(before))
            right.setText(text(after))
        self.change.setText(readable(change, 4))
        width = 8 * SIZES[dtype]
        bits = max(after.distinct - 1, 0).bit_length()
        coded = coded_bits(n, after.distinct, width) if n else 0.0
        sums = f"{FORMULA} = {bits} + {after.distinct:,} × {width} / {n:,} = {coded:.2f}"  # noqa: RUF001
        if coded < width:
            times = f"{width / coded:.3g} times smaller" if coded else "nothing to store"
            self.formula.setText(f"Bits a weight = {sums}, instead of {width}: {times}.")
        else:
            self.formula.setText(f"Bits a weight = {width}, plain: a codebook would take {sums}.")

    @property
    def texts(self) -> dict[str, tuple[str, str]]:
        """What stands in each row, before and after."""
        return {row[0]: (left.text(), right.text()) for row, (left, right) in zip(ROWS, self._cells, strict=True)}


def _label(text: str, role: str, right: bool = False) -> QLabel:
    label = QLabel(text, textFormat=Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    if right:
        label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label
