"""Mouse, wheel and keys by hand-made events: a drag is a press, moves and a release, exactly where they are said."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def mouse(widget, kind: QEvent.Type, point: QPointF, held: bool, modifiers=NONE) -> None:
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else LEFT
    buttons = LEFT if held else Qt.MouseButton.NoButton
    where = QPointF(point)
    QApplication.sendEvent(widget, QMouseEvent(kind, where, widget.mapToGlobal(where), button, buttons, modifiers))


def hover(widget, point: QPointF) -> None:
    mouse(widget, QEvent.Type.MouseMove, point, held=False)


def press(widget, point: QPointF, modifiers=NONE) -> None:
    mouse(widget, QEvent.Type.MouseButtonPress, point, True, modifiers)


def release(widget, point: QPointF, modifiers=NONE) -> None:
    mouse(widget, QEvent.Type.MouseButtonRelease, point, False, modifiers)


def click(widget, point: QPointF, modifiers=NONE) -> None:
    press(widget, point, modifiers)
    release(widget, point, modifiers)


def double_click(widget, point: QPointF) -> None:
    click(widget, point)
    mouse(widget, QEvent.Type.MouseButtonDblClick, point, True)
    release(widget, point)


def drag(widget, start: QPointF, end: QPointF, steps: int = 5) -> None:
    press(widget, start)
    for step in range(1, steps + 1):
        mouse(widget, QEvent.Type.MouseMove, start + (end - start) * (step / steps), held=True)
    release(widget, end)


def wheel(widget, point: QPointF, notches: int, modifiers=NONE) -> None:
    turn = QPoint(0, 120 * notches)
    phase, none = Qt.ScrollPhase.NoScrollPhase, Qt.MouseButton.NoButton
    where = QPointF(point)
    event = QWheelEvent(where, widget.mapToGlobal(where), QPoint(), turn, none, modifiers, phase, False)
    QApplication.sendEvent(widget, event)


def key(widget, which: Qt.Key, modifiers=NONE) -> None:
    QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyPress, which, modifiers))
