"""The exact table of particles, and what can be done to them by button."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.draw.palette import Colours
from gui.model import commands

from .table_blocks import block_of, ids_of_rows, pasted, text_of
from .table_grid import Grid
from .table_model import ParticleModel

BUTTONS = (
    ("add", "Add", "Add a particle in the widest gap, or right of the last one."),
    ("duplicate", "Duplicate", "Put a copy of each selected particle beside it."),
    ("delete", "Delete", "Take the selected particles away."),
    ("mirror", "Mirror", "Exchange left and right: positions and velocities change their sign."),
    (
        "penalty",
        "Penalty",
        "Give all particles the velocities of the weight-sharing penalty: from 1 on the left to -1.",
    ),
)


class ParticleTable(QWidget):
    """Rank, position, velocity and mass at time 0, to be read and typed; each edit is one step to undo."""

    title = "Particles"
    why = "The exact numbers of each particle at time 0. Type to change them; copy and paste blocks of cells."
    name = "table"

    def __init__(self, session, theme: Colours, parent: QWidget | None = None):
        super().__init__(parent)
        self.session, self.colours = session, theme
        self.setAccessibleName(self.title)
        self.setAccessibleDescription(self.why)
        self.model = ParticleModel(session, theme, self)
        self.grid = Grid(session, self.model, self)
        self.message = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.message.setProperty("role", "bad")
        self.message.setAccessibleName("Why the last change was refused")
        self.message.hide()
        self.buttons = {id: self._button(id, text, why) for id, text, why in BUTTONS}
        self._lay_out()
        self.model.refused.connect(self.refuse)
        self._told, self._selected = QTimer(self, singleShot=True), session.selection.number
        self.model.edited.connect(self.message.hide)
        self.grid.asked.connect(self.do)
        session.document.changed.connect(self._over)
        session.selection.changed.connect(self._follow_selection)
        session.document.title_changed.connect(self.refresh)  # also where a change is given up
        self.refresh()

    def set_theme(self, colours: Colours) -> None:
        """Show the colours of particles in this theme."""
        self.colours = self.model.colours = colours
        self.model.repaint()

    def refresh(self, *_) -> None:
        """Offer only what can be done."""
        some, chosen = len(self.session.document.system) > 0, commands.can_change_selected(self.session)
        for id, possible in (("delete", chosen), ("duplicate", chosen), ("mirror", some), ("penalty", some)):
            self.buttons[id].setEnabled(possible)

    def refuse(self, sentence: str) -> None:
        """Say why something cannot be done."""
        self.message.setText(sentence[:1].upper() + sentence[1:].rstrip(".") + ".")
        self.message.setAccessibleDescription(self.message.text())
        self.message.show()
        self._told.start(0)

    def _follow_selection(self) -> None:
        number, self._selected = self._selected, self.session.selection.number
        if number != self._selected:  # else it is the mouse that is elsewhere
            self._over()
        self.refresh()

    def _over(self) -> None:
        """What was refused is long past, unless it was just now: the click that ends the typing may select."""
        if not self._told.isActive():
            self.message.hide()

    def hideEvent(self, event) -> None:  # noqa: N802
        super().hideEvent(event)
        if not event.spontaneous():
            self.message.hide()

    def do(self, what: str) -> None:
        """Do what a button or a key asks for; what cannot be done is told in one sentence."""
        self.message.hide()
        try:
            if what in self.buttons:
                getattr(commands, what)(self.session)
            else:
                {"copy": self._copy, "paste": self._paste}[what]()
        except ValueError as error:
            self.refuse(str(error))

    def _copy(self) -> None:
        ranks = self.grid.selected_ranks()
        if ranks.size:
            text = text_of(self.session.document.system, ranks, self.grid.selected_columns())
            QGuiApplication.clipboard().setText(text)

    def _paste(self) -> None:
        document, at = self.session.document, self.grid.currentIndex()
        if document.busy:
            raise ValueError("the last change is still being computed: paste again in a moment")
        block = block_of(QGuiApplication.clipboard().text())
        rank, column = (at.row(), max(at.column() - 1, 0)) if at.isValid() else (len(document.system), 0)
        ids, what = ids_of_rows(document.latest, rank, len(block)), f"Paste {len(block):,} row{'s' * (len(block) != 1)}"
        document.edit_all(lambda system: pasted(system, rank, column, block), what)
        self.session.selection.select_new(ids)

    def _button(self, id: str, text: str, why: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(why)
        button.setAccessibleDescription(why)
        button.setProperty("tight", True)
        button.clicked.connect(lambda: self.do(id))
        return button

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(4)
        for i, button in enumerate(self.buttons.values()):
            grid.addWidget(button, i // 3, i % 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 4, 8)
        column.setSpacing(6)
        column.addWidget(self.grid, 1)
        column.addWidget(self.message)
        column.addLayout(grid)
