"""Signals call those who listen, forget those who are gone; options check what they are set to."""

import gc

import pytest

from gui.model.action import Action
from gui.model.options import Options
from gui.model.signal import Signal


class View:
    def __init__(self, seen):
        self.seen = seen

    def heard(self, *args):
        self.seen.append(args)


def test_listeners_are_called_in_order_with_what_is_emitted():
    signal, seen = Signal(), []
    first = signal.connect(lambda x: seen.append(("first", x)))
    signal.connect(lambda x: seen.append(("second", x)))
    signal.connect(first)
    signal.emit(7)
    assert seen == [("first", 7), ("second", 7)]
    signal.disconnect(first)
    signal.emit(8)
    assert seen[2:] == [("second", 8)]


def test_a_view_that_is_gone_is_forgotten():
    signal, seen = Signal(), []
    view = View(seen)
    signal.connect(view.heard)
    signal.emit(1)
    del view
    gc.collect()
    signal.emit(2)
    assert seen == [(1,)]
    assert len(signal) == 0


def test_nothing_is_heard_in_a_blocked_block_not_even_a_nested_one():
    signal, seen = Signal(), []
    signal.connect(seen.append)
    with signal.blocked():
        with signal.blocked():
            signal.emit(1)
        signal.emit(2)
    signal.emit(3)
    assert seen == [3]


def test_a_listener_that_fails_silences_no_other():
    signal, seen = Signal(), []
    signal.connect(lambda: 1 / 0)
    signal.connect(lambda: seen.append("still called"))
    with pytest.raises(ZeroDivisionError):
        signal.emit()
    assert seen == ["still called"]


def test_a_listener_whose_widget_was_destroyed_is_dropped():
    signal, calls = Signal(), []

    def of_a_dead_widget():
        calls.append(1)
        raise RuntimeError("Internal C++ object (LineView) already deleted.")

    signal.connect(of_a_dead_widget)
    signal.emit()
    signal.emit()
    assert calls == [1]


def test_a_listener_that_a_former_one_disconnected_is_not_called():
    signal, seen = Signal(), []
    signal.connect(lambda: signal.disconnect(second))
    second = signal.connect(lambda: seen.append(2))
    signal.emit()
    assert seen == []


def test_an_option_tells_of_real_changes_only():
    options, seen = Options(arrows="none"), []
    options.changed.connect(seen.append)
    options.set(arrows="none", ghosts=True, theme="dark")
    assert seen == ["ghosts", "theme"]
    assert (options.arrows, options.ghosts, options.theme) == ("none", True, "dark")
    assert options.copy().values == options.values


@pytest.mark.parametrize("change", [{"arrows": "both"}, {"ghosts": "yes"}, {"colour": 1}], ids=str)
def test_an_option_that_cannot_be_changes_nothing(change):
    options = Options()
    before = options.values
    with pytest.raises(ValueError, match=next(iter(change))):
        options.set(labels=False, **change)
    assert options.values is before


def test_an_action_names_its_method():
    assert Action("step-event", "Next collision", "Play", ("E",)).method == "do_step_event"
