"""npy and npz files: their headers first, then one array at a time; Python objects are never loaded."""

from __future__ import annotations

import math
import tokenize
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np

from particles.checked_file import headers_parsed, naming, shown
from particles.giving_way import giving_way

from .tensors import MOST_TENSORS, Entry, TensorFile

_FOREIGN = (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, SyntaxError, MemoryError, Warning)
_FOREIGN += (OSError, KeyError, OverflowError, RecursionError, tokenize.TokenError)


@headers_parsed
def open_npy(path: Path) -> TensorFile:
    """The one array of an npy file, under the name of the file."""
    with _told(path, "npy"), open(path, "rb") as file:
        entry = _entry(path.stem, file, path.stat().st_size)

    @headers_parsed
    def read(name: str) -> np.ndarray:
        with _told(path, "npy"), open(path, "rb") as file:
            return _array(file)

    return TensorFile(path, (entry,), read)


@headers_parsed
def open_npz(path: Path) -> TensorFile:
    """The arrays of an npz file."""
    with _told(path, "npz"), zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if member.filename.endswith(".npy")]
        if not members:
            raise ValueError("it holds no arrays")
        if len(members) > MOST_TENSORS:
            raise ValueError(f"it holds {len(members):,} arrays: at most {MOST_TENSORS:,} are listed")
        entries = []
        for member in giving_way(members):
            with archive.open(member) as file:
                entries.append(_entry(member.filename.removesuffix(".npy"), file, member.file_size))
    if len({entry.name for entry in entries}) < len(entries):
        raise ValueError(f"{path}: two of its arrays have one name")

    @headers_parsed
    def member(archive: zipfile.ZipFile, name: str) -> np.ndarray:
        with _told(path, "npz"), archive.open(f"{name}.npy") as file:
            return _array(file)

    @contextmanager
    def reading() -> Iterator[Callable[[str], np.ndarray]]:
        with _told(path, "npz"):
            archive = zipfile.ZipFile(path)
        with archive:
            yield partial(member, archive)

    def read(name: str) -> np.ndarray:
        with reading() as one:
            return one(name)

    return TensorFile(path, tuple(entries), read, reading=reading)


def npz_names(path: Path) -> set[str]:
    """The names of the arrays in an npz file; empty where it is not one."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")}
    except (*_FOREIGN, ValueError):
        return set()


def _entry(name: str, file, length: int) -> Entry:
    """Read an npy header, and check that the file holds what it announces: nothing is allocated for a lie."""
    if not length:
        raise ValueError(f"{shown(name)} is empty")
    try:
        version = np.lib.format.read_magic(file)
    except ValueError:
        raise ValueError(f"{shown(name)} does not begin as an npy file does") from None
    if version not in ((1, 0), (2, 0), (3, 0)):
        raise ValueError(f"its npy version is {version[0]}.{version[1]}: 1.0 to 3.0 are known")
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    try:
        shape, _, dtype = header(file)
    except (*_FOREIGN, ValueError, TypeError):  # in NumPy's words, which help nobody
        raise ValueError(f"the header of {shown(name)} is damaged or cut off") from None
    if dtype.hasobject:
        return Entry(name, shape, "Python objects")
    left = length - file.tell()
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != left:
        raise ValueError(f"{shown(name)} announces shape {shape} of {dtype}, but {left:,} bytes follow")
    return Entry(name, tuple(map(int, shape)), _named(dtype))


def _named(dtype: np.dtype) -> str:
    """A type, in words where NumPy has only a code for it."""
    return {"U": "text", "S": "text", "V": "records"}.get(dtype.kind) or dtype.newbyteorder("=").name


def _array(file) -> np.ndarray:
    found = np.lib.format.read_array(file, allow_pickle=False)
    return np.ascontiguousarray(found, dtype=found.dtype.newbyteorder("=")).reshape(found.shape)


@contextmanager
def _told(path: Path, kind: str) -> Iterator[None]:
    """Whatever NumPy and zipfile raise for a foreign file becomes one sentence that names it."""
    with naming(path):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # NumPy only warns of some malformed headers
                yield
        except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
            raise OSError(f"could not read {path}: {error.strerror}") from None
        except _FOREIGN as error:
            why = " ".join(str(error).split())
            raise ValueError(f"not a whole {kind} file{': ' + shown(why) if why else ''}") from None
