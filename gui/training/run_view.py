"""A run, drawn: curves at the left, the weights merging and their histogram in the middle, filters at the right."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from gui.draw.palette import Colours

from .column_area import ColumnArea
from .curves import CurvesPanel
from .facts import Facts
from .filters import FiltersView, filters_of
from .histogram import HistogramView
from .merging import MergingView
from .run_state import Moment, RunState

_NO_SNAPSHOT = "No snapshot yet."
_NO_IMAGES = "The first layer that is regularized does not look at images."
_SHUFFLED = "The pixels of this run are shuffled: its filters would show noise."


class RunView(QWidget):
    """``picked`` tells the step that was clicked in a view; ``tensor_chosen`` that another tensor is looked at;
    ``particles_asked`` that the moment is to be opened as particles."""

    picked = Signal(int)
    tensor_chosen = Signal()
    particles_asked = Signal()

    def __init__(self, colours: Colours):
        super().__init__()
        self._drawn = (None,) * 6  # what is on the screen, so that a look without news costs nothing
        self.curves, self.merging = CurvesPanel(colours), MergingView(colours)
        self.histogram, self.filters, self.facts = HistogramView(colours), FiltersView(colours), Facts()
        self.histogram.link_values(self.merging.x_axis_view)
        self.choice = QComboBox()
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.choice.setMaximumWidth(240)
        self.choice.setAccessibleName("Tensor")
        self.choice.setToolTip("The tensor whose weights are shown.")
        self.lines = QCheckBox("lines of shared values", checked=True)
        self.lines.setToolTip("A line follows a value that many weights share, from snapshot to snapshot.")
        self.particles = QPushButton("Open as particles")
        self.particles.setToolTip("The tensor at this moment becomes a system of particles: watch its weights collide.")
        self.choice.currentTextChanged.connect(lambda _: self.tensor_chosen.emit())
        self.lines.toggled.connect(self.merging.show_lines)
        self.particles.clicked.connect(self.particles_asked)
        self.curves.picked.connect(self.picked)
        self.merging.picked.connect(self.picked)
        self._lay_out()

    @property
    def tensor(self) -> str:
        """The name of the tensor that is looked at."""
        return self.choice.currentText()

    def set_theme(self, colours: Colours) -> None:
        """Repaint in these colours."""
        for view in (self.curves, self.merging, self.histogram, self.filters):
            view.set_theme(colours)

    def show_state(self, state: RunState, now: Moment | None, pinned: Moment | None, live: bool) -> None:
        """Draw a run at a moment, and beside it the pinned one."""
        self._show_names(state.tensors)
        tensor = self.tensor
        shown = (state.curves, state.moments, tensor, now, pinned, live)
        if all(a is b for a, b in zip(shown, self._drawn, strict=True)):
            return
        self._drawn = shown
        self.curves.show_state(state, tensor)
        self.curves.set_marks(None if live else now, pinned)
        self.merging.show_moments(state.moments, tensor)
        self.merging.set_marks(now, pinned)
        self.histogram.show_summaries(
            now.tensors.get(tensor) if now else None, pinned.tensors.get(tensor) if pinned else None
        )
        self.facts.show_moments(state, tensor, now, pinned)
        self.particles.setEnabled(now is not None)
        if now is None:
            self.filters.show_filters("", *_nothing(_NO_SNAPSHOT))

    def show_filters(self, config: dict, weights: dict) -> None:
        """Draw the filters of the first layer among these tensors."""
        if config.get("shuffle_pixels") is True:
            self.filters.show_filters("", *_nothing(_SHUFFLED))
            return
        name, images = filters_of(config, weights)
        self.filters.show_filters(name, images, "" if name else _NO_IMAGES)

    def _show_names(self, names: tuple[str, ...]) -> None:
        if tuple(self.choice.itemText(place) for place in range(self.choice.count())) == names:
            return
        before = self.choice.currentText()
        with QSignalBlocker(self.choice):
            self.choice.clear()
            self.choice.addItems(names)
            if before in names:
                self.choice.setCurrentText(before)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        title = QLabel(self.merging.title, textFormat=Qt.TextFormat.PlainText)
        title.setProperty("role", "heading")
        title.setToolTip(self.merging.why)
        for widget in (title, self.choice, self.lines):
            head.addWidget(widget)
        head.addStretch()
        top, right = QWidget(), QWidget()
        above = QVBoxLayout(top)
        above.setContentsMargins(0, 0, 0, 0)
        above.setSpacing(2)
        above.addLayout(head)
        above.addWidget(self.merging, 1)
        middle = QSplitter(Qt.Orientation.Vertical, objectName="training-weights")
        middle.addWidget(top)
        middle.addWidget(self.histogram)
        middle.setSizes([600, 300])
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        name = QLabel(self.filters.title, textFormat=Qt.TextFormat.PlainText)
        name.setProperty("role", "heading")
        column.addWidget(name)
        column.addWidget(self.filters, 1)
        column.addWidget(ColumnArea(self.facts))
        column.addWidget(self.particles)
        columns = QSplitter(Qt.Orientation.Horizontal, objectName="training")
        left = QScrollArea(widgetResizable=True, focusPolicy=Qt.FocusPolicy.NoFocus)
        left.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        left.setWidget(self.curves)
        for widget in (left, middle, right):
            columns.addWidget(widget)
        columns.setSizes([330, 560, 250])
        columns.setChildrenCollapsible(False)
        middle.setChildrenCollapsible(False)
        for place, stretch in enumerate((3, 5, 2)):
            columns.setStretchFactor(place, stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(columns)


def _nothing(note: str):
    return filters_of({}, {})[1], note
