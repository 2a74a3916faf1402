"""The tensors of a file as a table; what cannot be opened stands there in grey and says why."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PySide6.QtGui import QColor

from ..draw.tool_tip import plain
from ..views.linked_axes import readable
from .summary import Summary
from .tensors import Entry

COLUMNS = ("Tensor", "Distinct", "Range")


class TensorTable(QAbstractTableModel):
    """The ``entries`` of a file that have ``wanted`` letters, and of each the ``Summary`` once it is known."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.entries: list[Entry] = []
        self._all: tuple[Entry, ...] = ()
        self._names: list[str] = []
        self._rows: dict[str, int] = {}
        self._summaries: dict[str, Summary] = {}
        self._quiet = QColor("grey")

    def set_quiet(self, colour: QColor) -> None:
        self._quiet = colour

    def show_entries(self, entries: tuple[Entry, ...]) -> None:
        """Those of another file."""
        self._all, self._summaries = entries, {}
        self._names = [f"{entry.name} {entry.dtype}".lower() for entry in entries]
        self.show_wanted("")

    def show_wanted(self, wanted: str) -> None:
        """Only those that have this in their name or type."""
        wanted = wanted.lower()
        self.beginResetModel()
        self.entries = [entry for entry, name in zip(self._all, self._names, strict=True) if wanted in name]
        self._rows = {entry.name: row for row, entry in enumerate(self.entries)}
        self.endResetModel()

    def show_summaries(self, found: dict[str, Summary]) -> None:
        """What was found of some of the tensors."""
        self._summaries.update(found)
        self.dataChanged.emit(self.index(0, 1), self.index(len(self.entries) - 1, len(COLUMNS) - 1))

    def row(self, name: str | None) -> int:
        """The row of a tensor, -1 where there is none."""
        return self._rows.get(name, -1)

    def rowCount(self, parent=QModelIndex()) -> int:  # noqa: N802, B008
        return 0 if parent.isValid() else len(self.entries)

    def columnCount(self, parent=QModelIndex()) -> int:  # noqa: N802, B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section, orientation, role=Qt.ItemDataRole.DisplayRole):  # noqa: N802
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        return None

    def flags(self, index):
        if self.entries[index.row()].refusal:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(entry, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            bad = self._summaries[entry.name].not_finite if entry.name in self._summaries else 0
            return plain(entry.refusal or (f"{bad:,} of its values are NaN or infinite." if bad else entry.name))
        if role == Qt.ItemDataRole.ForegroundRole and entry.refusal:
            return self._quiet
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() > 0:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, entry: Entry, column: int) -> str:
        """Two lines of text."""
        if column == 0:
            shape = " × ".join(map(str, entry.shape)) or "one number"  # noqa: RUF001
            return f"{entry.name}\n{shape}, {entry.dtype}"
        found = self._summaries.get(entry.name)
        if found is None:
            return "" if entry.refusal else "…"
        if column == 1:
            return f"{found.distinct:,}\n{'has NaN' if found.not_finite else ''}".rstrip()
        return f"{readable(found.least, 4)}\n{readable(found.largest, 4)}" if found.distinct else ""
