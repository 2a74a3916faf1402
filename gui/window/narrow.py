"""What gives way to the picture where a window is too narrow for it between lessons and linked views."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QWidget

WIDE = 1150  # pixels of a window of which lessons and linked views, as narrow as they can be, leave half
SETTLED = 30  # ms: panels have taken and left their room by then


class Narrow(QObject):
    """Beside the lessons in a narrow window the readouts and the linked views lie below the middle.

    A linked view that the scene or the user has asked for (``linked``) takes the place of space and time; else the
    readouts are there alone.  All comes back with a wider window, or when the lessons are closed.
    """

    def __init__(self, docks, window):
        super().__init__(window)
        self._docks, self._window = docks, window
        self.linked = False
        self._before: tuple | None = None
        window.installEventFilter(self)

    def follow(self) -> None:
        """Let them give way, or come back, as the window is now."""
        if not self._tight():
            self.leave()
            return
        if self._before is None:
            self._enter()
        self._window.space_time.setVisible(not self.linked)
        self._docks.tabs.setVisible(self.linked)
        QTimer.singleShot(SETTLED, self, self._share)

    def leave(self) -> tuple[list[int], list[int]]:
        """Put everything back; the heights on the page and of the linked views as they are to be then."""
        if self._before is None:
            return self._window.particles_page.sizes(), self._docks.views.sizes()
        window, dock, views = self._window, self._docks.views_dock, self._docks.views
        (page, sides, width), self._before = self._before, None
        window.space_time.show()
        self._docks.tabs.show()
        views.setOrientation(Qt.Orientation.Vertical)
        show_title(dock, True)
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        window.particles_page.setSizes(page)
        views.setSizes(sides)
        window.resizeDocks([dock], [width], Qt.Orientation.Horizontal)
        return page, sides

    def _enter(self) -> None:
        window, dock, views = self._window, self._docks.views_dock, self._docks.views
        self._before = (window.particles_page.sizes(), views.sizes(), dock.width())
        views.setOrientation(Qt.Orientation.Horizontal)
        show_title(dock, False)
        window.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)

    def _share(self) -> None:
        """To a linked view more than half of the height, to the readouts alone a few lines."""
        if self._before is not None:
            dock, area = self._docks.views_dock, self._docks.views.widget(0)
            room = self._window.pages.height() + dock.height()
            height = room * 3 // 5 if self.linked else area.whole_lines(room // 4)
            self._window.resizeDocks([dock], [height], Qt.Orientation.Vertical)

    def _tight(self) -> bool:
        window, lessons, views = self._window, self._docks.lessons_dock, self._docks.views_dock
        if self._docks.readouts is None or window.width() >= WIDE or window.pages.shown != "particles":
            return False
        right = window.dockWidgetArea(views) == Qt.DockWidgetArea.RightDockWidgetArea
        there = not any(dock.isHidden() or dock.isFloating() for dock in (lessons, views))
        return there and (right or self._before is not None)

    def eventFilter(self, watched, event) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Resize:
            QTimer.singleShot(0, self, self.follow)
        return super().eventFilter(watched, event)


def show_title(dock: QDockWidget, shown: bool) -> None:
    """The bar with the title of a panel, or none."""
    before = dock.titleBarWidget()
    dock.setTitleBarWidget(None if shown else QWidget())
    if before is not None:
        before.deleteLater()
