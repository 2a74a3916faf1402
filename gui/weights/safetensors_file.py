"""safetensors files, read and written with NumPy alone.

The format: eight bytes, the length of the header, lowest first; the header, JSON: name -> {"dtype", "shape",
"data_offsets": [begin, end]}, beside "__metadata__": text -> text; then the data, without holes.
"""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path

import numpy as np

from particles.checked_file import naming, replacing, shown

from .shared_tensors import shared_entries
from .tensors import MOST_TENSORS, Entry, Tensor, TensorFile, narrowed, widened

LONGEST_HEADER = 100_000_000  # bytes; the limit of the format
MOST_DIMENSIONS = 64  # NumPy's
_NAMES = {"F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64", "BOOL": "bool"}
_NAMES |= {f"{kind}{bits}": f"{word}{bits}" for kind, word in (("I", "int"), ("U", "uint")) for bits in (8, 16, 32, 64)}
_CODES = {name: code for code, name in _NAMES.items()}
_STORED = {"bfloat16": "<u2", "bool": "|u1"}


def open_safetensors(path: Path) -> TensorFile:
    """The tensors of a safetensors file; those that this project stores as codebook and indices are expanded."""
    with naming(path):
        try:
            with open(path, "rb") as file:
                header, base = _header(file, path.stat().st_size)
        except OSError as error:
            raise OSError(f"could not read {path}: {error.strerror}") from None
        metadata = _metadata(header.pop("__metadata__", {}))
        places = _places(header, path.stat().st_size - base)
        if not places:
            raise ValueError("it holds no tensors")

    def read_stored(name: str) -> np.ndarray:
        entry, begin, end = places[name]
        with naming(path), open(path, "rb") as file:
            file.seek(base + begin)
            data = file.read(end - begin)
            if len(data) != end - begin:
                raise ValueError(f"it was cut off while it was read, in {shown(name)}")
        stored = np.frombuffer(data, _STORED.get(entry.dtype, np.dtype(_np_name(entry.dtype)).newbyteorder("<")))
        values = widened(stored) if entry.dtype == "bfloat16" else stored.astype(stored.dtype.newbyteorder("="))
        return values.reshape(entry.shape)

    stored = {name: entry for name, (entry, _, _) in places.items()}
    with naming(path):
        entries, read = shared_entries(metadata, stored, read_stored)
    return TensorFile(path, tuple(entries), read)


def write_safetensors(path, tensor: Tensor) -> None:
    """Write one tensor under its name, in its dtype; whole or not at all."""
    values = narrowed(tensor.values) if tensor.dtype == "bfloat16" else tensor.values.astype(tensor.dtype)
    data = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<")).tobytes()
    place = {"dtype": _CODES[tensor.dtype], "shape": list(tensor.values.shape), "data_offsets": [0, len(data)]}
    header = json.dumps({tensor.name: place}).encode()
    header += b" " * (-len(header) % 8)  # data begin at a multiple of eight
    with replacing(path) as file:
        file.write(struct.pack("<Q", len(header)) + header + data)


def _np_name(dtype: str) -> str:
    return "uint8" if dtype not in _CODES or dtype == "bfloat16" else dtype


def _header(file, size: int) -> tuple[dict, int]:
    """The header as a dict, and where the data begin."""
    start = file.read(8)
    length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
    if not 2 <= length <= min(LONGEST_HEADER, size - 8):
        raise ValueError(f"not a whole safetensors file: its header would have {length:,} of {size:,} bytes")
    try:
        found = json.loads(file.read(length), object_pairs_hook=_once)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        raise ValueError("not a whole safetensors file: its header is not JSON") from None
    if not isinstance(found, dict):
        raise ValueError("not a whole safetensors file: its header is not an object")
    if len(found) > MOST_TENSORS:
        raise ValueError(f"it holds {len(found):,} tensors: at most {MOST_TENSORS:,} are listed")
    return found, 8 + length


def _once(pairs: list) -> dict:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("its header gives one name twice")
    return found


def _metadata(found) -> dict[str, str]:
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise ValueError("its metadata are not text")
    return found


def _places(header: dict, available: int) -> dict[str, tuple[Entry, int, int]]:
    """Name -> (entry, begin, end) in the data, checked: in range, of the announced size, one after the other."""
    places = {name: _place(name, found) for name, found in header.items()}
    reached = 0
    for name, (_, begin, end) in sorted(places.items(), key=lambda item: item[1][1:]):
        if begin != reached:
            raise ValueError(
                f"the data of {shown(name)} begin at {begin:,}, not where those before it end, {reached:,}"
            )
        reached = end
    if reached != available:
        raise ValueError(f"its header announces {reached:,} bytes of data, but there are {available:,}")
    return places


def _place(name: str, found) -> tuple[Entry, int, int]:
    if not isinstance(found, dict) or not {"dtype", "shape", "data_offsets"} <= found.keys():
        raise ValueError(f"tensor {shown(name)} has no dtype, shape or data_offsets")
    code, shape, offsets = found["dtype"], found["shape"], found["data_offsets"]
    if not isinstance(code, str) or not _counts(shape) or not _counts(offsets) or len(offsets) != 2:
        raise ValueError(f"tensor {shown(name)} has a dtype, shape or data_offsets that cannot be")
    begin, end = offsets
    if end < begin or len(shape) > MOST_DIMENSIONS:
        raise ValueError(f"tensor {shown(name)} has a shape or data_offsets that cannot be")
    dtype = _NAMES.get(code, code[:20])
    if code in _NAMES:
        itemsize = 2 if dtype == "bfloat16" else np.dtype(dtype).itemsize
        if math.prod(shape) * itemsize != end - begin:
            raise ValueError(f"tensor {shown(name)} of shape {shape} and {dtype} cannot have {end - begin:,} bytes")
    return Entry(name, tuple(shape), dtype), begin, end


def _counts(found) -> bool:
    return isinstance(found, list) and all(type(value) is int and 0 <= value < 2**63 for value in found)
