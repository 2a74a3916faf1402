"""The curves of a run: accuracy and loss over epochs; distinct values, strength, merges and splits over steps."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.draw.palette import Colours

from .live_plot import LivePlot, Series
from .run_state import Curves, Moment, RunState, TensorCurves


class CurvesPanel(QWidget):
    """``picked`` tells the optimizer step of the place that was clicked."""

    picked = Signal(int)

    def __init__(self, colours: Colours):
        super().__init__()
        self._state = None
        self.accuracy = LivePlot("Accuracy, %", colours, delay=20)
        self.loss = LivePlot("Loss", colours, x_title="epoch", delay=60)
        self.distinct = LivePlot("Distinct values", colours, log=True, delay=100)
        self.strength = LivePlot("Strength", colours, delay=140)
        self.merges = LivePlot("Each epoch", colours, x_title="step", delay=180)
        self._over_epochs = (self.accuracy, self.loss)
        self._over_steps = (self.distinct, self.strength, self.merges)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for plot in self._over_epochs:
            layout.addWidget(plot, 4)
            plot.picked.connect(self._picked_epoch)
        for plot in self._over_steps:
            layout.addWidget(plot, 3)
            plot.picked.connect(lambda x: self.picked.emit(round(x)))

    def set_theme(self, colours: Colours) -> None:
        """Repaint in these colours."""
        for plot in (*self._over_epochs, *self._over_steps):
            plot.set_theme(colours)

    def show_state(self, state: RunState, tensor: str) -> None:
        """Draw the curves of a run; merges and splits are those of ``tensor``."""
        curves = state.curves
        if self._state is None or curves is not self._state.curves:
            self.accuracy.show_series(
                (
                    Series("valid", curves.epoch, 100 * curves.valid_accuracy, 0, 0),
                    Series("train", curves.epoch, 100 * curves.train_accuracy, 1, 1),
                )
            )
            self.accuracy.setVisible(not curves.epoch.size or bool(np.isfinite(curves.valid_accuracy).any()))
            self.loss.show_series(
                (
                    Series("valid", curves.epoch, curves.valid_loss, 0, 0),
                    Series("train", curves.epoch, curves.train_loss, 1, 1),
                )
            )
            self._show_tensors(state.by_tensor, curves)
        self._state = state
        chosen = state.by_tensor.get(tensor)
        self.merges.show_series(
            (
                Series("merges", curves.step, chosen.merges, 0, 2),
                Series("splits", curves.step, chosen.splits, 1, 4),
            )
            if chosen is not None
            else ()
        )

    def set_marks(self, now: Moment | None, pinned: Moment | None) -> None:
        """Lines at the moment that is looked at (None: the newest) and at the pinned one."""
        for plot in self._over_epochs:
            plot.set_marks(now and now.epoch, pinned and pinned.epoch)
        for plot in self._over_steps:
            plot.set_marks(now and now.step, pinned and pinned.step)

    def _show_tensors(self, by_tensor: dict[str, TensorCurves], curves: Curves) -> None:
        ending = ".weight" if all(name.endswith(".weight") for name in by_tensor) else ""
        for plot, key in ((self.distinct, "distinct"), (self.strength, "strength")):
            plot.show_series(
                tuple(
                    Series(name.removesuffix(ending), curves.step, getattr(figures, key), place, place)
                    for place, (name, figures) in enumerate(by_tensor.items())
                )
            )

    def _picked_epoch(self, epoch: float) -> None:
        curves = self._state.curves if self._state is not None else None
        if curves is not None and curves.epoch.size:
            epochs = np.concatenate(([0.0], np.nan_to_num(curves.epoch)))
            steps = np.concatenate(([0.0], np.nan_to_num(curves.step)))
            self.picked.emit(round(float(steps[np.abs(epochs - epoch).argmin()])))
