"""A swap file: one system with its ids, as npz; read as carefully as any other file."""

from __future__ import annotations

import io
import json
import math
import struct
import tokenize
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from particles import Particles
from particles.checked_file import check_format, headers_parsed, naming, read_whole, write_npz

from .system import System

FORMAT, VERSION = "stickyweights-swap", 1
LARGEST_FILE = 2 * 2**30  # bytes
_ARRAYS = {"position": np.float64, "velocity": np.float64, "mass": np.float64, "ids": np.int64}
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, tokenize.TokenError, EOFError, OSError),
    *(NotImplementedError, RuntimeError, SyntaxError, OverflowError, MemoryError, KeyError),
)


class Swapped(NamedTuple):
    """What a swap file holds: the system, the file that it belongs to (None: no file yet), and when it was written."""

    system: System
    document: Path | None
    when: datetime


def write_swap(path, system: System, document: Path | None) -> None:
    """Write it, whole or not at all; OSError, one sentence, where that fails."""
    fields = {
        "format": FORMAT,
        "version": VERSION,
        "name": system.name,
        "why": system.why,
        "horizon": system.horizon,
        "seed": system.seed,
        "kind": system.kind,
        "document": None if document is None else str(document),
        "when": datetime.now(UTC).isoformat(),
    }
    arrays = {name: getattr(system.particles, name) for name in ("position", "velocity", "mass")}
    write_npz(path, {"fields": np.array(json.dumps(fields)), **arrays, "ids": system.ids})


@headers_parsed
def read_swap(path) -> Swapped:
    """Read it; ValueError or OSError, one sentence that names the file, where it is damaged or something else."""
    data = read_whole(path, LARGEST_FILE)
    with naming(path):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                if sum(info.file_size for info in archive.infolist()) > len(data):
                    raise ValueError("its members claim to be larger than the file")
            with np.load(io.BytesIO(data), allow_pickle=False) as members:
                fields = json.loads(str(members["fields"][()]))
                arrays = {name: members[name] for name in _ARRAYS}
        except _BROKEN as error:
            raise ValueError(f"not a whole swap file: {error}") from None
        return _swapped(fields, arrays)


def _swapped(fields, arrays: dict[str, np.ndarray]) -> Swapped:
    if not isinstance(fields, dict):
        raise ValueError("not a swap file")
    check_format(fields.get("format"), fields.get("version"), FORMAT, VERSION)
    for name, dtype in _ARRAYS.items():
        if arrays[name].dtype != dtype:
            raise ValueError(f"{name} is {arrays[name].dtype}: it must be {np.dtype(dtype)}")
    ids, seed, kind = arrays["ids"], fields.get("seed"), fields.get("kind")
    in_order = np.sort(ids)  # other threads wait while np.unique works
    if (in_order[1:] == in_order[:-1]).any():
        raise ValueError("two particles have one id")
    if kind not in ("particles", "weights") or not (seed is None or type(seed) is int):
        raise ValueError("its kind or its seed is not one that there is")
    particles = Particles(arrays["position"], arrays["velocity"], arrays["mass"])
    horizon = fields.get("horizon")
    system = System(particles, ids, fields.get("name"), fields.get("why"), horizon if horizon else math.nan, seed, kind)
    document = fields.get("document")
    when = datetime.fromisoformat(str(fields.get("when")))
    return Swapped(system, None if document is None else Path(str(document)), when)
