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
    QMenu,
    QPushButton,
    QSplitter,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from particles import scenarios

from ..draw.palette import Colours
from ..draw.spin_box import WholeBox
from ..model import edits
from ..model.action import Action
from ..model.system import Recipe

ROOM_FOR_BOTH = 520  # pixels of height; in less, scenarios and exact numbers are behind tabs
MOST = 10_000_000  # particles in the number field


def readable(name: str) -> str:
    """A scenario's name as a title."""
    return name.replace("-", " ").capitalize()


class Names(QListWidget):
    """The names of scenarios: the chosen one is in sight, however high the list becomes and whenever it is shown."""

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.scrollToItem(self.currentItem())

    def showEvent(self, event) -> None:  # noqa: N802
        super().showEvent(event)
        self.scrollToItem(self.currentItem())


class ScenarioPanel(QWidget):
    """Calls ``load(name)`` for the scenario that is chosen, ``draw(recipe)`` for random particles, and
    ``draw_again(recipe)`` for the present scenario with another number or seed.

    Numbers and seeds come from the same two fields.
    """

    def __init__(self, session, load, draw, draw_again, shortcuts):
        super().__init__()
        self.session, self._load, self._draw, self._draw_again = session, load, draw, draw_again
        self._shortcuts = shortcuts
        self.table: QWidget | None = None
        self.names = Names()
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
            box.setToolTip(f"{what} for the scenario, and for random particles")
            box.editingFinished.connect(self._redraw)
        self.again = QPushButton("Draw again")
        self.again.clicked.connect(lambda: self._shortcuts.do("new-seed"))
        self.reset = QPushButton("Reset")
        self.reset.clicked.connect(lambda: self._shortcuts.do("reset"))
        self.random = QPushButton("Random…")
        self.random.clicked.connect(self.offer_random)
        for button, id in ((self.again, "new-seed"), (self.random, "random"), (self.reset, "reset")):
            row: Action = self._shortcuts.table[id]
            button.setProperty("tight", True)
            button.setToolTip(row.why)
            button.setAccessibleDescription(row.why)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.kinds = QMenu("Random particles", self)
        self.kinds.setToolTipsVisible(True)
        for kind in edits.RANDOM:
            action = self.kinds.addAction(readable(kind))
            action.setToolTip(scenarios.why(kind))
            action.triggered.connect(lambda _=False, kind=kind: self._draw_random(kind))

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Particles", self.count)
        form.addRow("Seed", self.seed)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in (self.again, self.random, self.reset):
            buttons.addWidget(button)
        self.chooser = QWidget()
        column = QVBoxLayout(self.chooser)
        column.setContentsMargins(10, 4, 8, 6)
        column.addWidget(self.filter)
        column.addWidget(self.names, 1)
        column.addWidget(self.why)
        column.addLayout(form)
        column.addLayout(buttons)
        self.parts = QSplitter(Qt.Orientation.Vertical)
        self.parts.setObjectName("scenario")
        self.parts.setChildrenCollapsible(False)
        self.parts.addWidget(self.chooser)
        self.tabs = QTabBar(visible=False, drawBase=False, focusPolicy=Qt.FocusPolicy.TabFocus)
        self.tabs.setAccessibleName("Scenarios or exact numbers")
        for text, why in (("Choose", "The scenarios"), ("Numbers", "The exact numbers of each particle")):
            self.tabs.setTabToolTip(self.tabs.addTab(text), why)
        self.tabs.currentChanged.connect(self._make_room)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.tabs)
        whole.addWidget(self.parts)

    def add_table(self, colours: Colours) -> None:
        """The table of exact numbers; it comes after the window is on the screen."""
        from ..views.table import ParticleTable

        self.table = ParticleTable(self.session, colours)
        self.parts.addWidget(self.table)
        self.parts.setStretchFactor(0, 3)
        self.parts.setStretchFactor(1, 2)
        self._make_room()

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self, *_) -> None:
        """In a low window scenarios and exact numbers take turns."""
        if self.table is not None:
            both = self.height() >= ROOM_FOR_BOTH
            self.tabs.setVisible(not both)
            self.chooser.setVisible(both or self.tabs.currentIndex() == 0)
            self.table.setVisible(both or self.tabs.currentIndex() == 1)

    def show_numbers(self, shown: bool = True) -> None:
        """Bring the exact numbers to the front, or the scenarios."""
        self.tabs.setCurrentIndex(int(shown))

    def offer_random(self) -> None:
        """Let the user choose what kind of random particles; how many and which seed is in the fields."""
        self.show_numbers(False)
        self.kinds.popup(self.random.mapToGlobal(self.random.rect().bottomLeft()))

    def choose(self, name: str) -> None:
        """Load a scenario with its own number of particles."""
        self._load(name)

    def refresh(self) -> None:
        """Show which scenario is open."""
        system = self.session.document.system
        recipe = system.source
        self.why.setText(system.why)
        smallest, _default, largest = scenarios.sizes(recipe.name) if recipe else (0, 0, 0)
        most = max(MOST, len(system))
        sizes = (smallest, min(largest, most)) if smallest < largest else (0, most)  # it is also for random ones
        seeds = (0, scenarios.LARGEST_SEED)
        seed = self.seed.value() if recipe is None or recipe.seed is None else recipe.seed
        for box, value, ends in ((self.count, len(system), sizes), (self.seed, seed, seeds)):
            box.blockSignals(True)
            box.setRange(*ends)
            box.setValue(min(value, box.maximum()))
            box.blockSignals(False)
        self.again.setEnabled(recipe is not None and recipe.seed is not None)
        self.reset.setEnabled(self.session.document.can_undo)
        row = scenarios.names().index(recipe.name) if recipe and recipe.name in scenarios.names() else -1
        if self.names.currentRow() != row:
            self.names.setCurrentRow(row)

    def _redraw(self) -> None:
        """Draw the scenario with the number and seed in the fields; where it has none, they wait for Random."""
        system, typed = self.session.document.system, (self.count.value(), self.seed.value())
        recipe = system.source
        if recipe is None:
            if typed[0] != len(system):
                self.why.setText(f"These particles were edited. Random… draws {typed[0]:,} new ones.")
            return
        smallest, _default, largest = scenarios.sizes(recipe.name)
        count = typed[0] if smallest < largest else largest
        seed = None if recipe.seed is None else typed[1]
        if (count, seed) != (recipe.n, recipe.seed):
            self._draw_again(Recipe(recipe.name, count, seed))
        elif smallest == largest != typed[0]:
            self.why.setText(f"This scenario always has {largest:,} particles. Random… draws {typed[0]:,}.")
        elif smallest < largest:
            self.refresh()

    def _draw_random(self, kind: str) -> None:
        smallest, _default, largest = scenarios.sizes(kind)
        self._draw(Recipe(kind, min(max(self.count.value(), smallest), largest), self.seed.value()))

    def _filter(self, text: str) -> None:
        for row in range(self.names.count()):
            item = self.names.item(row)
            item.setHidden(text.lower() not in f"{item.text()} {item.toolTip()}".lower())
