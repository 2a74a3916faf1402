"""Of several files that are opened the last counts, and none replaces what was made meanwhile."""

import threading

import numpy as np
import pytest

pytest.importorskip("PySide6")

from dropping import drop

from gui.model import edits
from gui.weights import page

pytestmark = pytest.mark.qt


@pytest.mark.parametrize("slow", ["slow.npz", "slow.png", "slow.json"])
def test_what_is_opened_later_makes_a_slow_file_be_forgotten(window, tmp_path, monkeypatch, qtbot, slow):
    may_end = threading.Event()

    def refuse(path, *_):
        may_end.wait(20)
        raise ValueError(f"{path}: it is refused late")

    monkeypatch.setattr("gui.model.file_opening.SMALL_FILE", 1)
    for reader in ("gui.weights.page.begin", "gui.export.reopen.figure_in", "gui.model.file_opening.read_system"):
        monkeypatch.setattr(reader, refuse)
    (tmp_path / slow).write_bytes(b"{ }")
    drop(window, tmp_path / slow)
    assert window.workers.running == 1
    drop(window, tmp_path)
    assert "no training run" in window.messages.text
    may_end.set()
    qtbot.waitUntil(lambda: not window.workers.running)
    assert "no training run" in window.messages.text
    weights = window.pages.existing("weights")
    assert weights is None or not weights.status.text()


@pytest.mark.parametrize("newer", [lambda w: w.shortcuts.do("new"), lambda w: w.filing.load_scenario("zeldovich")])
def test_a_new_document_makes_a_slow_file_be_forgotten(window, tmp_path, monkeypatch, qtbot, newer):
    may_end, begin = threading.Event(), page.begin
    monkeypatch.setattr(page, "begin", lambda *given: may_end.wait(20) and begin(*given))
    np.save(tmp_path / "slow.npy", np.arange(12.0))
    drop(window, tmp_path / "slow.npy")
    newer(window)
    left = window.session.document.latest
    may_end.set()
    qtbot.waitUntil(lambda: not window.workers.running)
    assert window.session.document.latest is left


def test_a_scenario_that_is_drawn_up_does_not_replace_an_edit_that_is_being_made(window, qtbot):
    document, draw = window.session.document, window.filing.load_scenario
    draw("gaussian-weights", 20_000, 1, play=False)
    qtbot.waitUntil(lambda: len(document.system) == 20_000, timeout=60_000)
    qtbot.waitUntil(lambda: not window.workers.running, timeout=60_000)
    gate, mirrored = threading.Event(), edits.mirrored
    document.edit_all(lambda system: gate.wait(20) and mirrored(system), "Mirror")
    draw("gaussian-weights", 30_000, 1, play=False)
    qtbot.waitUntil(lambda: window.workers.running == 1, timeout=60_000)
    assert "changed meanwhile" in window.messages.text
    gate.set()
    qtbot.waitUntil(lambda: not document.busy, timeout=60_000)
    assert (len(document.latest), document.undo_text) == (20_000, "Mirror")


def test_what_is_being_made_is_made_before_it_is_kept_safe(window, qtbot):
    document = window.session.document
    window.filing.load_scenario("gaussian-weights", 20_000, 1, play=False)
    qtbot.waitUntil(lambda: len(document.system) == 20_000, timeout=60_000)
    document.edit_all(edits.mirrored, "Mirror")
    window.rescue()
    assert not document.making
    assert document.undo_text == "Mirror"
