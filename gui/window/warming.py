"""What the pages and a crowd will need, loaded while nobody waits for it.

In a worker what computes, and in the main thread, a little at a time, what makes classes of Qt.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from importlib import import_module

import numpy as np
from PySide6.QtCore import QObject, QTimer

from particles import Particles, simulate

from ..draw.heavy_paths import HeavyPaths
from ..draw.raster import shaded, totals
from ..draw.strip import LogScale, bars, column_masses
from ..draw.world_raster import mass_raster
from ..model.lineage import nodes_at
from ..model.selection import light_up
from ..model.time_axis import TimeAxis
from .parts import page_modules

AFTER_MS = 1500  # after the window is shown: not before its first second is over
_REST_MS = 15  # between modules
# What the pages import and what makes no class of Qt.
_NO_QT = ("prox", "training.presets", "training.run_log", "PIL.Image", "imageio_ffmpeg")


class Warming(QObject):
    """Imports the pages and brings the kernels that draw a crowd into memory; ``done`` when that has ended."""

    def __init__(self, workers, parent: QObject | None = None):
        super().__init__(parent)
        self._left = page_modules()
        self._timer = QTimer(self, interval=_REST_MS)
        self._timer.timeout.connect(self._step)
        workers.run(_load, lambda _: self._timer.start(), "", failed=lambda _: self._timer.start(), key="warming")

    @property
    def done(self) -> bool:
        """Whether all has been tried."""
        return not self._left

    def _step(self) -> None:
        """Whatever fails here fails again, with a message, where it is needed."""
        name = self._left.pop(0)
        try:
            import_module(name)
        except Exception as error:
            logging.getLogger(__name__).info("%s was not loaded ahead: %s", name, error)
        if self.done:
            self._timer.stop()


def _load(task) -> None:
    for name in _NO_QT:
        if task.cancelled:
            return
        import_module(name)
    load_kernels()
    import_module("prox").prox_weight_sharing(np.linspace(-1.0, 1.0, 3), 0.1)  # what lessons state


def with_kernels(work: Callable) -> Callable:
    """The work, after the kernels: who opens a crowd at once would else wait for them in its first paint."""

    def done():
        load_kernels()
        return work()

    return done


@cache
def load_kernels() -> None:
    """Each kernel runs once, on next to nothing."""
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
