"""Named scenarios: systems worth looking at, each with its reason and, where one is known, its answer."""

from __future__ import annotations

import difflib
import operator
from dataclasses import dataclass

import numpy as np

from .catalogue import FIXED, LARGEST_N, SIZED, Answer, known
from .state import Particles

LARGEST_SEED = 2**32 - 1


@dataclass(frozen=True, eq=False)
class Scenario:
    """A system to look at: ``horizon`` (> 0, finite) is a good time to look until, ``why`` says in one sentence what
    there is to see, ``answer`` what is known without simulating; ``seed`` is None where nothing is random."""

    name: str
    particles: Particles
    horizon: float
    why: str
    answer: Answer | None
    n: int
    seed: int | None

    def __repr__(self) -> str:
        return f"Scenario({self.name!r}, n={self.n}, seed={self.seed}, horizon={self.horizon:g})"


def names() -> list[str]:
    """The names of all scenarios."""
    return [*FIXED, *SIZED]


def get(name: str, n: int | None = None, seed: int | None = None) -> Scenario:
    """The scenario of that name with ``n`` particles; the same arguments always give the same particles.

    ``n`` defaults to the scenario's own; a fixed scenario refuses any other.  ``seed`` (default 0) selects the
    random numbers; a scenario without any is the same for every seed.  Raises ValueError for an unknown name
    (suggests the nearest), and for an ``n`` or ``seed`` that cannot be.
    """
    smallest, default, largest = sizes(name)
    n = default if n is None else _integer("n", n, 1, LARGEST_N)
    seed = 0 if seed is None else _integer("seed", seed, 0, LARGEST_SEED)
    if not smallest <= n <= largest:
        wanted = f"exactly {default}" if smallest == largest else f"{smallest} to {largest}"
        raise ValueError(f"scenario {name!r} takes {wanted} particles, got n = {n}")
    row = FIXED.get(name)
    if row is not None:
        answer = known(row.merge_times, row.final_velocity)
        return Scenario(name, Particles(row.position, row.velocity, row.mass), row.horizon, row.why, answer, n, None)
    row = SIZED[name]
    particles, horizon, answer = row.build(n, seed) if row.seeded else row.build(n)
    return Scenario(name, particles, float(horizon), row.why, answer, n, seed if row.seeded else None)


def sizes(name: str) -> tuple[int, int, int]:
    """The smallest, the default and the largest n of a scenario."""
    _check_name(name)
    if name in FIXED:
        return (len(FIXED[name].position),) * 3
    return 2, SIZED[name].n, SIZED[name].largest


def why(name: str) -> str:
    """What there is to see in a scenario, in one sentence."""
    _check_name(name)
    return (FIXED.get(name) or SIZED[name]).why


def _check_name(name: str) -> None:
    if name in names():
        return
    near = difflib.get_close_matches(str(name), names(), n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise ValueError(f"unknown scenario {name!r}: {hint}`python -m particles list` shows all {len(names())}")


def _integer(what: str, value, smallest: int, largest: int) -> int:
    wanted = f"give a whole number from {smallest} to {largest}"
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        value = operator.index(value)
    except TypeError:
        raise ValueError(f"{what} is {value!r}: {wanted}") from None
    if not smallest <= value <= largest:
        raise ValueError(f"{what} is {value}: {wanted}")
    return value
