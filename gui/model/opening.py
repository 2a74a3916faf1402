"""Which system a file holds, told by its content and not by its name.

A scenario is JSON; a history is an npz with the members of one; anything else in npz or npy is weights.  Every way
in which a file can be foreign, cut off or hostile ends in one sentence that names it: ValueError for what it holds,
OSError where the system refuses to read it.
"""

from __future__ import annotations

import io
import math
import struct
import tokenize
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from particles.checked_file import at_once, headers_parsed, naming, read_whole, shown
from particles.files import read_history, read_scenario

from .origin import Origin
from .system import LARGEST, SMALLEST, System, printable, shown_until

LARGEST_FILE = 2 * 2**30  # bytes
OPENS = "scenarios (json), histories (npz), weights (npy, npz, safetensors, pt, pth) and figures (png, svg, pdf) do"
MOST_WEIGHTS = 20_000_000  # more are neither simulated nor drawn while anybody waits
_HISTORY = {"position", "velocity", "mass", "merge_times"}
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, tokenize.TokenError, EOFError, OSError),
    *(NotImplementedError, RuntimeError, SyntaxError, OverflowError, MemoryError, Warning),
)


def read_system(path) -> System:
    """The system in a scenario (JSON), a history (npz) or weights (npy, or the largest array of an npz)."""
    origin = Origin.of(path)
    return replace(_system_in(Path(path)), origin=origin)


@headers_parsed
def _system_in(path: Path) -> System:
    data = read_whole(path, LARGEST_FILE)
    if data.startswith(b"\x93NUMPY"):
        with naming(path):
            return _weights(_array(data), path.stem)
    if data.startswith(b"PK\x03\x04"):
        with naming(path):
            names = _member_names(data)
        if names >= _HISTORY:
            return _of_history(path)
        with naming(path):
            return _weights_in(data, path.stem)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        scenario = read_scenario(path)
        with naming(path):
            return System.of_scenario(scenario, from_file=True)
    what = f"it holds nothing that opens: {OPENS}" if data else "it is empty"
    raise ValueError(f"{path}: {what}")


def is_scenario(path) -> bool:
    """Does the file begin as JSON does?  False also where it cannot be read."""
    try:
        with open(path, "rb", opener=at_once) as file:
            return (file.read(64) or b"").lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    except OSError:
        return False


def is_larger(path, limit: int) -> bool:
    """Has the file more than ``limit`` bytes?  False also where there is none."""
    try:
        return Path(path).stat().st_size > limit
    except OSError:
        return False


def _of_history(path: Path) -> System:
    """The particles of a history; its merge times follow from them."""
    history = read_history(path)
    with naming(path):
        _check_size(len(history.particles))
        until = history.until
        horizon = until if SMALLEST <= until <= LARGEST else shown_until(history.last_collision)
        why = f"{len(history.particles):,} particles of a recorded history."
        return System(history.particles, name=printable(path.stem), why=why, horizon=horizon)


def _weights_in(data: bytes, stem: str) -> System:
    """The largest array of real numbers in an npz."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = {}
            for info in archive.infolist():
                if info.filename.endswith(".npy"):
                    found |= _sized(archive, info)
            if not found:
                raise ValueError("it holds no array of numbers; a network's file (.pt) opens on the Weights page")
            name = max(found, key=found.get)
            _check_size(found[name])
            array = _array(archive.read(name))
    except _BROKEN as error:
        raise ValueError(f"not a whole npz file: {shown(str(error))}") from None
    return _weights(array, f"{stem}: {name.removesuffix('.npy')}")


def _sized(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> dict[str, int]:
    """The name of a member and how many numbers it declares; nothing for an array of something else."""
    if info.file_size > LARGEST_FILE:
        raise ValueError(f"member {shown(info.filename)} claims to hold {info.file_size:,} bytes")
    with archive.open(info) as member:
        shape, dtype = _header(member)
    return {info.filename: math.prod(shape)} if dtype.kind in "fiu" else {}


def _member_names(data: bytes) -> set[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {info.filename.removesuffix(".npy") for info in archive.infolist()}
    except _BROKEN as error:
        raise ValueError(f"not a whole npz file: {shown(str(error))}") from None


def _array(data: bytes) -> np.ndarray:
    """An npy file in memory; its header is believed only where it fits the bytes that follow."""
    stream = io.BytesIO(data)
    shape, dtype = _header(stream)
    if math.prod(shape) * dtype.itemsize != len(data) - stream.tell():
        raise ValueError(f"it does not hold the {dtype} values of shape {shape} that it declares: it was cut off")
    return np.frombuffer(data, dtype, offset=stream.tell())


def _header(stream) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and type that an npy stream declares."""
    try:
        version = np.lib.format.read_magic(stream)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(stream)
    except (ValueError, TypeError, *_BROKEN):
        raise ValueError("the header of an array is damaged or cut off") from None
    if dtype.hasobject:
        raise ValueError("it holds Python objects, which are never loaded")
    return shape, dtype


def _weights(array: np.ndarray, name: str) -> System:
    _check_size(array.size)
    if array.dtype.kind not in "fiu":
        raise ValueError(f"its values are of type {array.dtype}: weights are real numbers")
    return System.of_weights(array, name)


def _check_size(n: int) -> None:
    if n > MOST_WEIGHTS:
        raise ValueError(f"it holds {n:,} values, up to {MOST_WEIGHTS:,} are shown: open a part of it")
    if n == 0:
        raise ValueError("it holds no values")
