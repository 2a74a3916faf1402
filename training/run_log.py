"""The folder of a run, as it is written and as it is read, live or later; loads no torch.

config.json        what was asked for                 environment.json   versions, device, command, commit
metrics.jsonl      one line an epoch                  status.json        running, finished, interrupted, failed
checkpoints/       last.pt, best.pt                   snapshots/         00000123.npz: the weights after step 123
report.json        the figures at the end             shared.safetensors the final weights, their sharing kept
"""

from __future__ import annotations

import json
import math
import os
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from particles.checked_file import headers_parsed, naming, read_whole, regular, replacing

CONFIG, ENVIRONMENT, METRICS = "config.json", "environment.json", "metrics.jsonl"
STATUS, REPORT, SNAPSHOTS = "status.json", "report.json", "snapshots"
STATES = ("running", "finished", "interrupted", "failed")
LARGEST_FILE = 16 * 2**30  # bytes
LARGEST_SNAPSHOT = 4 * 2**30  # bytes, unpacked
_FOREIGN = (
    *(zipfile.BadZipFile, ValueError, OSError, EOFError, KeyError),
    *(NotImplementedError, RuntimeError, TypeError),
)


class Snapshot(NamedTuple):
    """The regularized weights after optimizer step ``step``, the last of epoch ``epoch`` (0: untrained; None: the file
    does not tell)."""

    step: int
    epoch: int | None
    path: Path


class Position(NamedTuple):
    """How far a metrics file was read: bytes ``offset`` of file number ``file``."""

    file: int
    offset: int


class News(NamedTuple):
    """New lines of the metrics, where to go on (None: there is no log), and whether the log was cut back by a resume or
    is there no more: start anew then."""

    lines: list[dict]
    position: Position | None
    restarted: bool


class RunFolder:
    """A run's folder, read.  Files are read when they are asked for, so a run can be watched while it trains.

    Raises FileNotFoundError where ``path`` holds no config.json; a file that is foreign or broken is a ValueError
    that names it.
    """

    def __init__(self, path):
        self.path = Path(path)
        if not (self.path / CONFIG).is_file():
            raise FileNotFoundError(f"{self.path} is not the folder of a run: it has no {CONFIG}")

    def __repr__(self) -> str:
        return f"RunFolder({str(self.path)!r})"

    @property
    def config(self) -> dict:
        """The configuration, every field of it."""
        return read_json(self.path / CONFIG)

    @property
    def environment(self) -> dict:
        """Versions, device, threads, commit and command; empty before the run has written them."""
        return self._read(ENVIRONMENT)

    def status(self) -> str:
        """One of "running", "finished", "interrupted", "failed".  A run that was killed is still "running"."""
        found = self._read(STATUS).get("status", "running")
        if found not in STATES:
            raise ValueError(f"{self.path / STATUS}: status {found!r} is none of {', '.join(STATES)}")
        return found

    def report(self) -> dict:
        """The final report; empty until the run has finished."""
        return self._read(REPORT)

    def metrics(self) -> list[dict]:
        """The metrics of all epochs so far, the oldest first."""
        return self.follow().lines

    def follow(self, after: Position | None = None) -> News:
        """The lines that were added after ``after`` (None, or the position that the last call gave).

        A last line that is only half written is left for the next call.  A resume cuts the log back and writes it
        as a new file: then all its lines come again, and ``restarted`` is True.
        """
        path = self.path / METRICS
        known = after or Position(0, 0)
        try:
            with regular(path) as file:
                number = os.fstat(file.fileno()).st_ino
                restarted = known.offset > 0 and (
                    number != known.file or os.fstat(file.fileno()).st_size < known.offset
                )
                offset = 0 if restarted or not known.offset else known.offset
                file.seek(offset)
                data = file.read()
        except FileNotFoundError:
            return News([], None, known.offset > 0)
        whole = data[: data.rfind(b"\n") + 1]
        lines = [_line(path, number, text) for number, text in enumerate(whole.splitlines(), 1) if text.strip()]
        return News(lines, Position(number, offset + len(whole)), restarted)

    def snapshots(self) -> list[Snapshot]:
        """All snapshots so far, the oldest first."""
        paths = [path for path in (self.path / SNAPSHOTS).glob("*.npz") if path.stem.isdecimal()]
        return [self.snapshot(path) for path in sorted(paths, key=lambda path: int(path.stem))]

    def snapshot(self, path: Path) -> Snapshot:
        """The one in a file of that folder."""
        epoch = _members(path, "epoch").get("epoch")
        told = epoch is not None and epoch.ndim == 0 and epoch.dtype.kind in "iu"
        return Snapshot(int(path.stem), int(epoch) if told else None, path)

    def weights(self, snapshot: Snapshot) -> dict[str, np.ndarray]:
        """The regularized tensors of a snapshot, in the order of the model."""
        found = _members(snapshot.path)
        return {n: w for n, w in found.items() if n not in ("step", "epoch") and not n.startswith("strength/")}

    def strengths(self, snapshot: Snapshot) -> dict[str, float]:
        """The strength of the prox that each tensor had last met at a snapshot; 0 where there was none."""
        found = _members(snapshot.path)
        return {n.removeprefix("strength/"): float(s) for n, s in found.items() if n.startswith("strength/")}

    def _read(self, name: str) -> dict:
        path = self.path / name
        return read_json(path) if path.exists() else {}


