"""What is on the screen as a Python script and as a command line.  Both run as they are and bring back the state."""

from __future__ import annotations

import base64
import shlex
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np

from gui.model.system import System

FEW_NUMBERS = 500  # up to here the numbers of an edited system are written out
MOST_NUMBERS = 50_000  # up to here they are packed; a script of more is too long for a clipboard


def as_python(session) -> str:
    """A script that makes the session's latest system, simulates it and prints its clusters at the session's time.

    ValueError for more than 50,000 particles that no recipe makes: they have to be saved.
    """
    system, time = session.document.latest, float(session.clock.t)
    lines = [*_imports(system), "", *_particles(system, _saved(session))]
    lines += ["", f"time = {time!r}", *_state(system)]
    return "\n".join(lines) + "\n"


def as_command(session) -> str:
    """The command line that opens the session's latest system at the session's time.

    ValueError where no file opens as it is: of edits, of a sample, of a tensor that is not the first of its file.
    """
    system, saved = session.document.latest, _saved(session)
    source = system.source
    if source is not None:
        parts = [source.name, "--n", str(source.n)]
        parts += [] if source.seed is None else ["--seed", str(source.seed)]
    elif saved is not None:
        parts = [str(saved)]
    else:
        raise ValueError(
            "No command line opens this system as it is: save it first, and the command line names its file."
        )
    words = ["python", "app.py", *parts, "--time", repr(float(session.clock.t))]
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


def _saved(session) -> Path | None:
    """The file that the latest system was saved in or came from, where that opens as it."""
    document = session.document
    if document.path is not None and not document.modified:
        return document.path.absolute()
    origin = document.latest.origin
    return origin.path if origin is not None and origin.still_holds() else None


def _imports(system: System) -> list[str]:
    title = " ".join(system.name.split()).replace("\\", "/").replace('"', "'")
    lines = [f'"""{title}."""', ""]
    if system.source is None:
        packed = ["import base64", "import zlib", ""] if len(system) > FEW_NUMBERS else []
        lines += [*packed, "import numpy as np", "", "from particles import Particles, simulate"]
    else:
        lines += ["from particles import scenarios, simulate"]
    return [*lines, *(["from prox import weight_sharing"] if system.kind == "weights" else [])]


def _particles(system: System, saved) -> list[str]:
    source, particles = system.source, system.particles
    if source is not None:
        seed = "" if source.seed is None else f", seed={source.seed}"
        return [f"particles = scenarios.get({source.name!r}, n={source.n}{seed}).particles"]
    if len(system) > MOST_NUMBERS:
        where = "the script would be too long for the clipboard" if saved is None else f"open {saved.name} instead"
        raise ValueError(f"{len(system):,} particles are more than the {MOST_NUMBERS:,} of a script: {where}.")
    names = ("position", "velocity", "mass")
    if len(system) <= FEW_NUMBERS:
        return ["particles = Particles(", *(f"    {name}={_array(getattr(particles, name))}," for name in names), ")"]
    lines = ["", "def unpacked(text):", "    return np.frombuffer(zlib.decompress(base64.b64decode(text)))", "", ""]
    lines += [f'{name} = unpacked("{_packed(getattr(particles, name))}")' for name in names]
    return [*lines, "particles = Particles(position, velocity, mass)"]


def _array(values: np.ndarray) -> str:
    return f"np.array({values.tolist()!r}, dtype=float)"


def _packed(values: np.ndarray) -> str:
    return base64.b64encode(zlib.compress(values.astype("<f8").tobytes(), 6)).decode()


def _state(system: System) -> list[str]:
    weights = system.kind == "weights"
    told = "{len(clusters)} clusters at time {time:g}"
    if weights:
        told = (
            "{len(clusters)} distinct weights at strength {time:g}, R(w) = {weight_sharing(history.positions(time)):g}"
        )
    return [
        "history = simulate(particles)",
        "clusters = history.clusters(time)",
        f'print(f"{told}")',
        "for position, velocity, mass in zip(clusters.position, clusters.velocity, clusters.mass):",
        '    print(f"{position:14.6g} {velocity:14.6g} {mass:14.6g}")',
    ]
