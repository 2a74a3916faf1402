"""Open recent: all that was opened, once it has arrived, and from one window to the next."""

import os
import shutil

import numpy as np
import pytest

pytest.importorskip("PySide6")

from dropping import name_of
from PySide6.QtWidgets import QMessageBox
from written_runs import write_run

from gui.export.carried import carried
from gui.export.carriers import svg_with
from gui.model import edits
from gui.window import filing
from particles import scenarios, simulate
from particles.files import write_history, write_scenario

pytestmark = pytest.mark.qt


def test_the_recent_files_are_in_the_menu(window, tmp_path):
    write_scenario(tmp_path / "a.json", scenarios.get("chain"))
    window.open(tmp_path / "a.json")
    window.filing.load_scenario("two-equal", play=False)
    window.menus.menus["File"].aboutToShow.emit()
    action = window.menus.recent.actions()[0]
    assert action.text().startswith("a.json")
    action.trigger()
    assert name_of(window) == "chain"
    os.remove(tmp_path / "a.json")
    action.trigger()
    assert "a.json" in window.messages.text


def named(window):
    """What the menu lists."""
    window.menus.menus["File"].aboutToShow.emit()
    return [action.text().split("  ")[0] for action in window.menus.recent.actions()]


def write_all(window, folder):
    """One of each kind; the names."""
    scenario = scenarios.get("chain")
    write_scenario(folder / "a.json", scenario)
    write_history(folder / "h.npz", simulate(scenario.particles))
    np.save(folder / "w.npy", np.linspace(-1, 1, 12))
    text = carried(window.session.document.system, 0.0, "line").text
    (folder / "z.svg").write_bytes(svg_with(b"<svg></svg>", text))
    write_run(folder / "run")
    return ["a.json", "h.npz", "w.npy", "z.svg", "run"]


def test_every_kind_is_listed_opens_again_and_comes_back_in_the_next_window(window, make_window, tmp_path, qtbot):
    names = write_all(window, tmp_path)
    for name in names:
        assert window.open(tmp_path / name)
        qtbot.waitUntil(lambda name=name: named(window)[:1] == [name], timeout=10_000)
    assert named(window) == names[::-1]
    for name in ("w.npy", "run"):
        at = named(window).index(name)
        window.menus.recent.actions()[at].trigger()
        qtbot.waitUntil(lambda name=name: named(window)[0] == name, timeout=10_000)
    qtbot.waitUntil(lambda: not window.workers.running)
    window.close()
    os.remove(tmp_path / "h.npz")
    again = make_window()
    assert named(again) == ["run", "w.npy", "z.svg", "a.json"]
    shutil.rmtree(tmp_path / "run")
    again.menus.recent.actions()[0].trigger()  # the folder
    assert "run" in again.messages.text


def test_the_pages_own_buttons_list_what_they_open_too(window, tmp_path, monkeypatch, qtbot):
    write_all(window, tmp_path)
    for module, chooser, name, action in (
        ("gui.weights.page", "getOpenFileName", "w.npy", "weights-open"),
        ("gui.training.page", "getExistingDirectory", "run", "train-follow"),
    ):
        chosen = str(tmp_path / name)
        answer = (chosen, "") if name == "w.npy" else chosen
        monkeypatch.setattr(f"{module}.QFileDialog.{chooser}", lambda *_, answer=answer: answer)
        window.shortcuts.do(action)
        qtbot.waitUntil(lambda name=name: named(window)[:1] == [name], timeout=10_000)


def test_what_is_refused_or_not_wanted_is_not_listed(window, tmp_path, monkeypatch, qtbot):
    for name in ("bad.json", "bad.npy", "bad.npz", "bad.png"):
        (tmp_path / name).write_bytes(b"{")
        window.open(tmp_path / name)
        qtbot.waitUntil(lambda name=name: name in window.messages.text)
    run = write_run(tmp_path / "bad")
    (run / "config.json").write_text("{")
    for folder in (run, tmp_path):
        window.open(folder)
        qtbot.waitUntil(lambda folder=folder: str(folder) in window.messages.text)
    write_scenario(tmp_path / "good.json", scenarios.get("chain"))
    monkeypatch.setattr(filing, "ask_unsaved", lambda *_: QMessageBox.StandardButton.Cancel)
    window.session.document.edit(edits.mirrored(window.session.document.latest), "Mirror")
    window.open(tmp_path / "good.json")
    assert named(window) == []
    monkeypatch.setattr(filing, "ask_unsaved", lambda *_: QMessageBox.StandardButton.Discard)


def test_what_cannot_be_looked_at_is_left_out(window, tmp_path):
    window.settings.keep_recent([tmp_path / ("n" * 300), tmp_path / "gone", tmp_path])
    assert window.settings.recent() == [tmp_path]
