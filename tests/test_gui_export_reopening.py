"""Figures that reopen: what goes into a PNG, an SVG or a PDF comes out again, and nothing else does."""

import base64
import io
import json
import zlib
from dataclasses import replace

import numpy as np
import pytest
from one_sentence import refused
from PIL import Image

from gui.export.carried import MOST_PARTICLES, carried, reopened
from gui.export.carriers import png_with, svg_with, xmp
from gui.export.reopen import figure_in, is_picture
from gui.model.system import Recipe, System
from particles import Particles, scenarios


def edited(n, seed=0):
    rng = np.random.default_rng(seed)
    return System(
        Particles(np.sort(rng.normal(size=n)), rng.normal(size=n), rng.uniform(1, 2, n)), name="Mine & <yours>"
    )


def png(text):
    buffer = io.BytesIO()
    Image.new("RGB", (8, 6), "white").save(buffer, "PNG")
    return png_with(buffer.getvalue(), text)


def svg(text):
    return svg_with(b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="8"><g/></svg>', text)


def pdf(text):
    return b"%PDF-1.4\n2 0 obj\n<</Type /Metadata>>\nstream\n" + xmp(text, "a < b") + b"\nendstream\n%%EOF\n"


MADE = {".png": png, ".svg": svg, ".pdf": pdf}


@pytest.mark.parametrize("suffix", MADE)
@pytest.mark.parametrize("n", [1, 7, 500])
def test_a_figure_brings_its_system_back_bit_by_bit(tmp_path, suffix, n):
    system = edited(n)
    path = tmp_path / f"figure{suffix}"
    path.write_bytes(MADE[suffix](carried(system, 0.25, "hull").text))
    figure = figure_in(path)
    assert (figure.time, figure.view, figure.system.name) == (0.25, "hull", system.name)
    for column in ("position", "velocity", "mass"):
        assert np.array_equal(getattr(figure.system.particles, column), getattr(system.particles, column))
    assert figure.system.source is None


def test_an_unedited_scenario_keeps_its_recipe_and_a_million_particles_take_a_line():
    system = System.of_scenario(scenarios.get("random-masses", n=30_000, seed=5))
    text = carried(system, 1.0, "all").text
    assert len(text) < 300
    again = reopened(text).system
    assert again.source == Recipe("random-masses", 30_000, 5)
    assert np.array_equal(again.particles.position, system.particles.position)


def test_weights_stay_weights():
    system = System.of_weights(np.array([3.0, 1.0, 2.0]), "layer")
    assert reopened(carried(system, 0.1, "line").text).system.kind == "weights"


def test_a_recipe_that_does_not_make_the_particles_is_not_believed():
    fields = json.loads(carried(edited(3), 0.0, "line").text)
    fields["source"] = {"name": "random-masses", "n": 3, "seed": 0}
    assert reopened(json.dumps(fields)).system.source is None


def test_what_is_too_large_or_empty_is_not_carried_and_the_note_says_so():
    large = carried(edited(MOST_PARTICLES + 1), 0.0, "all")
    assert not large.text
    assert f"{MOST_PARTICLES:,}" in large.note
    assert "no particles" in carried(System.empty(), 0.0, "all").note


def test_the_picture_with_its_text_is_still_that_picture():
    picture = Image.open(io.BytesIO(png('{"a": 1}')))
    assert picture.size == (8, 6)
    assert picture.text["stickyweights"] == '{"a": 1}'


def outcome(path):
    try:
        return f"{len(figure_in(path).system)} particles"
    except ValueError as error:
        return "one sentence" if str(path) in str(error) and "\n" not in str(error) else repr(error)


def test_other_files_are_no_pictures():
    assert not is_picture("missing.json")
    assert is_picture("missing.PNG")


@pytest.mark.parametrize("suffix", MADE)
def test_a_picture_from_elsewhere_is_told_in_one_sentence(tmp_path, suffix):
    plain = {".png": b"", ".svg": b'<svg xmlns="http://www.w3.org/2000/svg"></svg>', ".pdf": b"%PDF-1.4\n%%EOF\n"}
    path = tmp_path / f"theirs{suffix}"
    if suffix == ".png":
        Image.new("L", (3, 3)).save(path)
    else:
        path.write_bytes(plain[suffix])
    refused(ValueError, lambda: figure_in(path), path.name, "carries no scenario")


@pytest.mark.parametrize("suffix", MADE)
def test_a_truncated_or_flipped_figure_is_one_sentence_or_the_same_system(tmp_path, suffix):
    system, path = edited(300), tmp_path / f"figure{suffix}"
    whole = MADE[suffix](carried(system, 0.5, "all").text)
    rng = np.random.default_rng(1)
    for _ in range(40):
        data = bytearray(whole[: rng.integers(1, len(whole))] if rng.random() < 0.5 else whole)
        data[rng.integers(len(data))] ^= int(rng.integers(1, 256))
        path.write_bytes(bytes(data))
        assert outcome(path) in ("300 particles", "one sentence")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 100_000,
        "zlib:!!",
        "zlib:" + base64.b64encode(zlib.compress(b" " * (64 * 2**20))).decode(),
        '{"format": "stickyweights-figure", "version": 2}',
        '{"format": "stickyweights-figure", "version": 1}',
        "1" * 5000,
    ],
    ids=["empty", "list", "deep", "not base64", "bomb", "newer", "bare", "long number"],
)
def test_a_hostile_text_is_one_sentence(text):
    refused(ValueError, lambda: reopened(text))


@pytest.mark.parametrize(
    ("field", "value"),
    [("time", -1), ("time", None), ("time", 1e999), ("view", 3), ("view", "a\nb"), ("kind", "x"), ("source", []),
     ("source", {"name": "no such", "n": 3, "seed": 0}), ("scenario", {"format": "x"}), ("scenario", None)],
)  # fmt: skip
def test_each_wrong_field_is_one_sentence(field, value):
    fields = json.loads(carried(edited(2), 0.0, "line").text) | {field: value}
    refused(ValueError, lambda: reopened(json.dumps(fields)))


def test_a_huge_file_and_a_missing_one_are_one_sentence(tmp_path):
    path = tmp_path / "huge.png"
    with open(path, "wb") as file:
        file.truncate(2**30)
    refused(ValueError, lambda: figure_in(path), "bytes")
    refused(OSError, lambda: figure_in(tmp_path / "missing.png"), "could not read")


def test_the_time_and_the_kind_survive_a_change_of_name():
    system = replace(edited(4), name="ünïcode ↦ name")
    assert reopened(carried(system, 0.125, "all").text).system.name == "ünïcode ↦ name"
