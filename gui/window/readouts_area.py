"""The readouts above the linked views: how the two share the height of their panel."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QScrollArea, QSplitter, QWidget

ROOM_FOR_VIEW = 280  # pixels of height that a linked view should have, its tab included
LEAST = 4  # lines of readouts that are seen in any case


class ReadoutsArea(QScrollArea):
    """The readouts as high as their lines are, and the rest for the views; in a low window they can be scrolled."""

    def __init__(self, readouts: QWidget, splitter: QSplitter):
        super().__init__(widgetResizable=True)
        self._splitter = splitter
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(readouts)
        self.setMinimumWidth(readouts.minimumSizeHint().width() + 14)
        splitter.installEventFilter(self)

    def eventFilter(self, watched, event) -> bool:  # noqa: N802
        if watched is self._splitter:
            if event.type() == QEvent.Type.Resize:
                self._share()
            return False
        done = super().eventFilter(watched, event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._share()
        return done

    def showEvent(self, event) -> None:  # noqa: N802
        super().showEvent(event)
        self._share()

    def _share(self) -> None:
        """Unless the user has put the handle elsewhere."""
        height = self.widget().sizeHint().height()
        self.setMaximumHeight(height)
        if self._splitter.orientation() == Qt.Orientation.Horizontal:
            return
        room = self._splitter.height() - self._splitter.handleWidth()  # its sizes are still those of before a resize
        height = min(height, self.whole_lines(room - ROOM_FOR_VIEW))
        if self.isVisible() and not self._splitter.property("placed"):
            self._splitter.setSizes([height, room - height])

    def whole_lines(self, room: int) -> int:
        """The height of as many lines as go into ``room``, so that none is cut in two."""
        grid = self.widget().layout()
        line = grid.cellRect(1, 0).top() - grid.cellRect(0, 0).top()
        if line <= 0:
            return max(room, 0)
        return grid.contentsMargins().top() + max((room - grid.contentsMargins().top()) // line, LEAST) * line
