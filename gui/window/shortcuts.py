"""QActions out of the table, and which keys they may have at the moment.

A key belongs to the widget that has the focus where that needs it: Space presses a button, arrows move in a list.
Bare letters are off while a screen reader is active, which has its own use for them; every action can still be
reached by the menus and the palette, and play and pause by Alt+K.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)

from ..model.action import Action

MOVES = {"Left", "Right", "Shift+Left", "Shift+Right", "Home", "End"}
PRESSES = {"Space", "Shift+Space"}
EDITS = {"Esc", "Del", "Ctrl+A", "Ctrl+Z", "Ctrl+Y", "Ctrl+Shift+Z"}
_MOVED = (QAbstractSlider, QTabBar, QComboBox, QAbstractItemView)
_TYPED = (QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox)


def bare(key: str) -> bool:
    """Whether a key is typed without Ctrl, Alt or a function key: a screen reader may use it."""
    return key in ("Space", "Shift+Space") or len(key.removeprefix("Shift+")) == 1


def reserved(widget: QWidget | None) -> set[str]:
    """The keys that a widget with the focus needs for itself."""
    if widget is None or widget.property("windowKeys"):
        return set()
    if isinstance(widget, _TYPED):
        return MOVES | PRESSES | EDITS
    keys = set()
    if isinstance(widget, QAbstractButton | QComboBox | QAbstractItemView):
        keys |= PRESSES
    if isinstance(widget, _MOVED):
        keys |= MOVES
    return keys


class Shortcuts(QObject):
    """The QActions of a table by their id.  ``controllers`` are objects with ``do_<id>`` methods and, where they make
    sense, ``is_<id>``, ``can_<id>`` and ``text_<id>``; ``attempt`` does it, and says what goes wrong."""

    def __init__(self, window: QWidget, attempt: Callable[[Callable[[], None]], bool]):
        super().__init__(window)
        self._window, self._attempt = window, attempt
        self.table: dict[str, Action] = {}
        self.actions: dict[str, QAction] = {}
        self._controllers: dict[str, object] = {}
        self._focus: QWidget | None = None
        QApplication.instance().focusChanged.connect(self._focus_moved)

    def add(self, table: Iterable[Action], controller: object) -> None:
        """Take over the rows of a table; ValueError where the controller has no method for one."""
        for row in table:
            method = getattr(controller, "do_" + row.id.replace("-", "_"), None)
            if method is None:
                raise ValueError(f"action {row.id!r}: {type(controller).__name__} has no method for it")
            if row.id in self.table:
                raise ValueError(f"action {row.id!r} is in two tables")
            action = QAction(row.title.replace("&", "&&"), self._window)
            action.setCheckable(row.checkable)
            action.setToolTip(row.why)
            action.setStatusTip(row.why)
            action.triggered.connect(lambda _=False, id=row.id: self.do(id))
            self._window.addAction(action)
            self.table[row.id], self.actions[row.id], self._controllers[row.id] = row, action, controller
        self.set_keys()

    def do(self, id: str) -> None:
        """Do the action of that id if it can be done now; an error becomes a message."""
        if self._asked("can", id) is False:
            return
        try:
            self._attempt(getattr(self._controllers[id], "do_" + id.replace("-", "_")))
        finally:
            self.refresh()

    def refresh(self) -> None:
        """Ask the controllers again what is checked and what can be done."""
        for id, action in self.actions.items():
            if action.isCheckable():
                action.setChecked(bool(self._asked("is", id)))
            action.setEnabled(self._asked("can", id) is not False)
            text = self._asked("text", id)
            if text:
                action.setText(text)

    def set_keys(self) -> None:
        """Give each action the keys that it may have now."""
        taken = reserved(self._focus)
        quiet = QAccessible.isActive()
        seen: set[str] = set()
        for id, row in self.table.items():
            keys = [key for key in row.keys if key not in taken and not (quiet and bare(key)) and key not in seen]
            seen.update(keys)
            wanted = [QKeySequence(key) for key in keys]
            if self.actions[id].shortcuts() != wanted:
                self.actions[id].setShortcuts(wanted)

    def stop(self) -> None:
        """Let go of the application."""
        QApplication.instance().focusChanged.disconnect(self._focus_moved)

    def _focus_moved(self, _old, new) -> None:
        self._focus = new
        self.set_keys()

    def _asked(self, verb: str, id: str):
        method = getattr(self._controllers[id], f"{verb}_{id.replace('-', '_')}", None)
        return None if method is None else method()
