"""Where things are on the page of weights."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from .figures_view import FiguresView
from .file_panel import FilePanel
from .histogram_view import HistogramView
from .mosaic_view import MosaicView
from .save_row import SaveRow
from .strength import Strength

WELCOME = (
    "Time is the strength of the penalty: as it grows, weights that are close come together and become one value. "
    "Open a file (npy, npz, safetensors, pt), drop one on the window, or take the particles' positions as weights."
)

BY_CLUSTER = (
    "By cluster: six colours in turn, so that neighbours differ; a weight that shares with nobody is pale. The strip "
    "below shows which cluster has which value."
)
LEAST_WIDTH, LEAST_HEIGHT = 620, 400  # pixels: a smaller page is scrolled
TWO_MOSAICS = 500  # pixels from which on the matrix before has room beside the matrix after
WITH_FORMULA = 400  # pixels of height from which on the figures have room for the formula, which is a tool tip too


class Pictures(QWidget):
    """Histogram, matrices and figures; the matrix before gives way where it is narrow, the formula where it is low."""

    before: MosaicView
    figures: FiguresView

    def resizeEvent(self, event) -> None:  # noqa: N802
        self.before.setVisible(event.size().width() >= TWO_MOSAICS)
        self.figures.formula.setVisible(event.size().height() >= WITH_FORMULA)
        super().resizeEvent(event)


def arrange(page) -> None:
    """Make the widgets of a ``WeightsPage`` and lay them out."""
    page.panel = FilePanel(page, page.colours)
    page.panel.chosen.connect(page.choose)
    page.panel.resampled.connect(page._resampled)
    page.headline, page.status = (QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText) for _ in range(2))
    page.headline.setProperty("role", "heading")
    page.status.setProperty("role", "quiet")
    page.stale = QPushButton("Show the tensor again")
    page.stale.setToolTip("The particles were edited, or others were loaded. This brings the tensor back.")
    page.stale.clicked.connect(page.restore)
    page.strength = Strength(page.session)
    page.saving = SaveRow(page.do_weights_save)
    page.saving.changed.connect(page.refresh)
    page.sheet = QStackedWidget()
    page.sheet.addWidget(_welcome())
    page.sheet.addWidget(_pictures(page))
    top = QHBoxLayout()
    top.addWidget(page.headline, 1)
    top.addWidget(page.stale)
    right, column = QWidget(), QVBoxLayout()
    column.setContentsMargins(8, 0, 0, 0)
    column.setSpacing(10)
    column.addLayout(top)
    column.addWidget(page.status)
    column.addWidget(page.strength)
    column.addWidget(page.sheet, 1)
    column.addWidget(page.saving)
    right.setLayout(column)
    splitter = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
    splitter.setObjectName("weights")
    splitter.addWidget(page.panel)
    splitter.addWidget(right)
    splitter.setStretchFactor(1, 1)
    splitter.setSizes([310, 820])
    splitter.setMinimumSize(LEAST_WIDTH, LEAST_HEIGHT)
    scroll = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
    scroll.setWidget(splitter)
    layout = QVBoxLayout(page)
    layout.setContentsMargins(16, 12, 16, 12)
    layout.addWidget(scroll)


def _welcome() -> QWidget:
    title, text = QLabel("Watch weights come together"), QLabel(WELCOME, wordWrap=True)
    title.setProperty("role", "heading")
    text.setProperty("role", "quiet")
    column = QVBoxLayout()
    column.setSpacing(8)
    column.addStretch(2)
    for label in (title, text):
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(label)
    column.addStretch(3)
    sheet = QWidget()
    row = QHBoxLayout(sheet)
    row.addStretch(1)
    row.addLayout(column, 4)
    row.addStretch(1)
    return sheet


def _pictures(page) -> QWidget:
    page.histogram = HistogramView(page.colours)
    page.before, page.after = MosaicView("before, by value", page.colours), MosaicView("after", page.colours)
    page.after.setToolTip(BY_CLUSTER)
    page.figures = FiguresView()
    page.colouring = QComboBox()
    page.colouring.addItem("After: by cluster", "cluster")
    page.colouring.addItem("After: by value", "value")
    page.colouring.setAccessibleName("How the matrix after is coloured")
    page.colouring.setToolTip(BY_CLUSTER)
    page.colouring.currentIndexChanged.connect(page.refresh)
    side = QVBoxLayout()
    side.setSpacing(4)
    side.addWidget(page.figures, 1)
    side.addWidget(page.colouring)
    lower = QHBoxLayout()
    lower.setSpacing(10)
    lower.addWidget(page.before, 1)
    lower.addWidget(page.after, 1)
    lower.addLayout(side)
    sheet = Pictures()
    sheet.before, sheet.figures = page.before, page.figures
    column = QVBoxLayout(sheet)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(10)
    column.addWidget(page.histogram, 1)
    column.addLayout(lower, 1)
    return sheet
