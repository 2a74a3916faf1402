"""A lock that ends with the process that holds it, also when that is killed."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt


class FileLock:
    """Held from the start until ``release``; OSError where another holds it.  The file stays while it is held."""

    def __init__(self, path: Path):
        self._path = path
        self._file = open(path, "a+b")  # noqa: SIM115 - open for as long as the lock is held
        try:
            _take(self._file)
        except OSError:
            self._file.close()
            raise

    def release(self) -> None:
        """Let go, and remove the file."""
        self._file.close()
        with suppress(OSError):
            os.unlink(self._path)


def is_locked(path: Path) -> bool:
    """Does a living process hold the lock?  False where there is no such file."""
    try:
        with open(path, "r+b") as file:
            _take(file)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _take(file) -> None:
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
