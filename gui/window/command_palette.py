"""Find an action by some of its letters: a box over the window."""

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
from .fuzzy import ranked
from .parts import PAGE_TEXT
from .shortcuts import Shortcuts

WIDTH = 560
ROWS = 11
KEYS = Qt.ItemDataRole.UserRole


class KeyDelegate(QStyledItemDelegate):
    """A row with its key at the right."""

    def paint(self, painter, option, index) -> None:
        super().paint(painter, option, index)
        painter.save()
        painter.setPen(option.palette.color(QPalette.ColorRole.PlaceholderText))
        area = option.rect.adjusted(0, 0, -12, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, index.data(KEYS) or "")
        painter.restore()


class CommandPalette(QFrame):
    """Type, choose with the arrows, Enter; Escape closes.  Non-modal, gone as soon as it loses the focus."""

    def __init__(self, window: QWidget, shortcuts: Shortcuts):
        super().__init__(window)
        self.setObjectName("card")
        self._shortcuts = shortcuts
        self._ids: list[str] = []
        self.query = QLineEdit(placeholderText="What do you want to do?", clearButtonEnabled=True)
        self.query.setAccessibleName("Find an action")
        self.found = QListWidget()
        self.found.setAccessibleName("Actions found")
        self.found.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.found.setItemDelegate(KeyDelegate(self.found))
        self.found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._why = QLabel(textFormat=Qt.TextFormat.PlainText)
        self._why.setProperty("role", "quiet")
        self._why.setMinimumHeight(QFontMetrics(self.font()).height() + 4)
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
        """The ids of the actions found, best first."""
        return list(self._ids)

    def choose(self) -> None:
        """Do what is chosen."""
        row = self.found.currentRow()
        self.end()
        if 0 <= row < len(self._ids):
            self._shortcuts.do(self._ids[row])

    def end(self) -> None:
        """Close it."""
        self.hide()
        self.parentWidget().setFocus()

    def _search(self, query: str) -> None:
        rows = [
            (id, self._shortcuts.actions[id].text(), row)
            for id, row in self._shortcuts.table.items()
            if id != "palette" and self._shortcuts.actions[id].isEnabled()
        ]
        order = ranked(query, [f"{text} {row.menu}" for _id, text, row in rows])
        if query:  # what another page can do comes after what can be done here
            elsewhere = set(PAGE_TEXT.values()) - {PAGE_TEXT[self.parentWidget().pages.shown]}
            order.sort(key=lambda i: rows[i][2].menu in elsewhere)
        self._ids = [rows[i][0] for i in order]
        self.found.clear()
        for i in order:
            _id, text, row = rows[i]
            keys = row.keys[0] if row.keys else ""
            item = QListWidgetItem(text.replace("&&", "&"))
            item.setData(KEYS, keys)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{text}, {row.menu}, {keys}")
            self.found.addItem(item)
        self.found.setCurrentRow(0)
        if not order:
            self._why.setText("Nothing has these letters in this order.")

    def _tell_why(self, row: int) -> None:
        if 0 <= row < len(self._ids):
            self._why.setText(self._shortcuts.table[self._ids[row]].why)

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
