"""Axes of time rise strictly from 0 to 1, and their inverses undo them."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.model.time_axis import KINDS, TimeAxis
from particles import scenarios, simulate
from tests.problems import ANY

PLACES = np.linspace(0.0, 1.0, 501)


def axis_of(kind, events, horizon):
    return TimeAxis(kind, SimpleNamespace(events=SimpleNamespace(time=np.sort(np.array(events, float)))), horizon)


def check(axis):
    horizon = axis.horizon
    events = getattr(axis, "_times", np.empty(0))
    times = np.unique(np.concatenate((PLACES * horizon, events[:200])))
    u = axis.forward(times)
    assert (u[0], u[-1]) == (0.0, 1.0)
    assert (np.diff(u)[np.diff(times) > 1e-9 * horizon] > 0).all()
    assert (np.diff(u) >= 0).all()
    assert (np.abs(axis.inverse(u) - times) <= 1e-9 * times + 1e-12 * horizon).all()
    assert np.abs(axis.forward(axis.inverse(PLACES)) - PLACES).max() < 2e-6
    assert (np.diff(axis.inverse(PLACES)) > 0).all()


TIMES = st.one_of(st.floats(0, 2), st.sampled_from([0.0, 0.5, 0.5 + 1e-16, 0.5 + 1e-11, 0.5 + 1e-8, 1.0, 1e-300]))


@settings(max_examples=50)
@given(
    st.sampled_from(KINDS), st.lists(TIMES, max_size=20), st.sampled_from([1e-200, 1e-3, 1.0, 7.0, 1e200]), st.data()
)
def test_an_axis_rises_strictly_and_its_inverse_undoes_it(kind, events, horizon, data):
    repeats = data.draw(st.integers(1, 50))
    check(axis_of(kind, np.repeat(np.array(events), repeats) * horizon, horizon))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(problem=ANY)
def test_an_axis_of_any_history_can_be_inverted(kind, problem):
    check(TimeAxis(kind, simulate(problem.particles), max(problem.time, 0.5)))


@pytest.mark.parametrize("kind", KINDS)
def test_an_axis_of_very_many_merges_can_be_inverted(kind):
    random = np.random.default_rng(0)
    check(axis_of(kind, np.concatenate((random.exponential(1e-7, 300_000), random.uniform(0, 1, 1000))), 1.0))


def test_on_the_axis_of_merges_each_merge_has_equal_room():
    axis = axis_of("merges", [0.0, 0.1, 0.2, 0.2, 0.9, 5.0], 1.0)
    assert axis.forward([0.0, 0.1, 0.2, 0.9, 1.0]) == pytest.approx(np.array([0, 1, 3, 4, 5]) / 5)
    assert axis.ticks(5)[:2] == [(0.0, "1"), (0.2, "2")]


def test_without_merges_the_axis_of_merges_is_linear():
    assert axis_of("merges", [], 4.0).inverse([0.0, 0.25, 1.0]).tolist() == [0.0, 1.0, 4.0]


def test_the_logarithmic_axis_gives_early_merges_room():
    history = simulate(scenarios.get("gaussian-weights", 1000).particles)
    log, linear = (TimeAxis(kind, history, history.last_collision) for kind in ("log", "linear"))
    middle = np.median(history.events.time)
    assert linear.forward(middle) < 0.3 < log.forward(middle) < 0.8


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_off_the_axis_goes_to_its_end(kind):
    axis = axis_of(kind, [0.5], 2.0)
    assert axis.forward([-1.0, 3.0, np.inf]).tolist() == [0.0, 1.0, 1.0]
    assert axis.inverse([-1.0, 2.0]).tolist() == [0.0, 2.0]
    assert isinstance(float(axis.forward(0.5)), float)


@settings(max_examples=50)
@given(st.sampled_from(KINDS), st.lists(TIMES, max_size=60), st.floats(1e-9, 1e9), st.integers(2, 12))
def test_ticks_stand_on_the_axis_in_order_with_room_and_say_where(kind, events, horizon, count):
    axis = axis_of(kind, np.array(events) * horizon, horizon)
    ticks = axis.ticks(count)
    places, texts = zip(*ticks, strict=True)
    assert 1 <= len(ticks) <= 2 * count + 1
    assert len(set(texts)) == len(texts)
    assert places == tuple(sorted(places))
    assert places[0] == 0.0
    assert places[-1] <= 1.0
    if kind != "merges":
        assert axis.inverse(np.array(places)) == pytest.approx([float(text) for text in texts], rel=1e-5)


def test_an_unknown_axis_is_refused():
    with pytest.raises(ValueError, match="linear, log, merges"):
        axis_of("square", [], 1.0)
