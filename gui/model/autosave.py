"""Autosave: after each edit the document lies in a swap file, which a crash leaves behind and a clean end removes.

Each document has its own swap file in the folder, and beside it a lock file, which the kernel frees when the process
ends, however it ends: so a swap file whose lock is free belongs to a session that did not end well.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from .document import Document
from .file_lock import FileLock, is_locked
from .long_work import at_once
from .signal import Signal
from .swap_file import Swapped, read_swap, write_swap
from .system import System

ONE_DAY = 86_400  # seconds


class Restorable(NamedTuple):
    """A document of a session that did not end well: its swap file, its name, its size, when it was written."""

    path: Path
    name: str
    when: datetime
    n: int


class Autosave:
    """Keeps ``document`` in a swap file in ``folder`` while there is something to save.

    Not during a drag, but at its end.  ``run(work, then, what)`` does the writing; a failure becomes
    ``trouble(sentence)``, once, and when it works again ``trouble("")``; it disturbs nothing.
    """

    def __init__(self, document: Document, folder, run: Callable = at_once):
        self.trouble = Signal()
        self.run = run
        self._document, self._folder = document, Path(folder)
        self._path = self._folder / f"{os.getpid()}-{secrets.token_hex(4)}.swap"
        self._lock: FileLock | None = None
        self._one_writer = threading.Lock()
        self._asked = self._written = 0
        self._last: System | None = None  # what the swap file holds or soon will
        self._failing = self._closed = False
        for signal in (document.changed, document.title_changed, document.drag_ended):
            signal.connect(self._note)
        self._note()

    def close(self, keeps: bool = False) -> None:
        """The document ends well: its swap file is removed, and no other is written.  Or ``keeps`` what is unsaved."""
        for signal in (self._document.changed, self._document.title_changed, self._document.drag_ended):
            signal.disconnect(self._note)
        if keeps:
            self._write(self._asked, self._last, self._document.path)
        with self._one_writer:
            self._closed = True
            if not keeps:
                self._remove()
            if self._lock is not None:
                self._lock.release()

    def _note(self) -> None:
        document = self._document
        if self._closed or document.dragging:
            return
        system = document.latest if document.modified else None
        if system is self._last:
            return
        self._last = system
        self._asked += 1
        number, belongs_to = self._asked, document.path
        self.run(lambda: self._write(number, system, belongs_to), self._told, "autosave")

    def _write(self, number: int, system: System | None, belongs_to: Path | None) -> str:
        """Bring the file up to date, unless newer work has; what went wrong, "" for nothing."""
        with self._one_writer:
            if self._closed or number < max(self._asked, self._written):
                return ""
            self._written = number
            try:
                if system is None:
                    self._remove()
                    return ""
                if self._lock is None:
                    self._folder.mkdir(parents=True, exist_ok=True)
                    self._lock = FileLock(self._path.with_suffix(".lock"))
                write_swap(self._path, system, belongs_to)
            except (OSError, MemoryError) as error:
                why = getattr(error, "strerror", None) or error or "there is not enough memory"
                return f"edits are not kept safe at the moment, in {self._folder}: {why}"
            return ""

    def _told(self, sentence: str) -> None:
        if bool(sentence) != self._failing:
            self._failing = bool(sentence)
            self.trouble.emit(sentence)

    def _remove(self) -> None:
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def found(folder) -> list[Restorable]:
    """The documents in ``folder`` whose sessions did not end well, the newest first; damaged files are left out."""
    restorable = []
    for path in sorted(Path(folder).glob("*.swap")):
        if not is_locked(path.with_suffix(".lock")):
            with suppress(ValueError, OSError, MemoryError):
                swapped = read_swap(path)
                restorable.append(Restorable(path, swapped.system.name, swapped.when, len(swapped.system)))
    _sweep(Path(folder))
    return sorted(restorable, key=lambda one: one.when.timestamp(), reverse=True)


def restore(document: Document, swapped: Swapped) -> None:
    """Load what a swap file holds into the document, as modified: it gets a swap file of its own."""
    document.load(swapped.system, swapped.document, modified=True)


def discard(restorable: Restorable) -> None:
    """Forget it for good."""
    for path in (restorable.path, restorable.path.with_suffix(".lock")):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Remove old locks that guard nothing; a young one may be about to."""
    for lock in folder.glob("*.lock"):
        with suppress(OSError):
            old = time.time() - lock.stat().st_mtime > ONE_DAY
            if old and not lock.with_suffix(".swap").exists() and not is_locked(lock):
                lock.unlink()
