"""The bar under the views: play, step, speed, loop, and the timeline."""

from __future__ import annotations

import math

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QSpacerItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..draw.magnification import magnified
from ..draw.palette import Colours
from ..model.clock import LOOPS
from .elided import Elided
from .icons import icon
from .theme import chrome
from .timeline import Timeline

SLOWEST, FASTEST = -5, 5  # powers of two
NOTCHES = 4  # of the speed slider, to a power of two
AXES = (("linear", "even time"), ("log", "log time"), ("merges", "one merge each"))
TIME_KEEPS = 145  # pixels of the smallest window's bar: a time and its end with the digits that they mostly have
LOOP_TEXT = {"once": "stops at the end", "loop": "starts again at the end", "bounce": "turns round at the end"}


class Transport(QWidget):
    """Shows the clock and hands what is pressed to the window's actions."""

    def __init__(self, session, colours: Colours, shortcuts, parent=None):
        super().__init__(parent)
        self.session, self._shortcuts, self._colours = session, shortcuts, colours
        self.setObjectName("transport")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.timeline = Timeline(session, colours)
        self.buttons: dict[str, QToolButton] = {}
        self._build()
        session.clock.changed.connect(self.show_time)
        session.clock.state_changed.connect(self.show_state)
        session.document.changed.connect(self.show_time)
        session.options.changed.connect(self._option_changed)
        self.set_theme(colours)
        self.magnify(1.0)

    def _build(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(10, 0, 10, 6)
        row.setSpacing(1)
        for id in ("restart", "step-back", "previous-event", "reverse", "play", "next-event", "step-forward", "to-end"):
            row.addWidget(self._button(id))
        self.buttons["play"].setProperty("play", True)
        row.addSpacerItem(_gap())
        row.addWidget(self._button("loop"))
        row.addWidget(self._button("slow-motion"))
        row.addSpacerItem(_gap())
        row.addWidget(self._speed_slider(), 1000)  # before the stretch
        row.addWidget(self.speed_text)
        row.addStretch(1)
        self.time_text = Elided(TIME_KEEPS)
        self.time_text.setAccessibleName("Time")
        row.addWidget(self.time_text)
        row.addSpacerItem(_gap())
        self.axis = QComboBox()
        self.axis.setAccessibleName("Time axis")
        self.axis.setToolTip("How time is spread out along its axis")
        for _kind, text in AXES:
            self.axis.addItem(text)
        self.axis.activated.connect(lambda index: self.session.options.set(time_axis=AXES[index][0]))
        row.addWidget(self.axis)
        self.leave = QPushButton("Leave (F5)")
        self.leave.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.leave.setToolTip("Leave class mode: everything comes back as it was")
        self.leave.clicked.connect(lambda: self._shortcuts.do("class-mode"))
        row.addWidget(self.leave)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.timeline)
        column.addLayout(row)

    def _button(self, id: str) -> QToolButton:
        button = QToolButton()
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = self._shortcuts.table[id]
        keys = f" ({row.keys[0]})" if row.keys else ""
        button.setToolTip(f"{row.title}{keys}: {row.why}")
        button.setAccessibleName(row.title)
        button.setAccessibleDescription(row.why)
        button.clicked.connect(lambda: self._shortcuts.do(id))
        button.setCheckable(row.checkable)
        self.buttons[id] = button
        return button

    def _speed_slider(self) -> QSlider:
        self.speed = QSlider(Qt.Orientation.Horizontal)
        self.speed.setRange(SLOWEST * NOTCHES, FASTEST * NOTCHES)
        self.speed.setPageStep(NOTCHES)
        self.speed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.speed.setAccessibleName("Speed")
        self.speed.setToolTip("Speed; the keys [ and ] halve and double it, 1 to 5 are fixed speeds")
        self.speed.valueChanged.connect(lambda notch: setattr(self.session.clock, "speed", 2.0 ** (notch / NOTCHES)))
        self.speed_text = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.speed_text.setProperty("role", "quiet")
        return self.speed

    def magnify(self, factor: float) -> None:
        """Everything so many times as large; in class mode, with a way out of it."""
        for id, button in self.buttons.items():
            big = round((38 if id == "play" else 34) * factor)
            button.setIconSize(QSize(24, 24) * factor)
            button.setFixedSize(big, big)
        self.buttons["play"].setStyleSheet("" if factor == 1 else f"border-radius: {int(18.5 * factor)}px;")
        for widget in (self.speed_text, self.time_text, self.leave):
            widget.setFont(magnified(self.font(), factor))
        self.speed.setMinimumWidth(round(40 * factor))
        self.speed.setMaximumWidth(round(96 * factor))
        self.speed_text.setMinimumWidth(round(46 * factor))
        self.leave.setVisible(self.session.options.class_mode)
        self.axis.setHidden(self.session.options.class_mode)
        self.timeline.updateGeometry()

    def set_theme(self, colours: Colours) -> None:
        self._colours = colours
        self.timeline.set_theme(colours)
        tones = chrome(colours.name)
        for id, button in self.buttons.items():
            name = {"restart": "start", "to-end": "end", "slow-motion": "slow"}.get(id, id)
            if id not in ("play", "loop"):
                button.setIcon(icon(name, tones.ink, tones.disabled))
        self._icons = {
            **{name: icon(name, tones.on_accent) for name in ("play", "pause")},
            **{name: icon(name, tones.ink) for name in LOOPS},
        }
        self.show_state()
        self.show_time()

    def show_state(self) -> None:
        """Show what the clock does, but for the time."""
        clock = self.session.clock
        self.buttons["play"].setIcon(self._icons["pause" if clock.playing else "play"])
        self.buttons["play"].setAccessibleName("Pause" if clock.playing else "Play")
        self.buttons["loop"].setIcon(self._icons[clock.loop])
        self.buttons["loop"].setToolTip(f"Play {LOOP_TEXT[clock.loop]} (L)")
        self.buttons["loop"].setAccessibleName(f"Play {LOOP_TEXT[clock.loop]}")
        self.buttons["slow-motion"].setChecked(clock.slow_near_events)
        self.speed.blockSignals(True)
        self.speed.setValue(round(math.log2(clock.speed) * NOTCHES))
        self.speed.blockSignals(False)
        self.speed_text.setText(f"{clock.speed:.3g}\u00d7")

    def show_time(self) -> None:
        """Show the time, with as many digits as do not jump about."""
        clock = self.session.clock
        digits = min(max(3 - math.floor(math.log10(clock.horizon)), 0), 12) if clock.horizon > 0 else 3
        if clock.horizon >= 1e7 or clock.horizon < 1e-6:
            text = f"{clock.t:.4e} of {clock.horizon:.4g}"
        else:
            text = f"{clock.t:.{digits}f} of {clock.horizon:.4g}"
        self.time_text.setText(f"{self.session.document.system.time_word} {text}")

    def _option_changed(self, name: str, *_) -> None:
        kinds = [kind for kind, _text in AXES]
        self.axis.setCurrentIndex(kinds.index(self.session.options.time_axis))


def _gap() -> QSpacerItem:
    """Room between groups that gives way in a narrow window."""
    return QSpacerItem(8, 0, QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Minimum)
