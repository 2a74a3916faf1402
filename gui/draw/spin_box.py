"""Room before the number of a spin box: a style sheet leaves none, whatever its padding says."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QAbstractSpinBox

_ROOM = 7  # pixels
Box = TypeVar("Box", bound=QAbstractSpinBox)


def indented(box: Box) -> Box:
    """The same box, its number no longer at the very edge."""
    box.lineEdit().setTextMargins(_ROOM, 0, 0, 0)
    return box
