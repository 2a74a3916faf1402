"""What the dialog's form asks for, as a job, and in words."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from .film import Look
from .film_plan import FilmPlan
from .gif import FASTEST, check_length
from .job import Job
from .output_size import OutputSize
from .page import names_of

TITLES = {"picture": "Picture", "film": "Film", "table": "Table"}
FORMATS = {
    "picture": {"png": "PNG", "svg": "SVG", "pdf": "PDF"},
    "film": {"mp4": "MP4", "gif": "GIF"},
    "table": {"events": "Merges, CSV", "positions": "Positions over time, CSV"},
}
SUFFIXES = {"png": ".png", "svg": ".svg", "pdf": ".pdf", "mp4": ".mp4", "gif": ".gif"} | dict.fromkeys(
    ("events", "positions"), ".csv"
)
# Bytes a frame and the root of its pixels, because films show lines.  Measured with 640 x 360 to 1920 x 1080 pixels on
# several scenarios: 1 to 6 and 11 to 45 for one view, three times as much for all six.
_BYTES = {"mp4": 2.5, "gif": 23}


def job_of(form, path: Path, session) -> Job:
    """The job that the form describes.  ValueError, in one sentence, where it cannot be done."""
    if path.is_dir():
        raise ValueError(f"{path} is a folder: give the file a name")
    if "\0" in str(path):
        raise ValueError("no file has such a name")
    if not path.absolute().parent.is_dir():
        raise ValueError(f"there is no folder {path.absolute().parent}")
    size = OutputSize(*form.pixels, form.dpi)
    look = Look(form.view, size, form.theme)
    clock = session.clock
    moving = form.kind == "film" or form.format == "positions"
    if not moving:
        horizon = clock.horizon
        return Job(_job_kind(form), path, look, form.time, FilmPlan(np.array([0.0, horizon])))
    if form.format == "positions":
        plan = FilmPlan.evenly(form.start, form.stop, form.rows / 25, 25)
        return Job("positions", path, look, form.time, plan)
    plan = form.plan(clock)
    if form.format == "gif":
        check_length(len(plan.times), (size.width, size.height))
        if plan.fps > FASTEST:
            raise ValueError(f"{plan.fps:g} frames a second: a GIF takes at most {FASTEST:g}")
    return Job("film", path, look, form.start + 0.4 * (form.stop - form.start), plan)


def summary(job: Job, session) -> str:
    """What will be written, in a line or two."""
    size = job.look.size
    if job.kind == "picture":
        if job.path.suffix.lower() == ".png":
            return f"{size.width:,} × {size.height:,} pixels. Drop it on the window to open it again."  # noqa: RUF001
        across, up = size.inches
        return f"{across:.3g} × {up:.3g} inches. Drop it on the window to open it again."  # noqa: RUF001
    if job.kind == "film":
        count = len(job.plan.times)
        one = count * math.sqrt(size.width * size.height) * _BYTES[job.path.suffix.lower().lstrip(".")]
        guess = one * len(names_of(job.look.view)) ** 0.6
        return f"{job.plan.seconds:.1f} s, {count:,} frames, about {_megabytes(guess)}."
    if job.kind == "events":
        merges = session.document.history.events.time.size
        return f"{_rows(merges)}: time, place, masses, velocities, energy lost."
    rows = len(job.plan.times) * len(session.document.system)
    return f"{_rows(rows)}: time, particle, position, velocity, cluster, its mass."


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def _job_kind(form) -> str:
    return "picture" if form.kind == "picture" else form.format


def _megabytes(count: float) -> str:
    if count < 1e6:
        return f"{max(round(count / 1e4) * 10, 10)} kB"
    return f"{count / 1e6:.2g} MB" if count < 1e8 else f"{count / 1e6:,.0f} MB"
