"""The solvers by name: functions (particles, time) -> Clusters, and their steps."""

from __future__ import annotations

from collections.abc import Iterator

from particles.state import Clusters, Particles

from . import end, imminent, search, sequential, steps
from .arrays import is_cupy
from .trace import Step


def _on_gpu(particles: Particles, time: float) -> Clusters:
    """The twin of ``steps`` on a GPU; see ``prox.cuda.solver``, which is loaded when it is first asked for."""
    from .cuda.solver import solve

    return solve(particles, time)


_MODULES = {"sequential": sequential, "steps": steps, "end": end, "imminent": imminent, "search": search}
SOLVERS = {**{name: module.solve for name, module in _MODULES.items()}, "cuda": _on_gpu}


def solve(particles: Particles, time: float, solver: str = "auto") -> Clusters:
    """The clusters of the sticky system at ``time``, by the solver of that name.

    Any masses and velocities.  "auto" is the sequential one, and for particles in CuPy arrays "cuda", which gives
    CuPy arrays.  Raises ValueError for an unknown solver or a time that is negative or not finite, RuntimeError where
    the GPU is asked for and there is none.
    """
    on_gpu = is_cupy(_checked(particles).position)
    if isinstance(solver, str) and solver == "auto":
        solver = "cuda" if on_gpu else "sequential"
    if on_gpu and _known(solver) != "cuda":
        raise ValueError(f"solver {solver!r} computes on the CPU, but the particles are on a GPU: choose 'cuda'")
    return SOLVERS[_known(solver)](particles, time)


def trace(particles: Particles, time: float, solver: str = "steps") -> Iterator[Step]:
    """The steps of a solver, one by one: the clusters after each, what merged, and what it cost.

    "cuda" cannot be looked into while it runs: its twin ``steps`` shows the same steps.
    """
    if _known(solver) == "cuda":
        raise ValueError("the solver 'cuda' shows no steps: look at those of its twin, 'steps'")
    return _MODULES[_known(solver)].trace(_checked(particles), time)


def _known(solver: str) -> str:
    if not isinstance(solver, str) or solver not in SOLVERS:
        raise ValueError(f"unknown solver {solver!r}: the known ones are auto, {', '.join(SOLVERS)}")
    return solver


def _checked(particles) -> Particles:
    if not isinstance(particles, Particles):
        raise TypeError(
            f"particles is a {type(particles).__name__}: build Particles(position, velocity, mass) or use "
            "Particles.from_weights(weights)"
        )
    return particles
