"""A history is read back from its npz to the same bits; anything else is refused in one sentence."""

import math
import os
import pickle
import struct
import zipfile

import numpy as np
import pytest
from refusals import refused, same_particles

from particles import Particles, scenarios, simulate
from particles.files import read_history, write_history


@pytest.fixture(scope="module")
def history():
    return simulate(scenarios.get("random-masses", 50, 3).particles, until=2.0)


@pytest.mark.parametrize("until", [0.5, math.inf])
def test_a_history_is_read_back_to_the_same_bits(until, tmp_path):
    history = simulate(scenarios.get("random-masses").particles, until)
    write_history(tmp_path / "h.npz", history)
    back = read_history(tmp_path / "h.npz")
    assert same_particles(back.particles, history.particles)
    np.testing.assert_array_equal(back.merge_times, history.merge_times)
    assert back.until == until
    with np.load(tmp_path / "h.npz", allow_pickle=False) as plain:  # readable without this package
        np.testing.assert_array_equal(plain["merge_times"], history.merge_times)


def test_a_history_of_no_particles_is_read_back(tmp_path):
    write_history(tmp_path / "h.npz", simulate(Particles([], [])))
    assert len(read_history(tmp_path / "h.npz").particles) == 0


def test_a_history_cut_off_or_garbled_anywhere_is_refused(history, tmp_path):
    write_history(tmp_path / "whole.npz", history)
    whole = (tmp_path / "whole.npz").read_bytes()
    for length in range(0, len(whole), 41):
        (tmp_path / "bad.npz").write_bytes(whole[:length])
        refused(read_history, tmp_path / "bad.npz")
    random = np.random.default_rng(0)
    for _ in range(300):
        garbled = bytearray(whole)
        for place in random.integers(0, len(whole), 3):
            garbled[place] ^= 1 << random.integers(8)
        (tmp_path / "bad.npz").write_bytes(garbled)
        try:
            read_history(tmp_path / "bad.npz")  # bits that mean nothing, such as dates, may change
        except ValueError as error:
            assert str(error).startswith(f"{tmp_path / 'bad.npz'}: ")  # noqa: PT017  either outcome is right


class Bomb:
    def __reduce__(self):
        return (os._exit, (7,))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": np.array("else")}, "not a stickyweights-history file: its format is 'else'"),
        ({"format": ...}, "not a stickyweights-history file"),
        ({"version": np.int64(9)}, "version 9 is unknown"),
        ({"version": np.float64(1)}, "version 1.0 is unknown"),
        ({"merge_times": ...}, "member 'merge_times' is missing"),
        ({"more": np.zeros(3)}, "unknown member 'more', known are format"),
        ({"mass": np.ones(50, np.float32)}, "member 'mass' is float32 of shape (50,): it must be float64"),
        ({"mass": np.ones((50, 1))}, "member 'mass' is float64 of shape (50, 1): it must be float64 with 1 dim"),
        ({"until": np.ones(1)}, "member 'until' is float64 of shape (1,)"),
        ({"until": np.float64(np.nan)}, "until is nan: it must be a time >= 0"),
        ({"until": np.float64(1e-9)}, "after the end of the history at 1e-09"),
        ({"mass": np.ones(49)}, "mass has 49 values but position has 50"),
        ({"position": np.full(50, np.nan)}, "position[0] is nan: every value must be finite"),
        ({"merge_times": np.zeros(7)}, "merge_times has shape (7,) but 50 particles have 49 gaps"),
        ({"merge_times": np.full(49, -1.0)}, "merge_times holds a negative or NaN time"),
        ({"mass": np.array([Bomb()], dtype=object)}, "member 'mass.npy' holds Python objects, which are never loaded"),
    ],
)
def test_a_history_with_a_wrong_member_is_refused(change, sentence, history, tmp_path):
    write_history(tmp_path / "h.npz", history)
    with np.load(tmp_path / "h.npz") as plain:
        members = {name: value for name, value in (dict(plain) | change).items() if value is not ...}
    np.savez(tmp_path / "bad.npz", **members)
    assert sentence in refused(read_history, tmp_path / "bad.npz")


def archive(path, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, data in members:
            file.writestr(name, data)


def npy(shape, data=b"", version=b"\x01\x00"):
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".encode()
    return b"\x93NUMPY" + version + struct.pack("<H", len(header)) + header + data


@pytest.mark.parametrize(
    ("members", "compression", "sentence"),
    [
        ([("mass.npy", bytes(10**7))], zipfile.ZIP_DEFLATED, "its members are compressed"),
        ([("mass.npy", npy("(10**12,)"))], zipfile.ZIP_STORED, "not an npy file of version 1.0"),
        ([("mass.npy", npy("(1000000000000,)"))], zipfile.ZIP_STORED, "does not hold the float64 values"),
        ([("mass.npy", npy("(-1,)", bytes(8)))], zipfile.ZIP_STORED, "does not hold the float64 values"),
        ([("mass.npy", npy("(" * 2000 + ")" * 2000))], zipfile.ZIP_STORED, "not an npy file of version 1.0"),
        ([("mass.npy", npy("()", bytes(8), b"\x03\x00"))], zipfile.ZIP_STORED, "not an npy file of version 1.0"),
        ([("mass.npy", b"hello")], zipfile.ZIP_STORED, "not an npy file of version 1.0"),
        ([], zipfile.ZIP_STORED, "not a stickyweights-history file"),
    ],
)
def test_an_archive_that_promises_what_it_does_not_hold_is_refused(members, compression, sentence, tmp_path):
    archive(tmp_path / "bad.npz", members, compression)
    assert sentence in refused(read_history, tmp_path / "bad.npz")


def test_a_size_made_up_in_the_directory_is_refused(history, tmp_path):
    write_history(tmp_path / "h.npz", history)
    data = bytearray((tmp_path / "h.npz").read_bytes())
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 2**31)  # uncompressed size of the first member
    (tmp_path / "bad.npz").write_bytes(data)
    assert "claim to be larger than the file" in refused(read_history, tmp_path / "bad.npz")


def test_a_member_given_twice_is_refused(history, tmp_path):
    write_history(tmp_path / "h.npz", history)
    with zipfile.ZipFile(tmp_path / "h.npz", "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("mass.npy", file.read("mass.npy"))
    assert "member 'mass' is given twice" in refused(read_history, tmp_path / "h.npz")


@pytest.mark.parametrize("data", [b"", b"\x93NUMPY", pickle.dumps(Bomb()), b"PK\x03\x04" + bytes(50)])
def test_a_file_that_is_no_archive_is_refused(data, tmp_path):
    (tmp_path / "bad.npz").write_bytes(data)
    assert "not a whole npz file" in refused(read_history, tmp_path / "bad.npz")
