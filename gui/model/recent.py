"""The files that were opened or saved last."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

MOST = 10


def with_first(path, paths: Iterable[Path]) -> list[Path]:
    """The paths with this one first: absolute, each once, at most ten."""
    path = Path(path).absolute()
    return [path, *(other for other in paths if other != path)][:MOST]
