"""An export as a folder that another process can carry out: what to write, and the session it is written from."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from gui.draw.x_range import XRange
from gui.model.options import NAMES
from gui.model.system import Recipe, System
from particles import Particles

from . import film, picture, tables
from .film import Look
from .film_plan import FilmPlan
from .output_size import OutputSize
from .own_session import session_of

KINDS = ("picture", "film", "events", "positions")
_ARRAYS = ("position", "velocity", "mass", "ids")


@dataclass(frozen=True)
class Job:
    """Write a picture of ``time``, a film or the positions of ``plan``, or the events, to ``path``."""

    kind: str
    path: Path
    look: Look
    time: float
    plan: FilmPlan


def write_job(folder, session, job: Job) -> None:
    """Put ``job`` and what it needs of ``session`` into ``folder``."""
    system, seen = session.document.system, XRange.of(session)
    fields = {
        "kind": job.kind,
        "path": str(job.path.absolute()),
        "view": job.look.view,
        "size": asdict(job.look.size),
        "theme": job.look.theme,
        "time": job.time,
        "plan": {"times": job.plan.times.tolist(), "fps": job.plan.fps},
        "system": {key: getattr(system, key) for key in ("name", "why", "horizon", "seed", "kind", "source")},
        "options": {name: getattr(session.options, name) for name in NAMES},
        "x_range": [seen.low, seen.high],
    }
    particles = system.particles
    Path(folder, "job.json").write_text(json.dumps(fields))
    for name, array in zip(_ARRAYS, (particles.position, particles.velocity, particles.mass, system.ids), strict=True):
        np.save(Path(folder, f"{name}.npy"), array)  # quicker than an npz, which has check sums


def read_job(folder) -> tuple:
    """The job in ``folder``, and a session of its own to do it with."""
    fields = json.loads(Path(folder, "job.json").read_text())
    *columns, ids = (np.load(Path(folder, f"{name}.npy")) for name in _ARRAYS)
    told = fields["system"]
    told["source"] = None if told["source"] is None else Recipe(*told["source"])
    session = session_of(System(Particles(*columns), ids, **told))
    session.options.set(**fields["options"])
    XRange.of(session).show(*fields["x_range"])
    look = Look(fields["view"], OutputSize(**fields["size"]), fields["theme"])
    return Job(fields["kind"], Path(fields["path"]), look, fields["time"], FilmPlan(**fields["plan"])), session


def carry_out(job: Job, session, progress) -> str:
    """Write what the job asks for; a sentence that the user should know, or "".  Raises as the writers do.

    ``progress(done, total)`` is called before anything is written, and then from time to time.
    """
    progress(0, 1)
    if job.kind == "film":
        film.write(session, job.path, job.plan, job.look, progress)
    elif job.kind == "events":
        tables.write_events(job.path, session.document.history, progress)
    elif job.kind == "positions":
        document = session.document
        tables.write_positions(job.path, document.history, document.system.ids, job.plan.times, progress)
    else:
        return picture.write(session, job.look.view, job.path, job.look.size, job.look.theme, job.time)
    return ""
