"""Figures that reopen: a picture that this program wrote brings its system, time and view back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gui.model.origin import Origin
from particles.checked_file import naming, read_whole

from .carried import Reopened, reopened
from .carriers import text_in

SUFFIXES = (".png", ".svg", ".pdf")
LARGEST_FILE = 256 * 2**20  # bytes


def is_picture(path) -> bool:
    """Does the name of the file say that it is a picture that could carry a scenario?"""
    return Path(path).suffix.lower() in SUFFIXES


def figure_in(path) -> Reopened:
    """What the picture at ``path`` shows.  ValueError, naming it, for a picture that is damaged or comes from
    elsewhere; OSError where it cannot be read."""
    origin = Origin.of(path)
    data = read_whole(path, LARGEST_FILE)
    with naming(path):
        text = text_in(data)
        if text is None:
            raise ValueError("this picture carries no scenario: it comes from elsewhere, or its notes were stripped")
        figure = reopened(text)
    return replace(figure, system=replace(figure.system, origin=origin))
