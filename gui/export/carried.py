"""What a figure carries so that it can be opened again: the system, the time and the view, as one line of ASCII text.

The text is JSON.  It holds the scenario as ``particles.files`` writes it, or only its recipe (name, n, seed) where
nothing was edited and the particles are many.  Above 4 kB it is compressed: ``zlib:`` and base64.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import tempfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gui.model.opening import MOST_WEIGHTS
from gui.model.simulation import check_room
from gui.model.system import Recipe, System
from particles import scenarios
from particles.checked_file import check_format, check_names
from particles.files import read_scenario, write_scenario
from particles.scenario_json import parsed
from particles.scenarios import Scenario

FORMAT, VERSION = "stickyweights-figure", 1
MOST_PARTICLES = 20_000  # about 0.5 MB in the file, and a tenth of a second to write
LARGEST_TEXT = 16 * 2**20  # bytes, unpacked; a text of the most particles takes 2 MiB
FEW_PARTICLES = 1000  # up to here the numbers are carried beside the recipe: a figure outlives a change of the recipe
_PLAIN = 4096  # bytes
_FIELDS = ("format", "version", "time", "view", "kind", "source", "scenario")
_KINDS = ("particles", "weights")


@dataclass(frozen=True, eq=False)
class Reopened:
    """What a figure showed: ``system`` at ``time``, in ``view`` (a view's name, or "all")."""

    system: System
    time: float
    view: str


@dataclass(frozen=True)
class Carried:
    """The ``text`` to put into a figure; where it carries none, that is "" and ``note`` says why."""

    text: str
    note: str = ""


def carried(system: System, time: float, view: str) -> Carried:
    """The text that brings back ``system`` at ``time`` in ``view``; none for an empty system or too many particles."""
    if len(system) == 0:
        return Carried("", "There are no particles, so the picture carries no scenario that could be opened again.")
    if len(system) > MOST_PARTICLES and system.source is None:
        return Carried(
            "",
            f"The picture does not carry its scenario: {len(system):,} particles are more than the "
            f"{MOST_PARTICLES:,} that fit; save the scenario beside it.",
        )
    source = None if system.source is None else {key: getattr(system.source, key) for key in ("name", "n", "seed")}
    whole = source is None or len(system) <= FEW_PARTICLES
    fields = {
        "format": FORMAT,
        "version": VERSION,
        "time": float(time),
        "view": view,
        "kind": system.kind,
        "source": source,
        "scenario": _scenario_fields(system) if whole else None,
    }
    return Carried(_pack(json.dumps(fields, allow_nan=False, separators=(",", ":"))))


def reopened(text: str) -> Reopened:
    """What a text of ``carried`` says.  ValueError, in one sentence, for anything else."""
    fields = _fields(_unpack(text))
    check_format(fields.get("format"), fields.get("version"), FORMAT, VERSION)
    check_names("field", fields, _FIELDS)
    time, view, kind = fields["time"], fields["view"], fields["kind"]
    if type(time) not in (int, float) or not 0 <= time < math.inf:
        raise ValueError("its time is not a number >= 0")
    if not isinstance(view, str) or not view.isprintable() or len(view) > 40:
        raise ValueError("its view is not the name of a view")
    if kind not in _KINDS:
        raise ValueError(f"its kind is none of {', '.join(_KINDS)}")
    system = None
    if fields["scenario"] is not None:
        system = System.of_scenario(_scenario(fields["scenario"]), from_file=True)
    made = _made(fields["source"], None if system is None else len(system))
    source = None if made is None else Recipe(made.name, made.n, made.seed)
    if system is None and made is None:
        raise ValueError("it holds neither particles nor the recipe of a scenario")
    if system is None:
        system = System.of_scenario(made)
    elif made is not None and not _is(system, made):
        source = None
    return Reopened(replace(system, kind=kind, source=source), float(time), view)


def _is(system: System, made: Scenario) -> bool:
    """Does the recipe make the particles of the system?  Who copies a command line relies on it."""
    columns = ("position", "velocity", "mass")
    return all(np.array_equal(getattr(system.particles, key), getattr(made.particles, key)) for key in columns)


def _scenario_fields(system: System) -> dict:
    with tempfile.TemporaryDirectory(prefix="stickyweights-") as folder:
        path = Path(folder, "scenario.json")
        write_scenario(path, system.to_scenario())
        return json.loads(path.read_bytes())


def _scenario(fields):
    with tempfile.TemporaryDirectory(prefix="stickyweights-") as folder:
        path = Path(folder, "scenario.json")
        path.write_text(json.dumps(fields))
        try:
            return read_scenario(path)
        except ValueError as error:
            raise ValueError(f"its scenario: {str(error).removeprefix(f'{path}: ')}") from None


def _made(source, expected: int | None) -> Scenario | None:
    """What the recipe in a figure makes; None without one, or where it cannot be the ``expected`` particles."""
    if source is None:
        return None
    if not isinstance(source, dict) or set(source) != {"name", "n", "seed"} or not isinstance(source["name"], str):
        raise ValueError("its source is not a recipe of name, n and seed")
    scenarios.sizes(source["name"])  # raises for an unknown one
    n = source["n"]
    if type(n) is int:
        if n > MOST_WEIGHTS:
            raise ValueError(f"its scenario has {n:,} particles, and up to {MOST_WEIGHTS:,} are shown")
        if expected is not None and n != expected:
            return None
        check_room(n)
    return scenarios.get(source["name"], n, source["seed"])  # raises for what cannot be


def _pack(text: str) -> str:
    if len(text) <= _PLAIN:
        return text
    return "zlib:" + base64.b64encode(zlib.compress(text.encode(), 6)).decode()


def _unpack(text: str) -> str:
    if not text.startswith("zlib:"):
        return text
    try:
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(base64.b64decode(text[5:], validate=True), LARGEST_TEXT)
        if unpacker.unconsumed_tail:
            raise ValueError(f"its scenario unpacks to more than {LARGEST_TEXT:,} bytes")
        if not unpacker.eof:
            raise zlib.error("cut off")
        return data.decode("ascii")
    except (zlib.error, binascii.Error, UnicodeError):
        raise ValueError("its scenario is damaged or cut off") from None


def _fields(text: str) -> dict:
    try:
        fields = parsed(text)
    except (ValueError, RecursionError):
        raise ValueError("its scenario is damaged or cut off") from None
    if not isinstance(fields, dict):
        raise ValueError("its scenario is not an object of fields")
    return fields
