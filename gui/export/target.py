"""Where an export is written: the ending of its name, a name that is free, and what must not be replaced unasked."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from .request import SUFFIXES


def with_ending(path: Path, form: str) -> Path:
    """The path with the ending of the format: instead of one of another format, else added to the name.

    A folder stays as it is.  OSError for a name that the disk does not take.
    """
    ending = SUFFIXES[form]
    if path.suffix.lower() == ending or path.is_dir():
        return path
    return path.with_suffix(ending) if path.suffix.lower() in SUFFIXES.values() else path.with_name(path.name + ending)


class Targets:
    """Knows the files that were written here, as long as nobody else has changed them."""

    def __init__(self):
        self._own: dict[Path, tuple] = {}

    def allow(self, path: Path) -> None:
        """The file was written here, or its user has agreed: as it is now it may be replaced."""
        self._own[path.absolute()] = _state(path)

    def asks_first(self, path: Path) -> bool:
        """Would something be lost that is not from here?"""
        state = _state(path)
        return state is not None and self._own.get(path.absolute()) != state

    def free(self, path: Path) -> Path:
        """The path, or where that is taken the first of name-2, name-3, ... that is not."""
        others = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in count(2))
        return path if not self.asks_first(path) else next(other for other in others if not self.asks_first(other))


def _state(path: Path) -> tuple | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
