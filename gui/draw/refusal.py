"""Why a field does not take what was typed, said by whoever around it can say something."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def refuse(field: QWidget, sentence: str) -> None:
    """``tell(sentence)`` of the nearest widget around ``field`` that has one: its page, else the window."""
    around = field.parentWidget()
    while around is not None and not hasattr(around, "tell"):
        around = around.parentWidget()
    if around is not None:
        around.tell(sentence[:1].upper() + sentence[1:].rstrip(".") + ".")
