"""Who works in a worker lets the main thread have its turn."""

import _thread
import threading

import numpy as np
import pytest

from particles import giving_way, scenario_json, scenarios
from particles.files import write_scenario


@pytest.fixture
def pauses(monkeypatch):
    """The pauses that are made, of which one is due after each item."""
    made = []
    monkeypatch.setattr(giving_way, "AFTER", -1.0)
    monkeypatch.setattr(giving_way.time, "sleep", made.append)
    return made


def elsewhere(doing):
    """Do it in a thread like those of Qt, which ``threading`` does not know."""
    over, results = threading.Event(), []
    _thread.start_new_thread(lambda: (results.append(doing()), over.set()), ())
    assert over.wait(30)
    return results[0]


def test_only_another_thread_than_the_main_one_rests(pauses):
    assert list(giving_way.giving_way("abc")) == ["a", "b", "c"]
    assert pauses == []
    assert elsewhere(lambda: list(giving_way.giving_way("abc"))) == ["a", "b", "c"]
    assert pauses == 3 * [giving_way.PAUSE]


def test_it_rests_only_after_a_while(pauses, monkeypatch):
    monkeypatch.setattr(giving_way, "AFTER", 1e3)
    elsewhere(lambda: list(giving_way.giving_way(range(1000))))
    assert pauses == []


def test_who_writes_a_crowd_rests(pauses, tmp_path):
    long = scenarios.get("random-masses", n=2 * scenario_json.AT_A_TIME + 1)
    elsewhere(lambda: write_scenario(tmp_path / "a.json", long))
    assert len(pauses) == 3 * 3


def test_who_lists_and_counts_many_tensors_rests(pauses, tmp_path):
    from gui.weights.counting import count
    from gui.weights.opening import open_weights

    class Here:
        def run(self, work, then, what, progress):
            self.report = progress
            then(work(self))

    np.savez(tmp_path / "a.npz", **{f"w{k}": np.arange(k + 1.0) for k in range(20)})
    opened = elsewhere(lambda: open_weights(tmp_path / "a.npz"))
    assert len(pauses) == 20
    elsewhere(lambda: count(Here(), opened, lambda found: None))
    assert len(pauses) == 40
