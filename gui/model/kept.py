"""A whole document set aside."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .system import System


@dataclass(frozen=True, eq=False)
class Kept:
    """What was shown, where it belongs, what it was when loaded and when saved, and the steps done and undone."""

    system: System
    path: Path | None
    loaded: System
    saved: System | None
    steps: tuple
