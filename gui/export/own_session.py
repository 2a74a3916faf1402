"""A session of its own for an export: the window goes on playing, and neither disturbs the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gui.draw.x_range import XRange
from gui.model.document import Document
from gui.model.session import Session
from gui.model.system import System


def session_of(system: System) -> Session:
    """A session of a document of its own."""
    return Session(Document(system), now=lambda: 0.0)


@contextmanager
def own_session(session) -> Iterator[Session]:
    """A second session on the same document: same options and same stretch of the line, its own clock.

    Its clock reads no time: only who sets it moves it.
    """
    own = Session(session.document, session.options.copy(), now=lambda: 0.0)
    try:
        seen = XRange.of(session)
        XRange.of(own).show(seen.low, seen.high)
        own.clock.t = session.clock.t
        yield own
    finally:
        own.close()
