"""The question of a scene: a prediction is made, compared with the answer, and explained."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from ..draw.palette import Colours
from .lesson import Question, Scene
from .number import number
from .picture import Picture
from .rich_text import to_html, typeset
from .ruler import Ruler

ARROWS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right)


class ChoiceButton(QRadioButton):
    """A radio button that keeps the arrow keys for itself, also where the window has a use for them."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in ARROWS:
            event.accept()
            return True
        return super().event(event)


class QuestionBox(QFrame):
    """Asks the question of a scene.  ``answered(right)``: a prediction was checked; ``revealed()``: the answer was
    asked for without one.  ``complained(text)``: what was typed is no number."""

    answered = Signal(bool)
    revealed = Signal()
    complained = Signal(str)

    def __init__(self, scene: Scene, colours: Colours, ghosts=(), parent=None):
        super().__init__(parent)
        self.scene, self.colours = scene, colours
        self.question: Question = scene.question
        self.ruler: Ruler | None = None
        self.field: QLineEdit | None = None
        self.choices: list[ChoiceButton] = []
        self.setObjectName("question")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        heading = QLabel("Your prediction")
        heading.setProperty("role", "quiet")
        ask = QLabel(f"<p style='line-height:135%'>{typeset(escape(self.question.ask))}</p>", wordWrap=True)
        ask.setProperty("role", "heading")
        column.addWidget(heading)
        column.addWidget(ask)
        column.addWidget(self._hand(ghosts))
        self.check = QPushButton("Check", autoDefault=True)
        self.check.setProperty("primary", True)
        self.reveal = QPushButton("Show me", flat=True, autoDefault=True)
        self.reveal.setAccessibleName("Show me the answer without a prediction")
        self.again = QPushButton("Try again", autoDefault=True)
        buttons = QHBoxLayout()
        for button in (self.check, self.reveal):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column.addLayout(buttons)
        self.verdict, self.explanation = QLabel(wordWrap=True), QLabel(wordWrap=True)
        self.verdict.setTextFormat(Qt.TextFormat.RichText)
        self.explanation.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.picture: Picture | None = None
        column.addWidget(self.verdict)
        column.addWidget(self.explanation)
        column.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        self.check.clicked.connect(self._check)
        self.reveal.clicked.connect(self._reveal)
        self.again.clicked.connect(self.reset)
        self.reset()
        self.set_theme(colours)

    def _hand(self, ghosts) -> QWidget:
        """What the prediction is given with."""
        if self.question.hand == "choice":
            holder = QWidget()
            rows = QVBoxLayout(holder)
            rows.setContentsMargins(0, 0, 0, 0)
            rows.setSpacing(2)
            group = QButtonGroup(self)
            for choice in self.question.choices:
                button = ChoiceButton()
                button.setAccessibleName(choice.text)
                rows.addWidget(_wrapped(button, choice.text))
                group.addButton(button)
                button.toggled.connect(self._ready)
                self.choices.append(button)
            return holder
        if self.question.hand == "number":
            self.field = QLineEdit(placeholderText="a number, such as 1.5 or 2/3")
            self.field.setAccessibleName(self.question.ask)
            self.field.setMaximumWidth(240)
            self.field.textChanged.connect(self._ready)
            return self.field
        places = ghosts if self.question.hand == "position" else ()
        self.ruler = Ruler(self.question, self.colours, places)
        return self.ruler

    @property
    def hand(self) -> QWidget:
        """The widget that should have the focus first."""
        return self.hands[0]

    @property
    def hands(self) -> list[QWidget]:
        """What the prediction is given with, from the top to the bottom."""
        return [hand for hand in (self.field, self.ruler, *self.choices) if hand is not None]

    @property
    def answer_shown(self) -> bool:
        """Was the question answered, or its answer asked for?"""
        return not self.verdict.isHidden()

    def reset(self) -> None:
        """Ask again."""
        for widget in (self.verdict, self.explanation, self.again, self.picture):
            if widget is not None:
                widget.hide()
        self.check.show()
        self.reveal.show()
        if self.ruler is not None:
            self.ruler.show_truth(None)
        if self.field is not None:
            self.field.clear()
        self._ready()

    def set_theme(self, colours: Colours) -> None:
        self.colours = colours
        if self.ruler is not None:
            self.ruler.set_theme(colours)
        if self.picture is not None:
            self.picture.set_theme(colours)
        self.explanation.setText(to_html(self.question.then, colours))
        ground, line, quiet = (colour.name() for colour in (colours.background, colours.grid, colours.quiet))
        self.setStyleSheet(
            f"QFrame#question {{ background: {ground}; border: 1px solid {line}; border-radius: 10px; }}"
            f"QRadioButton::indicator {{ width: 12px; height: 12px; border: 2px solid {quiet}; border-radius: 8px; }}"
            f"QRadioButton::indicator:checked {{ width: 6px; height: 6px; border: 5px solid {colours.accent.name()};"
            f" background: {ground}; }}"
        )

    def _ready(self, *_) -> None:
        """There must be something to check."""
        chosen = self.ruler is not None or any(button.isChecked() for button in self.choices)
        self.check.setEnabled(chosen or bool(self.field is not None and self.field.text().strip()))

    def _check(self) -> None:
        try:
            right = self._is_right()
        except ValueError as error:
            self.complained.emit(str(error))
            return
        self._show(right)
        self.answered.emit(right)

    def _is_right(self) -> bool:
        if self.choices:
            return self.choices[self._right_choice()].isChecked()
        given = float(number(self.field.text())) if self.field is not None else self.ruler.prediction
        return self.question.accepts(given)

    def _right_choice(self) -> int:
        return self.question.right_choice(self.scene.cast.subject)

    def _reveal(self) -> None:
        self._show(None)
        self.revealed.emit()

    def _show(self, right: bool | None) -> None:
        """The verdict in words and with a mark, never by colour alone; then the picture and the explanation."""
        colours, answer = self.colours, self._answer()
        mark, colour, words = {
            True: ("✓", colours.good, "Right." if self.choices else f"Right. {answer}"),
            False: ("✗", colours.bad, f"Not this time. {answer}"),
            None: ("→", colours.ink, answer),
        }[right]
        self.verdict.setText(f'<b><span style="color:{colour.name()}">{mark}</span>&nbsp; {escape(words)}</b>')
        if self.ruler is not None:
            self.ruler.show_truth(float(self.question.claim.stated.value))
        if self.picture is None and Picture.possible(self.scene):
            self.picture = Picture(self.scene, colours)
            self.layout().insertWidget(self.layout().indexOf(self.explanation), self.picture)
        for widget in (self.verdict, self.explanation, self.again, self.picture):
            if widget is not None:
                widget.show()
        self.check.hide()
        self.reveal.hide()
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _answer(self) -> str:
        question = self.question
        if question.choices:
            return f"The answer: “{typeset(question.choices[self._right_choice()].text)}”"
        unit = f" {question.unit}" if question.unit else ""
        where = ", at the diamond" if self.ruler is not None else ""
        return f"It is {typeset(question.claim.stated.text)}{unit}{where}."


def _wrapped(button: QRadioButton, text: str) -> QWidget:
    """A radio button with a text that may take several lines; a click on the text chooses it."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    label = QLabel(typeset(text), wordWrap=True, textFormat=Qt.TextFormat.PlainText)
    label.setBuddy(button)
    label.mousePressEvent = lambda _event: (button.setChecked(True), button.setFocus())
    row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(label, 1)
    return holder
