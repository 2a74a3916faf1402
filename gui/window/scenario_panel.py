"""The panel on the left: which scenario, how many particles, which seed; and the exact numbers."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from particles import scenarios

from ..draw.palette import Colours
from ..draw.spin_box import WholeBox
from ..model.action import Action

ROOM_FOR_TABLE = 520  # pixels
MOST = 10_000_000  # particles in the number field
LARGEST_SEED = 2**31 - 1  # that a number field takes


def readable(name: str) -> str:
    """A scenario's name as a title."""
    return name.replace("-", " ").capitalize()


class ScenarioPanel(QWidget):
    """Calls ``load(name, n, seed)`` for what is chosen."""

    def __init__(self, session, load, shortcuts, parent=None):
        super().__init__(parent)
        self.session, self._load, self._shortcuts = session, load, shortcuts
        self.table: QWidget | None = None
        self.names = QListWidget()
        self.names.setAccessibleName("Scenarios")
        for name in scenarios.names():
            item = QListWidgetItem(readable(name))
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setToolTip(scenarios.why(name))
            self.names.addItem(item)
        self.why = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.why.setProperty("role", "quiet")
        self.filter = QLineEdit(placeholderText="Find a scenario", clearButtonEnabled=True)
        self.filter.setAccessibleName("Find a scenario")
        self.filter.textChanged.connect(self._filter)
        self.names.itemClicked.connect(lambda item: self.choose(item.data(Qt.ItemDataRole.UserRole)))
        self.names.itemActivated.connect(lambda item: self.choose(item.data(Qt.ItemDataRole.UserRole)))
        self._numbers()
        self._lay_out()
        session.document.changed.connect(self.refresh)
        session.document.title_changed.connect(self.refresh)
        self.refresh()

    def _numbers(self) -> None:
        self.count, self.seed = WholeBox(), WholeBox()
        for box, what in ((self.count, "Number of particles"), (self.seed, "Seed")):
            box.setGroupSeparatorShown(True)
            box.setAccessibleName(what)
            box.editingFinished.connect(self._redraw)
        self.again = QPushButton("Draw again")
        self.again.clicked.connect(lambda: self._shortcuts.do("new-seed"))
        self.reset = QPushButton("Reset")
        self.reset.clicked.connect(lambda: self._shortcuts.do("reset"))
        for button, id in ((self.again, "new-seed"), (self.reset, "reset")):
            row: Action = self._shortcuts.table[id]
            button.setToolTip(row.why)
            button.setAccessibleDescription(row.why)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Particles", self.count)
        form.addRow("Seed", self.seed)
        buttons = QHBoxLayout()
        buttons.addWidget(self.again)
        buttons.addWidget(self.reset)
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(10, 4, 8, 6)
        column.addWidget(self.filter)
        column.addWidget(self.names, 1)
        column.addWidget(self.why)
        column.addLayout(form)
        column.addLayout(buttons)
        self.parts = QSplitter(Qt.Orientation.Vertical)
        self.parts.setObjectName("scenario")
        self.parts.setChildrenCollapsible(False)
        self.parts.addWidget(top)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.parts)

    def add_table(self, colours: Colours) -> None:
        """The table of exact numbers; it comes after the window is on the screen."""
        from ..views.table import ParticleTable

        self.table = ParticleTable(self.session, colours)
        self.parts.addWidget(self.table)
        self.parts.setStretchFactor(0, 3)
        self.parts.setStretchFactor(1, 2)
        self.names.scrollToItem(self.names.currentItem())
        self._make_room()

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """In a low window the scenarios go before the exact numbers."""
        if self.table is not None:
            self.table.setVisible(self.height() >= ROOM_FOR_TABLE)

    def choose(self, name: str) -> None:
        """Load a scenario with its own number of particles."""
        self._load(name, None, None)

    def refresh(self) -> None:
        """Show which scenario is open."""
        system = self.session.document.system
        recipe = system.source
        self.why.setText(system.why)
        smallest, _default, largest = scenarios.sizes(recipe.name) if recipe else (len(system), 0, len(system))
        sizes, seeds = (smallest, min(largest, max(MOST, len(system)))), (0, LARGEST_SEED)
        seed = recipe.seed if recipe and recipe.seed else 0
        for box, value, ends in ((self.count, len(system), sizes), (self.seed, seed, seeds)):
            box.blockSignals(True)
            box.setRange(*ends)
            box.setValue(min(value, box.maximum()))
            box.blockSignals(False)
        self.count.setEnabled(recipe is not None and smallest < largest)
        self.seed.setEnabled(recipe is not None and recipe.seed is not None)
        self.again.setEnabled(recipe is not None and recipe.seed is not None)
        self.reset.setEnabled(self.session.document.can_undo)
        row = scenarios.names().index(recipe.name) if recipe and recipe.name in scenarios.names() else -1
        if self.names.currentRow() != row:
            self.names.setCurrentRow(row)

    def _redraw(self) -> None:
        recipe = self.session.document.system.source
        if recipe is None:
            return
        count, seed = self.count.value(), None if recipe.seed is None else self.seed.value()
        if (count, seed) != (recipe.n, recipe.seed):
            self._load(recipe.name, count, seed)
        else:
            self.refresh()

    def _filter(self, text: str) -> None:
        for row in range(self.names.count()):
            item = self.names.item(row)
            item.setHidden(text.lower() not in f"{item.text()} {item.toolTip()}".lower())
