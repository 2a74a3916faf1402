"""Pictures and films without a window: ``python app.py SCENARIO --snapshot out.png`` and ``--film out.mp4``."""

from __future__ import annotations

import os
import sys
import time
from contextlib import nullcontext
from pathlib import Path

from gui.model.simulation import check_room
from gui.model.system import System
from particles import scenarios
from particles.subject import stage

DEFAULT_SCENARIO = "random-masses"
DEFAULT_PICTURE, DEFAULT_FILM = "sticky-weights.png", "sticky-weights.gif"
PICTURE_SIZE, FILM_SIZE, DEFAULT_SIZE = "1920x1080", "1280x720", "960x540"
FILM_VIEW = "line+space-time"
MOMENT = 0.4  # of the horizon: what a picture shows where no time was asked for
SECONDS, FPS = 8.0, 30.0
PATIENCE = 3.0  # seconds without a word


def main(args) -> int:
    """Write what the command line asks for, and say where: ``args.snapshot``, ``args.film``, or, with neither of
    them, a film and a picture in the current folder.  0, or 2 after one sentence on stderr."""
    try:
        app = application()
        _write(args)
        del app
        return 0
    except KeyboardInterrupt:
        return 130
    except MemoryError as error:
        sentence = f"there is not enough memory: {error}"
    except (ValueError, RuntimeError, OSError) as error:
        sentence = str(error)
    print("error:", " ".join(sentence.split()), file=sys.stderr)
    return 2


def application():
    """The QApplication; a new one needs no display, whatever the environment says there is."""
    from PySide6.QtWidgets import QApplication

    if QApplication.instance() is None and sys.platform.startswith("linux"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return QApplication.instance() or QApplication(["stickyweights"])


def system_of(args) -> tuple[System, float | None, str | None]:
    """What the command line names, and, where that is a figure, the time and the view that it showed."""
    subject, n, seed = _given(args, "subject"), _given(args, "n"), _given(args, "seed")
    path = Path(subject) if subject else None
    if path is None or (subject in scenarios.names() and not path.exists()):
        name = subject or DEFAULT_SCENARIO
        if n is not None and n <= scenarios.sizes(name)[2]:
            check_room(n)
        return System.of_scenario(scenarios.get(name, n, seed)), None, None
    if not path.exists() and not path.suffix:
        scenarios.get(subject)  # raises, and suggests the nearest name
    if path.is_dir():
        raise ValueError(f"{path} is a folder: a training run is shown in the window only")
    if n is not None or seed is not None:
        raise ValueError(f"--n and --seed belong to a scenario: the particles of {path} are what they are")
    from .reopen import figure_in, is_picture

    if is_picture(path):
        figure = figure_in(path)
        return figure.system, figure.time, figure.view
    from gui.model.opening import read_system
    from gui.weights.opening import holds_weights

    return _of_weights(path) if holds_weights(path) else read_system(path), None, None


def _of_weights(path: Path) -> System:
    """The tensor with which the page of weights begins."""
    from gui.weights.beginning import begin

    begun = begin(path, None, lambda: False)
    begun.file.close()
    return begun.subject.system


def _write(args) -> None:
    from .own_session import session_of

    told = _Telling()
    with told("drawing up the particles"):
        system, shown, view = system_of(args)
    wanted, horizon = _given(args, "time"), system.horizon
    if wanted is not None and not 0 <= wanted <= horizon:
        raise ValueError(f"--time is {wanted:g}: give 0 to {horizon:g}, the time shown of {system.name}")
    with told(f"simulating {len(system):,} particles"):
        session = session_of(system)
    session.clock.t = next(t for t in (wanted, shown, MOMENT * horizon) if t is not None)
    snapshot, film = _given(args, "snapshot"), _given(args, "film")
    view = _given(args, "view") or view
    try:
        if film:
            _write_film(session, film, args, view or FILM_VIEW, told)
        if snapshot:
            _write_picture(session, snapshot, args, view or "all", told)
        if not film and not snapshot:
            print("Instead of a window, here are a film and a picture:")
            _write_film(session, DEFAULT_FILM, args, FILM_VIEW, told)
            _write_picture(session, DEFAULT_PICTURE, args, "all", told)
    finally:
        session.close()


class _Telling:
    """``with told("drawing"):`` says on stderr what is being done once the whole job has taken ``PATIENCE``."""

    def __init__(self):
        self._due = time.monotonic() + PATIENCE

    def __call__(self, what: str):
        return stage(what, after=max(self._due - time.monotonic(), 0.0))


def _write_picture(session, path, args, view: str, told: _Telling) -> None:
    from . import picture
    from .output_size import OutputSize

    size = OutputSize.of_text(_given(args, "size") or PICTURE_SIZE)
    with told("drawing the picture"):
        note = picture.write(session, view, path, size, _theme(args), session.clock.t)
    print(Path(path).resolve())
    if note:
        print(note, file=sys.stderr)


def _write_film(session, path, args, view: str, told: _Telling) -> None:
    from . import film
    from .film_plan import FilmPlan
    from .output_size import OutputSize

    small = Path(path).suffix.lower() == ".gif"
    size = OutputSize.of_text(_given(args, "size") or (DEFAULT_SIZE if small else FILM_SIZE))
    fps = _given(args, "fps") or (20.0 if small else FPS)
    plan = FilmPlan.evenly(0.0, session.document.system.horizon, _given(args, "seconds") or SECONDS, fps)
    look, watched = film.Look(view, size, _theme(args)), sys.stderr.isatty()  # who watches sees the frames counted
    with nullcontext() if watched else told("drawing the film"):
        film.write(session, path, plan, look, _progress if watched else None)
    print(Path(path).resolve())


def _progress(done: int, total: int) -> None:
    print(f"\rframe {done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)


def _theme(args) -> str:
    theme = _given(args, "theme")
    return theme if theme in ("light", "dark") else "light"


def _given(args, name: str):
    return getattr(args, name, None)
