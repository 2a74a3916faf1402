"""The bar at the top: one button for each page, what is being done, and what is open."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QProgressBar,
    QSizePolicy,
    QToolBar,
    QToolButton,
    QWidget,
)

from ..draw.tool_tip import plain
from .elided import Elided
from .parts import PAGE_TEXT

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
        row.addSpacing(14)
        row.addWidget(self._lessons_button(shortcuts))
        row.addSpacing(14)
        self._add_busy(row, shortcuts)
        self.document = Elided()
        self.document.setProperty("role", "quiet")
        self.document.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.document.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.document, 1)

    def _add_busy(self, row: QHBoxLayout, shortcuts) -> None:
        """What is being done, and a way to give it up."""
        self._busy = QLabel(textFormat=Qt.TextFormat.PlainText)
        self._busy.setProperty("role", "quiet")
        self._progress = QProgressBar(textVisible=False, minimum=0, maximum=0)
        self._progress.setFixedWidth(90)
        self._progress.setAccessibleName("Busy")
        give_up = shortcuts.table["give-up"]
        self._give_up = QToolButton(text=give_up.title)
        self._give_up.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._give_up.setToolTip(give_up.why)
        self._give_up.setAccessibleDescription(give_up.why)
        self._give_up.clicked.connect(lambda: shortcuts.do("give-up"))
        self._can_give_up = False
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(lambda: self._set_busy(True))
        self._set_busy(False)
        row.addWidget(self._busy)
        row.addWidget(self._progress)
        row.addWidget(self._give_up)

    def _lessons_button(self, shortcuts) -> QToolButton:
        """Not a page but a panel beside them; what students look for first."""
        row, action = shortcuts.table["lessons"], shortcuts.actions["lessons"]
        self.lessons = QToolButton(text=row.title, checkable=True)
        self.lessons.setProperty("mode", True)
        self.lessons.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.lessons.setToolTip(f"{row.why} ({row.keys[0]})")
        self.lessons.setAccessibleDescription(row.why)
        self.lessons.clicked.connect(lambda: shortcuts.do(row.id))
        action.toggled.connect(self.lessons.setChecked)
        return self.lessons

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
        self._give_up.setVisible(busy and self._can_give_up)

    def show_document(self, document) -> None:
        """Say what is open, and with a star that it is not saved."""
        system, self._can_give_up = document.latest, document.busy
        self._set_busy(not self._progress.isHidden())
        star = " *" if document.modified else ""
        seed = "" if system.seed is None else f" · seed {system.seed}"
        kind = ("weight" if system.kind == "weights" else "particle") + "s" * (len(system) != 1)
        self.document.setText(f"{system.name}{star} · {len(system):,} {kind}{seed}")
        self.document.setToolTip(plain(self.document.text()))


def add_bar(window: QMainWindow, inside: QWidget, title: str, area: Qt.ToolBarArea) -> QToolBar:
    """A bar over the whole width of the window, which stays where it is."""
    bar = QToolBar(title, window, movable=False, floatable=False)
    bar.setObjectName(title)
    bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
    inside.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    bar.addWidget(inside)
    window.addToolBar(area, bar)
    return bar
