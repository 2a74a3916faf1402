"""Tensors that a file of this project stores as a codebook and packed indices: listed and read as what they are.

``training.shared_format`` describes the format: metadata ``stickyweights`` with the fields ``shared`` (name ->
shape, dtype, bits) and ``tied`` (other name -> name).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import numpy as np

from particles.checked_file import shown
from training.packing import MOST_BITS, unpack

from .tensors import MOST_WEIGHTS, SIZES, Entry

KEY, FORMAT, VERSION = "stickyweights", "stickyweights-shared", 1
Read = Callable[[str], np.ndarray]


def shared_entries(metadata: dict[str, str], stored: dict[str, Entry], read_stored: Read) -> tuple[list[Entry], Read]:
    """The entries of a file with their codebooks expanded, and how one is read; ``stored`` are its plain tensors."""
    if KEY not in metadata:
        return list(stored.values()), read_stored
    shared = {name: _checked(name, found, stored) for name, found in _described(metadata[KEY]).items()}
    parts = {f"{name}.{part}" for name in shared for part in ("codebook", "indices")}
    plain = [entry for name, entry in stored.items() if name not in parts]
    bits = {name: width for name, (_, width) in shared.items()}

    def read(name: str) -> np.ndarray:
        if name not in shared:
            return read_stored(name)
        entry = shared[name][0]
        codebook = read_stored(f"{name}.codebook")
        if bits[name] == 0:
            return np.full(entry.shape, codebook[0])
        index = unpack(read_stored(f"{name}.indices"), entry.size, bits[name])
        if int(index.max(initial=0)) >= codebook.size:
            raise ValueError(
                f"{shown(name)}: index {int(index.max())} is beyond its codebook of {codebook.size} values"
            )
        return codebook[index].reshape(entry.shape)

    return [*(entry for entry, _ in shared.values()), *plain], read


def _described(text: str) -> dict:
    try:
        found = json.loads(text)
        version, shared = (found["format"], found["version"]), found["shared"]
    except (json.JSONDecodeError, RecursionError, TypeError, KeyError):
        raise ValueError(f"its metadata {KEY!r} are not those of a shared file") from None
    if version != (FORMAT, VERSION) or not isinstance(shared, dict):
        raise ValueError(f"its metadata {KEY!r} are of a version that this program does not read")
    return shared


def _checked(name: str, found, stored: dict[str, Entry]) -> tuple[Entry, int]:
    """The entry of a shared tensor and the bits of its indices."""
    try:
        shape, dtype, bits = found["shape"], found["dtype"], found["bits"]
        codebook = stored[f"{name}.codebook"]
        sound = codebook.dtype == dtype and dtype in SIZES and len(codebook.shape) == 1 and codebook.size > 0
        sound = sound and type(bits) is int and 0 <= bits <= MOST_BITS
        sound = sound and all(type(size) is int and size >= 0 for size in shape) and math.prod(shape) <= MOST_WEIGHTS
        sound = sound and (bits == 0 or stored[f"{name}.indices"].size == -(-math.prod(shape) * bits // 8))
    except (TypeError, KeyError):
        sound = False
    if not sound:
        raise ValueError(f"the shared tensor {shown(name)} does not fit its codebook or its indices")
    return Entry(name, tuple(shape), dtype), bits
