"""What all systems of one document have in common, whichever of them is shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .system import System


@dataclass(eq=False)
class Home:
    """Where one document belongs: its file, the system it was when it was new, the one that was saved last and
    the one that is being saved.

    A save that ends late ends here, whichever document is shown by then.
    """

    path: Path | None
    loaded: System
    saved: System | None = None
    saving: System | None = None
    last_save: int = 0  # the number of the save that ``path`` and ``saved`` come from

    def stop_saving(self, system: System) -> None:
        """It was written, or could not be."""
        if self.saving is system:
            self.saving = None
