"""The particles at time 0 as a Qt table: readable where shown, every digit where edited."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal

from gui.draw.palette import Colours
from gui.model import edits
from gui.model.typed_number import number

from .linked_axes import readable
from .table_blocks import COLUMNS

HEADINGS = ("rank", *COLUMNS)
WHY = (
    "The rank: particles are counted from the left, starting at 0. The square is the colour of the particle.",
    "The position at time 0. Particles are sorted by it.",
    "The velocity at time 0, to the right where positive.",
    "The mass, which must be positive.",
)


class ParticleModel(QAbstractTableModel):
    """Rank, position, velocity and mass of each particle; edits go through the document.

    ``refused(sentence)``: a value that cannot be was typed.
    """

    refused = Signal(str)
    edited = Signal()

    def __init__(self, session, theme: Colours, parent=None):
        super().__init__(parent)
        self.session, self.colours = session, theme
        self._shown = session.document.system
        session.document.changed.connect(self.follow)

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008
        return 0 if parent.isValid() else len(HEADINGS)

    def headerData(self, section: int, orientation, role=Qt.ItemDataRole.DisplayRole):  # noqa: N802
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            return WHY[section]
        return None

    def flags(self, index: QModelIndex):
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        fixed = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return fixed if index.column() == 0 else fixed | Qt.ItemFlag.ItemIsEditable

    def data(self, index: QModelIndex, role=Qt.ItemDataRole.DisplayRole):
        row, column = index.row(), index.column()
        if not index.isValid() or row >= len(self._shown):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if column == 0:
            if role == Qt.ItemDataRole.DisplayRole:
                return f"{row:,}"
            if role == Qt.ItemDataRole.DecorationRole and self._shown is self.session.document.system:
                return self.colours.clusters[self.session.colours[row]]
            return None
        value = float(getattr(self._shown.particles, COLUMNS[column - 1])[row])
        if role == Qt.ItemDataRole.DisplayRole:
            return readable(value, 4)
        if role in (Qt.ItemDataRole.EditRole, Qt.ItemDataRole.ToolTipRole):
            return repr(value)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{HEADINGS[column]} of particle {row}: {readable(value, 6)}"
        return None

    def setData(self, index: QModelIndex, value, role=Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802
        if role != Qt.ItemDataRole.EditRole or index.column() == 0 or not index.isValid():
            return False
        what, document = COLUMNS[index.column() - 1], self.session.document
        try:
            typed = number(value, what)
            if typed == getattr(self._shown.particles, what)[index.row()]:
                self.edited.emit()  # nothing is refused any more
                return False
            id = int(self._shown.ids[index.row()])
            document.edit_all(lambda system: edits.with_values(system, [id], **{what: typed}), f"Change {what}")
        except ValueError as error:
            self.refused.emit(str(error))
            return False
        self.edited.emit()
        return True

    def first_rows(self, count: int) -> list[list[float]]:
        """The numbers of each column in the first rows."""
        return [getattr(self._shown.particles, name)[:count].tolist() for name in COLUMNS]

    def follow(self) -> None:
        """Show the document's system."""
        before, self._shown = self._shown, self.session.document.system
        if len(before) == len(self._shown):
            self.repaint()
        else:
            self.beginResetModel()
            self.endResetModel()

    def repaint(self) -> None:
        """All values, or their colours, are others."""
        if len(self._shown):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, len(HEADINGS) - 1))
