"""The exact table of particles, and what can be done to them by button."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGridLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.draw.palette import Colours
from gui.draw.spin_box import WholeBox
from gui.model import edits
from gui.model.large_edits import edit_all
from particles import scenarios

from .table_blocks import block_of, pasted, text_of
from .table_grid import Grid
from .table_model import ParticleModel

MOST_RANDOM = 1_000_000
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
    ("random", "Random …", "Replace all particles by random ones, of a kind, a number and a seed."),
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
        self.buttons["random"].setCheckable(True)
        self._make_random_panel()
        self._lay_out()
        self.model.refused.connect(self.refuse)
        self.model.edited.connect(self.message.hide)
        self.grid.asked.connect(self.do)
        session.document.changed.connect(self.refresh)
        session.selection.changed.connect(self.refresh)
        self.refresh()

    def set_theme(self, colours: Colours) -> None:
        """Show the colours of particles in this theme."""
        self.colours = self.model.colours = colours
        self.model.repaint()

    def refresh(self, *_) -> None:
        """Offer only what can be done."""
        some, chosen = len(self.session.document.system) > 0, bool(self.session.selection)
        for id, possible in (("delete", chosen), ("duplicate", chosen), ("mirror", some), ("penalty", some)):
            self.buttons[id].setEnabled(possible)

    def refuse(self, sentence: str) -> None:
        """Say why something cannot be done."""
        self.message.setText(sentence[:1].upper() + sentence[1:].rstrip(".") + ".")
        self.message.setAccessibleDescription(self.message.text())
        self.message.show()

    def do(self, what: str) -> None:
        """Do what a button or a key asks for; what cannot be done is told in one sentence."""
        self.message.hide()
        try:
            getattr(self, f"_{what}")()
        except ValueError as error:
            self.refuse(str(error))

    def _add(self) -> None:
        document = self.session.document
        position = document.latest.particles.position
        gaps = np.diff(position)
        place = 0.0 if not position.size else float(position[-1]) + 1.0
        if gaps.size and gaps.max() > 0:
            widest = int(gaps.argmax())
            place = float(position[widest] / 2 + position[widest + 1] / 2)
        new, id = edits.added(document.latest, place, 0.0, 1.0)
        document.edit(new, "Add particle")
        self.session.selection.select([id])

    def _delete(self) -> None:
        ids = self.session.selection.ids
        if ids:
            self.session.document.edit(edits.removed(self.session.document.latest, ids), "Delete")

    def _duplicate(self) -> None:
        document, ids = self.session.document, self.session.selection.ids
        first = edits.next_id(document.latest)
        document.edit(edits.duplicated(document.latest, ids), "Duplicate")
        self.session.selection.select(range(first, first + len(ids)))

    def _mirror(self) -> None:
        edit_all(self.session.document, edits.mirrored, "Mirror")

    def _penalty(self) -> None:
        edit_all(self.session.document, edits.penalty_velocities, "Velocities of the penalty")

    def _random(self) -> None:
        self.random_panel.setVisible(self.buttons["random"].isChecked())
        if self.random_panel.isVisibleTo(self):
            self.kind.setFocus()

    def _draw_random(self) -> None:
        for box in (self.count, self.seed):
            box.interpretText()  # also what is still being typed
        new = edits.random(self.kind.currentData(), self.count.value(), self.seed.value())
        self.session.document.edit(new, "Random particles")

    def _copy(self) -> None:
        ranks = self.grid.selected_ranks()
        if ranks.size:
            text = text_of(self.session.document.system, ranks, self.grid.selected_columns())
            QGuiApplication.clipboard().setText(text)

    def _paste(self) -> None:
        document, at = self.session.document, self.grid.currentIndex()
        if document.latest is not document.system:
            raise ValueError("the last change is still being computed: paste again in a moment")
        block = block_of(QGuiApplication.clipboard().text())
        rank, column = (at.row(), max(at.column() - 1, 0)) if at.isValid() else (len(document.system), 0)
        new, ids = pasted(document.system, rank, column, block)
        document.edit(new, f"Paste {len(block):,} row{'s' * (len(block) != 1)}")
        self.session.selection.select(ids)

    def _button(self, id: str, text: str, why: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(why)
        button.setAccessibleDescription(why)
        button.setProperty("tight", True)
        button.clicked.connect(lambda: self.do(id))
        return button

    def _make_random_panel(self) -> None:
        """Kind, number and seed of random particles; hidden until asked for."""
        self.random_panel = QWidget()
        self.kind, self.count, self.seed = QComboBox(), WholeBox(), WholeBox()
        for kind in edits.RANDOM:
            self.kind.addItem(kind.replace("-", " ").capitalize(), kind)
            self.kind.setItemData(self.kind.count() - 1, scenarios.why(kind), Qt.ItemDataRole.ToolTipRole)
        self.count.setRange(2, MOST_RANDOM)
        self.count.setValue(100)
        self.seed.setRange(0, 2**31 - 1)
        draw = QPushButton("Draw")
        draw.setProperty("primary", True)
        draw.setToolTip("Replace all particles. The same seed always gives the same particles.")
        draw.clicked.connect(lambda: self.do("draw_random"))
        form = QFormLayout(self.random_panel)
        form.setContentsMargins(0, 0, 0, 0)
        for label, box in (("Kind", self.kind), ("Particles", self.count), ("Seed", self.seed)):
            box.setAccessibleName(
                f"{label} of random particles" if label != "Particles" else "How many random particles"
            )
            form.addRow(label, box)
        form.addRow(draw)
        self.random_panel.hide()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(4)
        for i, button in enumerate(self.buttons.values()):
            grid.addWidget(button, i // 3, i % 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.grid, 1)
        column.addWidget(self.message)
        column.addLayout(grid)
        column.addWidget(self.random_panel)
