"""What is dropped during a lesson ends it only where it could be read."""

import numpy as np
import pytest

pytest.importorskip("PySide6")

from dropping import drop, name_of
from written_runs import write_run

from gui.model.system import System
from particles import scenarios
from particles.files import write_scenario

pytestmark = pytest.mark.qt
BROKEN = {
    "foreign.png": b"\x89PNG\r\n\x1a\n",
    "list.json": b"[1, 2",
    "missing.json": None,
    "text.npy": b"hello",
    "pickle.npy": b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
    "not.pt": b"\x80\x02c__builtin__\nprint\n.",
    "short.safetensors": b"\xff" * 9,
    "run/config.json": b"{{{",
}


@pytest.fixture
def lesson(window):
    window.docks.open_lesson("two-particles")
    return window.docks.lessons


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_does_not_end_the_lesson(window, lesson, tmp_path, qtbot, name):
    path = tmp_path / name
    if path.parent != tmp_path:
        write_run(path.parent)
    if BROKEN[name] is not None:
        path.write_bytes(BROKEN[name])
    drop(window, path)
    qtbot.waitUntil(lambda: path.name in window.messages.text, timeout=15_000)
    assert (lesson.in_lesson, window.pages.shown) == (True, "particles")


def test_a_scenario_ends_it(window, lesson, tmp_path):
    write_scenario(tmp_path / "a.json", scenarios.get("chain"))
    drop(window, tmp_path / "a.json")
    assert (name_of(window), lesson.in_lesson) == ("chain", False)


@pytest.mark.parametrize("way", ["key", "field"])
def test_a_scenario_that_is_drawn_again_ends_it_however_that_is_asked_for(window, lesson, way):
    window.session.document.load(System.of_scenario(scenarios.get("random-masses", 9, 3)))
    panel = window.docks.scenario
    if way == "key":
        window.shortcuts.do("new-seed")
    else:
        panel.seed.setValue(4)
        panel.seed.editingFinished.emit()
    assert window.session.document.system.source == ("random-masses", 9, 4)
    assert not lesson.in_lesson


@pytest.mark.parametrize("page", ["weights", "training"])
def test_weights_and_a_run_end_it_once_they_are_read(window, lesson, tmp_path, qtbot, page):
    np.save(tmp_path / "w.npy", np.linspace(0, 1, 9) ** 2)
    drop(window, tmp_path / "w.npy" if page == "weights" else write_run(tmp_path / "run"))
    assert lesson.in_lesson
    with qtbot.waitSignal(lesson.ended):
        pass
    assert window.pages.shown == page
