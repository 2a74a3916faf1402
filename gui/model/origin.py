"""The file that a system was read from, as it was then."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple


class Origin(NamedTuple):
    """A file (``path`` absolute) that opens as the system, as long as its size and its time of change (ns) stay."""

    path: Path
    size: int
    changed: int

    @classmethod
    def of(cls, path) -> Origin | None:
        """The file as it is now; None where there is none.  To be asked before it is read."""
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return None
        return cls(Path(path).absolute(), status.st_size, status.st_mtime_ns)

    def still_holds(self) -> bool:
        """Is the file still the one that was read?"""
        return Origin.of(self.path) == self
