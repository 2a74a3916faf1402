"""A file that is broken, foreign or hostile is refused in one sentence that names it, and costs no memory."""

import io
import json
import os
import struct
import zipfile

import numpy as np
import pytest

from gui.model.opening import read_system
from gui.weights import torch_child, torch_file
from gui.weights.opening import SUFFIXES, open_weights
from tests.one_sentence import refused

GOOD = {"w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}


def safetensors(path, header, data=bytes(24)):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


def changed(**fields):
    return {"w": GOOD["w"] | fields}


@pytest.mark.parametrize(
    "header",
    [
        b"[1]",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"w": 1, "w": 2}',
        {"w": 3},
        {"w": {"dtype": "F32"}},
        changed(shape=[2, -3]),
        changed(shape=[2, 4]),
        changed(shape="23"),
        changed(shape=[2.0, 3]),
        changed(shape=[1] * 65 + [6]),
        changed(dtype=7),
        changed(dtype="F64"),
        changed(data_offsets=[24, 0]),
        changed(data_offsets=[0, 24, 24]),
        changed(data_offsets=[0, 2**80]),
        changed(shape=[2**40, 2**40], data_offsets=[0, 2**62]),
        changed(dtype="F8_E4M3", data_offsets=[24, 0]),
        {**GOOD, "x": {"dtype": "U8", "shape": [0], "data_offsets": [30, 30]}},
        {**GOOD, "x": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}},
        {"w": GOOD["w"], "__metadata__": {"a": 1}},
        {"w": GOOD["w"], "__metadata__": {"stickyweights": "{}"}},
        {"w": GOOD["w"], "__metadata__": {"stickyweights": '{"format": 1, "version": 1, "shared": {}}'}},
        {
            "w": GOOD["w"],
            "__metadata__": {
                "stickyweights": '{"format": "stickyweights-shared", "version": 1, "shared": '
                '{"v": {"shape": [1e99], "dtype": "float32", "bits": 3}}}'
            },
        },
    ],
)
def test_a_hostile_safetensors_header_is_refused(tmp_path, header):
    path = safetensors(tmp_path / "w.safetensors", header)
    refused(ValueError, lambda: open_weights(path), "w.safetensors")


@pytest.mark.parametrize("header", [b"{}", b'{"__metadata__": {}}'])
def test_a_safetensors_file_without_tensors_is_refused(tmp_path, header):
    path = safetensors(tmp_path / "w.safetensors", header, b"")
    refused(ValueError, lambda: open_weights(path), "w.safetensors", "holds no tensors")


@pytest.mark.parametrize("data", [b"1234567", struct.pack("<Q", 2**63) + b"{}", struct.pack("<Q", 0)])
def test_a_safetensors_file_without_a_whole_header_is_refused(tmp_path, data):
    (tmp_path / "w.safetensors").write_bytes(data)
    refused(ValueError, lambda: open_weights(tmp_path / "w.safetensors"), "w.safetensors", "header")


def test_a_file_cut_off_after_it_was_listed_is_refused(tmp_path):
    path = safetensors(tmp_path / "w.safetensors", GOOD)
    opened = open_weights(path)
    path.write_bytes(path.read_bytes()[:-5])
    refused(ValueError, lambda: opened.read("w"), "w.safetensors", "cut off")


def npy(shape, descr="<f4", data=b""):
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": descr, "fortran_order": False, "shape": shape})
    return file.getvalue() + data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x93NUMPY",
        b"not an array",
        b"\x93NUMPY\x09\x00" + bytes(100),
        b"\x93NUMPY\x01\x00\x10\x00" + b"(" * 16,
        npy((2**40,)),
        npy((2**40, 2**40)),
        npy((-1,), data=bytes(4)),
        npy((3,), data=bytes(8)),
    ],
)
def test_a_hostile_npy_is_refused(tmp_path, data):
    (tmp_path / "w.npy").write_bytes(data)
    refused(ValueError, lambda: open_weights(tmp_path / "w.npy"), "w.npy")
    with zipfile.ZipFile(tmp_path / "w.npz", "w") as archive:
        archive.writestr("a.npy", data)
    refused(ValueError, lambda: open_weights(tmp_path / "w.npz"), "w.npz")


def test_python_objects_are_never_loaded(tmp_path):
    np.save(tmp_path / "w.npy", np.array([{}, 1], dtype=object), allow_pickle=True)
    opened = open_weights(tmp_path / "w.npy")
    assert opened.entries[0].refusal.startswith("It holds Python objects.")
    refused(ValueError, lambda: opened.read("w"), "w.npy")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04nothing", bytes(1000)])
def test_an_npz_that_is_no_archive_is_refused(tmp_path, data):
    (tmp_path / "w.npz").write_bytes(data)
    refused(ValueError, lambda: open_weights(tmp_path / "w.npz"), "w.npz")


