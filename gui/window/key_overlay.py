"""All keys at a glance, made from the table of actions."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractSlider,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from .actions import MENUS
from .cards import only
from .shortcuts import Shortcuts

COLUMN = 360  # pixels
BESIDE = 52  # pixels left and right of the rows, and for a scroll bar
HEADING = "On the line, at time 0"
HANDS = (  # what no action of the table does
    (HEADING, "Move particles", ("drag", "Alt+Left")),
    (HEADING, "Change the velocity", ("drag the tip", "Alt+Up")),
    (HEADING, "Change the mass", ("drag the rim", "Ctrl+wheel")),
    (HEADING, "Add a particle there", ("double click",)),
    (HEADING, "Play a part, on the timeline", ("Shift+drag",)),
)
SCROLLS = {
    Qt.Key.Key_Down: QAbstractSlider.SliderAction.SliderSingleStepAdd,
    Qt.Key.Key_Up: QAbstractSlider.SliderAction.SliderSingleStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
}


class KeyOverlay(QFrame):
    """A card over the window; arrows scroll it, any other key or a click closes it."""

    def __init__(self, window: QWidget, shortcuts: Shortcuts):
        super().__init__(window)
        self.setObjectName("card")
        self._shortcuts = shortcuts
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Keys")
        heading = QLabel("Keys")
        heading.setProperty("role", "heading")
        close = QPushButton("Close", flat=True)
        close.clicked.connect(self.end)
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
            self.end()
            return
        window = self.parentWidget()
        only(window, self)
        room = window.width() - 24
        for columns in (3, 2, 1):
            self._scroll.setWidget(self._filled(columns))  # where it is dressed as it will be seen
            width = max(self._scroll.widget().sizeHint().width() + BESIDE, columns * COLUMN)
            if width <= room:
                break
        width = min(width, room)
        height = min(self._scroll.widget().sizeHint().height() + 70, window.height() - 60)
        self.setGeometry((window.width() - width) // 2, max((window.height() - height) // 2, 20), width, height)
        self.show()
        self.raise_()
        self.setFocus()

    def rows(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """(menu, title, keys) of each action that has keys, menu by menu."""
        found = [(row.menu, row.title, row.keys) for row in self._shortcuts.table.values() if row.keys]
        found.sort(key=lambda row: MENUS.index(row[0]) if row[0] in MENUS else len(MENUS))
        return [*found, *HANDS]

    def event(self, event) -> bool:
        """All keys are kept from the window's shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        return super().event(event)

    def keyPressEvent(self, event) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt):
            return  # another key is to come
        if event.key() in SCROLLS:
            self._scroll.verticalScrollBar().triggerAction(SCROLLS[event.key()])
        else:
            self.end()

    def mousePressEvent(self, event) -> None:  # noqa: N802
        self.end()

    def end(self) -> None:
        """Close it, and let go of the rows: another theme would have to dress each of them."""
        self.hide()
        if (rows := self._scroll.takeWidget()) is not None:
            rows.deleteLater()
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
                grid.addLayout(_caps(line[1]), row, 3 * column + 1)
        for column in range(columns - 1):
            grid.setColumnMinimumWidth(3 * column + 2, 24)
        grid.setRowStretch(height, 1)
        return inside


def _caps(keys: tuple[str, ...]) -> QHBoxLayout:
    """Keys as they stand on a keyboard."""
    row = QHBoxLayout()
    row.setSpacing(4)
    row.addStretch()
    for key in keys[:2]:
        cap = QLabel(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) or key)
        cap.setProperty("role", "key")
        row.addWidget(cap)
    return row
