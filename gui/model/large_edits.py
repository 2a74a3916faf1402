"""Edits that make the whole system anew: of a large one in a worker, while the user goes on."""

from __future__ import annotations

from collections.abc import Callable

from .document import AT_ONCE, SIMULATING, Document
from .long_work import run_guarded
from .system import System


def edit_all(document: Document, make: Callable[[System], System], what: str, becoming: int = 0) -> None:
    """``document.edit(make(document.latest), what)``; a large system's is dropped where it was edited meanwhile.

    ``becoming``: how many particles there will be, where there will be more.
    """
    before = document.latest
    if max(len(before), becoming) <= AT_ONCE:
        document.edit(make(before), what)
        return

    def made(new: System) -> None:
        if document.latest is before:
            document.edit(new, what)

    run_guarded(document.run, lambda: make(before), made, document.trouble.emit, SIMULATING)
