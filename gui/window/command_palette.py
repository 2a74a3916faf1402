"""Find an action, a scenario or a lesson by some of its letters: a box over the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, Qt
from PySide6.QtGui import QFontMetrics, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from .cards import only
from .findable import Found, findable
from .fuzzy import ranked
from .parts import PAGE_TEXT
from .shortcuts import Shortcuts

WIDTH = 560
ROWS = 11
RIGHT = Qt.ItemDataRole.UserRole


class RowDelegate(QStyledItemDelegate):
    """A row with its key, or what it is, at the right."""

    def paint(self, painter, option, index) -> None:
        super().paint(painter, option, index)
        painter.save()
        painter.setPen(option.palette.color(QPalette.ColorRole.PlaceholderText))
        area = option.rect.adjusted(0, 0, -12, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, index.data(RIGHT) or "")
        painter.restore()


class CommandPalette(QFrame):
    """Type, choose with the arrows, Enter; Escape closes.  Non-modal, gone as soon as it loses the focus."""

    def __init__(self, window: QWidget, shortcuts: Shortcuts):
        super().__init__(window)
        self.setObjectName("card")
        self._shortcuts = shortcuts
        self._found: list[Found] = []
        self.query = QLineEdit(placeholderText="What do you want to do?", clearButtonEnabled=True)
        self.query.setAccessibleName("Find an action, a scenario or a lesson")
        self.found = QListWidget()
        self.found.setAccessibleName("What was found")
        self.found.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.found.setItemDelegate(RowDelegate(self.found))
        self.found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._why = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._why.setProperty("role", "quiet")
        self._why.setFixedHeight(2 * QFontMetrics(self.font()).lineSpacing() + 4)  # of two lines: nothing jumps
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 8)
        column.addWidget(self.query)
        column.addWidget(self.found)
        column.addWidget(self._why)
        self.query.textChanged.connect(self._search)
        self.query.installEventFilter(self)
        self.found.itemClicked.connect(lambda _item: self.choose())
        self.found.currentRowChanged.connect(self._tell_why)
        self.hide()

    def open(self) -> None:
        """Show it, empty, with the focus."""
        window = self.parentWidget()
        only(window, self)
        width = min(WIDTH, window.width() - 40)
        self._shortcuts.refresh()
        self.query.clear()
        self._search("")
        row = max(self.found.sizeHintForRow(0), 20)
        height = min(row * ROWS + 120, window.height() - 100)
        self.setGeometry((window.width() - width) // 2, 70, width, height)
        self.show()
        self.raise_()
        self.query.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @property
    def shown(self) -> list[str]:
        """The ids of what is found, best first: of actions, "scenario NAME" and "lesson NAME"."""
        return [found.id for found in self._found]

    def choose(self) -> None:
        """Do what is chosen."""
        row = self.found.currentRow()
        self.end()
        if 0 <= row < len(self._found):
            self._found[row].do()

    def end(self) -> None:
        """Close it."""
        self.hide()
        self.parentWidget().setFocus()

    def _search(self, query: str) -> None:
        found = findable(self.parentWidget())
        order = ranked(query, [f"{one.text} {one.kind}" for one in found])
        if query:  # what another page can do comes after what can be done here
            elsewhere = set(PAGE_TEXT.values()) - {PAGE_TEXT[self.parentWidget().pages.shown]}
            order.sort(key=lambda i: found[i].kind in elsewhere)
        self._found = [found[i] for i in order]
        self.found.clear()
        for one in self._found:
            item = QListWidgetItem(one.text)
            item.setData(RIGHT, one.key or ("" if one.id in self._shortcuts.table else one.kind))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{one.text}, {one.kind}, {one.key}")
            self.found.addItem(item)
        self.found.setCurrentRow(0)
        if not order:
            self._why.setText("Nothing has these letters in this order.")

    def _tell_why(self, row: int) -> None:
        if 0 <= row < len(self._found):
            self._why.setText(self._found[row].why)

    def eventFilter(self, watched, event) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.FocusOut:
            self.hide()
        elif event.type() == QEvent.Type.KeyPress:
            move = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
            if event.key() in move:
                row = self.found.currentRow() + move[event.key()]
                self.found.setCurrentRow(min(max(row, 0), self.found.count() - 1))
                self.found.scrollTo(self.found.currentIndex() or QModelIndex())
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.choose()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.end()
                return True
        return False
