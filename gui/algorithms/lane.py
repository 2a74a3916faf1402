"""One solver's run, recorded: which borders fall at which step, what each step costs, and what it did in words.

A step of a solver only ever removes borders between clusters.  So one number a rank, the step at which the border on
its left falls, holds the partition after every step, and stepping back costs nothing.
"""

from __future__ import annotations

import time as wall
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from particles.state import Clusters, Particles, gather
from prox import solve
from prox.solvers import trace

NEVER = np.iinfo(np.int64).max
BUDGET = 0.2  # s for the timing of one solver
MOST_RUNS = 20  # that are timed


class Stopped(Exception):  # noqa: N818 - not an error: somebody asked for it
    """The recording was asked to stop."""


@dataclass(frozen=True, eq=False)
class Lane:
    """The run of ``solver``.  ``falls`` (n,) int64: the step, from 1, at which the border left of a rank falls
    (``NEVER``: it stands at the end; rank 0 has none that falls).  ``comparisons``, ``work``, ``depth`` (s + 1,): the
    totals after each step, 0 before the first.  ``what`` (s,): each step in words.  ``seconds``: the shortest of
    ``runs`` runs without looking on.  ``final``: its answer, None with ``refusal``, one sentence, where it could not
    run.
    """

    solver: str
    falls: np.ndarray
    comparisons: np.ndarray
    work: np.ndarray
    depth: np.ndarray
    what: tuple[str, ...]
    seconds: float
    final: Clusters | None
    refusal: str = ""
    runs: int = 0

    @property
    def steps(self) -> int:
        return len(self.what)

    def start(self, step: int) -> np.ndarray:
        """The first rank of each cluster after ``step`` steps."""
        return np.flatnonzero(self.falls > step)

    def merged(self, step: int) -> np.ndarray:
        """The ranks (n,) bool that lie in a cluster which step ``step`` (from 1) made; none for step 0."""
        n = self.falls.size
        inside = np.zeros(n, dtype=bool)
        fallen = np.flatnonzero(self.falls == step) if step else np.empty(0, np.int64)
        if fallen.size:
            start = self.start(step)
            touched = np.unique(np.searchsorted(start, fallen, side="right") - 1)
            edges = np.append(start, n)
            for cluster in touched:
                inside[edges[cluster] : edges[cluster + 1]] = True
        return inside


def record(particles: Particles, time: float, solver: str, stopped: Callable[[], bool] = lambda: False) -> Lane:
    """Run ``solver`` to ``time`` and write down its steps.  ``Stopped`` is raised where ``stopped`` says so.

    Where the solver cannot run here (no GPU) the lane has a ``refusal``.  Raises ValueError for a time at which the
    state cannot be computed.
    """
    none = np.zeros(1, np.int64)
    falls = np.full(len(particles), NEVER)
    if solver == "cuda":
        try:
            final, seconds, runs = _timed(particles, time, solver, stopped)
        except (RuntimeError, MemoryError) as error:
            return Lane(solver, falls, none, none, none, (), 0.0, None, str(error))
        return Lane(solver, falls, none, none, none, (), seconds, final, runs=runs)
    standing = falls == NEVER
    costs, what = [(0, 0, 0)], []
    for number, step in enumerate(trace(particles, time, solver), 1):
        if stopped():
            raise Stopped
        for first, stop in step.merged.tolist():
            fallen = first + 1 + np.flatnonzero(standing[first + 1 : stop])
            falls[fallen], standing[fallen] = number, False
        costs.append((step.comparisons, step.work, step.depth))
        what.append(step.what)
    comparisons, work, depth = np.cumsum(np.array(costs, dtype=np.int64), axis=0).T
    final, seconds, runs = _timed(particles, time, solver, stopped)
    return Lane(solver, falls, comparisons, work, depth, tuple(what), seconds, final, runs=runs)


def state(particles: Particles, lane: Lane, step: int, time: float) -> Clusters:
    """The clusters of a lane after ``step`` steps, each where it is at ``time``; they may still overlap."""
    placed = gather(particles, lane.start(step), 0.0)
    position = placed.position + time * placed.velocity
    return Clusters(placed.start, position, placed.velocity, placed.mass)


def _timed(particles: Particles, time: float, solver: str, stopped: Callable[[], bool]) -> tuple[Clusters, float, int]:
    """The answer; the seconds of the shortest run, which is the one least disturbed; and how many were timed.

    A first run, which may compile, does not count.
    """
    final, shortest, runs = solve(particles, time, solver), np.inf, 0
    begun = wall.perf_counter()
    while not runs or (runs < MOST_RUNS and wall.perf_counter() - begun < BUDGET):
        if stopped():
            raise Stopped
        begin = wall.perf_counter()
        solve(particles, time, solver)
        shortest, runs = min(shortest, wall.perf_counter() - begin), runs + 1
    return final, shortest, runs
