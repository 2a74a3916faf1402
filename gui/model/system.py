"""What a document holds: particles that keep their identity through edits, and how long to look at them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from particles import Particles, scenarios
from particles.scenarios import Scenario

from .origin import Origin

LONGEST_TEXT = 1000  # characters; what a scenario file takes
LARGEST, SMALLEST = 1e100, 1e-100  # beyond, energies overflow and times have no place on an axis
UNTITLED, OWN = "untitled", "Particles of your own."
EMPTY, EDITED = "An empty line: add particles to it.", "Edited from “"
AFTER_THE_END = 1.1  # look a little past the last collision


class Recipe(NamedTuple):
    """The scenario that a system is, unedited."""

    name: str
    n: int
    seed: int | None


@dataclass(frozen=True, eq=False)
class System:
    """n particles (0 is an empty line) and how they are shown.

    ``ids`` (n,) int64, read-only, name each rank through all edits; ``horizon`` (> 0, finite) is the time shown;
    ``kind`` is "particles" or "weights" (then time is the strength of the penalty).  ``source`` makes it
    and ``origin`` opens as it: None after an edit.  Raises ValueError, in one sentence, for what cannot be.
    """

    particles: Particles
    ids: np.ndarray | None = None
    name: str = UNTITLED
    why: str = OWN
    horizon: float = 1.0
    seed: int | None = None
    kind: str = "particles"
    source: Recipe | None = None
    origin: Origin | None = None

    def __post_init__(self):
        n = len(self.particles)
        ids = np.arange(n) if self.ids is None else np.array(self.ids)
        ids = ids.astype(np.int64, copy=False)
        if ids.shape != (n,):
            raise ValueError(f"there are {ids.size} ids for {n} particles: give one for each particle")
        ids.setflags(write=False)
        object.__setattr__(self, "ids", ids)
        object.__setattr__(self, "horizon", checked_horizon(self.horizon))
        for what in ("name", "why"):
            checked_text(what, getattr(self, what))
        _check_sizes(self.particles)

    def __len__(self) -> int:
        return len(self.particles)

    def __repr__(self) -> str:
        return f"System({self.name!r}, n={len(self)}, kind={self.kind!r}, horizon={self.horizon:g})"

    @classmethod
    def empty(cls) -> System:
        """An empty line, to be filled."""
        return cls(Particles(np.empty(0), np.empty(0)), why=EMPTY)

    @classmethod
    def of_scenario(cls, scenario: Scenario, from_file: bool = False) -> System:
        """A scenario as a system; one of the catalogue's is its own source, one ``from_file`` is not."""
        recipe = None
        if not from_file and scenario.name in scenarios.names():
            recipe = Recipe(scenario.name, scenario.n, scenario.seed)
        return cls(
            scenario.particles,
            name=scenario.name,
            why=scenario.why,
            horizon=scenario.horizon,
            seed=scenario.seed,
            kind="weights" if are_weights(scenario.particles) else "particles",
            source=recipe,
        )

    @classmethod
    def of_weights(cls, weights, name: str, horizon: float | None = None) -> System:
        """Weights of any shape under the penalty; looked at until a little after the last collision."""
        particles = Particles.from_weights(weights)
        if horizon is None:
            horizon = shown_until(last_collision_of_weights(particles.position))
        why = f"{len(particles):,} weights that come together as the penalty grows."
        return cls(particles, name=printable(name), why=why, horizon=horizon, kind="weights")

    def why_edited(self, count: int) -> str:
        """What is said of ``count`` particles that an edit makes of these: nothing that may no longer hold."""
        if count == 0:
            return EMPTY
        if self.name == UNTITLED:
            return OWN
        return self.why if self.why.startswith(EDITED) else f"{EDITED}{self.name[: LONGEST_TEXT // 2]}”."

    @property
    def time_word(self) -> str:
        """What is said before a time: of weights, time is the strength of the penalty."""
        return "strength" if self.kind == "weights" else "t ="

    def to_scenario(self) -> Scenario:
        """As a scenario, without its answer, to be written to a file."""
        return Scenario(self.name, self.particles, self.horizon, self.why, None, len(self), self.seed)

    def ranks(self, ids) -> np.ndarray:
        """The rank of each id, int64; ValueError for an id that is not there."""
        wanted = _as_ids(ids)
        found = self.find(wanted)
        if (found < 0).any():
            raise ValueError(f"there is no particle with id {wanted[found < 0][0]}: it may have been deleted")
        return found

    def holds(self, ids) -> np.ndarray:
        """Is there a particle of each id?  (m,) bool."""
        return self.find(_as_ids(ids)) >= 0

    def find(self, ids: np.ndarray) -> np.ndarray:
        """The rank of each id, -1 where there is none."""
        known, rank = self._by_id
        if known is None:  # ids are places in the table
            if not ids.size or (ids.min() >= 0 and ids.max() < rank.size):
                return rank[ids]
            found = np.full(ids.shape, -1, np.int64)
            inside = (ids >= 0) & (ids < rank.size)
            found[inside] = rank[ids[inside]]
            return found
        where = np.minimum(np.searchsorted(known, ids), known.size - 1)
        return np.where(known[where] == ids, rank[where], -1)

    @cached_property
    def _by_id(self) -> tuple[np.ndarray | None, np.ndarray]:
        """A table of ranks by id where the ids are dense, which edits keep them; else ids in order and their ranks."""
        n, ids = len(self), self.ids
        if ids.min(initial=0) >= 0 and ids.max(initial=0) < 4 * n + 1000:
            table = np.full(int(ids.max(initial=-1)) + 1, -1, np.int64)
            table[ids] = np.arange(n)
            return None, table
        order = np.argsort(ids, kind="stable")
        return ids[order], order


