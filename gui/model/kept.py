"""A whole document set aside."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from .home import Home
from .system import System


class Kept(NamedTuple):
    """What was shown, what it belongs to, and the steps done and undone."""

    system: System
    home: Home
    steps: tuple = ((), ())

    path = property(lambda self: self.home.path)


def new_document(system: System, path: Path | None, modified: bool) -> Kept:
    """A document without steps.  ``modified``: it is not what ``path`` holds."""
    return Kept(system, Home(path, system, None if modified else system))
