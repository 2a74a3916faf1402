"""Whole files or none: how they are replaced, read, and refused in one sentence that names the file."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import zipfile
from collections.abc import Callable, Collection, Iterable
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path

import numpy as np


def headers_parsed(read: Callable):
    """``read``, that reads headers of npy, once more where Python fails at one: it can while other threads do the same.

    Python 3.11 counts the depth of the syntax trees of all threads together, and NumPy parses a header to such a
    tree: "AST constructor recursion depth mismatch" (python/cpython, issue 106905).
    """

    @wraps(read)
    def reading(*given):
        for _ in range(9):
            with suppress(SystemError):
                return read(*given)
        return read(*given)

    return reading


@contextmanager
def replacing(path):
    """A binary file to write; when the block ends without an error it becomes ``path``, in one step.

    It is a temporary file in the same folder.  After any error it is removed and ``path`` is what it was before.
    An OSError is raised again as a sentence that names ``path``.
    """
    target = Path(os.path.realpath(path))  # through a link, the file that it points at is replaced
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.part")
    try:
        if target.exists() and not stat.S_ISREG(target.stat().st_mode):
            raise OSError("it exists and is not a regular file")
        try:
            with open(temporary, "xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, temporary)
            os.replace(temporary, target)
        finally:
            with suppress(OSError):
                temporary.unlink()
    except OSError as error:
        raise _sentence(error, f"could not write {path}", "; nothing was changed") from error


def write_npz(path, arrays: dict[str, np.ndarray]) -> None:
    """Write arrays under their names as an uncompressed npz, whole or not at all.

    Not by ``np.savez``: when writing fails it leaves a half-closed archive behind, and into memory it would have
    other threads wait for each copy of what it holds already.
    """
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)


def read_whole(path, limit: int) -> bytes:
    """The bytes of a regular file of at most ``limit``; OSError or ValueError, naming it, where that fails."""
    with regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > limit:
            raise ValueError(f"{path}: it has {size:,} bytes, files of up to {limit:,} are read")
        return file.read(limit)


@contextmanager
def regular(path):
    """A regular file to read, without waiting for anybody; OSError, naming it, for a folder, a pipe or a device."""
    try:
        with open(path, "rb", opener=at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError("it is not a regular file")
            yield file
    except OSError as error:
        raise _sentence(error, f"could not read {path}") from error


def at_once(path, flags: int) -> int:
    """An ``opener`` for ``open`` that does not wait for somebody to write where ``path`` is a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


@contextmanager
def naming(path):
    """Inside, a ValueError or TypeError is about what ``path`` holds: it becomes a ValueError that says so."""
    try:
        yield
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path}: {error}") from None


def check_format(found, version, wanted: str, newest: int) -> None:
    """Refuse a file of another format or version."""
    if found is None:
        raise ValueError(f"not a {wanted} file: it names no format")
    if found != wanted:
        raise ValueError(f"not a {wanted} file: its format is {shown(found)}")
    if type(version) is not int or version != newest:
        raise ValueError(f"{wanted} version {shown(version)} is unknown: this program reads version {newest}")


def check_names(what: str, found: Iterable[str], wanted: Collection[str]) -> None:
    """Refuse missing, unknown and doubled fields."""
    found = list(found)
    for name in wanted:
        if name not in found:
            raise ValueError(f"{what} {name!r} is missing")
    seen = set()
    for name in found:
        if name not in wanted:
            raise ValueError(f"unknown {what} {shown(name)}, known are {', '.join(wanted)}")
        if name in seen:
            raise ValueError(f"{what} {name!r} is given twice")
        seen.add(name)


def shown(value) -> str:
    """A value out of a file as it may stand in a sentence: short, without control characters."""
    text = ascii(value) if isinstance(value, str | int | float | None) else type(value).__name__
    return text if len(text) <= 40 else text[:37] + "..."


def _sentence(error: OSError, what: str, consequence: str = "") -> OSError:
    told = type(error)(f"{what}: {error.strerror or error}{consequence}")
    told.errno = error.errno
    return told
