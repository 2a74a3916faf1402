"""What the pages and a crowd will need, loaded in a worker while nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module

from .parts import PAGE_TEXT, part

AFTER_MS = 1500  # after the window is shown: not before its first second is over


def warm_up(workers) -> None:
    """Import pages and dialogs, and bring the kernels that draw a crowd into memory."""
    workers.run(_load, lambda _: None, "", failed=lambda _: None, key="warming")


def _load(task) -> None:
    """Whatever fails here fails again, with a message, where it is needed."""
    for name in (*PAGE_TEXT, "lessons"):
        if task.cancelled:
            return
        if name != "particles":
            part(name)
    import numpy as np

    from prox import prox_weight_sharing

    import_module("gui.export.dialog")
    load_kernels()
    prox_weight_sharing(np.linspace(-1.0, 1.0, 3), 0.1)  # what lessons state


def with_kernels(work: Callable) -> Callable:
    """The work, after the kernels: who opens a crowd at once would else wait for them in its first paint."""

    def done():
        load_kernels()
        return work()

    return done


@cache
def load_kernels() -> None:
    """Each kernel runs once, on next to nothing."""
    import numpy as np

    from particles import Particles, simulate

    from ..draw.heavy_paths import HeavyPaths
    from ..draw.raster import shaded, totals
    from ..draw.strip import LogScale, bars, column_masses
    from ..draw.world_raster import mass_raster
    from ..model.lineage import nodes_at
    from ..model.selection import light_up
    from ..model.time_axis import TimeAxis
    from ..views.hull_diagram import COLUMNS, curve, sums_of

    n = 2 * COLUMNS + 2
    history = simulate(Particles.from_weights(np.linspace(-1.0, 1.0, n)))
    mass, table = history.particles.mass, np.zeros(256, np.uint32)
    nodes_at(history, 0.0)
    light_up(np.zeros(history.tree.first.size, np.bool_), history.tree.left, history.tree.right)
    curve(sums_of(history, 1.0), 0.0, (0.0, float(n)), np.arange(n + 1))
    TimeAxis("merges", history, 1.0)
    columns = column_masses(history.particles.position, mass, 4)
    bars(columns, 4, LogScale.of(mass), table)
    lines = HeavyPaths.of(history, 1.0, TimeAxis("linear", history, 1.0)).made_ready(4.0).level(4.0)
    total = mass_raster(lines, history.tree.mass[lines.node], (4, 4), ((-1.0, 1.0), (0.0, 1.0)))
    shaded(total, table, 0.5, 1.0)
    totals(columns, columns, (4, 4))