def _as_ids(ids) -> np.ndarray:
    return np.atleast_1d(np.asarray(list(ids) if isinstance(ids, set | frozenset) else ids, dtype=np.int64))


def last_collision_of_weights(position: np.ndarray) -> float:
    """When the last of the sorted weights come together under the penalty, without simulating; 0 for fewer than two.

    All are one when each prefix would, flying freely, have its mean at or beyond the mean of all.  The first j of d
    move on average at (d - j) / (d - 1), all of them at 0.
    """
    d = position.size
    if d < 2:
        return 0.0
    shifted = position - position.mean()
    counts = np.arange(1, d)
    means = np.cumsum(shifted)[:-1] / counts
    return max(0.0, float((-means * (d - 1) / (d - counts)).max()))


def are_weights(particles: Particles, fewest: int = 3) -> bool:
    """Do they move as weights under the penalty?  Two particles that do are no sign of it."""
    n = len(particles)
    return n >= fewest and bool(
        (particles.velocity[0] == min(n - 1, 1))
        and (particles.mass == 1).all()
        and np.array_equal(particles.velocity, Particles.from_weights(particles.position).velocity)
    )


def checked_horizon(horizon) -> float:
    """The time shown as a float, or one sentence."""
    try:
        value = float(horizon)
    except (TypeError, ValueError, OverflowError):
        value = math.nan
    if not SMALLEST <= value <= LARGEST:
        raise ValueError(f"the time shown is {horizon}: give a number from {SMALLEST:g} to {LARGEST:g}")
    return value


def shown_until(last_collision: float) -> float:
    """How long to look at what ends with this collision: a little longer; 1 where that is no time that can be shown."""
    end = AFTER_THE_END * last_collision
    return min(end, LARGEST) if SMALLEST <= end < math.inf else 1.0


def _check_sizes(particles: Particles) -> None:
    """ValueError for numbers so large that energies and moments would overflow; masses are in bounds already."""
    for what in ("position", "velocity"):
        values = getattr(particles, what)
        largest = max(float(values.max(initial=0.0)), -float(values.min(initial=0.0)))
        if largest > LARGEST:
            raise ValueError(f"a {what} of {largest:g} is too large: give numbers up to {LARGEST:g} in size")


def checked_text(what: str, text: str) -> str:
    """A name or a reason as a file takes it: one line of 1 to 1000 printable characters."""
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST_TEXT or not text.isprintable():
        raise ValueError(f"the {what} must be one line of 1 to {LONGEST_TEXT} printable characters")
    return text


def printable(name: str) -> str:
    """A name out of a file made fit to be shown: what cannot be printed becomes a space, and it is not too long."""
    return "".join(c if c.isprintable() else " " for c in str(name))[:LONGEST_TEXT].strip() or "untitled"
