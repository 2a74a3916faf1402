"""A scenario as versioned JSON, checked field by field when it is read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

import numpy as np

from .catalogue import NEVER, Answer
from .checked_file import check_format, check_names, naming, read_whole, replacing, shown
from .giving_way import giving_way
from .scenarios import LARGEST_SEED, Scenario
from .state import Particles

FORMAT, VERSION = "stickyweights-scenario", 1
LARGEST_FILE = 256 * 2**20  # bytes; a million particles take about 60 MiB
AT_A_TIME = 2048  # numbers
LONGEST_TEXT = 1000  # characters
_ARRAYS = ("position", "velocity", "mass")
_FIELDS = ("format", "version", "name", "why", "horizon", "seed", *_ARRAYS, "answer")
_ANSWER_FIELDS = ("merge_times", "first_merge", "last_merge", "clusters", "final_velocity")


def write_scenario(path, scenario: Scenario) -> None:
    """Write a scenario as JSON, one field a line; every number is read back to the same bits."""
    fields = {
        "format": FORMAT,
        "version": VERSION,
        "name": scenario.name,
        "why": scenario.why,
        "horizon": scenario.horizon,
        "seed": scenario.seed,
        **{name: getattr(scenario.particles, name) for name in _ARRAYS},
        "answer": None if scenario.answer is None else _answer_fields(scenario.answer),
    }
    with replacing(path) as file:
        for number, (name, value) in enumerate(fields.items()):
            file.write(f"{',' if number else '{'}\n  {json.dumps(name)}: ".encode())
            for piece in _pieces(value):
                file.write(piece.encode())
        file.write(b"\n}\n")


def _pieces(value) -> Iterator[str]:
    """``value`` as JSON; a long array a little at a time, because other threads wait while ``json`` works."""
    if not isinstance(value, np.ndarray):
        yield json.dumps(value, allow_nan=False)
        return
    for at in giving_way(range(0, max(len(value), 1), AT_A_TIME)):
        some = json.dumps(value[at : at + AT_A_TIME].tolist(), allow_nan=False)[1:-1]
        yield f"{', ' if at else '['}{some}"
    yield "]"


def read_scenario(path) -> Scenario:
    """Read a scenario of at most 256 MiB.  Raises ValueError, naming the file, for anything that is not one, and
    OSError where the file cannot be read."""
    data = read_whole(path, LARGEST_FILE)
    with naming(path):
        fields = _parse(data)
        check_format(fields.get("format"), fields.get("version"), FORMAT, VERSION)
        check_names("field", fields, _FIELDS)
        particles = Particles(*(_numbers(name, fields.pop(name)) for name in _ARRAYS))
        if len(particles) == 0:
            raise ValueError("a scenario needs at least one particle")
        horizon = _number("horizon", fields["horizon"])
        if horizon <= 0:
            raise ValueError(f"horizon is {horizon}: it must be > 0")
        name, why, n = _text("name", fields["name"]), _text("why", fields["why"]), len(particles)
        seed = None if fields["seed"] is None else _whole("seed", fields["seed"], 0, LARGEST_SEED)
        return Scenario(name, particles, horizon, why, _answer(fields["answer"], n), n, seed)


def _parse(data: bytes) -> dict:
    try:
        fields = parsed(data.decode("utf-8-sig"), parse_constant=_refuse, object_pairs_hook=_without_doubles)
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not whole JSON, line {error.lineno} column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise ValueError("its brackets are nested too deeply for a scenario") from None
    if not isinstance(fields, dict):
        raise ValueError(f"not a {FORMAT} file: it holds {_kind(fields)}, not an object of fields")
    return fields


def parsed(text: str, **hooks):
    """What a text in JSON says.  Other threads go on: ``json`` alone holds Python's lock until all is read."""
    return json.loads(text, parse_float=lambda number: float(number), parse_int=lambda number: int(number), **hooks)


def _refuse(literal: str):
    raise ValueError(f"{literal} is not a number in JSON: every value must be finite")


def _without_doubles(pairs: list) -> dict:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        check_names("field", [name for name, _ in pairs], fields)
    return fields


def _answer_fields(answer: Answer) -> dict:
    times, velocity = answer.merge_times, answer.final_velocity
    return {
        "merge_times": None if times is None else [t if math.isfinite(t) else None for t in times.tolist()],
        "first_merge": answer.first_merge,
        "last_merge": answer.last_merge,
        "clusters": answer.clusters,
        "final_velocity": None if velocity is None else velocity.tolist(),
    }


def _answer(fields, n: int) -> Answer | None:
    if fields is None:
        return None
    if not isinstance(fields, dict):
        raise ValueError(f"answer holds {_kind(fields)}: it must be null or an object")
    check_names("field of answer", fields, _ANSWER_FIELDS)
    times, velocity = fields["merge_times"], fields["final_velocity"]
    if isinstance(times, list):
        times = [NEVER if t is None else t for t in times]
        times = _numbers("answer.merge_times", times, finite=False)
        if times.size != n - 1 or not (times >= 0).all():
            raise ValueError(f"answer.merge_times must hold {n - 1} times >= 0 (null: never), one for each gap")
    elif times is not None:
        raise ValueError(f"answer.merge_times holds {_kind(times)}: it must be null or a list")
    first, last = (
        None if fields[name] is None else _number(f"answer.{name}", fields[name])
        for name in ("first_merge", "last_merge")
    )
    clusters = None if fields["clusters"] is None else _whole("answer.clusters", fields["clusters"], 1, n)
    velocity = None if velocity is None else _numbers("answer.final_velocity", velocity)
    if velocity is not None and velocity.size != clusters:
        raise ValueError(f"answer.final_velocity holds {velocity.size} values for {clusters} clusters")
    return Answer(times, first, last, clusters, velocity)


def _numbers(name: str, values, finite: bool = True) -> np.ndarray:
    if not isinstance(values, list):
        raise ValueError(f"{name} holds {_kind(values)}: it must be a list of numbers")
    array = np.empty(len(values))
    for at in range(0, len(values), AT_A_TIME):
        some = values[at : at + AT_A_TIME]
        if not set(map(type, some)) <= {int, float}:
            i = next(i for i, value in enumerate(some) if type(value) not in (int, float))
            raise ValueError(f"{name}[{at + i}] is {shown(some[i])}: it must be a number")
        try:
            array[at : at + AT_A_TIME] = some
        except OverflowError:
            array[at : at + AT_A_TIME] = [_float(value) for value in some]
    bad = np.flatnonzero(~np.isfinite(array))
    if finite and bad.size:
        raise ValueError(f"{name}[{bad[0]}] is beyond the range of float64")
    return array


def _number(name: str, value) -> float:
    if type(value) not in (int, float):
        raise ValueError(f"{name} is {shown(value)}: it must be a number")
    if not math.isfinite(_float(value)):
        raise ValueError(f"{name} is beyond the range of float64")
    return float(value)


def _float(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _whole(name: str, value, smallest: int, largest: int) -> int:
    if type(value) is not int or not smallest <= value <= largest:
        raise ValueError(f"{name} is {shown(value)}: it must be a whole number from {smallest} to {largest}")
    return value


def _text(name: str, value) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT or not value.isprintable():
        raise ValueError(f"{name} must be one line of 1 to {LONGEST_TEXT} printable characters")
    return value


def _kind(value) -> str:
    return {dict: "an object", list: "a list", str: "text", type(None): "null"}.get(type(value), "a single value")
