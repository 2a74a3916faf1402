"""What stands above and below the views of a run: how it stands, its buttons, its words, its time line."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QSizePolicy, QWidget

from gui.draw.palette import Colours
from gui.draw.tool_tip import plain

from .look import Look
from .sentences import ROLES, WORDS, about, beside, place_of
from .timeline import Timeline

_BUTTONS = {  # the method of the page, the text, what it does
    "follow": ("Follow…", "Follow the run in a folder: one that trains elsewhere, or an old one."),
    "new": ("New run…", "Choose a network and a method, and train it."),
    "stop": ("Stop", "It finishes its step and saves; it can go on later."),
    "resume": ("Go on", "Train on from the last checkpoint."),
    "earlier": ("◀", "Earlier moment"),
    "replay": ("Replay", "Play the moments one after the other."),
    "later": ("▶", "Later moment"),
    "pin": ("Pin", "Keep this moment, to compare others with it."),
    "live": ("LIVE", "To the newest moment, and on with it."),
}


class Controls:
    """The widgets, and what they show; the page lays them out and listens to them."""

    def __init__(self, colours: Colours):
        self.buttons = {name: _button(*texts) for name, texts in _BUTTONS.items()}
        self.buttons["live"].setCheckable(True)
        self.buttons["pin"].setCheckable(True)
        self.pause = _button("Pause looking", "The page stands still; the run trains on.")
        self.says = _button("Words", "Show the last lines of what the run says.")
        for toggle in (self.pause, self.says):
            toggle.setCheckable(True)
        self.keeps = QCheckBox("keeps training when the window closes")
        self.timeline = Timeline(colours)
        self._name, self._sentence, self._at = (QLabel(textFormat=Qt.TextFormat.PlainText) for _ in range(3))
        self._status = QLabel(textFormat=Qt.TextFormat.RichText)
        self._name.setProperty("role", "heading")
        self._sentence.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._sentence.setWordWrap(True)
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._at.setMinimumWidth(150)
        self.words = QPlainTextEdit(readOnly=True, maximumBlockCount=400)
        self.words.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.words.setFixedHeight(92)
        self.words.setAccessibleName("What the run says")
        self.words.hide()
        self.says.toggled.connect(self.words.setVisible)
        parts = ("follow", "new", "stop", "resume")
        self.header = _row(
            self._name, self._status, self._sentence, self.keeps, *(self.buttons[part] for part in parts), self.says
        )
        self.footer = _row(
            *(self.buttons[part] for part in ("earlier", "replay", "later")),
            self.timeline,
            self._at,
            self.buttons["pin"],
            self.pause,
            self.buttons["live"],
        )
        self.set_theme(colours)

    def set_theme(self, colours: Colours) -> None:
        """Repaint in these colours."""
        self._colours = colours
        self.timeline.set_theme(colours)

    def show_look(self, look: Look, words: list[str]) -> None:
        """Show how a run stands, and which moment is looked at."""
        state, moment = look.newest, look.moment
        role = ROLES[state.status]
        colour = {"good": self._colours.good, "bad": self._colours.bad, "quiet": self._colours.quiet}[role]
        self._name.setText(state.path.name)
        self._name.setToolTip(plain(str(state.path)))
        self._status.setText(f'<span style="color:{colour.name()}">● {WORDS[state.status]}</span>')
        self._sentence.setText(" ".join(filter(None, (about(state), beside(state)))))
        steps = tuple(moment.step for moment in look.shown.moments)
        pinned = look.pinned.step if look.pinned is not None else None
        self.timeline.show_moments(steps, look.place, pinned, state.status == "running")
        self._at.setText(place_of(moment))
        self.buttons["live"].setChecked(look.live)
        self.buttons["live"].setText("LIVE" if state.status == "running" else "Newest")
        self.buttons["pin"].setChecked(look.pinned is not None)
        self.buttons["pin"].setText("Unpin" if look.pinned is not None and look.pinned is moment else "Pin")
        self.pause.setChecked(look.paused)
        self.pause.setText(f"Paused (+{look.missed})" if look.paused else "Pause looking")
        self._show_words(words)

    def show_own(self, running: bool, stopping: bool, can_go_on: bool) -> None:
        """Whether a run of this window trains, whether it was asked to stop, and whether that shown can go on."""
        self.keeps.setVisible(running)
        self.buttons["stop"].setVisible(running)
        self.buttons["stop"].setText("Stop at once" if stopping else "Stop")
        self.buttons["resume"].setVisible(can_go_on)

    def show_replay(self, plays: bool) -> None:
        """Whether the moments play one after the other."""
        self.buttons["replay"].setText("Halt" if plays else "Replay")

    def _show_words(self, words: list[str]) -> None:
        text = "\n".join(words) or "The run has said nothing so far, or its words went elsewhere."
        if text != self.words.toPlainText():
            self.words.setPlainText(text)
            self.words.verticalScrollBar().setValue(self.words.verticalScrollBar().maximum())


def _button(text: str, why: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(why)
    button.setAccessibleName(why if len(text) == 1 else text)
    return button


def _row(*widgets: QWidget) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        layout.addWidget(widget, 1 if isinstance(widget, Timeline) else 0)
        if widget.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Ignored:
            layout.setStretchFactor(widget, 1)
    return row
