"""A figure that is dropped on the window brings back what it shows, and never takes the window's time."""

import json

import numpy as np
import pytest

pytest.importorskip("PySide6")

from dropping import drop, name_of

from gui.model import edits
from gui.window.warming import load_kernels
from particles import scenarios
from particles.files import write_scenario

pytestmark = pytest.mark.qt


def test_a_figure_of_any_kind_reopens_what_it_shows(window, tmp_path, qtbot):
    from gui.export import picture
    from gui.export.output_size import OutputSize

    window.filing.load_scenario("converging-fan", 7, play=False)
    window.session.document.edit(edits.with_mass(window.session.document.system, 2, 3.5), "Mass")
    window.session.clock.t = 0.25
    shown = window.session.document.system
    for name, view in (("a.png", "line"), ("b.svg", "all"), ("c.pdf", "tree+phase")):
        window.session.document.load(shown)
        picture.write(window.session, view, tmp_path / name, OutputSize(640, 360, 96), "light", 0.25)
        window.filing.load_scenario("two-equal", play=False)
        drop(window, tmp_path / name)
        qtbot.waitUntil(lambda: not window.workers.running)
        again = window.session.document.system
        assert (again.name, again.horizon, window.session.clock.t) == (shown.name, shown.horizon, 0.25)
        for column in ("position", "velocity", "mass"):
            assert np.array_equal(getattr(again.particles, column), getattr(shown.particles, column))


def figure_of(path, **fields):
    """A figure, made by hand, of the recipe in ``fields``."""
    from gui.export.carriers import svg_with

    fixed = {"format": "stickyweights-figure", "version": 1, "view": "all", "kind": "particles", "scenario": None}
    path.write_bytes(svg_with(b"<svg></svg>", json.dumps(fixed | fields)))
    return path


def test_a_figure_of_many_particles_is_made_in_a_worker_and_one_of_too_many_is_refused(
    window, tmp_path, qtbot, watchdog
):
    crowd = {"name": "random-masses", "n": 100_000, "seed": 1}
    document = window.session.document
    window.workers.run(load_kernels, lambda _: None, "kernels")  # as the app does soon after its start
    qtbot.waitUntil(lambda: window.workers.running == 0, timeout=60_000)
    with watchdog():
        drop(window, figure_of(tmp_path / "crowd.svg", source=crowd, time=0.25))
        qtbot.waitUntil(lambda: len(document.system) == 100_000, timeout=30_000)
    assert window.session.clock.t == 0.25
    drop(window, figure_of(tmp_path / "huge.svg", source=crowd | {"n": 30_000_000}, time=0.25))
    qtbot.waitUntil(lambda: bool(window.messages.text), timeout=30_000)
    assert "huge.svg" in window.messages.text
    assert "30,000,000" in window.messages.text
    assert len(document.latest) == 100_000


def test_a_figure_never_replaces_what_was_opened_or_edited_since(window, tmp_path, qtbot):
    path = figure_of(tmp_path / "a.svg", source={"name": "zeldovich", "n": 7, "seed": None}, time=0.0)
    drop(window, path)
    window.filing.load_scenario("converging-fan", 7, play=False)
    qtbot.waitUntil(lambda: not window.workers.running)
    assert (name_of(window), window.messages.text) == ("converging-fan", "")
    drop(window, path)
    window.shortcuts.do("mirror")
    qtbot.waitUntil(lambda: bool(window.messages.text))
    assert name_of(window) == "converging-fan"
    assert "open it again" in window.messages.text


def test_what_is_opened_over_the_page_of_weights_is_seen(window, tmp_path, qtbot):
    write_scenario(tmp_path / "a.json", scenarios.get("chain"))
    write_scenario(tmp_path / "w.json", scenarios.get("clustered-weights"))
    figure = figure_of(tmp_path / "a.svg", source={"name": "zeldovich", "n": 7, "seed": None}, time=0.0)
    for path, name, page in (
        (tmp_path / "a.json", "chain", "particles"),
        (figure, "zeldovich", "particles"),
        (tmp_path / "w.json", "clustered-weights", "weights"),
    ):
        window.pages.show("weights")
        drop(window, path)
        qtbot.waitUntil(lambda: not window.workers.running)
        assert (name_of(window), window.pages.shown) == (name, page)
