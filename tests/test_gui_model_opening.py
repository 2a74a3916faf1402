"""A file is told by its content, and whatever is wrong with it ends in one sentence that names it."""

import io
import json
import os
import pickle
import threading
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gui.model import edits, opening
from gui.model.document import Document
from gui.model.opening import read_system
from gui.model.system import System
from particles import scenarios, simulate
from particles.files import write_history, write_scenario
from tests.refusals import refused, same_particles

SCENARIO = scenarios.get("random-masses", 12, 1)
WEIGHTS = np.random.default_rng(0).normal(size=(3, 4))


def npy(array, **options):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(array), **options)
    return stream.getvalue()


def archive(members, compression=zipfile.ZIP_STORED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return stream.getvalue()


def write_bytes(path, data):
    path.write_bytes(data)
    return path


def test_the_name_of_a_file_says_nothing(tmp_path):
    path = tmp_path / "picture.png"
    write_scenario(path, SCENARIO)
    assert same_particles(read_system(path).particles, SCENARIO.particles)
    write_history(path, simulate(SCENARIO.particles))
    system = read_system(path)
    assert same_particles(system.particles, SCENARIO.particles)
    assert (system.kind, system.name) == ("particles", "picture")
    assert system.horizon == pytest.approx(1.1 * simulate(SCENARIO.particles).last_collision)
    write_bytes(path, npy(WEIGHTS))
    assert (read_system(path).kind, len(read_system(path))) == ("weights", 12)


def test_of_an_archive_the_largest_array_of_numbers_is_taken(tmp_path):
    path = tmp_path / "layers.npz"
    np.savez_compressed(path, bias=np.zeros(3), fc=WEIGHTS.astype(np.float16), names=np.array(["a"] * 99))
    system = read_system(path)
    assert (system.name, len(system)) == ("layers: fc", 12)
    assert np.array_equal(system.particles.position, np.sort(WEIGHTS.astype(np.float16).ravel().astype(float)))


def test_arrays_of_any_layout_version_and_byte_order_are_read(tmp_path):
    for array, version in ((np.asfortranarray(WEIGHTS), (2, 0)), (WEIGHTS.astype(">f4"), None), (np.int8(7), (3, 0))):
        path = write_bytes(tmp_path / "a.npy", npy(array, version=version))
        assert np.array_equal(read_system(path).particles.position, np.sort(np.ravel(array).astype(np.float64)))


GOOD = npy(WEIGHTS)
HUGE = GOOD.replace(b"(3, 4)", b"(9**9,)"[:6])
LIAR = GOOD.replace(b"'shape': (3, 4), }", b"'shape': (99999,),}")
OBJECTS = npy(np.array([None]), allow_pickle=True)
DEFLATED = archive({"a.npy": GOOD}, zipfile.ZIP_DEFLATED)
BAD = {
    "nothing": b"",
    "foreign": b"GIF89a........",
    "a pickle": pickle.dumps({"weights": [1.0]}),
    "binary junk": bytes(range(256)),
    "half an array": GOOD[:-9],
    "half a header": GOOD[:40],
    "a header that lies": LIAR,
    "a header that is code": HUGE,
    "objects": OBJECTS,
    "text": npy(np.array(["a", "b"])),
    "complex": npy(np.array([1j])),
    "nan": npy(np.array([1.0, np.nan])),
    "no values": npy(np.zeros((0, 5))),
    "half an archive": archive({"a.npy": GOOD})[:-30],
    "an archive of a network": archive({"model/data.pkl": b"..", "model/version": b"3"}),
    "an archive of objects": archive({"a.npy": OBJECTS}),
    "an archive of a cut array": archive({"a.npy": GOOD[:-9]}),
    "an archive of junk": archive({"a.npy": b"junk"}),
    "a damaged archive": DEFLATED[:60] + b"?" * 20 + DEFLATED[80:],
    "a forged history": archive({f"{name}.npy": GOOD for name in ("position", "velocity", "mass", "merge_times")}),
    "json of something else": json.dumps({"format": "else"}).encode(),
    "half json": b'{"format": "stickyweights-sc',
    "a list": b"[1, 2, 3]",
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
def test_a_file_that_is_no_document_is_refused_in_one_sentence(tmp_path, data):
    refused(read_system, write_bytes(tmp_path / "file", data))


@given(st.sampled_from([GOOD, DEFLATED]), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_read_or_refused_but_never_fails_otherwise(tmp_path, whole, data):
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = write_bytes(tmp_path / "file", bytes(damaged[: data.draw(st.integers(1, len(whole)))]))
    try:
        n = len(read_system(path))
    except ValueError:
        refused(read_system, path)
    else:
        assert n > 0


def test_more_weights_than_can_be_shown_are_refused_before_they_are_sorted(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "MOST_WEIGHTS", 11)
    assert "12 values" in refused(read_system, write_bytes(tmp_path / "a.npy", GOOD))
    assert "12 values" in refused(read_system, write_bytes(tmp_path / "a.npz", archive({"a.npy": GOOD})))


def test_a_bomb_is_refused_by_what_it_claims(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "LARGEST_FILE", 10_000)
    bomb = archive({"a.npy": npy(np.zeros(50_000))}, zipfile.ZIP_DEFLATED)
    assert "claims to hold" in refused(read_system, write_bytes(tmp_path / "bomb.npz", bomb))


@pytest.mark.parametrize("place", ["missing", "."])
def test_what_the_system_refuses_is_told_as_such(tmp_path, place):
    with pytest.raises(OSError, match="could not read"):
        read_system(tmp_path / place)


def test_a_saved_scenario_of_weights_opens_as_weights(tmp_path):
    document = Document(System.of_weights([0.3, -1.0, 0.2, 0.9], "layer"))
    document.save(tmp_path / "layer.json")
    again = read_system(tmp_path / "layer.json")
    assert again.kind == "weights"
    document.edit(edits.with_velocity(again, again.ids[1], 0.5), "Turn")
    document.save(tmp_path / "particles.json")
    assert read_system(tmp_path / "particles.json").kind == "particles"
    assert System.of_scenario(scenarios.get("two-equal")).kind == "particles"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_that_nobody_writes_to_holds_up_nobody(tmp_path):
    told = []
    os.mkfifo(tmp_path / "pipe.json")

    def drop():
        try:
            Document().open_file(tmp_path / "pipe.json")
        except OSError as error:
            told.append(str(error))

    opened = threading.Thread(target=drop, daemon=True)
    opened.start()
    opened.join(10)
    assert "is not a regular file" in told[0]


def test_a_time_too_short_to_be_shown_is_refused_and_not_made_of_tiny_weights(tmp_path):
    path = tmp_path / "short.json"
    write_scenario(path, SCENARIO)
    path.write_text(json.dumps({**json.loads(path.read_text()), "horizon": 5e-324}))
    with pytest.raises(ValueError, match=r"short\.json: the time shown is 5e-324: give a number from 1e-100"):
        read_system(path)
    tiny = read_system(write_bytes(tmp_path / "tiny.npy", npy([5e-324, 0.0, 1e-323])))
    assert (len(tiny), tiny.horizon) == (3, 1.0)


def test_a_refusal_names_all_that_opens(tmp_path):
    for data in (b"Read me.", b"[1, 2]"):
        told = refused(read_system, write_bytes(tmp_path / "readme.txt", data))
        assert all(kind in told for kind in ("json", "npz", "npy", "safetensors", "pt", "svg"))
