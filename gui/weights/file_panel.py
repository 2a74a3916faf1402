"""The left side of the page: which file, which tensor, and whether all of it or a sample."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ..draw.palette import Colours
from ..draw.spin_box import WholeBox
from ..draw.tool_tip import plain
from ..model.opening import MOST_WEIGHTS
from .tensor_table import TensorTable
from .tensors import TensorFile

MANY = 12  # tensors from which on a filter is of use
SAMPLE = 20_000


class FilePanel(QWidget):
    """``chosen(name)`` is emitted for a tensor that was clicked; ``resampled()`` for another kind of sample."""

    chosen = Signal(str)
    resampled = Signal()

    def __init__(self, page, colours: Colours):
        super().__init__()
        self._marked: str | None = None
        self.model = TensorTable(self)
        self.open = QPushButton("Open…")
        self.open.setProperty("primary", True)
        self.open.setToolTip("Open a file of weights: npy, npz, safetensors, pt.")
        self.open.clicked.connect(page.do_weights_open)
        self.positions = QPushButton("From positions")
        self.positions.setToolTip("Take the positions of the particles as weights, with the penalty's velocities.")
        self.positions.clicked.connect(page.do_weights_positions)
        self.file = QLabel("No file is open.", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.file.setProperty("role", "quiet")
        self.filter = QLineEdit(placeholderText="Find a tensor", clearButtonEnabled=True)
        self.filter.setAccessibleName("Find a tensor")
        self.filter.textChanged.connect(self._filtered)
        self.table = self._table()
        self.sample = QCheckBox("Sample of")
        self.sample.setToolTip("Simulate fewer weights, evenly by rank. The file you save is always of all weights.")
        self.count = WholeBox(minimum=2, maximum=MOST_WEIGHTS, value=SAMPLE, groupSeparatorShown=True)
        self.count.setAccessibleName("Weights in the sample")
        self.sample.toggled.connect(lambda: self.resampled.emit())
        self.count.valueChanged.connect(lambda: self.sample.isChecked() and self.resampled.emit())
        self._arrange()
        self.setMinimumWidth(220)
        self.set_theme(colours)
        self.show_file(None)

    def _table(self) -> QTableView:
        table = QTableView(showGrid=False, selectionBehavior=QAbstractItemView.SelectionBehavior.SelectRows)
        table.setModel(self.model)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setSortingEnabled(False)
        table.setAccessibleName("Tensors of the file")
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(2 * table.fontMetrics().height() + 10)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        for column in (1, 2):
            table.setColumnWidth(column, 74)
        table.selectionModel().currentRowChanged.connect(self._row_changed)
        return table

    def _arrange(self) -> None:
        buttons, sample = QHBoxLayout(), QHBoxLayout()
        buttons.addWidget(self.open)
        buttons.addWidget(self.positions)
        buttons.addStretch()
        sample.addWidget(self.sample)
        sample.addWidget(self.count)
        sample.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(buttons)
        layout.addWidget(self.file)
        layout.addWidget(self.filter)
        layout.addWidget(self.table, 1)
        layout.addLayout(sample)
        self.rest = QWidget()
        layout.addWidget(self.rest, 1)

    def set_theme(self, colours: Colours) -> None:
        self.model.set_quiet(colours.quiet)

    def show_file(self, opened: TensorFile | None) -> None:
        """List another file."""
        self.filter.clear()
        self.model.show_entries(opened.entries if opened else ())
        count = len(self.model.entries)
        self.filter.setVisible(count >= MANY)
        self.table.setVisible(count > 0)
        self.rest.setVisible(count == 0)
        if opened:
            word = "tensor" if count == 1 else "tensors"
            self.file.setText(f"{opened.path.name}, {count:,} {word}")
            self.file.setToolTip(plain(str(opened.path)))

    def select(self, name: str | None) -> None:
        """Choose a tensor as a click would."""
        self.table.setCurrentIndex(self.model.index(self.model.row(name), 0))

    def mark(self, name: str | None) -> None:
        """Show which tensor is chosen, None: none of these; ``chosen`` is not emitted."""
        self._marked = name
        self.blockSignals(True)
        self.select(name)
        self.blockSignals(False)

    @property
    def wanted(self) -> int | None:
        """How many weights to take, None for all."""
        return self.count.value() if self.sample.isChecked() else None

    def _filtered(self, text: str) -> None:
        """A tensor that no longer fits is out of sight, and still the one chosen."""
        self.model.show_wanted(text)
        self.mark(self._marked)

    def _row_changed(self, current, _previous) -> None:
        if current.isValid():
            entry = self.model.entries[current.row()]
            if not entry.refusal:
                self._marked = entry.name
                self.chosen.emit(entry.name)
