"""A label that ends in "…" where it has too little room, instead of in half a letter."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLabel

from ..draw.safely import painted


class Elided(QLabel):
    """One line of plain text; it gives way only beyond ``keeps`` pixels."""

    def __init__(self, keeps: int = 0):
        super().__init__(textFormat=Qt.TextFormat.PlainText)
        self._keeps = keeps

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return super().minimumSizeHint().boundedTo(QSize(self._keeps, 10_000))

    @property
    def seen(self) -> str:
        """The text as it is drawn."""
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width())

    @painted
    def paintEvent(self, _event) -> None:  # noqa: N802
        painter = QPainter(self)
        self.style().drawItemText(
            painter,
            self.contentsRect(),
            self.alignment(),
            self.palette(),
            self.isEnabled(),
            self.seen,
            self.foregroundRole(),
        )
        painter.end()
