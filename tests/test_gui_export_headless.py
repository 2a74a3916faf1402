"""``python app.py`` without a window: pictures, films, and every error in one sentence."""

import runpy
import shlex
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("PySide6")

import numpy as np
from PIL import Image

from gui.export.carried import carried
from gui.export.carriers import svg_with
from gui.export.copying import as_command
from gui.export.headless import main, system_of
from gui.export.own_session import session_of
from gui.export.reopen import figure_in
from gui.model import edits
from gui.model.opening import read_system
from gui.model.system import System
from gui.weights.beginning import begin
from gui.weights.safetensors_file import write_safetensors
from gui.weights.tensors import Tensor
from particles import scenarios, simulate
from particles.files import write_history

pytestmark = pytest.mark.qt
ROOT = Path(__file__).parent.parent


def run(qapp, capsys, **given):
    code = main(SimpleNamespace(**given))
    return code, *capsys.readouterr()


def test_a_snapshot_is_written_and_its_place_printed(qapp, capsys, tmp_path):
    path = tmp_path / "a.png"
    code, out, err = run(qapp, capsys, subject="two-equal", snapshot=path, size="320x200", time=0.5, theme="dark")
    assert (code, out.strip(), err) == (0, str(path.resolve()), "")
    assert figure_in(path).time == 0.5


def test_a_figure_is_redrawn_as_it_was(qapp, capsys, tmp_path):
    first, again = tmp_path / "a.svg", tmp_path / "b.svg"
    run(qapp, capsys, subject="chain", snapshot=first, time=0.75, view="tree")
    assert run(qapp, capsys, subject=str(first), snapshot=again)[0] == 0
    assert (figure_in(again).time, figure_in(again).view) == (0.75, "tree")
    assert first.read_bytes() == again.read_bytes()


def test_with_neither_a_film_and_a_picture_are_left_in_the_folder(qapp, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _err = run(qapp, capsys, seconds=0.3, fps=10.0, size="320x180")
    assert code == 0
    assert str(tmp_path / "sticky-weights.gif") in out
    assert str(tmp_path / "sticky-weights.png") in out
    with Image.open("sticky-weights.gif") as made:
        assert (made.n_frames, made.size) == (3, (320, 180))


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"subject": "two-eqal"}, "two-equal"),
        ({"subject": "missing.json"}, "missing.json"),
        ({"subject": "two-equal", "n": 7}, "exactly 2"),
        ({"subject": "two-equal", "time": 1e6}, "--time"),
        ({"subject": "random-masses", "n": 2**31 - 1}, "GiB"),
        ({"subject": "two-equal", "size": "0x0"}, "width"),
        ({"subject": "two-equal", "view": "no"}, "space-time"),
        ({"subject": "two-equal", "snapshot": "a.bmp"}, ".png"),
        ({"subject": "."}, "folder"),
    ],
)
def test_every_mistake_is_one_sentence_and_leaves_nothing(qapp, capsys, tmp_path, monkeypatch, given, word):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(qapp, capsys, **{"snapshot": "a.png", **given})
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert word in err
    assert not list(tmp_path.iterdir())


def test_a_long_job_says_on_stderr_what_it_does(qapp, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("gui.export.headless.PATIENCE", 0.0)
    code, _out, err = run(qapp, capsys, subject="two-equal", snapshot=tmp_path / "a.png", size="320x200")
    assert code == 0
    said = [line for line in err.splitlines() if line.endswith(" ...")]
    assert said == ["drawing up the particles ...", "simulating 2 particles ...", "drawing the picture ..."]


def system_like(subject, folder):
    """A scenario of the catalogue, or what is read from a file of this kind."""
    made = System.of_scenario(scenarios.get("random-masses", n=12, seed=3))
    path = folder / subject
    if subject == "a figure.svg":
        text = carried(edits.mirrored(made), 0.25, "line").text
        path.write_bytes(svg_with(b'<svg xmlns="http://www.w3.org/2000/svg" width="8"></svg>', text))
        return figure_in(path).system
    if subject == "h.npz":
        write_history(path, simulate(made.particles))
        return read_system(path)
    if subject == "net.npz":
        np.savez(path, bias=np.arange(3.0), matrix=np.arange(6.0).reshape(2, 3))
        return begin(path, None, lambda: False).subject.system
    return made


@pytest.mark.parametrize("subject", ["random-masses", "h.npz", "net.npz", "a figure.svg"])
def test_the_copied_command_line_opens_the_same_scene(qapp, tmp_path, monkeypatch, subject):
    session = session_of(system_like(subject, tmp_path))
    session.clock.t = 0.625
    assert subject in as_command(session)
    words = shlex.split(as_command(session))
    assert words[:2] == ["python", "app.py"]
    path = tmp_path / "a.png"
    monkeypatch.setattr(sys, "argv", [*words[1:], "--snapshot", str(path), "--size", "320x200"])
    with pytest.raises(SystemExit) as stop:
        runpy.run_path(ROOT / words[1], run_name="__main__")
    assert stop.value.code == 0
    figure = figure_in(path)
    assert (figure.time, figure.system.source) == (0.625, session.document.system.source)
    assert np.array_equal(figure.system.particles.position, session.document.system.particles.position)
    session.close()


@pytest.mark.parametrize("suffix", [".safetensors", ".pt", ".npz", ".npy"])
def test_a_file_of_weights_shows_the_tensor_that_the_window_begins_with(tmp_path, suffix):
    path = tmp_path / f"net{suffix}"
    bias, matrix = np.float32([5, 6, 7]), np.float32([[0.5, -1], [2, 0.25]])
    if suffix == ".pt":
        torch = pytest.importorskip("torch")
        torch.save({"a.bias": torch.from_numpy(bias), "a.weight": torch.from_numpy(matrix)}, path)
    elif suffix == ".safetensors":
        write_safetensors(path, Tensor(None, "a.weight", matrix, "float32"))
    elif suffix == ".npz":
        np.savez(path, **{"a.bias": bias, "a.weight": matrix})
    else:
        np.save(path, matrix)
    system = system_of(SimpleNamespace(subject=str(path)))[0]
    assert system.name == ("net" if suffix == ".npy" else "net: a.weight")
    assert system.particles.position.tolist() == [-1, 0.25, 0.5, 2]


def test_a_file_without_weights_is_refused_in_a_sentence_that_is_true(qapp, capsys, tmp_path):
    np.savez(tmp_path / "w.npz", steps=np.int64([4]))
    code, _out, err = run(qapp, capsys, subject=str(tmp_path / "w.npz"), snapshot=tmp_path / "a.png")
    assert code == 2
    assert err.startswith("error: w.npz holds no weights: It holds int64. ")
