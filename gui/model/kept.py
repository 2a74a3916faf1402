"""A whole document set aside."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from .system import System


class Kept(NamedTuple):
    """What was shown, where it belongs, what it was when loaded and when saved, and the steps done and undone."""

    system: System
    path: Path | None
    loaded: System
    saved: System | None
    steps: tuple = ((), ())