def read_json(path) -> dict:
    """The object in a JSON file; ValueError, naming the file, where there is none."""
    with naming(path):
        try:
            found = json.loads(read_whole(path, LARGEST_FILE))
        except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ValueError(f"it is not JSON: {_why(error)}") from None
        if not isinstance(found, dict):
            raise ValueError(f"it holds a {type(found).__name__}, not an object")
    return found


def write_json(path, value) -> None:
    """Write ``value`` as JSON, whole or not at all.  Numbers that are not finite become null."""
    text = json.dumps(_plain(value), indent=2, allow_nan=False) + "\n"
    with replacing(path) as file:
        file.write(text.encode())


def append_line(path, value) -> None:
    """Append ``value`` as one line of JSON.  Numbers that are not finite become null."""
    with open(path, "ab") as file:
        file.write((json.dumps(_plain(value), allow_nan=False) + "\n").encode())


def cut_back(path, epoch: int) -> None:
    """Drop all whole and half-written lines of a metrics file after ``epoch``; it becomes a new file."""
    path = Path(path)
    lines = [line for line in _whole_lines(path) if _line(path, 0, line)["epoch"] <= epoch]
    with replacing(path) as file:
        file.write(b"".join(line + b"\n" for line in lines))


def snapshot_path(folder, step: int) -> Path:
    """Where the snapshot after ``step`` stands."""
    return Path(folder) / SNAPSHOTS / f"{step:08d}.npz"


def _whole_lines(path: Path) -> list[bytes]:
    data = path.read_bytes() if path.exists() else b""
    return data[: data.rfind(b"\n") + 1].splitlines()


def _line(path: Path, number: int, text: bytes) -> dict:
    try:
        found = json.loads(text)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"{path}: line {number} of those read is not JSON: {_why(error)}") from None
    if not isinstance(found, dict) or "epoch" not in found:
        raise ValueError(f"{path}: line {number} of those read has no epoch")
    return found


def _why(error: Exception) -> str:
    return "it holds bytes that are no text" if isinstance(error, UnicodeDecodeError) else str(error)


@headers_parsed
def _members(path: Path, *names: str) -> dict[str, np.ndarray]:
    """The arrays of an npz file, all or those it has of these names; Python objects are never loaded."""
    with regular(path) as file:
        try:
            with np.load(file, allow_pickle=False) as archive:
                size = sum(member.file_size for member in archive.zip.infolist())
                if size > LARGEST_SNAPSHOT:
                    raise ValueError(f"it unpacks to {size:,} bytes, up to {LARGEST_SNAPSHOT:,} are read")
                return {name: archive[name] for name in archive.files if name in (names or archive.files)}
        except MemoryError:
            raise ValueError(
                f"{path}: it is not a whole snapshot: an array claims more than the memory holds"
            ) from None
        except _FOREIGN as error:
            raise ValueError(f"{path}: it is not a whole snapshot: {error}") from None


def _plain(value):
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Path):
        return str(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
