"""The linked views as tabs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from ..draw.magnification import magnified
from .parts import LINKED, TAB_TEXT, part


class LinkedTabs(QTabWidget):
    """The linked views as tabs; each is built when it is first looked at."""

    def __init__(self, session, colours, parent=None):
        super().__init__(parent)
        self._session, self._colours = session, colours
        self.views: dict[str, QWidget] = {}
        self.setDocumentMode(True)
        self.setAccessibleName("Linked views")
        self.tabBar().setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.tabBar().setAccessibleName("Linked views")
        for name in LINKED:
            holder = QWidget()
            QVBoxLayout(holder).setContentsMargins(0, 0, 0, 0)
            self.addTab(holder, TAB_TEXT[name])
        self.currentChanged.connect(self.build)

    def build(self, index: int) -> QWidget:
        """The view of a tab."""
        name = LINKED[index]
        if name not in self.views:
            view = part(name)(self._session, self._colours)
            view.setAccessibleName(view.title)
            view.setAccessibleDescription(view.why)
            self.setTabToolTip(index, f"{view.title}: {view.why}")
            self.widget(index).layout().addWidget(view)
            self.views[name] = view
        return self.views[name]

    def magnify(self, factor: float) -> None:
        """Tabs so many times as large."""
        size = magnified(self.font(), factor).pointSizeF()
        sheet = (
            f"QTabBar {{ font-size: {size:g}pt; }} QTabBar::tab {{ padding: {5 * factor:.0f}px {9 * factor:.0f}px; }}"
        )
        self.tabBar().setStyleSheet("" if factor == 1 else sheet)

    def set_theme(self, colours) -> None:
        self._colours = colours
        for view in self.views.values():
            view.set_theme(colours)
