"""A guided tour: a card beside one widget after another.  It blocks nothing and can be left at any time."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ..draw.palette import Colours
from ..draw.safely import painted
from .whereabouts import Whereabouts

WIDTH = 330
GAP = 12
KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_Left, Qt.Key.Key_Right)


class Stop(NamedTuple):
    """``anchor`` is the attribute path of a widget of the window ("transport.timeline")."""

    anchor: str
    title: str
    text: str


STOPS = (
    Stop(
        "line",
        "Sticky particles",
        "Particles move on a line. When two meet they stick, and go on as one. Drag one of them, or the tip of its "
        "arrow: everything is computed again at once.",
    ),
    Stop(
        "space_time",
        "All of time at once",
        "Each line is a particle on its way, and where two lines join they have merged. Drag the cursor of time to go "
        "to any moment.",
    ),
    Stop(
        "transport",
        "Play, also backwards",
        "Space plays and pauses, Shift and Space plays backwards. Comma and full stop go from merge to merge: they are "
        "the marks on the timeline.",
    ),
    Stop(
        "scenario_dock",
        "Scenarios",
        "Choose another system here, change how many particles it has, or draw it again with another seed.",
    ),
    Stop(
        "views_dock",
        "Linked views",
        "The same system in other ways. Click a cluster anywhere: all that it is made of lights up everywhere. A tick "
        "says that what physics conserves is conserved.",
    ),
    Stop(
        "mode_bar",
        "What is it good for?",
        "The weights of a network are particles too, and time is the strength of regularization. F1 opens the lessons, "
        "? shows all keys.",
    ),
)


class Tour(QFrame):
    """The card.  ``finished`` is called once when the tour ends or is skipped."""

    def __init__(self, window: QWidget, finished: Callable[[], None], colours: Colours):
        super().__init__(window)
        self.setObjectName("card")
        self.at = 0
        self._finished = finished
        self.setFixedWidth(WIDTH)
        self._ring = Ring(window, colours)
        self._title, self._text, self._count = QLabel(), QLabel(wordWrap=True), QLabel()
        self._title.setProperty("role", "heading")
        self._count.setProperty("role", "quiet")
        skip, self._back, self._next = QPushButton("Skip", flat=True), QPushButton("Back"), QPushButton("Next")
        self._next.setProperty("primary", True)
        self._buttons = (skip, self._back, self._next)
        for button in self._buttons:
            button.setAutoDefault(True)  # Return presses the one that has the focus
        skip.clicked.connect(self.end)
        self._back.clicked.connect(lambda: self.go(self.at - 1))
        self._next.clicked.connect(lambda: self.go(self.at + 1))
        buttons = QHBoxLayout()
        buttons.addWidget(self._count)
        buttons.addStretch(1)
        for button in self._buttons:
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 10)
        column.setSpacing(8)
        for item in (self._title, self._text):
            column.addWidget(item)
        column.addLayout(buttons)
        self.hide()

    def go(self, at: int) -> None:
        """To a stop; past the last one the tour ends.  A widget that is hidden is skipped."""
        step = 1 if at >= self.at else -1
        while 0 <= at < len(STOPS) and not self._target(at).isVisible():
            at += step
        if not 0 <= at < len(STOPS):
            self.end()
            return
        self._target(self.at).removeEventFilter(self)
        self._target(at).installEventFilter(self)
        self.at = at
        stop = STOPS[at]
        self._title.setText(stop.title)
        self._text.setText(stop.text)
        self._count.setText(f"{at + 1} of {len(STOPS)}")
        self._back.setEnabled(at > 0)
        self._next.setText("Done" if at == len(STOPS) - 1 else "Next")
        self.setAccessibleName(f"{stop.title}. {stop.text}")
        if self.isHidden():
            self._before = Whereabouts(self.parentWidget())
        self.show()
        self.place()
        self._next.setFocus()

    def end(self) -> None:
        """Leave the tour."""
        if self.isAncestorOf(QApplication.focusWidget() or self):
            self._before.return_focus()
        self._ring.hide()
        self.hide()
        self._finished()

    def eventFilter(self, _watched, event) -> bool:  # noqa: N802
        """The widget has moved, because a message or a panel came or went: the frame follows."""
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize):
            QTimer.singleShot(0, self, self.place)
        return False

    def place(self) -> None:
        """Beside its widget, inside of the window."""
        if not self.isVisible():
            return
        window, target = self.parentWidget(), self._target(self.at)
        area = QRect(target.mapTo(window, QPoint(0, 0)), target.size())
        self._ring.surround(area)
        height = max(self.sizeHint().height(), self.heightForWidth(WIDTH))
        self.setFixedHeight(height)
        self.move(_beside(area, WIDTH, height, window.rect()))
        self.raise_()

    def _target(self, at: int) -> QWidget:
        found = self.parentWidget()
        for name in STOPS[at].anchor.split("."):
            found = getattr(found, name)
        return found

    def set_theme(self, colours: Colours) -> None:
        self._ring.colours = colours
        self._ring.update()

    def event(self, event) -> bool:
        """Escape and the arrows are kept from the window while a button of the card has the focus."""
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event) -> None:  # noqa: N802
        if event.key() not in KEYS:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape:
            self.end()
        else:
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Right)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802
        """Tab stays on the card: it goes round its buttons."""
        some = [button for button in self._buttons if button.isEnabled()]
        at = some.index(self.focusWidget()) if self.focusWidget() in some else 0
        some[(at + (1 if forward else -1)) % len(some)].setFocus(Qt.FocusReason.TabFocusReason)
        return True


class Ring(QWidget):
    """A frame around what the tour speaks of; the mouse goes through it."""

    def __init__(self, window: QWidget, colours: Colours):
        super().__init__(window)
        self.colours = colours
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def surround(self, area: QRect) -> None:
        self.setGeometry(area.adjusted(-2, -2, 2, 2) & self.parentWidget().rect())
        self.show()
        self.raise_()

    @painted
    def paintEvent(self, _event) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.colours.accent, 3))
        painter.drawRoundedRect(self.rect().adjusted(2, 2, -3, -3), 9, 9)
        painter.end()


def _beside(area: QRect, width: int, height: int, room: QRect) -> QPoint:
    """Where a card goes: right, left, under or above ``area`` if it fits there, else in its lower right corner."""
    places = (
        QPoint(area.right() + GAP, area.top() + GAP),
        QPoint(area.left() - width - GAP, area.top() + GAP),
        QPoint(area.center().x() - width // 2, area.bottom() + GAP),
        QPoint(area.center().x() - width // 2, area.top() - height - GAP),
    )
    for place in places:
        if room.contains(QRect(place.x(), place.y(), width, height)):
            return place
    corner = QPoint(area.right() - width - GAP, area.bottom() - height - GAP)
    return QPoint(
        min(max(corner.x(), GAP), max(room.width() - width - GAP, GAP)),
        min(max(corner.y(), GAP), max(room.height() - height - GAP, GAP)),
    )
