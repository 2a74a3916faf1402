"""Of several files that are opened the last counts."""

import threading

import pytest

pytest.importorskip("PySide6")

from dropping import drop

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
    page = window.pages.existing("weights")
    assert page is None or not page.status.text()
