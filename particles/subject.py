"""What a command is about: a scenario by name or from a file, simulated, or a history read from a file."""

from __future__ import annotations

import math
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from . import scenarios
from .files import read_history, read_scenario
from .history import History
from .simulate import simulate

BYTES_A_PARTICLE = 100  # at the peak of making and simulating them (`python -m particles bench`)


class Subject(NamedTuple):
    """A history and where it comes from: ``scenario`` and ``seconds`` (of simulation) are None where it was read."""

    name: str
    history: History
    horizon: float
    scenario: scenarios.Scenario | None
    seconds: float | None


def history_of(name_or_file: str, n: int | None, seed: int | None, until: float | None) -> Subject:
    """Read the history, or simulate the scenario, up to ``until``."""
    if Path(name_or_file).suffix.lower() == ".npz":
        if (n, seed, until) != (None, None, None):
            raise ValueError(f"{name_or_file} is a finished history: leave out --n, --seed and --until")
        with stage(f"reading {name_or_file}"):
            history = read_history(name_or_file)
            finite = math.isfinite(history.until) and history.until > 0
            horizon = history.until if finite else 1.1 * history.last_collision or 1.0
        return Subject(Path(name_or_file).stem, history, horizon, None, None)
    scenario = scenario_of(name_or_file, n, seed)
    simulate(scenarios.get("two-equal").particles)  # loads or compiles the kernel, which is not part of the timing
    with stage(f"simulating {scenario.n:,} particles"):
        begin = time.perf_counter()
        history = simulate(scenario.particles, math.inf if until is None else until)
        seconds = time.perf_counter() - begin
    return Subject(scenario.name, history, scenario.horizon, scenario, seconds)


def scenario_of(name_or_file: str, n: int | None, seed: int | None) -> scenarios.Scenario:
    """The scenario of that name, or in that .json file."""
    path = Path(name_or_file)
    if path.suffix.lower() == ".npz":
        raise ValueError(f"{path} is a history, which holds no scenario: give a scenario's name or .json file")
    if path.suffix.lower() != ".json":
        if path.name != name_or_file or (path.is_file() and name_or_file not in scenarios.names()):
            raise ValueError(f"{path} is neither a scenario .json nor a history .npz")
        check_memory(n)
        with stage(f"preparing {name_or_file}"):
            return scenarios.get(name_or_file, n, seed)
    if (n, seed) != (None, None):
        raise ValueError(f"{path} holds its particles: leave out --n and --seed")
    with stage(f"reading {path}"):
        return read_scenario(path)


def check_memory(n: int | None, bytes_a_particle: int = BYTES_A_PARTICLE) -> None:
    """Refuse what would only make the system run out of memory, where it tells how much there is."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return
    free = next((1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")), math.inf)
    if n is not None and n * bytes_a_particle > free:
        raise ValueError(
            f"{n:,} particles need about {n * bytes_a_particle / 2**30:.0f} GiB of memory, {free / 2**30:.0f} GiB "
            "are free: give a smaller n"
        )


@contextmanager
def stage(what: str, after: float | None = None):
    """Tell what is being done, and afterwards how long it took, where someone watches stderr.

    With ``after`` it is told wherever stderr goes, but only of what takes longer than so many seconds.
    """
    told, begin = threading.Event(), time.perf_counter()

    def tell() -> None:
        print(f"{what} ...", file=sys.stderr, flush=True)
        told.set()

    timer = threading.Timer(after or 0.0, tell)
    if after:
        timer.start()
    elif after is not None or sys.stderr.isatty():
        tell()
    try:
        yield
    finally:
        timer.cancel()
        if timer.ident is not None:
            timer.join()
    if told.is_set():
        print(f"  {time.perf_counter() - begin:.2f} s", file=sys.stderr, flush=True)


def percent(done: int, total: int) -> None:
    """Progress on one line of stderr."""
    print(f"\r  {100 * done // total} %", end="\n" if done == total else "", file=sys.stderr, flush=True)
