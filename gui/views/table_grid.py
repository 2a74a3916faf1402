"""The cells: keys of a spreadsheet, and one selection with all other views."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QStyledItemDelegate, QTableView

from .column_widths import shared
from .linked_axes import readable
from .table_model import HEADINGS

SAMPLED = 50  # rows that are looked at for the widths of the columns
DIGITS = 7  # at most, where there is room
SMALLER = 0.92  # than the window's font: a number more fits in
MARGIN = 10  # pixels of a cell that are not its text
SQUARE = 20  # pixels of the colour beside a rank
MOST_RANGES = 2_000  # runs of selected rows that are marked; more are too many to tell apart

_OWN_KEYS = {
    QKeySequence.StandardKey.Copy: "copy",
    QKeySequence.StandardKey.Paste: "paste",
    QKeySequence.StandardKey.Delete: "delete",
    QKeySequence.StandardKey.SelectAll: "select-all",
}


class Fitting(QStyledItemDelegate):
    """Numbers with as many digits as their column has room for; the tool tip and the editor have every digit."""

    def initStyleOption(self, option, index) -> None:  # noqa: N802
        super().initStyleOption(option, index)
        if index.column() == 0:
            return
        margin = option.widget.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, option, option.widget) + 1
        metrics, value = QFontMetricsF(option.font), float(index.data(Qt.ItemDataRole.EditRole))
        for digits in range(DIGITS, 0, -1):  # in fractions of pixels, as Qt measures before it cuts a text off
            option.text = readable(value, digits)
            if metrics.horizontalAdvance(option.text) + 0.5 <= option.rect.width() - 2 * margin:
                break


class Grid(QTableView):
    """``asked(what)``: "copy", "paste" or "delete" by key, while the table has the focus."""

    asked = Signal(str)

    def __init__(self, session, model, parent=None):
        super().__init__(parent)
        self.session = session
        self._following = False
        self.setModel(model)
        self.setItemDelegate(Fitting(self))
        small = self.font()
        small.setPointSizeF(SMALLER * small.pointSizeF())
        self.setFont(small)
        self.setAccessibleName("Particles at time 0")
        self.setAccessibleDescription("Rank, position, velocity and mass of each particle; type to change a value.")
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)  # Tab leaves the table: it is no trap for the keyboard
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(QFontMetrics(self.font()).height() + 8)
        self.setIconSize(QSize(9, 9))
        self._set_header()
        self.selectionModel().selectionChanged.connect(self._tell)
        session.selection.changed.connect(self.follow_selection)
        model.modelReset.connect(self._fit)
        model.modelReset.connect(self.follow_selection)
        model.dataChanged.connect(self.follow_selection)
        model.dataChanged.connect(self._refit)
        self._fit()
        self.follow_selection()

    def _set_header(self) -> None:
        header = self.horizontalHeader()
        header.setFont(self.font())
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)  # by contents a hidden table asks for every row
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        # Qt's header asks for the flags of every cell of what is selected, at each paint: it gets nothing to look at.
        header.setSelectionModel(QItemSelectionModel(self.model(), header))
        header.setMinimumSectionSize(30)

    def selected_ranks(self) -> np.ndarray:
        """The rows in which something is selected, ascending."""
        ranges = self.selectionModel().selection()
        if ranges.isEmpty():
            return np.empty(0, np.int64)
        return np.unique(np.concatenate([np.arange(r.top(), r.bottom() + 1) for r in ranges]))

    def selected_columns(self) -> list[int]:
        """The columns in which something is selected, without the rank."""
        columns = {c for r in self.selectionModel().selection() for c in range(r.left(), r.right() + 1)}
        return sorted(c - 1 for c in columns if c > 0) or [0, 1, 2]

    def follow_selection(self, *_) -> None:
        """Mark the rows of the particles that are selected anywhere."""
        if self._following:
            return
        runs = self._runs()
        self._following = True
        try:
            chosen = QItemSelection()
            model = self.model()
            for first, last in runs[:MOST_RANGES]:
                chosen.append(QItemSelection(model.index(first, 0), model.index(last, model.columnCount() - 1))[0])
            self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            if len(runs) and not self.hasFocus():
                self.scrollTo(model.index(int(runs[0][0]), 0))
        finally:
            self._following = False

    def event(self, event) -> bool:
        """Copy, paste and delete are the table's own while it has the focus."""
        if event.type() == QEvent.Type.ShortcutOverride and any(event.matches(key) for key in _OWN_KEYS):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event) -> None:  # noqa: N802
        what = next((what for key, what in _OWN_KEYS.items() if event.matches(key)), None)
        if what == "select-all":
            self.selectAll()
        elif what is not None:
            self.asked.emit(what)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    def _refit(self) -> None:
        """Other numbers; under the mouse the columns stand still."""
        if not self.session.document.dragging:
            self._fit()

    def _fit(self) -> None:
        """The ranks as wide as the last one needs; the numbers share the rest, each for as many digits as it has."""
        model, metrics = self.model(), QFontMetrics(self.font())
        heads = [metrics.horizontalAdvance(text) + MARGIN for text in HEADINGS]
        rank = max(heads[0], metrics.horizontalAdvance(f"{max(model.rowCount() - 1, 0):,}") + SQUARE + MARGIN)
        needs = []
        for column, values in enumerate(model.first_rows(SAMPLED), 1):
            texts = (metrics.horizontalAdvance(readable(value, DIGITS)) + MARGIN for value in values)
            needs.append(max((heads[column], *texts)))
        widths = shared(needs, heads[1:], self.viewport().width() - rank)
        for column, width in enumerate((rank, *widths)):
            self.setColumnWidth(column, width)

    def _tell(self, *_) -> None:
        if self._following:
            return
        self._following = True
        try:
            system = self.session.document.system
            ranks = self.selected_ranks()
            self.session.selection.select(system.ids[ranks[ranks < len(system)]])
        finally:
            self._following = False

    def _runs(self) -> np.ndarray:
        """The first and last row of each run of selected particles, (r, 2)."""
        selection, document = self.session.selection, self.session.document
        if selection.node is not None:
            tree = document.history.tree
            return np.array([[tree.first[selection.node], tree.last[selection.node]]], dtype=np.int64)
        system = document.system
        ranks = system.find(selection.members)
        marked = np.zeros(len(system) + 2, bool)
        marked[1 + ranks[ranks >= 0]] = True
        edges = np.flatnonzero(marked[1:] != marked[:-1])
        return np.column_stack((edges[::2], edges[1::2] - 1))
