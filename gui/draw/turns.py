"""Pictures that take long, repainted one by one: all of them in one turn of the event loop would hold it up."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

_waiting: deque[QWidget] = deque()


def repaint_in_turn(widget: QWidget) -> None:
    """Repaint the widget in a turn of its own, after those that wait already."""
    if widget not in _waiting:
        _waiting.append(widget)
        if len(_waiting) == 1:
            _come_back()


def _come_back() -> None:
    """When the events that wait now have been answered: 0 ms make one more of them, and timers are looked at then."""
    QTimer.singleShot(0, lambda: QTimer.singleShot(1, _next))


def _next() -> None:
    widget = _waiting.popleft()
    if isValid(widget):
        widget.repaint()
    if _waiting:
        _come_back()
