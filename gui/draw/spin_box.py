"""Spin boxes that refuse in a sentence what they cannot take, instead of taking something else without a word."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox

from ..model.typed_number import number
from .refusal import refuse

_ROOM = 7  # pixels before the number: a style sheet leaves none, whatever its padding says


class _Box:
    """Anything may be typed; once it is finished it is taken, or refused and the number that holds shown again."""

    def __init__(self, *arguments, **properties):
        super().__init__(*arguments, **properties)
        self.setLocale(QLocale(QLocale.Language.English))  # a point and commas, as everywhere in the app
        self.setKeyboardTracking(False)  # half of a number that is then refused must not hold
        self.lineEdit().setTextMargins(_ROOM, 0, 0, 0)

    def validate(self, text: str, place: int):
        state = QValidator.State.Intermediate if self._trouble(text) else QValidator.State.Acceptable
        return state, text, place

    def fixup(self, text: str) -> str:
        refuse(self, self._trouble(text))
        return text  # and so Qt goes back to the value before

    def _typed(self, text: str) -> float:
        what = self.accessibleName().lower() or "number"
        return number(text.removeprefix(self.prefix()).removesuffix(self.suffix()), what)

    def _trouble(self, text: str) -> str:
        """Why the text cannot be taken, in a sentence; "" where it can."""
        try:
            typed = self._typed(text)
        except ValueError as error:
            return str(error)
        if self.minimum() <= typed <= self.maximum() and (self._fractions or typed == int(typed)):
            return ""
        kind, shown = "a number" if self._fractions else "a whole number", text.strip()[:40]
        return f"{shown} is not taken: give {kind} from {self.minimum():,.12g} to {self.maximum():,.12g}"


class WholeBox(_Box, QDoubleSpinBox):
    """For whole numbers; a QSpinBox holds none above 2^31 - 1, and seeds go further."""

    _fractions = False

    def __init__(self, *arguments, **properties):
        super().__init__(*arguments, **properties)
        self.setDecimals(0)

    def value(self) -> int:
        return int(super().value())

    def valueFromText(self, text: str) -> int:  # noqa: N802
        return int(self._typed(text))


class DecimalBox(_Box, QDoubleSpinBox):
    """For numbers with decimals."""

    _fractions = True

    def valueFromText(self, text: str) -> float:  # noqa: N802
        return self._typed(text)