def test_a_damaged_member_is_refused_when_it_is_read(tmp_path):
    np.savez(tmp_path / "w.npz", a=np.arange(1000.0))
    whole = bytearray((tmp_path / "w.npz").read_bytes())
    whole[2000] ^= 255
    (tmp_path / "w.npz").write_bytes(whole)
    opened = open_weights(tmp_path / "w.npz")
    refused(ValueError, lambda: opened.read("a"), "w.npz")


def test_what_is_not_there_or_a_folder_or_of_another_kind_is_refused(tmp_path):
    refused(OSError, lambda: open_weights(tmp_path / "w.npy"), "w.npy", "no such file")
    refused(OSError, lambda: open_weights(tmp_path), "folder")
    (tmp_path / "w.txt").write_text("1 2 3")
    refused(ValueError, lambda: open_weights(tmp_path / "w.txt"), "w.txt", ".safetensors")


def test_without_torch_the_sentence_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(torch_file, "find_spec", lambda name: None)
    (tmp_path / "w.pt").write_bytes(b"1")
    refused(RuntimeError, lambda: open_weights(tmp_path / "w.pt"), "w.pt", "pip install", ".safetensors")


class Bomb:
    def __reduce__(self):
        return os.mkdir, ("exploded",)


@pytest.mark.torch
def test_torch_files_run_nothing_and_expand_to_nothing_huge(tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    torch.save({"w": Bomb()}, "objects.pt")
    assert "state_dict" in torch_child.main("objects.pt", tmp_path, 2**40)["error"]
    torch.save({"w": torch.zeros(1).expand(2**40)}, "huge.pt")
    assert "larger than the file" in torch_child.main("huge.pt", tmp_path, 2**30)["error"]
    torch.save({"w": 3}, "none.pt")
    assert "no tensors" in torch_child.main("none.pt", tmp_path, 2**30)["error"]
    (tmp_path / "broken.pt").write_bytes(b"PK")
    assert "broken" in torch_child.main("broken.pt", tmp_path, 2**30)["error"]
    assert {path.suffix for path in tmp_path.iterdir()} == {".pt"}


def test_what_the_child_says_is_told_with_the_name_of_the_file(tmp_path, monkeypatch):
    child = tmp_path / "child.py"
    told = json.dumps({"error": "it is bad indeed"})
    child.write_text(f"import sys; open(sys.argv[2] + '/list.json', 'w').write({told!r})")
    monkeypatch.setattr(torch_file, "find_spec", lambda name: True)
    monkeypatch.setattr(torch_file, "_CHILD", child)
    (tmp_path / "w.pt").write_bytes(b"1")
    refused(ValueError, lambda: open_weights(tmp_path / "w.pt"), "w.pt", "it is bad indeed")


def test_a_child_that_takes_too_long_or_is_not_wanted_any_more_is_ended(tmp_path, monkeypatch):
    slow = tmp_path / "slow.py"
    slow.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(torch_file, "find_spec", lambda name: True)
    monkeypatch.setattr(torch_file, "_CHILD", slow)
    monkeypatch.setattr(torch_file, "LONGEST", 0.2)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "w.pt").write_bytes(b"1")
    refused(ValueError, lambda: open_weights(tmp_path / "w.pt"), "w.pt", "longer than")
    refused(RuntimeError, lambda: open_weights(tmp_path / "w.pt", lambda: True), "w.pt", "stopped")
    slow.write_text("raise SystemExit(3)")
    monkeypatch.setattr(torch_file, "LONGEST", 60)
    refused(ValueError, lambda: open_weights(tmp_path / "w.pt"), "w.pt", "broken")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["slow.py", "w.pt"]


def test_what_is_no_npy_file_is_told_in_plain_words(tmp_path):
    (tmp_path / "w.npy").write_bytes(b"no array")
    refused(ValueError, lambda: open_weights(tmp_path / "w.npy"), "w.npy", "'w' does not begin as an npy file")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_empty_file_of_any_kind_is_said_to_be_empty(tmp_path, suffix):
    path = tmp_path / f"w{suffix}"
    path.touch()
    refused(ValueError, lambda: open_weights(path), f"w{suffix}: it is empty")


def test_a_refusal_has_no_words_of_the_reader(tmp_path):
    np.save(tmp_path / "w.npy", np.zeros((8, 16), np.float32))
    whole, path = (tmp_path / "w.npy").read_bytes(), tmp_path / "w.npy"
    for data in (whole[:20], whole.replace(b"(8, 16)", b"(8,9999")):
        path.write_bytes(data)
        for read in (open_weights, read_system):
            with pytest.raises(ValueError, match=r"w\.npy: the header of .* is damaged or cut off$"):
                read(path)
    np.save(path, np.array(["a", "b"]))
    assert "It holds text." in open_weights(path).entries[0].refusal
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(ValueError, match=r"it names no format$"):
        read_system(tmp_path / "a.json")
