"""Data files are found where they lie, and IDX files are read whole or refused."""

import gzip
import hashlib

import numpy as np
import pytest
from one_sentence import refused

from training import homes
from training.idx import read_content, read_idx


def md5(content):
    return hashlib.md5(content).hexdigest()


def idx(values):
    values = np.asarray(values, np.uint8)
    sizes = b"".join(size.to_bytes(4, "big") for size in values.shape)
    return bytes([0, 0, 8, values.ndim]) + sizes + values.tobytes()


WHOLE = idx([[1, 2, 3], [4, 5, 6]])
ZIPPED = gzip.compress(WHOLE, mtime=0)  # the name of a test, made of it, is the same in every process


@pytest.mark.parametrize("data", [WHOLE, ZIPPED], ids=["plain", "gzipped"])
def test_idx_is_read_in_its_shape(data, tmp_path):
    (tmp_path / "f").write_bytes(data)
    values = read_idx(tmp_path / "f", md5(WHOLE))
    assert values.dtype == np.uint8
    assert values.tolist() == [[1, 2, 3], [4, 5, 6]]
    values[0, 0] = 9  # its own memory, to be written


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "not an IDX file"),
        (b"PNG!" + WHOLE, "not an IDX file"),
        (bytes([0, 0, 13, 1, 0, 0, 0, 1]) + b"\0\0\xc0\x7f", "IDX type 13"),
        (WHOLE[:9], "cut off"),
        (WHOLE[:-1], "5 values follow, its shape (2, 3) needs 6"),
        (WHOLE + b"x", "7 values follow"),
        (bytes([0, 0, 8, 3]) + b"\xff" * 12, "0 values follow"),
        (ZIPPED[:-3], "unzipped"),
        (ZIPPED[:12] + b"\xff" * 20, "unzipped"),
    ],
)
def test_a_bad_idx_file_is_refused(data, word, tmp_path):
    (tmp_path / "f").write_bytes(data)
    refused(ValueError, lambda: read_idx(tmp_path / "f"), str(tmp_path / "f"), word)


def test_other_content_and_too_much_of_it_are_refused(tmp_path):
    (tmp_path / "f").write_bytes(gzip.compress(bytes(10_000)))
    refused(ValueError, lambda: read_content(tmp_path / "f", "0" * 32), "md5", "download it again")
    refused(ValueError, lambda: read_content(tmp_path / "f", limit=9_999), "more than 9,999 bytes")
    refused(OSError, lambda: read_idx(tmp_path / "gone"), "could not read", "gone")


def test_the_folder_is_the_argument_else_the_variable_else_the_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("STICKYWEIGHTS_DATA", "/of/variable")
    monkeypatch.setenv("XDG_CACHE_HOME", "/of/cache")
    assert str(homes.data_folder("/given")) == "/given"
    assert str(homes.data_folder()) == "/of/variable"
    monkeypatch.delenv("STICKYWEIGHTS_DATA")
    assert str(homes.data_folder()) == "/of/cache/stickyweights"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/of/user")
    assert str(homes.data_folder()) == "/of/user/.cache/stickyweights"


def test_missing_files_name_the_folder_and_the_command(monkeypatch, tmp_path):
    folder = tmp_path / "my data"
    command = f"`python -m training download cifar10 --data '{folder}'`"
    refused(FileNotFoundError, lambda: homes.locate("cifar10", "x", folder), f"not in {folder}", command)
    monkeypatch.setenv("STICKYWEIGHTS_DATA", str(tmp_path))
    refused(
        FileNotFoundError, lambda: homes.locate("mnist", "x"), f"in {tmp_path}", "`python -m training download mnist`"
    )
