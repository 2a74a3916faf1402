"""One process trains in a folder: it holds a lock that ends with it, however it ends."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from particles.checked_file import at_once

try:
    import fcntl
except ImportError:  # Windows has none: there nothing is locked
    fcntl = None

LOCK = "lock"
_TRIES, _PAUSE = 6, 0.05  # another process may be looking, which takes it a moment


@contextmanager
def locked(folder: Path):
    """The folder is this process's own inside of the block; the kernel frees it also after ``kill -9``.

    The file ``lock`` in it stays behind, for a file that is removed could be locked by one and made anew by another.
    A file system without locks locks nothing.  Raises RuntimeError, naming the folder, where it is taken.
    """
    with open(Path(folder) / LOCK, "a+b") as file:
        _take(file, Path(folder))
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        yield


def check_place(folder: Path) -> None:
    """NotADirectoryError where ``folder``, or what it would be made in, is something else."""
    there = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    if there.exists() and not there.is_dir():
        raise NotADirectoryError(f"{there} is no folder: take another --out")


def check_free(folder: Path) -> None:
    """RuntimeError, naming the folder, where a process trains in it now; nothing is written."""
    with suppress(FileNotFoundError, NotADirectoryError), open(Path(folder) / LOCK, "rb", opener=at_once) as file:
        _take(file, Path(folder), shared=True)


def _take(file, folder: Path, shared: bool = False) -> None:
    if fcntl is None:
        return
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    for left in reversed(range(_TRIES)):
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if not left:
                file.seek(0)
                number = file.read(20).decode(errors="replace")
                who = f"process {number}" if number.isdecimal() else "another process"
                raise RuntimeError(f"{folder} is in use: {who} works in it; wait until it ends, or stop it") from None
            time.sleep(_PAUSE)
        except OSError:  # no locks on this file system
            return
