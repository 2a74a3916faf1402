"""What was opened or saved last."""

from __future__ import annotations

from pathlib import Path

MOST = 10


class Recent(list[Path]):
    """Files and folders, the newest first."""

    def add(self, path) -> None:
        """This one is the first now: absolute, each once, at most ten."""
        path = Path(path).absolute()
        self[:] = [path, *(other for other in self if other != path)][:MOST]
