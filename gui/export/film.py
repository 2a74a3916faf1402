"""A stretch of time as a film: MP4 or GIF.  The same session gives the same frames, byte by byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PySide6.QtGui import QImage

from gui.draw.palette import Colours

from .film_plan import FilmPlan
from .gif import FASTEST, check_length, write_gif
from .mp4 import ffmpeg, write_mp4
from .output_size import OutputSize
from .own_session import own_session
from .page import Page
from .picture import paint_image

SUFFIXES = (".mp4", ".gif")
_SAMPLES = 6  # frames that a GIF's palette is made from


class Look(NamedTuple):
    """What a film shows of its session: ``view`` as for a picture, its ``size``, and its ``theme``."""

    view: str
    size: OutputSize
    theme: str


def write(session, path, plan: FilmPlan, look: Look, progress: Callable[[int, int], None] | None = None) -> None:
    """Write a film of the session's system.

    ``progress(done, total)`` is called after each frame; whatever it raises ends the film, and no file is left.
    ValueError for an unknown view, theme or ending; RuntimeError where ffmpeg is missing; OSError, naming ``path``,
    where it cannot be written.
    """
    suffix, size = checked_suffix(path), even(look.size) if Path(path).suffix.lower() == ".mp4" else look.size
    pixels, colours = (size.width, size.height), Colours.of(look.theme)
    _check(suffix, plan, pixels)
    with own_session(session) as own:
        page = Page(own, look.view, colours)
        try:
            if suffix == ".mp4":
                write_mp4(path, _frames(page, size, plan.times, progress), pixels, plan.fps)
            else:
                moments = plan.times[np.linspace(0, len(plan.times) - 1, _SAMPLES).astype(int)]
                samples = list(_frames(page, size, moments, None))
                write_gif(path, _frames(page, size, plan.times, progress), pixels, plan.fps, samples)
        finally:
            page.close()


def checked_suffix(path) -> str:
    """The kind of film that the name asks for; ValueError for any other than .mp4 and .gif."""
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(f"cannot write a film to {Path(path).name!r}: the name must end in .mp4 or .gif")
    return suffix


def even(size: OutputSize) -> OutputSize:
    """``size`` without its last odd row and column: H.264 stores colours for two by two pixels."""
    return OutputSize(size.width - size.width % 2, size.height - size.height % 2, size.dpi)


def _check(suffix: str, plan: FilmPlan, pixels: tuple[int, int]) -> None:
    if suffix == ".mp4":
        ffmpeg()
        return
    check_length(len(plan.times), pixels)
    if plan.fps > FASTEST:
        raise ValueError(f"{plan.fps:g} frames a second: a GIF takes at most {FASTEST:g}")


def _frames(page: Page, size: OutputSize, times: np.ndarray, progress) -> Iterator[bytes]:
    image = QImage(size.width, size.height, QImage.Format.Format_RGB32)
    for done, time in enumerate(times.tolist(), 1):
        page.session.clock.t = time
        paint_image(page, image, size)
        yield bytes(image.constBits())
        if progress is not None:
            progress(done, len(times))
