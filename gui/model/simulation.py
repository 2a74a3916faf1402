"""The whole history of a system, with everything that views read of it."""

from __future__ import annotations

from particles import History, simulate

from .lineage import colours
from .system import System


def prepared(system: System) -> History:
    """Simulated to the end of time; events and colours are made here, so that no view has to wait for them."""
    history = simulate(system.particles)
    history.events  # noqa: B018 - computed once and kept
    colours(history)
    return history
