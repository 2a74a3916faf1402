"""The actions of the menu Play, and the timer that lets time pass."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer

from ..model.clock import LOOPS

FRAME_MS = 16
SPEEDS = {"1": 0.25, "2": 0.5, "3": 1.0, "4": 2.0, "5": 4.0}


class Ticking(QObject):
    """Calls ``clock.advance()`` for every frame while it plays, and not at all else."""

    def __init__(self, clock, parent: QObject):
        super().__init__(parent)
        self._clock = clock
        self._timer = QTimer(self, timerType=Qt.TimerType.PreciseTimer, interval=FRAME_MS)
        self._timer.timeout.connect(self._tick)
        clock.state_changed.connect(self._follow)
        self._follow()

    @property
    def running(self) -> bool:
        """Whether the timer beats."""
        return self._timer.isActive()

    def stop(self) -> None:
        """For good."""
        self._clock.state_changed.disconnect(self._follow)
        self._timer.stop()

    def _follow(self) -> None:
        if self._clock.playing != self._timer.isActive():
            self._timer.start() if self._clock.playing else self._timer.stop()

    def _tick(self) -> None:
        try:
            self._clock.advance()
        except Exception:
            self._clock.pause()  # an error 60 times a second helps nobody
            raise


class Playing:
    """What the keys and buttons of the transport do."""

    def __init__(self, session):
        self._session, self._clock = session, session.clock

    def do_play(self) -> None:
        clock = self._clock
        if not clock.playing and clock.direction < 0 and clock.t <= 0:
            clock.direction = 1  # it has arrived at the beginning: play means forwards again
        clock.toggle()

    def text_play(self) -> str:
        return "Pause" if self._clock.playing else "Play"

    def do_reverse(self) -> None:
        """Turn round; where time stands still, start backwards."""
        clock = self._clock
        if clock.playing:
            clock.reverse()
        else:
            clock.direction = -1
            clock.play()

    def text_reverse(self) -> str:
        return "Play forwards" if self._clock.playing and self._clock.direction < 0 else "Play backwards"

    def do_restart(self) -> None:
        self._clock.direction = 1
        self._clock.go(0.0)

    def do_to_end(self) -> None:
        self._clock.go(self._clock.horizon)

    def do_previous_event(self) -> None:
        self._clock.step_event(-1, self._session.history)

    def do_next_event(self) -> None:
        self._clock.step_event(1, self._session.history)

    def do_step_back(self) -> None:
        self._clock.step(-1)

    def do_step_forward(self) -> None:
        self._clock.step(1)

    def do_leap_back(self) -> None:
        self._clock.step(-1, big=True)

    def do_leap_forward(self) -> None:
        self._clock.step(1, big=True)

    def do_slower(self) -> None:
        self._clock.speed /= 2

    def do_faster(self) -> None:
        self._clock.speed *= 2

    def do_speed_1(self) -> None:
        self._clock.speed = SPEEDS["1"]

    def do_speed_2(self) -> None:
        self._clock.speed = SPEEDS["2"]

    def do_speed_3(self) -> None:
        self._clock.speed = SPEEDS["3"]

    def do_speed_4(self) -> None:
        self._clock.speed = SPEEDS["4"]

    def do_speed_5(self) -> None:
        self._clock.speed = SPEEDS["5"]

    def do_loop(self) -> None:
        self._clock.loop = LOOPS[(LOOPS.index(self._clock.loop) + 1) % len(LOOPS)]

    def do_slow_motion(self) -> None:
        self._clock.slow_near_events = not self._clock.slow_near_events

    def is_slow_motion(self) -> bool:
        return self._clock.slow_near_events

    def do_each_merge(self) -> None:
        self._clock.mode = "time" if self._clock.mode == "events" else "events"

    def is_each_merge(self) -> bool:
        return self._clock.mode == "events"

    def do_range_start(self) -> None:
        if self._clock.t >= self._clock.horizon:
            raise ValueError("a range cannot start at the end of the time shown: go to an earlier time first")
        end = self._clock.horizon if self._clock.range is None else self._clock.range[1]
        self._clock.range = (self._clock.t, end if end > self._clock.t else self._clock.horizon)

    def do_range_end(self) -> None:
        if self._clock.t <= 0:
            raise ValueError("a range cannot end at time 0: go to a later time first")
        start = 0.0 if self._clock.range is None else self._clock.range[0]
        self._clock.range = (start if start < self._clock.t else 0.0, self._clock.t)

    def do_range_clear(self) -> None:
        self._clock.range = None

    def can_range_clear(self) -> bool:
        return self._clock.range is not None
