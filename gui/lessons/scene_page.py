"""One scene of a lesson on the page: where one is, the text, the question, and the way on."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from ..draw.palette import Colours
from .dots import Dots
from .lesson import Lesson, Scene
from .prediction import QuestionBox
from .rich_text import to_html, typeset

PLAYED_THERE = ("algorithms", "training")  # pages that have buttons of their own


class ScenePage(QWidget):
    """Shows a scene.  Signals: ``moved(step)`` (+1 or -1), ``played()``, ``left()``, ``answered(right)``,
    ``revealed()``, ``again()``, ``complained(text)``."""

    moved = Signal(int)
    played = Signal()
    left = Signal()
    answered = Signal(bool)
    revealed = Signal()
    again = Signal()
    complained = Signal(str)

    def __init__(self, colours: Colours, parent=None):
        super().__init__(parent)
        self.colours = colours
        self.scene: Scene | None = None
        self.question: QuestionBox | None = None
        self.dots = Dots(colours)
        self.leave = QPushButton("←  All lessons", flat=True)
        self.leave.setToolTip("Leave the lesson: your own document comes back.")
        self.back, self.play, self.next = QPushButton("Back"), QPushButton("▶  Play the scene"), QPushButton("Next")
        self.play.setAccessibleName("Play the scene")
        for button in (self.leave, self.back, self.play, self.next):
            button.setAutoDefault(True)  # Return presses the one that has the focus
        self.leave.clicked.connect(self.left)
        self.back.clicked.connect(lambda: self.moved.emit(-1))
        self.next.clicked.connect(lambda: self.moved.emit(1))
        self.play.clicked.connect(self.played)
        self._area = QScrollArea(widgetResizable=True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._text: QLabel | None = None
        self._build()

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(6, 6, 14, 0)
        top.addWidget(self.leave)
        top.addStretch(1)
        top.addWidget(self.dots)
        below = QFrame()
        below.setObjectName("lessonButtons")
        buttons = QHBoxLayout(below)
        buttons.setContentsMargins(8, 8, 8, 10)
        buttons.addWidget(self.back)
        buttons.addWidget(self.play, 1)
        buttons.addStretch(0)
        buttons.addWidget(self.next)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self._area, 1)
        column.addWidget(below)

    def show_scene(self, lesson: Lesson, index: int, done: list[bool]) -> None:
        """Put a scene on the page; ``done`` tells which scenes of the lesson are."""
        self.scene = scene = lesson.scenes[index]
        self.dots.show_states(done, index)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(18, 6, 18, 14)
        column.setSpacing(10)
        self._text = QLabel(wordWrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setText(to_html(scene.text, self.colours))
        for widget in (*self._headings(lesson, scene), self._text):
            column.addWidget(widget)
        self.question = self._question(scene)
        if self.question is not None:
            column.addSpacing(4)
            column.addWidget(self.question)
        column.addStretch(1)
        self._area.setWidget(inside)
        self._area.verticalScrollBar().setValue(0)
        self._order_tabs()
        QTimer.singleShot(0, self, self._scroll_to_hand)
        self.play.setVisible(scene.view not in PLAYED_THERE)
        self.back.setEnabled(index > 0)
        self.next.setText("Finish" if index == len(lesson.scenes) - 1 else "Next")
        self.setAccessibleName(f"{lesson.title}, scene {index + 1} of {len(lesson.scenes)}: {scene.title}")

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._scroll_to_hand)

    def _scroll_to_hand(self) -> None:
        """In a low window what the prediction is given with is in sight, and the text above it can be scrolled to."""
        if self.question is not None and not self.question.answer_shown:
            self._area.widget().layout().activate()
            self._area.ensureWidgetVisible(self.question.check, 0, 14)
            self._area.ensureWidgetVisible(self.question.hand, 0, 2)

    def _order_tabs(self) -> None:
        """Tab goes from the top to the bottom: the question lies above the buttons."""
        box = self.question
        asked = () if box is None else (*box.hands, box.check, box.reveal, box.again)
        for before, after in pairwise((self.leave, *asked, self.back, self.play, self.next)):
            QWidget.setTabOrder(before, after)

    def keyPressEvent(self, event) -> None:  # noqa: N802
        """Return checks the prediction, and once it is answered goes on."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif self.question is None or self.question.answer_shown:
            self.next.click()
        else:
            self.question.check.click()

    def _headings(self, lesson: Lesson, scene: Scene) -> tuple[QLabel, QLabel]:
        over, title = QLabel(typeset(lesson.title), wordWrap=True), QLabel(typeset(scene.title), wordWrap=True)
        for label in (over, title):
            label.setTextFormat(Qt.TextFormat.PlainText)
        over.setProperty("role", "quiet")
        title.setStyleSheet(f"font-size: {self.font().pointSizeF() * 1.45:.1f}pt; font-weight: 600")
        return over, title

    def _question(self, scene: Scene) -> QuestionBox | None:
        if scene.question is None:
            return None
        box = QuestionBox(scene, self.colours, scene.cast.subject.history.positions(scene.time))
        box.answered.connect(self.answered)
        box.revealed.connect(self.revealed)
        box.again.clicked.connect(self.again)
        box.complained.connect(self.complained)
        for signal in (box.answered, box.revealed):
            signal.connect(lambda *_: self._scroll_to_answer())
        return box

    def _scroll_to_answer(self) -> None:
        self._area.widget().layout().activate()
        self._area.ensureWidgetVisible(self.question.verdict, 0, 60)
        self.next.setFocus()

    def take_focus(self) -> None:
        """To the question, or where there is none, to the way on."""
        (self.next if self.question is None else self.question.hand).setFocus()

    def set_theme(self, colours: Colours) -> None:
        self.colours = colours
        self.dots.set_theme(colours)
        if self.scene is not None:
            self._text.setText(to_html(self.scene.text, colours))
        if self.question is not None:
            self.question.set_theme(colours)
