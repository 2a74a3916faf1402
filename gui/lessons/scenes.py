"""The scene block of a lesson: who plays, when, and in which view."""

from __future__ import annotations

import numpy as np

from particles import Particles, scenarios
from particles.checked_file import shown

from .blocks import Fields, numbers
from .lesson import ARROWS, AXES, VIEWS, Cast, Prose, Scene

MOST_PARTICLES = 4000
LONGEST_NAME = 60
SYSTEMS = ("scenario", "particles", "weights")


def scene_of(title: str, text: Prose, fields: Fields, before: Scene | None) -> Scene:
    """The scene without its question.  ValueError, one sentence, for a block that cannot be played."""
    if not 1 <= len(text.paragraphs) <= 3:
        raise ValueError(f"the scene {title!r} has {len(text.paragraphs)} paragraphs of text, it needs 1 to 3")
    cast = _cast(fields, before)
    play = fields.range("play")
    scene = Scene(
        title=title,
        text=text,
        cast=cast,
        time=fields.number("time", str(play[0])),
        play=play,
        view=fields.one_of("view", VIEWS),
        axis=fields.one_of("axis", AXES, "linear"),
        arrows=fields.one_of("arrows", ARROWS, "velocity"),
        centre_of_mass=fields.one_of("centre of mass", ("yes", "no"), "no") == "yes",
        highlight=_ranks(fields.get("highlight"), len(cast.particles)),
        speed=fields.number("speed", "1"),
        question=None,
    )
    fields.end()
    for name, time in (("time", scene.time), ("play", play[0]), ("play", play[1])):
        if not 0 <= time <= cast.horizon:
            raise ValueError(f"{name} is {time:g}: this system is shown from 0 to {cast.horizon:g}")
    if not 0 < scene.speed <= 100:
        raise ValueError(f"speed is {scene.speed:g}: choose one above 0, up to 100")
    return scene


def _cast(fields: Fields, before: Scene | None) -> Cast:
    given = [key for key in SYSTEMS if fields.get(key) is not None]
    if len(given) > 1:
        raise ValueError(f"{given[0]} and {given[1]} are both given: a scene has one system")
    n, seed = fields.whole("n"), fields.whole("seed")
    horizon = None if fields.get("horizon") is None else fields.number("horizon")
    if given != ["scenario"] and (n is not None or seed is not None):
        raise ValueError("n and seed belong to a scenario")
    if given == ["scenario"]:
        if horizon is not None:
            raise ValueError("a scenario has its own horizon: leave it out")
        return _of_scenario(fields.need("scenario"), n, seed)
    if not given:
        if before is None or horizon is not None:
            raise ValueError("no system is given: write scenario, particles or weights")
        return before.cast
    if horizon is None or not horizon > 0:
        raise ValueError("horizon, the time shown, must be given, above 0")
    if given == ["weights"]:
        weights = numbers("weights", fields.list("weights"))
        return Cast("weights", Particles.from_weights(weights), horizon, "weights", weights=weights)
    return Cast("particles", _particles(fields.list("particles")), horizon, "particles")


def _of_scenario(name: str, n: int | None, seed: int | None) -> Cast:
    if len(name) > LONGEST_NAME:
        raise ValueError(f"scenario is {shown(name)}: there is none of such a long name")
    if n is not None and n > MOST_PARTICLES:
        raise ValueError(f"n is {n}: a lesson shows at most {MOST_PARTICLES} particles")
    scenario = scenarios.get(name, n, seed)
    kind = "weights" if name.endswith("-weights") or name == "trained-layer" else "particles"
    return Cast(name, scenario.particles, scenario.horizon, kind, scenario=scenario)


def _particles(rows: list) -> Particles:
    if not all(isinstance(row, list) and len(row) in (2, 3) for row in rows):
        raise ValueError("particles must be a list of [position, velocity] or [position, velocity, mass]")
    full = [[*row, 1] if len(row) == 2 else row for row in rows]
    columns = numbers("particles", [value for row in full for value in row]).reshape(-1, 3).T
    return Particles(*np.ascontiguousarray(columns))


def _ranks(text: str | None, n: int) -> tuple[int, ...]:
    if text is None:
        return ()
    ranks = [word.strip() for word in text.split(",")]
    if not all(rank.isdecimal() and int(rank) < n for rank in ranks):
        raise ValueError(f"highlight is {text[:40]!r}: write ranks from 0 to {n - 1}, with commas")
    return tuple(map(int, ranks))
