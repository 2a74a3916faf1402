"""Where the user was before a lesson or the tour: what had the keyboard, which page and linked view was shown."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid


class Whereabouts:
    """The place in ``window`` at the moment when this is made."""

    def __init__(self, window):
        self._window = window
        self._focus: QWidget | None = QApplication.focusWidget()
        self._page, self._tab = window.pages.shown, window.docks.tabs.currentIndex()

    def return_focus(self) -> None:
        """The keyboard belongs again to what had it, or to the window where that is gone or hidden."""
        if not isValid(self._window):
            return  # it is being deleted
        there = self._focus is not None and isValid(self._focus) and self._focus.isVisible()
        (self._focus if there and self._focus.window() is self._window else self._window).setFocus()

    def return_to_page(self) -> None:
        """Show the page, and the linked view beside it, that were shown."""
        if isValid(self._window):
            self._window.pages.show(self._page)
            self._window.docks.tabs.setCurrentIndex(self._tab)
