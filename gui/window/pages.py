"""The pages of the window, each built when it is first shown, and the bar to choose one."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from .parts import PAGE_TEXT, part

SOON_MS = 300  # work that is done before is not spoken of


class ModeBar(QWidget):
    """One button for each page, and what is open."""

    def __init__(self, shortcuts, parent=None):
        super().__init__(parent)
        self.setObjectName("modeBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 5, 12, 5)
        row.setSpacing(2)
        self.buttons: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        for name, text in PAGE_TEXT.items():
            button = QToolButton(text=text, checkable=True)
            button.setProperty("mode", True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            action = shortcuts.table[f"page-{name}"]
            button.setToolTip(f"{action.why} ({action.keys[0]})")
            button.setAccessibleDescription(action.why)
            button.clicked.connect(lambda _=False, id=action.id: shortcuts.do(id))
            group.addButton(button)
            row.addWidget(button)
            self.buttons[name] = button
        self.buttons["particles"].setChecked(True)
        row.addStretch(1)
        self._busy = QLabel()
        self._busy.setProperty("role", "quiet")
        self._progress = QProgressBar(textVisible=False, minimum=0, maximum=0)
        self._progress.setFixedWidth(90)
        self._progress.setAccessibleName("Busy")
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(lambda: self._set_busy(True))
        self._set_busy(False)
        row.addWidget(self._busy)
        row.addWidget(self._progress)
        self.document = QLabel()
        self.document.setProperty("role", "quiet")
        self.document.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.document.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.document, 4)

    def show_busy(self, what: str) -> None:
        """Say what is being done, where that takes longer than a moment; "" for nothing."""
        self._busy.setText(f"{what[:1].upper()}{what[1:]}…" if what else "")
        if not what:
            self._soon.stop()
            self._set_busy(False)
        elif self._progress.isHidden() and not self._soon.isActive():
            self._soon.start()

    def _set_busy(self, busy: bool) -> None:
        self._busy.setVisible(busy)
        self._progress.setVisible(busy)


class Pages(QStackedWidget):
    """``window.session`` is handed to each page, with its workers and its voice."""

    def __init__(self, window, particles_page: QWidget):
        super().__init__()
        self._window = window
        self._built: dict[str, QWidget] = {"particles": particles_page}
        self.addWidget(particles_page)
        self.shown = "particles"

    def existing(self, name: str) -> QWidget | None:
        """The page of that name if it has been built."""
        return self._built.get(name)

    def built(self, name: str) -> QWidget | None:
        """The page of that name, built if need be; None, with a message, where that fails."""
        if name not in self._built:
            try:
                window = self._window
                page = part(name)(window.session, window.colours, window.workers, window.tell)
            except (ImportError, AttributeError) as error:
                self._window.tell(f"The page {PAGE_TEXT[name]} could not be loaded: {error}")
                return None
            self._built[name] = page
            self.addWidget(page)
        return self._built[name]

    def all_built(self) -> list[QWidget]:
        """The pages that exist."""
        return list(self._built.values())

    def show(self, name: str) -> None:
        """Show a page, and beside it the panels that belong to it."""
        page = self.built(name)
        if page is not None and name != self.shown:
            self.shown = name
            self.setCurrentWidget(page)
            self._window.page_shown(name)
            activated = getattr(page, "activated", None)
            if activated is not None:
                activated()


class PageController:
    """Stands in for the controller of a page until the page exists: the first action builds and shows it."""

    def __init__(self, pages: Pages, name: str):
        self._pages, self._name = pages, name

    def __getattr__(self, method: str):
        page = self._pages.existing(self._name)
        if method.startswith("do_"):
            return lambda: self._do(method)
        if page is None or method.startswith("__"):
            raise AttributeError(method)
        return getattr(page, method)

    def _do(self, method: str) -> None:
        self._pages.show(self._name)
        page = self._pages.existing(self._name)
        if page is not None:
            getattr(page, method)()
