"""Edits that make the whole system anew: of a large one in a worker, one after the other, while the user goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .long_work import at_once, run_guarded
from .simulation import AT_ONCE, SIMULATING
from .system import System


class Edit(NamedTuple):
    """One that waits: ``land(make(latest), what, merge)`` adds ``more`` particles."""

    make: Callable[[System], System]
    what: str
    merge: object
    more: int
    land: Callable[[System, str, object], None]


class Then(NamedTuple):
    """What is done with the latest system, once all that was asked for before is made."""

    do: Callable[[], None]


class Making:
    """The edits of ``document`` that wait; the first of them is being made.

    Whatever needs the latest system as it will be waits in line as well (``then``), or calls ``finish`` before.  Of
    edits that wait together only the last is shown: to simulate each would take far longer than to make it.
    """

    def __init__(self, document):
        self._document = document
        self._waiting: list[Edit | Then] = []

    def __bool__(self) -> bool:
        return bool(self._waiting)

    what = property(lambda self: self._edits[-1].what if self._edits else "", doc="What the last is called.")
    more = property(lambda self: sum(edit.more for edit in self._edits), doc="How many particles they will add.")
    _edits = property(lambda self: [one for one in self._waiting if isinstance(one, Edit)])

    def ask_for(self, edit: Edit) -> None:
        """Make it and let it land; a large system's when those are made that wait."""
        document = self._document
        if not self._waiting and len(document.latest) + edit.more <= AT_ONCE:
            edit.land(edit.make(document.latest), edit.what, edit.merge)
            return
        self._waiting.append(edit)
        document.title_changed.emit()
        if len(self._waiting) == 1:
            self._next()

    def then(self, do: Callable[[], None]) -> None:
        """``do()`` when those are made that wait; what it needs of them nobody can take back any more."""
        if self._waiting:
            self._waiting.append(Then(do))
        else:
            do()

    def take_back(self) -> bool:
        """The last is wanted no more; False where there is none that waits."""
        if self._waiting and isinstance(self._waiting[-1], Then):
            self.finish()
        if not self._waiting:
            return False
        self._waiting.pop()
        self._document.show_latest()
        self._document.title_changed.emit()
        return True

    def forget(self) -> None:
        """None of them is wanted any more."""
        if len(self._edits) < len(self._waiting):
            self.finish()
        if self._waiting:
            self._waiting = []
            self._document.title_changed.emit()

    def finish(self) -> None:
        """Make all of them here and now; one that cannot be is told."""
        if self._waiting:
            while self._waiting:
                self._carry_out(self._waiting.pop(0))
            self._document.show_latest()
            self._document.title_changed.emit()

    def _carry_out(self, one: Edit | Then) -> None:
        document = self._document

        def work() -> None:
            if isinstance(one, Then):
                one.do()
            else:
                one.land(one.make(document.latest), one.what, one.merge)

        run_guarded(at_once, work, lambda _: None, document.trouble.emit, SIMULATING)

    def _next(self) -> None:
        document, waiting = self._document, self._waiting
        while waiting and isinstance(waiting[0], Then):
            self._carry_out(waiting.pop(0))
        if not waiting:
            document.show_latest()
            document.title_changed.emit()
            return
        first, before = waiting[0], document.latest

        def wanted() -> bool:
            return self._waiting is waiting and bool(waiting) and waiting[0] is first

        def made(new: System) -> None:
            if wanted():
                if document.latest is before:  # else the user has edited it meanwhile: once more
                    waiting.pop(0)
                    first.land(new, first.what, first.merge)
                self._next()

        def failed(sentence: str) -> None:
            if wanted():
                waiting.pop(0)
                document.trouble.emit(sentence)
                self._next()

        run_guarded(document.run, lambda: first.make(before), made, failed, SIMULATING)
