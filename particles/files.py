"""Scenarios as JSON, histories as npz, events as CSV: whole or not at all when written, checked when read.

A file is never trusted: every way in which one can be foreign, cut off or hostile ends in one ValueError that
names the file.  What the system refuses (missing, no permission, disk full) stays an OSError, in one sentence.
"""

from __future__ import annotations

import io
import itertools
import math
import warnings
import zipfile
from collections.abc import Callable

import numpy as np

from .checked_file import check_format, check_names, headers_parsed, naming, read_whole, replacing, shown, write_npz
from .history import History
from .scenario_json import read_scenario, write_scenario
from .state import Particles
from .tree import Events

__all__ = ["read_history", "read_scenario", "replacing", "write_events", "write_history", "write_scenario"]

FORMAT, VERSION = "stickyweights-history", 1
LARGEST_FILE = 8 * 2**30  # bytes; a million particles take 32 MB
ROWS_AT_ONCE = 20_000
_ARRAYS = ("position", "velocity", "mass")
_MEMBERS = ("format", "version", "until", *_ARRAYS, "merge_times")
_RANKS = ("first", "middle", "last")
_FOREIGN = (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, SyntaxError, MemoryError, Warning)


def write_history(path, history: History) -> None:
    """Write a history as an uncompressed npz: the particles, the merge times, and how far it was simulated."""
    members = {"format": np.array(FORMAT), "version": np.int64(VERSION), "until": np.float64(history.until)}
    members |= {name: getattr(history.particles, name) for name in _ARRAYS}
    write_npz(path, members | {"merge_times": history.merge_times})


@headers_parsed
def read_history(path) -> History:
    """Read a history of at most 8 GiB.  Raises ValueError, naming the file, for anything that is not one, and
    OSError where the file cannot be read.

    Nothing is unpickled, and nothing is allocated that the file does not hold.  The merge times are checked for
    their range; they are not simulated again.
    """
    data = read_whole(path, LARGEST_FILE)
    with naming(path):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # NumPy only warns of some malformed headers
                members = _unpack(data)
        except _FOREIGN as error:
            raise ValueError(f"not a whole npz file: {error}") from None
        return _history(members)


def write_events(path, history: History, progress: Callable[[int, int], None] | None = None) -> None:
    """Write the collisions in order of time as CSV: a header, then 17 significant digits, which read back exactly.

    The columns are those of ``Events``.  ``progress(done, total)`` is called after every 20,000 rows.
    """
    events = history.events
    total = events.time.size
    row = ",".join("%d" if name in _RANKS else "%.17g" for name in Events._fields) + "\n"
    with replacing(path) as file:
        file.write((",".join(Events._fields) + "\n").encode())
        for begin in range(0, total, ROWS_AT_ONCE):
            end = min(begin + ROWS_AT_ONCE, total)
            rows = zip(*(column[begin:end].tolist() for column in events), strict=True)
            file.write((row * (end - begin) % tuple(itertools.chain.from_iterable(rows))).encode())
            if progress is not None:
                progress(end, total)


def _unpack(data: bytes) -> list[tuple[str, np.ndarray]]:
    """The members of an npz, in order; only stored ones, so that none is larger than the file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = archive.infolist()
        if any(info.compress_type != zipfile.ZIP_STORED for info in infos):
            raise ValueError("its members are compressed, those of a history are not: it comes from elsewhere")
        if sum(info.file_size for info in infos) > len(data):
            raise ValueError("its members claim to be larger than the file")
        return [(info.filename.removesuffix(".npy"), _array(info.filename, archive.read(info))) for info in infos]


def _array(name: str, data: bytes) -> np.ndarray:
    """An npy file in memory: its header is believed only where it fits the bytes that follow."""
    stream = io.BytesIO(data)
    try:
        if np.lib.format.read_magic(stream) != (1, 0):
            raise ValueError
        shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
    except (ValueError, *_FOREIGN):
        raise ValueError(f"member {shown(name)} is not an npy file of version 1.0") from None
    if dtype.hasobject:
        raise ValueError(f"member {shown(name)} holds Python objects, which are never loaded")
    if math.prod(shape) * dtype.itemsize != len(data) - stream.tell():
        raise ValueError(f"member {shown(name)} does not hold the {dtype} values of shape {shape} that it declares")
    return np.frombuffer(data, dtype, offset=stream.tell()).reshape(shape)


def _history(members: list[tuple[str, np.ndarray]]) -> History:
    found = dict(members)
    scalars = {name: found[name].item() for name in ("format", "version") if name in found and found[name].ndim == 0}
    check_format(scalars.get("format"), scalars.get("version"), FORMAT, VERSION)
    check_names("member", (name for name, _ in members), _MEMBERS)
    for name in ("until", *_ARRAYS, "merge_times"):
        ndim = 0 if name == "until" else 1
        if found[name].dtype != np.float64 or found[name].ndim != ndim:
            raise ValueError(
                f"member {name!r} is {found[name].dtype} of shape {found[name].shape}: it must be float64 with "
                f"{ndim} dimensions"
            )
    until, merge_times = float(found["until"]), found["merge_times"]
    if not until >= 0:
        raise ValueError(f"until is {until}: it must be a time >= 0, or inf")
    late = np.flatnonzero(np.isfinite(merge_times) & (merge_times > until))
    if late.size:
        raise ValueError(
            f"merge_times[{late[0]}] is {merge_times[late[0]]:g}, after the end of the history at {until:g}"
        )
    return History(Particles(*(found[name] for name in _ARRAYS)), merge_times, until)
