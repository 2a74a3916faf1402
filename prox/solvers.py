"""The solvers by name: functions (particles, time) -> Clusters, and their steps."""

from __future__ import annotations

from collections.abc import Iterator

from particles.state import Clusters, Particles

from . import end, imminent, search, sequential, steps
from .trace import Step

_MODULES = {"sequential": sequential, "steps": steps, "end": end, "imminent": imminent, "search": search}
SOLVERS = {name: module.solve for name, module in _MODULES.items()}


def solve(particles: Particles, time: float, solver: str = "auto") -> Clusters:
    """The clusters of the sticky system at ``time``, by the solver of that name ("auto": the sequential one).

    Any masses and velocities.  Raises ValueError for an unknown solver or a time that is negative or not finite.
    """
    return SOLVERS[_known("sequential" if isinstance(solver, str) and solver == "auto" else solver)](
        _checked(particles), time
    )


def trace(particles: Particles, time: float, solver: str = "steps") -> Iterator[Step]:
    """The steps of a solver, one by one: the clusters after each, what merged, and what it cost."""
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
