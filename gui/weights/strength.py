"""The strength of the penalty as a slider on a log scale, and as a number; it is the clock of the session."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from ..draw.number_field import NumberField
from ..draw.refusal import refuse
from ..model.time_axis import TimeAxis

TICKS = 2000


class Strength(QWidget):
    """Shows and sets ``session.clock.t``."""

    def __init__(self, session):
        super().__init__()
        self.session = session
        self._axis: TimeAxis | None = None
        label = QLabel("Strength (log scale)")
        label.setProperty("role", "heading")
        self.slider = QSlider(Qt.Orientation.Horizontal, maximum=TICKS)
        self.slider.setAccessibleName("Strength of the penalty")
        self.slider.setToolTip("How strongly the weights are drawn together, on a log scale. It is the time t.")
        self.slider.valueChanged.connect(self._dragged)
        self.slider.sliderPressed.connect(session.clock.pause)
        self.field = NumberField("strength of the penalty", 120)
        self.field.entered.connect(self._typed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(label)
        row.addWidget(self.slider, 1)
        row.addWidget(self.field)

    def set_history(self) -> None:
        """The document shows another system: another scale."""
        self._axis = TimeAxis("log", self.session.document.history, self.session.clock.horizon)
        self.refresh()

    def refresh(self) -> None:
        """Show the present strength."""
        if self._axis is None or self._axis.horizon != self.session.clock.horizon:
            self._axis = TimeAxis("log", self.session.document.history, self.session.clock.horizon)
        t = self.session.clock.t
        self.slider.blockSignals(True)
        self.slider.setValue(round(float(self._axis.forward(t)) * TICKS))
        self.slider.blockSignals(False)
        self.field.show_value(t)

    def _dragged(self, value: int) -> None:
        self.session.clock.t = float(self._axis.inverse(value / TICKS))

    def _typed(self, strength: float) -> None:
        clock = self.session.clock
        clock.t = strength
        if strength > clock.horizon:
            refuse(self, f"the strength {strength:.6g} is beyond what is shown: {clock.horizon:.6g} is the most")
        self.refresh()
