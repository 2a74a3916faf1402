"""Class mode, for a teacher in front of a projector: the line, the chosen linked view and the transport, all large."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, QTimer

from ..draw.magnification import magnification
from .narrow import SETTLED, show_title

LINE_SHARE = (2, 3)  # heights of the line and of the linked view


class ClassMode(QObject):
    """Follows the option ``class_mode``; what it changes in the window it puts back as it was."""

    def __init__(self, docks, window):
        super().__init__(window)
        self._docks, self._window = docks, window
        self._before: tuple | None = None
        window.session.options.changed.connect(self._option_changed)
        window.pages.currentChanged.connect(self._page_changed)
        window.installEventFilter(self)

    def follow(self) -> None:
        """Be in class mode, or out of it, as the option says."""
        if self._docks.readouts is None:
            return  # the window is not built yet
        if self._window.session.options.class_mode:
            self._enter()
        else:
            self.leave()
            self._docks.fill_lessons()

    def leave(self) -> None:
        """Put everything back; the option stays as it is."""
        if self._before is None:
            return
        window, (state, page, sides) = self._window, self._before
        self._before = None
        with QSignalBlocker(window.lessons_dock.toggleViewAction()):
            self._show_all(True)
            window.restoreState(state)
        window.particles_page.setSizes(page)
        self._docks.views.setSizes(sides)
        self._magnify()
        QTimer.singleShot(SETTLED, self, self._docks.make_room)  # the window may be narrower than it was

    def _enter(self) -> None:
        if self._before is not None:
            return
        window, dock = self._window, self._window.views_dock
        window.pages.show("particles")
        page, sides = self._docks.narrow.leave()  # they have not yet got their room back
        self._before = (window.saveState(), page, sides)
        with QSignalBlocker(window.lessons_dock.toggleViewAction()):
            window.lessons_dock.hide()  # the lesson goes on
        window.scenario_dock.hide()
        self._show_all(False)
        dock.setFloating(False)
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
        dock.show()
        self._magnify()
        QTimer.singleShot(SETTLED, self, self._share)

    def _share(self) -> None:
        """Their heights to the line and the linked view."""
        if self._before is not None:
            room = self._window.pages.height() + self._window.views_dock.height()
            height = room * LINE_SHARE[1] // sum(LINE_SHARE)
            self._window.resizeDocks([self._window.views_dock], [height], Qt.Orientation.Vertical)

    def _show_all(self, shown: bool) -> None:
        """What class mode leaves out."""
        window = self._window
        for widget in (window.menuBar(), window.mode_bar, window.space_time, self._docks.views.widget(0)):
            widget.setVisible(shown)
        show_title(window.views_dock, shown)

    def _magnify(self) -> None:
        factor = magnification(self._window, self._window.session.options) if self._before else 1.0
        self._window.transport.magnify(factor)
        self._docks.tabs.magnify(factor)

    def _option_changed(self, name: str) -> None:
        if name == "class_mode":
            self.follow()

    def _page_changed(self, _index: int) -> None:
        if self._window.pages.currentWidget() is not self._window.particles_page:
            self._window.session.options.set(class_mode=False)

    def eventFilter(self, watched, event) -> bool:  # noqa: N802
        if self._before is not None and event.type() == QEvent.Type.Resize:
            self._magnify()
        return super().eventFilter(watched, event)
