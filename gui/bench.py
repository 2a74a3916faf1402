"""How fast the window draws: every picture is checked before it is timed.

``python -m gui.bench`` prints the table.  Drawing is timed offscreen at 1200 x 700, one core; no GPU takes part.
"""

from __future__ import annotations

import functools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from particles import simulate
from particles.measure import machine, median_seconds
from particles.scenarios import get

from .bench_frames import MILLION, POINTS, SIZE, density_view, line_view, make_application, pan, present, scrub

APP = Path(__file__).resolve().parent.parent / "app.py"
# What `python app.py` does, but it stops when the window with its world lines is on the (offscreen) screen.
FIRST_PAINT = """
import os, sys, time
import gui.window.start_up as start_up
load = start_up.load_qt
def load_and_watch():
    load()
    from PySide6.QtCore import QEvent, QObject, QTimer
    import gui.window.application as application
    class Watch(QObject):
        seen = False
        def eventFilter(self, watched, event):
            if event.type() == QEvent.Type.Paint and type(watched).__name__ == "SpaceTimeView" and not self.seen:
                self.seen = True
                QTimer.singleShot(0, lambda: (print("painted", time.time(), flush=True), os._exit(0)))
            return False
    watch, make = Watch(), application.make_application
    def watched():
        app = make()
        app.installEventFilter(watch)
        return app
    application.make_application = watched
start_up.load_qt, start_up.why_no_window = load_and_watch, lambda: ""  # offscreen will do
from gui.command import main
sys.exit(main([]))
"""
COLUMNS = "{:<58} {:>8} {:>8} {:>8}"


def run_bench(repeats: int = 30) -> None:
    """Print the table.  Raises RuntimeError where something drawn is not what it should be."""
    print("\n".join(header(repeats)))
    print(COLUMNS.format("ms a frame", "best", "median", "goal"), flush=True)
    starts = [1e3 * seconds for seconds in cold_starts()]
    _row("cold start of python app.py to the first painted frame", starts, 2500)
    make_application()
    rows = (
        (f"line view, {POINTS:,} moving particles", line_view, 16.7),
        (f"density raster, {POINTS:,} moving points", density_view, 16.7),
        ("pan over 1e6 world-line segments", pan, 33),
        ("the line of the present over them", present, 33),
        (f"scrub of a history of {MILLION:,} particles, line view", scrub, 100),
    )
    for name, make, goal in rows:
        _row(name, [1e3 * seconds for seconds in frame_seconds(make(), repeats)], goal)


def header(repeats: int) -> list[str]:
    """Machine, versions, commit, and how the numbers come about."""
    import PySide6

    try:
        load = f"{os.getloadavg()[0]:.1f}"
    except OSError:
        load = "unknown"
    return [
        *machine(),
        f"PySide6 {PySide6.__version__}, pyqtgraph {version('pyqtgraph')}; load {load}",
        f"offscreen, {SIZE[0]} x {SIZE[1]}, synchronous repaints; best and median of {repeats} frames, of 3 starts;",
        "mass and places of what is drawn are checked against the history before a time is taken",
        "",
    ]


def cold_starts(count: int = 3) -> list[float]:
    """Seconds of some starts, after one that is not counted: it leaves compiled code, Python's own too."""
    with tempfile.TemporaryDirectory() as folder:
        bytecode = folder if sys.dont_write_bytecode else None
        return [cold_start(bytecode) for _ in range(1 + count)][1:]


def cold_start(bytecode: str | None = None) -> float:
    """Seconds from the start of a process of its own to the first painted frame of the window.

    ``bytecode``: the folder for Python's compiled code, where it may not be written beside its source.
    """
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    if bytecode:
        environment["PYTHONPYCACHEPREFIX"] = bytecode
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPATH"] = os.pathsep.join([str(APP.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    begin = time.time()
    child = subprocess.run(
        [sys.executable, "-c", FIRST_PAINT], env=environment, capture_output=True, text=True, timeout=120
    )
    painted = [line.split()[1] for line in child.stdout.splitlines() if line.startswith("painted ")]
    if not painted:
        reason = (child.stderr.strip().splitlines() or [f"exit status {child.returncode}"])[-1]
        raise RuntimeError(f"the window painted nothing: {reason}")
    return float(painted[0]) - begin


def frame_seconds(frame: Callable[[int], object], repeats: int) -> list[float]:
    """The seconds of each of ``repeats`` frames, after one that is not counted."""
    frame(0)
    return [median_seconds(functools.partial(frame, number + 1), 1) for number in range(repeats)]


def _row(name: str, milliseconds: list[float], goal: float) -> None:
    best, median = min(milliseconds), statistics.median(milliseconds)
    print(COLUMNS.format(name, f"{best:.1f}", f"{median:.1f}", f"{goal:g}"), flush=True)


def main() -> int:
    """Run the bench; 1 after one sentence where a picture is wrong or the window does not open."""
    simulate(get("gaussian-weights", 100).particles)  # compiles, or loads what is compiled
    try:
        run_bench()
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
