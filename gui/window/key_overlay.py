"""All keys at a glance, made from the table of actions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from .actions import MENUS
from .shortcuts import Shortcuts

COLUMN = 400  # pixels


class KeyOverlay(QFrame):
    """A card over the window; any key or click closes it."""

    def __init__(self, window: QWidget, shortcuts: Shortcuts):
        super().__init__(window)
        self.setObjectName("card")
        self._shortcuts = shortcuts
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Keys")
        heading = QLabel("Keys")
        heading.setProperty("role", "heading")
        close = QPushButton("Close", flat=True)
        close.clicked.connect(self._close)
        top = QHBoxLayout()
        top.addWidget(heading, 1)
        top.addWidget(close)
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 12, 12, 14)
        column.addLayout(top)
        column.addWidget(self._scroll)
        self.hide()

    def open(self) -> None:
        """Show it, or hide it where it is shown."""
        if self.isVisible():
            self._close()
            return
        window = self.parentWidget()
        columns = max(1, min(3, (window.width() - 80) // COLUMN))
        width = min(columns * COLUMN + 40, window.width() - 24)
        self._scroll.setWidget(self._filled(columns))
        height = min(self._scroll.widget().sizeHint().height() + 70, window.height() - 60)
        self.setGeometry((window.width() - width) // 2, max((window.height() - height) // 2, 20), width, height)
        self.show()
        self.raise_()
        self.setFocus()

    def rows(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """(menu, title, keys) of each action that has keys, menu by menu."""
        found = [(row.menu, row.title, row.keys) for row in self._shortcuts.table.values() if row.keys]
        return sorted(found, key=lambda row: MENUS.index(row[0]) if row[0] in MENUS else len(MENUS))

    def keyPressEvent(self, event) -> None:  # noqa: N802
        self._close()

    def mousePressEvent(self, event) -> None:  # noqa: N802
        self._close()

    def _close(self) -> None:
        self.hide()
        self.parentWidget().setFocus()

    def _filled(self, columns: int) -> QWidget:
        """The rows side by side in ``columns``, each menu under its heading."""
        lines: list[tuple] = []
        for menu, title, keys in self.rows():
            if menu not in [line[0] for line in lines if len(line) == 1]:
                lines.append((menu,))
            lines.append((title, keys))
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(5)
        height = -(-len(lines) // columns)
        for index, line in enumerate(lines):
            column, row = divmod(index, height)
            if len(line) == 1:
                label = QLabel(line[0])
                label.setProperty("role", "quiet")
                grid.addWidget(label, row, 3 * column, 1, 2)
            else:
                grid.addWidget(QLabel(line[0]), row, 3 * column)
                grid.addWidget(_caps(line[1]), row, 3 * column + 1, Qt.AlignmentFlag.AlignRight)
        for column in range(columns - 1):
            grid.setColumnMinimumWidth(3 * column + 2, 24)
        grid.setRowStretch(height, 1)
        return inside


def _caps(keys: tuple[str, ...]) -> QWidget:
    """Keys as they stand on a keyboard."""
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    for key in keys[:2]:
        cap = QLabel(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText))
        cap.setProperty("role", "key")
        row.addWidget(cap)
    return box
