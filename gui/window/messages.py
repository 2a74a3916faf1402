"""Messages inside of the window: one strip, no box that has to be clicked away."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

INFO_MS = 6000
LONGEST = 400  # characters


class MessageStrip(QFrame):
    """A sentence at the top of the window's middle, with buttons.  An error stays, a remark goes by itself."""

    def __init__(self, window: QWidget):
        super().__init__(window)
        self.setObjectName("message")
        self._text = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons = QHBoxLayout()
        close = QPushButton("Close", flat=True)
        close.setAccessibleName("Close the message")
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 6, 4)
        row.addWidget(self._text, 1)
        row.addLayout(self._buttons)
        row.addWidget(close)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.hide)
        self.hide()
        window.installEventFilter(self)

    @property
    def text(self) -> str:
        """What it says now, "" where it is hidden."""
        return self._text.text() if self.isVisibleTo(self.parentWidget()) else ""

    def tell(self, text: str, kind: str = "error", **buttons: Callable[[], None]) -> None:
        """Show ``text``; ``kind`` is "error" or "info".  Each keyword becomes a button: ``copy_details=function``."""
        text = " ".join(str(text).split())
        text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
        self._timer.stop()
        self._text.setText(text)
        while self._buttons.count():
            self._buttons.takeAt(0).widget().deleteLater()
        for name, action in buttons.items():
            button = QPushButton(name.replace("_", " ").capitalize())
            button.setProperty("name", name)
            button.clicked.connect(action)
            button.clicked.connect(self.hide)
            self._buttons.addWidget(button)
        self.setProperty("kind", kind)
        self.style().unpolish(self)
        self.style().polish(self)
        self.setAccessibleName(text)
        self.show()
        self.raise_()
        self._place()
        if kind == "info" and not buttons:
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

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _place(self) -> None:
        window = self.parentWidget()
        width = min(max(window.width() - 80, 300), 760)
        height = max(self.heightForWidth(width), self.sizeHint().height())
        self.setGeometry((window.width() - width) // 2, 78, width, height)


def tell(window, text: str, kind: str = "error") -> None:
    """Say ``text`` in the window's strip."""
    window.messages.tell(text, kind)
