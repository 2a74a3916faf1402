"""What is seen of a run: where it is, its drawings, its words, and the way through its moments."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.draw.palette import Colours

from .controls import Controls
from .run_view import RunView

AHEAD = 600  # ms after the page is there


class RunPage(QWidget):
    """The signals are those of the drawings; ``drawings_made`` tells that they are there."""

    picked = Signal(int)
    tensor_chosen = Signal()
    particles_asked = Signal()
    drawings_made = Signal()

    def __init__(self, controls: Controls, colours: Colours):
        super().__init__()
        self._colours = colours
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.setSpacing(6)
        for part in (controls.header, controls.words, controls.footer):
            layout.addWidget(part)
        QTimer.singleShot(AHEAD, self, lambda: self.view)

    @cached_property
    def view(self) -> RunView:
        """The drawings, made when they are first shown, or soon: neither the form nor a run's start waits for them."""
        view = RunView(self._colours)
        view.picked.connect(self.picked)
        view.tensor_chosen.connect(self.tensor_chosen)
        view.particles_asked.connect(self.particles_asked)
        self.layout().insertWidget(1, view, 1)
        self.drawings_made.emit()
        return view

    def set_theme(self, colours: Colours) -> None:
        """Repaint in these colours."""
        self._colours = colours
        if "view" in vars(self):
            self.view.set_theme(colours)
