"""Rewind, l1 and the button that saves the result."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from ..draw.number_field import NumberField
from ..draw.spin_box import DecimalBox


class SaveRow(QWidget):
    """What else is done to the weights; ``save`` of the page asks for the file.  ``changed()``: another amount."""

    changed = Signal()

    def __init__(self, save):
        super().__init__()
        self.rewind = DecimalBox(minimum=0.0, maximum=1.0, singleStep=0.1, decimals=2)
        self.rewind.setFixedWidth(84)
        self.rewind.setAccessibleName("Rewind")
        self.rewind.setToolTip("0 to 1: this share of the clusters' way is undone; the sharing is kept.")
        self.field = NumberField("strength of l1", 70)
        self.field.setToolTip("The strength of an l1 penalty in addition: weights nearer to 0 than this become 0.")
        self.rewind.valueChanged.connect(self.changed)
        self.field.entered.connect(self.changed)
        self.button = QPushButton("Save result…")
        self.button.setProperty("primary", True)
        self.button.clicked.connect(save)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addStretch()
        for text, widget in (("Rewind", self.rewind), ("l1", self.field)):
            label = QLabel(text, textFormat=Qt.TextFormat.PlainText)
            label.setProperty("role", "quiet")
            row.addWidget(label)
            row.addWidget(widget)
        row.addWidget(self.button)

    def finish(self) -> bool:
        """Take what is still being typed; False where it was refused."""
        self.rewind.interpretText()
        return self.field.finish()
