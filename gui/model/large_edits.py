"""Edits that make the whole system anew: of a large one in a worker, one after the other, while the user goes on."""

from __future__ import annotations

from collections.abc import Callable

from .document import AT_ONCE, SIMULATING, Document
from .long_work import run_guarded
from .system import System


def edit_all(document: Document, make: Callable[[System], System], what: str, becoming: int = 0) -> None:
    """``document.edit(make(document.latest), what)``; a large system's once those are made that were asked for before.

    ``becoming``: how many particles there will be, where there will be more.
    """
    if not document.making and max(len(document.latest), becoming) <= AT_ONCE:
        document.edit(make(document.latest), what)
        return
    document.making.append((make, what))
    document.title_changed.emit()
    if len(document.making) == 1:
        _make_next(document)


def _make_next(document: Document) -> None:
    """The first of those that wait; nobody wants it any more where it waits no longer when it is made."""
    if not document.making:
        document.title_changed.emit()
        return
    first, before, waiting = document.making[0], document.latest, document.making
    make, what = first

    def wanted() -> bool:
        return document.making is waiting and waiting[:1] == [first]

    def made(new: System) -> None:
        if wanted():
            if document.latest is before:  # else the user has edited it meanwhile: once more
                waiting.pop(0)
                document.edit(new, what)
            _make_next(document)

    def failed(sentence: str) -> None:
        if wanted():
            waiting.pop(0)
            document.trouble.emit(sentence)
            _make_next(document)

    run_guarded(document.run, lambda: make(before), made, failed, SIMULATING)
