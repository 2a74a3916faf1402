"""What all systems of one document have in common, whichever of them is shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .system import System


@dataclass(eq=False)
class Home:
    """Where one document belongs: its file, the system it was when it was new, and the one that was saved last.

    A save that ends late ends here, whichever document is shown by then.
    """

    path: Path | None
    loaded: System
    saved: System | None = None
