"""The page of algorithms: the solvers race to the present time, each on a lane of its own."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from prox import SOLVERS

from ..draw.number_field import NumberField
from ..draw.palette import Colours
from . import race as racing
from .actions import ACTIONS
from .lane import Stopped
from .lane_view import LaneView
from .player import Player
from .transport import RaceTransport
from .wording import question, verdict

FRAME = 16  # ms
PATIENCE = 250  # ms without an edit, before a race is run anew


class AlgorithmsPage(QWidget):
    """Solvers side by side on the session's particles; ``workers`` records their steps, ``tell`` shows messages."""

    title, name = "Algorithms", "algorithms"
    why = "The solvers, step by step, side by side."
    ACTIONS = ACTIONS

    def __init__(self, session, colours: Colours, workers, tell, parent=None):
        super().__init__(parent)
        self.session, self.workers, self.tell = session, workers, tell
        self.player = Player()
        self._raced = self._verdict = None
        self._active = False
        self._timer = QTimer(self, interval=FRAME, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._soon = QTimer(self, singleShot=True, interval=PATIENCE)
        self._soon.timeout.connect(self._run_if_stale)
        self.lanes = {solver: LaneView(solver, colours) for solver in SOLVERS}
        self.transport = RaceTransport(self.player, self, colours)
        self._build()
        self.setAccessibleName(self.title)
        session.document.changed.connect(self._document_changed)
        session.clock.changed.connect(self._time_changed)
        session.options.changed.connect(self.moved)
        self._time_changed()
        self.moved()

    def _build(self) -> None:
        self.again = QPushButton()
        self.again.setProperty("primary", True)
        self.again.setToolTip(ACTIONS[0].why)
        self.again.clicked.connect(self.do_race_run)
        self.when = NumberField("time to race to", 96)
        self.when.setToolTip("The present time, or another one that you type.")
        self.when.returnPressed.connect(self.do_race_run)
        labels = (QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText) for _ in range(3))
        self.headline, self.about, self.answer = labels
        self.headline.setProperty("role", "heading")
        self.about.setProperty("role", "quiet")
        self.answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words = QVBoxLayout(spacing=2)
        words.addWidget(self.headline)
        words.addWidget(self.about)
        top = QHBoxLayout()
        top.addLayout(words, 1)
        top.addWidget(self.again, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.when, 0, Qt.AlignmentFlag.AlignTop)
        stack, column = QWidget(), QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for lane in self.lanes.values():
            column.addWidget(lane, 1)
        stack.setLayout(column)
        scroll = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
        scroll.setWidget(stack)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(10)
        layout.addLayout(top)
        layout.addWidget(scroll, 1)
        layout.addWidget(self.answer)
        layout.addWidget(self.transport)

    # the protocol of a page

    def set_theme(self, colours: Colours) -> None:
        self.transport.set_theme(colours)
        for lane in self.lanes.values():
            lane.set_theme(colours)

    def activated(self) -> None:
        """The page is shown: race, if there is no race on these particles yet."""
        self._active = True
        self._run_if_stale()

    def closing(self) -> None:
        self._timer.stop()
        self._soon.stop()
        self.workers.cancel(self)

    def hideEvent(self, event) -> None:  # noqa: N802
        self._active = False
        self.player.pause()
        self.moved()
        super().hideEvent(event)

    # actions

    def do_race_run(self) -> None:
        system = self.session.document.system
        if not self.when.finish():
            return
        particles, t = system.particles, self.when.value

        def work(task):
            return racing.run(particles, t, lambda: task.cancelled, task.report)

        self._verdict = None
        self.headline.setText("The solvers run…")
        self.workers.run(
            work,
            lambda race: self._show_race(race, system),
            "recording the solvers' steps",
            progress=lambda share: self.headline.setText(f"The solvers run… {share:.0%}"),
            failed=self._failed,
            key=self,
        )

    def do_race_play(self) -> None:
        self.player.pause() if self.player.playing else self.player.play()
        self.moved()

    def do_race_step(self) -> None:
        self.player.step(+1)
        self.moved()

    def do_race_back(self) -> None:
        self.player.step(-1)
        self.moved()

    def do_race_restart(self) -> None:
        self.player.rewind()
        self.moved()

    def do_race_end(self) -> None:
        self.player.to_end()
        self.moved()

    # what changes

    def moved(self, *_) -> None:
        """Show the race where the player is."""
        self.transport.refresh()
        for lane in self.lanes.values():
            lane.show_moment(self.player.now)
        over = self.player.length > 0 and self.player.over
        waiting = "When all are done, their answers are compared here." if self.player.length else ""
        self.answer.setText(self._verdict if over else waiting)
        self.answer.setVisible(bool(self.answer.text()))
        if not self.player.moving:
            self._timer.stop()
        elif not self._timer.isActive():
            self._last = time.perf_counter()
            self._timer.start()

    def clock_chosen(self) -> None:
        """Another clock: all lanes start again."""
        for lane in self.lanes.values():
            lane.set_race(self.player.race, self.player.clock)
        self.moved()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.player.tick(min(now - self._last, 0.1))  # after a pause of the machine the race does not leap
        self._last = now
        self.moved()

    def _show_race(self, race: racing.Race, system) -> None:
        self.tell("")
        self._raced, self._verdict = (system, race.time), verdict(race)
        self.player.start(race)
        self.clock_chosen()
        when = f"{system.time_word} {race.time:.4g}"
        self.headline.setText(question(len(race.particles), when))
        self._say_about(race, when)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, Stopped):
            self.headline.setText("There is no race on these particles.")
            self.about.setText(str(error))
            self.tell(str(error))

    def _document_changed(self) -> None:
        self._time_changed()
        if self._active:
            self._soon.start()

    def _run_if_stale(self) -> None:
        raced = self._raced[0] if self._raced else None
        if self._active and raced is not self.session.document.system:
            self.do_race_run()

    def _time_changed(self) -> None:
        """The field shows the present time again."""
        self.again.setText(f"Race to {self.session.document.system.time_word}")
        self.when.show_value(self._time)

    @property
    def _time(self) -> float:
        """The present time; at 0, where nothing has met yet, half of the time shown."""
        clock = self.session.clock
        return clock.t or clock.horizon / 2

    def _say_about(self, race: racing.Race, when: str) -> None:
        about = f"Every line shows the particles in free flight until {when}; a step puts those together that collided."
        if race.stride > 1:
            total = len(self.session.document.system)
            about += f" One in {race.stride} of the {total:,} particles takes part, so that each step can be seen."
        self.about.setText(about)
