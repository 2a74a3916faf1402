"""Messages inside of the window: one strip, no box that has to be clicked away."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

INFO_MS = 6000
LONGEST = 400  # characters
BESIDE = (10, 12)  # pixels left and right of it
ABOVE, UNDER = 4, 6
MOVES = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.ShowToParent, QEvent.Type.HideToParent)
LOW = 600  # pixels of a window in which a row of its own would leave too little to the page


class MessageStrip(QFrame):
    """A sentence above the page, with buttons; it covers nothing that can be pressed.

    A remark goes by itself, an error when another page is shown or ``over`` is told; a question stays until it is
    answered or closed: what is said meanwhile covers it only until that goes.  A remark that is short enough lies over
    ``bar.document``, a text that can wait, so that nothing moves for it; all else has a row of its own under the bar,
    which takes no room while there is nothing to say.  In a low window it lies over the titles of the panels instead,
    where there are panels.
    """

    def __init__(self, window: QWidget):
        super().__init__(window)
        self.setObjectName("message")
        self._page, self._asks, self._passes = "", False, False
        self._question: Callable[[], None] | None = None  # asks it again
        self._window, self._row = window, None
        self._text = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons = QHBoxLayout()
        self._close = QPushButton("Close", flat=True)
        self._close.setAccessibleName("Close the message")
        self._close.clicked.connect(self._answered)
        self._edge = QFrame(objectName="edge")
        self._edge.setFixedWidth(4)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 6, 4)
        row.addWidget(self._edge)
        row.addWidget(self._text, 1)
        row.addLayout(self._buttons)
        row.addWidget(self._close)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._go)
        self.hide()

    @property
    def text(self) -> str:
        """What it says now, "" where it is hidden."""
        return self._text.text() if self.isVisibleTo(self.parentWidget()) else ""

    def tell(self, text: str, kind: str = "error", page: str = "", **buttons: Callable[[], None]) -> None:
        """Show ``text``; ``kind`` is "error" or "info", ``page`` the name of the page that it is about.

        Each other keyword becomes a button: ``copy_details=function``; of kind "info" it is a question then.
        """
        text = " ".join(str(text).split())
        text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
        self._timer.stop()
        self._page, self._asks, self._passes = page, bool(buttons), kind == "info" and not buttons
        if kind == "info" and buttons:
            self._question = partial(self.tell, text, kind, page, **buttons)
        self._text.setText(text)
        while self._buttons.count():
            self._buttons.takeAt(0).widget().deleteLater()
        for name, action in buttons.items():
            button = QPushButton(name.replace("_", " ").capitalize())
            button.setProperty("name", name)
            button.clicked.connect(self._answered)
            button.clicked.connect(action)
            self._buttons.addWidget(button)
        for part in (self, self._edge):
            part.setProperty("kind", kind)
            part.style().unpolish(part)
            part.style().polish(part)
        self.setAccessibleName(text)
        self._fit(self.window().width() - sum(BESIDE))
        self._settle()
        self.show()
        if self._passes:
            self._timer.start(INFO_MS)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def press(self, name: str) -> None:
        """Press the button of that name; KeyError where there is none."""
        buttons = [self._buttons.itemAt(i).widget() for i in range(self._buttons.count())]
        {button.property("name"): button for button in buttons}[name].click()

    def tell_unexpected(self, sentence: str, details: str) -> None:
        """An error that nobody foresaw, with its details for the clipboard."""
        self.tell(sentence, "error", copy_details=lambda: QGuiApplication.clipboard().setText(details))

    def hideEvent(self, event) -> None:  # noqa: N802
        self._timer.stop()
        super().hideEvent(event)

    def over(self, page: str = "") -> None:
        """What was said about ``page`` ("": about anything) no longer holds; a question waits for its answer."""
        if not self._asks and page in ("", self._page):
            self._go()

    def _answered(self) -> None:
        """A button was pressed."""
        if self._asks and self.property("kind") == "info":
            self._question = None
        self._go()

    def _go(self) -> None:
        """Hide; a question that is still open is shown again."""
        self.hide()
        if self._row is not None:
            self._row.setContentsMargins(0, 0, 0, 0)
        if self._question is not None:
            self._question()

    def page_shown(self, name: str) -> None:
        """Another page has come to the front: what is said of it stays, what was said of others goes."""
        if name != self._page:
            self.over()
        if not self.isHidden():
            self._settle()

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit(event.size().width())

    def under(self, bar: QWidget) -> QWidget:
        """The bar with the row of the strip."""
        both, self._row, self._bar = QWidget(), QHBoxLayout(), bar
        self.setParent(both)
        self._row.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(both)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addLayout(self._row)
        for watched in (bar, bar.document, self._window, self._window.pages):
            watched.installEventFilter(self)
        return both

    def eventFilter(self, watched, event) -> bool:  # noqa: N802
        if event.type() in MOVES and not self.isHidden():
            self._settle()
        return super().eventFilter(watched, event)

    def _settle(self) -> None:
        """To its place over the bar, or into its row; in a low window over what is under the bar."""
        if self._row is None:
            return
        bar, place = self._bar, self._bar.document.geometry()
        width = self._text.fontMetrics().horizontalAdvance(self._text.text()) + self._close.sizeHint().width() + 40
        shown = bar.isVisibleTo(self._window)
        if self._passes and width <= place.width() and shown:
            self._fit(width)
            top = max(place.center().y() - self.height() // 2, 0)
            self._lie_at(QRect(place.right() + 1 - width, top, width, self.height()))
        elif self._window.height() < LOW and self._window.pages.shown == "particles":
            width = self._window.width() - sum(BESIDE)
            self._fit(width)
            self._lie_at(QRect(BESIDE[0], bar.height() - ABOVE if shown else ABOVE, width, self.height()))
        else:
            if self._row.indexOf(self) < 0:
                self._row.addWidget(self)
            self._row.setContentsMargins(BESIDE[0], ABOVE, BESIDE[1], UNDER)
            self.show()

    def _lie_at(self, place: QRect) -> None:
        """Over the window, at a place that is told from the corner of the bar."""
        if self.parentWidget() is not self._window:
            self._row.removeWidget(self)
            self._row.setContentsMargins(0, 0, 0, 0)
            self.setParent(self._window)
        self.setGeometry(place.translated(self._bar.parentWidget().mapTo(self._window, QPoint(0, 0))))
        self.show()
        self.raise_()

    def _fit(self, width: int) -> None:
        """As high as its words need."""
        height = self.heightForWidth(width)
        self.setFixedHeight(height if height > 0 else self.sizeHint().height())
