"""The whole history of a system, with everything that views read of it."""

from __future__ import annotations

from particles import History, simulate
from particles.subject import check_memory

from .lineage import colours
from .system import System

AT_ONCE = 10_000  # particles that are simulated (milliseconds) while the user waits
SIMULATING = "simulating"  # what ``Document.run`` is told
BYTES_A_PARTICLE = 550  # at the peak of simulating and drawing them (measured with one and with four million)


def check_room(n: int) -> None:
    """ValueError, in one sentence, where so many particles could not be simulated and shown in the free memory."""
    check_memory(n, BYTES_A_PARTICLE)


def prepared(system: System) -> History:
    """Simulated to the end of time; events, colours, the table of ids are made here: no view has to wait for them."""
    history = simulate(system.particles)
    history.events  # noqa: B018 - computed once and kept
    colours(history)
    system.holds(())
    return history
