"""The buttons under the race: start, back, play, step, end; the clock, the speed, and where the race is."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from ..draw.palette import Colours
from ..window.icons import icon
from ..window.theme import chrome
from .actions import ACTIONS
from .player import SPEEDS, Player
from .race import CLOCKS

TICKS = 10_000  # of the slider
BUTTONS = (
    ("race-restart", "start"),
    ("race-back", "step-back"),
    ("race-play", "play"),
    ("race-step", "step-forward"),
    ("race-end", "end"),
)


class RaceTransport(QWidget):
    """Shows and moves ``player``; ``page`` does what the buttons say, and is told by ``moved`` of all else."""

    def __init__(self, player: Player, page, colours: Colours):
        super().__init__()
        self.player, self.page = player, page
        titles = {action.id: action for action in ACTIONS}
        self.buttons = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for id, _ in BUTTONS:
            button = QToolButton(iconSize=QSize(20, 20))
            button.setToolTip(f"{titles[id].title}. {titles[id].why}")
            button.setAccessibleName(titles[id].title)
            button.clicked.connect(getattr(page, titles[id].method))
            button.setProperty("play", id == "race-play")
            self.buttons[id] = button
            row.addWidget(button)
        self.buttons["race-play"].setFixedSize(38, 38)
        self.slider = QSlider(Qt.Orientation.Horizontal, maximum=TICKS)
        self.slider.setAccessibleName("Where the race is")
        self.slider.setToolTip("Drag to any moment of the race: every step is kept.")
        self.slider.valueChanged.connect(self._dragged)
        self.shown = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.shown.setMinimumWidth(120)
        self.clocks, self.speeds = QComboBox(), QComboBox()
        self._fill_boxes()
        self.clocks.setMinimumWidth(110)  # in a small window its text is cut, and its tool tip says it
        row.addSpacing(6)
        row.addWidget(self.slider, 1)
        row.addWidget(self.shown)
        row.addWidget(self.clocks)
        row.addWidget(self.speeds)
        self.set_theme(colours)

    def set_theme(self, colours: Colours) -> None:
        tones = chrome(colours.name)
        for id, name in BUTTONS:
            name = "pause" if id == "race-play" and self.player.playing else name
            ink = tones.on_accent if id == "race-play" else tones.ink
            self.buttons[id].setIcon(icon(name, ink, tones.disabled))
        self._colours, self._playing = colours, self.player.playing

    def refresh(self) -> None:
        """Show where the player is."""
        player = self.player
        if player.playing != self._playing:
            self.set_theme(self._colours)
        for widget in (*self.buttons.values(), self.slider):
            widget.setEnabled(player.length > 0)
        self.slider.blockSignals(True)
        self.slider.setValue(round(player.now / player.length * TICKS) if player.length else 0)
        self.slider.blockSignals(False)
        unit = {"step": "steps", "depth": "units of depth", "work": "units of work"}[player.clock]
        total = "" if "race" in self.page.session.options.hidden else f" of {player.length:,}"
        self.shown.setText(f"{int(player.now):,}{total} {unit}" if player.length else "")

    def _fill_boxes(self) -> None:
        for clock, text in CLOCKS.items():
            self.clocks.addItem(text.partition(":")[0], clock)
            self.clocks.setItemData(self.clocks.count() - 1, text + ".", Qt.ItemDataRole.ToolTipRole)
        self.clocks.setAccessibleName("What every solver gets in a unit of time")
        self.clocks.setToolTip(" ".join(f"{text}." for text in CLOCKS.values()))
        self.clocks.currentIndexChanged.connect(self._clock_chosen)
        for speed in SPEEDS:
            self.speeds.addItem(f"{speed:g} ×", speed)  # noqa: RUF001
        self.speeds.setCurrentIndex(SPEEDS.index(1.0))
        self.speeds.setAccessibleName("Speed of the race")
        self.speeds.currentIndexChanged.connect(self._speed_chosen)

    def _dragged(self, value: int) -> None:
        self.player.go(value / TICKS * self.player.length)
        self.page.moved()

    def _clock_chosen(self) -> None:
        self.player.choose(self.clocks.currentData())
        self.page.clock_chosen()

    def _speed_chosen(self) -> None:
        self.player.speed = self.speeds.currentData()
