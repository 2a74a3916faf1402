"""Files become the document: small ones while the user waits, large ones through ``run``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .long_work import run_guarded
from .opening import is_larger, is_scenario, read_system

SMALL_FILE = 2**20  # bytes that are read while the user waits


class FileOpening:
    """Opens files for ``document``; of several large ones the last that was asked for."""

    def __init__(self, document):
        self._document = document
        self._asked = 0

    def forget(self) -> None:
        """What is still being read is not wanted any more."""
        self._asked += 1

    def open(self, path: Path, load: Callable) -> None:
        own = path if is_scenario(path) else None
        if not is_larger(path, SMALL_FILE):
            load(read_system(path), own)
        else:
            self._open_large(path, own, load)

    def _open_large(self, path: Path, own: Path | None, load: Callable) -> None:
        document = self._document
        self._asked += 1
        asked, before = self._asked, document.latest

        def opened(system):
            if asked == self._asked:  # else another file was asked for since
                if document.latest is not before:
                    document.trouble.emit(
                        f"{path} was not opened, because the document was edited meanwhile: open it again"
                    )
                else:
                    load(system, own)

        def refused(sentence: str) -> None:
            if asked == self._asked:
                document.trouble.emit(sentence)

        run_guarded(document.run, lambda: read_system(path), opened, refused, f"opening {path}")
