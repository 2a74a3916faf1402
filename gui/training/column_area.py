"""What stands in a column: as high as it is where there is room, and else to be scrolled."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QScrollArea, QSizePolicy, QWidget

_ROOM_FOR_BAR = 12  # pixels
_TURNED = (QComboBox, QAbstractSpinBox)  # by the wheel


class ColumnArea(QScrollArea):
    """The wheel scrolls here, and turns no field that happens to be under the pointer."""

    def __init__(self, column: QWidget):
        super().__init__(widgetResizable=True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        if column.layout() is not None:
            column.layout().setContentsMargins(0, 0, _ROOM_FOR_BAR, 0)
        self.setWidget(column)
        for kind in _TURNED:
            for field in column.findChildren(kind):
                field.installEventFilter(self)

    def sizeHint(self) -> QSize:  # noqa: N802
        column = self.widget()
        return QSize(column.sizeHint().width(), column.heightForWidth(self.viewport().width()))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(self.widget().minimumSizeHint().width() + _ROOM_FOR_BAR, 60)

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.updateGeometry()

    def eventFilter(self, watched, event) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Wheel and isinstance(watched, _TURNED):
            event.ignore()
            return True
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
