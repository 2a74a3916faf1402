"""Rewind, l1 and the button that saves the result."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from ..draw.spin_box import indented


class SaveRow(QWidget):
    """How the weights are saved; ``save`` of the page asks for the file."""

    def __init__(self, save):
        super().__init__()
        self.rewind = indented(QDoubleSpinBox(minimum=0.0, maximum=1.0, singleStep=0.1, decimals=2))
        self.rewind.setFixedWidth(84)
        self.rewind.setAccessibleName("Rewind")
        self.rewind.setToolTip("0 to 1: this share of the clusters' way is undone; the sharing is kept.")
        self.field = QLineEdit("0")
        self.field.setFixedWidth(70)
        self.field.setAccessibleName("Strength of l1")
        self.field.setToolTip("The strength of an l1 penalty in addition: weights nearer to 0 than this become 0.")
        validator = QDoubleValidator(0.0, 1e300, 17)
        validator.setLocale(QLocale.c())
        self.field.setValidator(validator)
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

    @property
    def l1(self) -> float:
        return float(self.field.text()) if self.field.hasAcceptableInput() else 0.0
