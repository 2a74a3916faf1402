"""A strip over the lessons: the window shows something that does not belong to the lesson, what now?"""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout

from .stage import Kept


class AstrayStrip(QFrame):
    """Buttons to ``resume`` the scene, ``bring_back`` the user's own document, and ``stay`` with what is shown."""

    def __init__(self):
        super().__init__()
        self._text = QLabel(wordWrap=True)
        self.resume = QPushButton("Back to the scene")
        self.bring_back, self.stay = QPushButton(), QPushButton("Keep what is shown", flat=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 8)
        for widget in (self._text, self.resume, self.bring_back, self.stay):
            column.addWidget(widget)
        self.hide()

    def show_state(self, astray: bool, in_lesson: bool, kept: Kept | None) -> None:
        """Say what is going on with the document that is ``kept``, if anything is."""
        self.setVisible(astray)
        self.resume.setVisible(in_lesson)
        self._text.setText(
            "The window shows another document now. The lesson waits."
            if in_lesson
            else "Your own document is not back."
        )
        if kept is not None:
            self.bring_back.setText(f"Bring back “{kept.document.system.name}”")
