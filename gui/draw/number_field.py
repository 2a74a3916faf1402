"""A field for a number, which always shows a number that holds."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit

from ..model.typed_number import number
from .refusal import refuse

LARGEST = 1e300


class NumberField(QLineEdit):
    """``value`` is a number >= 0.  ``entered(value)``: another was typed; what is none is refused in a sentence, and
    the field shows ``value`` again."""

    entered = Signal(float)

    def __init__(self, what: str, width: int):
        super().__init__()
        self.value, self._what = 0.0, what
        self.setFixedWidth(width)
        self.setAccessibleName(what[:1].upper() + what[1:])
        self.editingFinished.connect(self.finish)
        self.show_value(0.0)

    def show_value(self, value: float) -> None:
        """This number holds now; a number that is just being typed is left alone."""
        self.value = value
        if not self.hasFocus() or not self.isModified():
            self.setText(f"{value:.6g}")

    def finish(self) -> bool:
        """Take what was typed; False where it was refused."""
        if not self.isModified():
            return True
        self.setModified(False)
        try:
            typed = number(self.text(), self._what)
            if not 0 <= typed <= LARGEST:
                raise ValueError(f"the {self._what} is {self.text().strip()[:40]}: it must be from 0 to {LARGEST:g}")
        except ValueError as error:
            self.show_value(self.value)
            refuse(self, str(error))
            return False
        self.show_value(typed)
        self.entered.emit(typed)
        return True
