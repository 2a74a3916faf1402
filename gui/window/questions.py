"""The questions that have to be answered before a document is left."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox


def ask_unsaved(window, name: str) -> QMessageBox.StandardButton:
    """Save, discard or cancel?"""
    box = unsaved_box(window, name)
    answer = box.exec()
    box.deleteLater()
    return QMessageBox.StandardButton(answer)


def unsaved_box(window, name: str) -> QMessageBox:
    """The box that asks it."""
    box = _box(window, "Unsaved changes", f"“{name}” has changes that are not saved.")
    button = QMessageBox.StandardButton
    box.setStandardButtons(button.Discard | button.Cancel)
    box.setDefaultButton(button.Cancel)
    if len(window.session.document.latest):  # no file holds an empty line
        box.addButton(button.Save)
        box.setDefaultButton(button.Save)
    return box


def ask_still_saving(window, over: Callable[[], bool]) -> bool:
    """Leave without waiting any longer for a save?  The question goes by itself when that is ``over``."""
    box = _box(window, "Still saving", f"“{window.session.document.writing.name}” is still being saved.")
    leave = box.addButton("Close without saving", QMessageBox.ButtonRole.DestructiveRole)
    wait = box.addButton("Keep waiting", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(wait)
    box.setEscapeButton(wait)

    def look(*_) -> None:
        if over():
            box.reject()

    window.workers.busy.connect(look)
    box.exec()
    window.workers.busy.disconnect(look)
    box.deleteLater()
    return box.clickedButton() is leave


def _box(window, title: str, text: str) -> QMessageBox:
    box = QMessageBox(window)
    box.setWindowTitle(title)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    return box
