"""The clock: however a time is reached, it is the same time; no event is skipped; no late frame is made up for."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.model.clock import Clock
from gui.model.document import Document
from gui.model.session import Session
from gui.model.system import System
from particles import simulate
from tests.one_sentence import refused
from tests.problems import ANY

FRAME = 1 / 60


class Watch:
    """A clock on the wall that goes when the test lets it."""

    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds


def clock_with(events=(), horizon=10.0):
    clock = Clock(Watch())
    clock.events, clock.horizon = np.array(events, float), horizon
    return clock


def played(clock, seconds, frame=FRAME):
    """The times shown while it plays, frame by frame."""
    times = []
    for _ in range(round(seconds / frame)):
        clock._now.seconds += frame
        clock.advance()
        times.append(clock.t)
    return times


def test_a_run_takes_ten_seconds_and_half_of_that_at_double_speed():
    clock = clock_with(horizon=3.0)
    clock.play()
    played(clock, 5)
    assert clock.t == pytest.approx(1.5)
    clock.speed = 2.0
    assert played(clock, 2.6)[-1] == 3.0
    assert not clock.playing


def test_a_late_frame_is_dropped_and_not_made_up_for():
    clock = clock_with()
    clock.play()
    clock._now.seconds += 60
    assert clock.advance()
    assert clock.t == pytest.approx(0.1)
    assert not clock.advance()


def test_standing_still_takes_no_time_afterwards():
    clock = clock_with()
    clock.play()
    clock.pause()
    clock._now.seconds += 5
    clock.play()
    assert not clock.advance()
    assert clock.t == 0.0


def test_a_hold_interrupts_playing_and_its_release_goes_on():
    clock = clock_with()
    clock.play()
    with clock.held():
        assert played(clock, 1) == [0.0] * 60
        clock.t = 4.0
    assert clock.playing
    assert played(clock, 1)[-1] == pytest.approx(5.0)


@pytest.mark.parametrize(("t", "shown"), [(-1, 0.0), (99, 10.0), (math.inf, 10.0), (-math.inf, 0.0), (3.5, 3.5)])
def test_times_beyond_the_ends_are_the_ends(t, shown):
    clock = clock_with()
    clock.t = t
    assert clock.t == shown


def test_not_a_number_is_no_time():
    clock = clock_with()
    clock.t = 2.0
    clock.t = math.nan
    assert clock.t == 2.0


def test_a_shorter_horizon_keeps_time_and_range_inside():
    clock = clock_with()
    clock.range, clock.t = (2, 8), 9
    clock.horizon = 5.0
    assert (clock.t, clock.range) == (5.0, (2.0, 5.0))
    clock.horizon = 1.0
    assert (clock.t, clock.range) == (1.0, None)


def test_loop_shows_the_end_and_starts_over_inside_its_range():
    clock = clock_with()
    clock.loop, clock.range = "loop", (2.0, 3.0)
    clock.play()
    assert clock.t == 2.0
    times = played(clock, 5)
    assert times.count(3.0) >= 4
    assert min(times) >= 2.0
    assert clock.playing


def test_bounce_shows_both_ends_and_goes_on():
    clock = clock_with()
    clock.loop, clock.range = "bounce", (2.0, 3.0)
    clock.play()
    times = played(clock, 4.1)
    assert (times.count(3.0), times.count(2.0)) == (2, 2)
    assert np.abs(np.diff(times)).max() < 2 * FRAME


def test_reverse_runs_to_the_beginning_and_play_starts_it_again_from_the_end():
    clock = clock_with()
    clock.t = 1.0
    clock.reverse()
    clock.play()
    assert played(clock, 2)[-1] == 0.0
    assert not clock.playing
    clock.play()
    assert clock.t == 10.0


EVENTS = st.lists(st.floats(0.0, 10.0), max_size=12).map(sorted)


@settings(max_examples=40)
@given(EVENTS, st.sampled_from([-1, 1]), st.sampled_from(["time", "events"]), st.floats(0.5, 100))
def test_slow_motion_shows_every_event_at_its_moment(events, direction, mode, speed):
    clock = clock_with(events)
    clock.slow_near_events, clock.direction, clock.mode, clock.speed = True, direction, mode, speed
    clock.play()
    shown = {clock.t}
    while clock.playing:
        shown.update(played(clock, 0.1, frame=0.05))
    bunch = 10.0 / 2000
    for event in events:
        assert any(event <= t <= event + bunch for t in shown), f"{event} was skipped"


def test_slow_motion_is_slow_near_events_only():
    clock = clock_with([5.0])
    clock.slow_near_events = True
    clock.play()
    times = np.array(played(clock, 14))
    pace = np.diff(times) / FRAME
    far = np.abs(times[:-1] - 5.0) > 0.25
    near = np.abs(times[:-1] - 5.0) < 0.02
    assert pace[far & (times[1:] < 10)] == pytest.approx(1.0)
    assert pace[near].max() < 0.25
    assert pace[times[1:] < 10].min() > 0


def test_in_the_mode_of_events_each_merge_takes_equally_long():
    clock = clock_with([0.0, 0.001, 0.002, 5.0, 5.0, 9.0])
    clock.mode, clock.speed = "events", 1.0
    clock.play()
    times = np.array(played(clock, 10.1))
    reached = [np.searchsorted(times, event - 1e-12) / 60 for event in (0.001, 0.002, 5.0, 9.0, 10.0)]
    assert np.diff(reached, prepend=0) == pytest.approx(np.array([1, 1, 2, 1, 1]) * 10 / 6, abs=0.05)


@given(EVENTS, st.sampled_from(["time", "events"]), st.integers(1, 30), st.booleans())
def test_steps_there_and_back_lead_to_the_same_time(events, mode, count, big):
    clock = clock_with(events)
    clock.mode = mode
    clock.step(1, big)
    seen = [clock.t]
    for _ in range(count):
        clock.step(1, big)
        seen.append(clock.t)
    turned = seen.index(max(seen))
    clock.go(seen[turned])
    for expected in reversed(seen[:turned]):
        clock.step(-1, big)
        assert clock.t == expected
    assert seen == sorted(seen)


@settings(max_examples=60)
@given(ANY)
def test_the_state_at_a_time_is_the_same_however_it_was_reached(problem):
    system = System(problem.particles, horizon=max(problem.time, 0.5))
    session = Session(Document(system), now=Watch())
    clock, history = session.clock, session.history
    moments = {0.0: history.clusters(0.0)}
    while clock.t < clock.horizon:
        clock.step_event(1)
        moments[clock.t] = session.clusters
    fresh = simulate(problem.particles)
    for t in reversed(moments):
        assert clock.t == t
        for field in ("start", "position", "velocity", "mass"):
            found = getattr(session.clusters, field)
            assert np.array_equal(found, getattr(moments[t], field))
            assert np.array_equal(found, getattr(fresh.clusters(t), field))
        clock.step_event(-1, history)
    events = history.events.time
    assert set(events[events <= clock.horizon].tolist()) <= set(moments)


def test_changes_are_told_and_nothing_else_is():
    clock, told = clock_with(), []
    clock.changed.connect(lambda: told.append("t"))
    clock.state_changed.connect(lambda: told.append("state"))
    clock.t = 1.0
    clock.t = 1.0
    clock.speed = 2.0
    clock.speed = 2.0
    clock.pause()
    clock.toggle()
    assert told == ["t", "state", "state"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("speed", 0), ("speed", math.nan), ("direction", 2), ("loop", "twice"), ("mode", "fast"), ("horizon", math.inf)],
)
def test_a_clock_refuses_what_cannot_be(name, value):
    clock = clock_with()
    before = getattr(clock, name)
    refused(ValueError, lambda: setattr(clock, name, value), name)
    assert getattr(clock, name) == before
