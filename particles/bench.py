"""How fast the simulation is, and how much memory it takes: every size in a fresh process, every answer checked first.

``python -m particles bench`` prints the table.  The yardstick for the answer is scipy.optimize.isotonic_regression.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys

import numpy as np

from .history import History
from .measure import PACKAGE, forget_peak, machine, median_seconds, peak, peak_source, resident
from .scenarios import get
from .simulate import simulate

SIZES = (1_000, 10_000, 100_000, 1_000_000)
MEASURABLE = 50_000  # with fewer particles the allocator's own pages outweigh theirs
_COLUMNS = "{:>9} {:>9} {:>10} {:>11} {:>9} {:>9} {:>11} {:>12}"


def run_bench(sizes=SIZES, repeats: int = 5) -> None:
    """Print the table for Gaussian weights of the given sizes.  Raises RuntimeError for a wrong answer."""
    if repeats < 1 or any(n < 2 for n in sizes):
        raise ValueError("give sizes of at least 2 particles, and at least 1 repeat")
    print("\n".join(header(repeats)))
    names = ("n", "events", "seconds", "events/s", "x decade", "bytes/n", "with events", "clusters ms")
    print(_COLUMNS.format(*names), flush=True)
    before = None
    for n in sorted(sizes):
        row = _in_fresh_process(n, repeats)
        growth = "" if before is None or before["n"] == n else f"{_growth_per_decade(before, row):.1f}"
        cells = (f"{row['seconds']:.3g}", f"{row['events'] / row['seconds']:.3g}", growth)
        memory = (_bytes(row["bytes_simulation"]), _bytes(row["bytes_events"]))
        print(_COLUMNS.format(n, row["events"], *cells, *memory, f"{row['clusters_ms']:.3g}"), flush=True)
        before = row


def header(repeats: int) -> list[str]:
    """The machine, the versions, and how the columns are measured."""
    return [
        *machine(),
        f"Gaussian weights, to the last collision, one core; median of {repeats} runs after a warm-up; each answer is",
        "checked against scipy.optimize.isotonic_regression at four times before a time is taken",
        "x decade: growth of the seconds for ten times the particles",
        f"bytes/n: {peak_source()} while simulating, less the resident set before the",
        "  particles were made (they take 24); with events: the same while all events are listed",
        "clusters ms: median time of history.clusters(t)",
        "",
    ]


def check_clusters(history: History, times) -> None:
    """Compare with isotonic regression of the free flight; RuntimeError where position or partition differ.

    Two clusters may be told apart by one and not by the other only where they touch to rounding.
    """
    from scipy.optimize import isotonic_regression

    particles = history.particles
    n = len(particles)
    for t in times:
        flight = particles.position + t * particles.velocity
        fit = isotonic_regression(flight, weights=particles.mass)
        clusters = history.clusters(t)
        tolerance = 1e-9 * max(np.abs(flight).max(), np.abs(particles.position).max())
        worst = np.abs(clusters.expand(clusters.position, n) - fit.x).max()
        differing = np.setxor1d(clusters.start, fit.blocks[:-1])
        width = (fit.x[differing] - fit.x[differing - 1]).max(initial=0.0)
        if worst > tolerance or width > tolerance:
            raise RuntimeError(
                f"wrong clusters at t = {t:g} of {n} particles: a position is off by {worst:g}, a gap of width "
                f"{width:g} is closed by one side only (tolerance {tolerance:g})"
            )


def measure(n: int, repeats: int) -> dict:
    """One row of the table, measured in this process (which should be fresh)."""
    small = simulate(get("gaussian-weights", 5000).particles)  # compiles, or loads what is compiled, and imports
    check_clusters(small, [0.0, small.last_collision])
    before = resident()
    particles = get("gaussian-weights", n).particles
    forget_peak()
    history = simulate(particles)
    bytes_simulation = peak() - before
    forget_peak()
    events = history.events.time.size
    bytes_events = peak() - before
    check_clusters(history, np.quantile(history.merge_times, (0.05, 0.5, 0.95, 1.0)))
    seconds = median_seconds(lambda: simulate(particles), repeats)
    clusters = median_seconds(lambda: history.clusters(0.5 * history.last_collision), max(repeats, 5))
    return {
        "n": n,
        "events": events,
        "seconds": seconds,
        "clusters_ms": 1e3 * clusters,
        "bytes_simulation": bytes_simulation / n if n >= MEASURABLE else None,
        "bytes_events": bytes_events / n if n >= MEASURABLE else None,
    }


def _in_fresh_process(n: int, repeats: int) -> dict:
    paths = [str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-m", "particles.bench", str(n), str(repeats)]
    child = subprocess.run(command, env=environment, capture_output=True, text=True)
    if child.returncode:
        reason = (child.stderr.strip().splitlines() or [f"exit status {child.returncode}"])[-1]
        raise RuntimeError(f"the run with {n} particles failed: {reason}")
    return json.loads(child.stdout)


def _growth_per_decade(before: dict, row: dict) -> float:
    return (row["seconds"] / before["seconds"]) ** (1 / math.log10(row["n"] / before["n"]))


def _bytes(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))
