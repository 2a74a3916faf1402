"""The files that were opened or saved last."""

from __future__ import annotations

from pathlib import Path

MOST = 10


class Recent:
    """At most ten paths, absolute, the newest first, each once."""

    def __init__(self, paths=()):
        self.paths: list[Path] = []
        for path in reversed(list(paths)):
            self.add(path)

    def add(self, path) -> None:
        """Put a path first."""
        path = Path(path).absolute()
        self.paths = [path, *(other for other in self.paths if other != path)][:MOST]
