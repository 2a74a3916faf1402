"""Numbers for other programs: the collisions, and where every particle is over time, as CSV."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from particles import History
from particles.checked_file import replacing
from particles.files import ROWS_AT_ONCE, write_events

__all__ = ["MOST_ROWS", "write_events", "write_positions"]

MOST_ROWS = 20_000_000  # about 1.5 GB
_COLUMNS = "time,particle,position,velocity,cluster,cluster_mass"


def write_positions(
    path, history: History, ids: np.ndarray, times: np.ndarray, progress: Callable[[int, int], None] | None = None
) -> None:
    """Write a row for each particle at each of ``times``: 17 significant digits, which read back exactly.

    ``particle`` is its id; ``cluster`` the lowest rank in its cluster, so that equal numbers at one time are one
    cluster.  ``progress(done, total)`` is called after every moment.  Whole or not at all; OSError, naming ``path``.
    """
    n = len(history.particles)
    if n * len(times) > MOST_ROWS:
        raise ValueError(
            f"{n:,} particles at {len(times):,} times are {n * len(times):,} rows: at most {MOST_ROWS:,} are written, "
            "so choose fewer times"
        )
    with replacing(path) as file:
        file.write(f"{_COLUMNS}\n".encode())
        for done, time in enumerate(np.asarray(times).tolist(), 1):
            for rows in _rows(history, ids, time):
                file.write(rows)
            if progress is not None:
                progress(done, len(times))


def _rows(history: History, ids: np.ndarray, time: float):
    clusters = history.clusters(time)
    n = len(history.particles)
    of_clusters = (clusters.position, clusters.velocity, clusters.start, clusters.mass)
    columns = [ids, *(clusters.expand(values, n) for values in of_clusters)]
    row = f"{time:.17g},%d,%.17g,%.17g,%d,%.17g\n"
    for begin in range(0, n, ROWS_AT_ONCE):
        part = [np.asarray(column)[begin : begin + ROWS_AT_ONCE].tolist() for column in columns]
        yield (row * len(part[0]) % tuple(itertools.chain.from_iterable(zip(*part, strict=True)))).encode()
