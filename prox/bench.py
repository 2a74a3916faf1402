"""How fast the prox is: d x input x solver, as ratios to np.sort of the same array, in one run, answers checked first.

``python -m prox bench`` prints the tables.  The answer to agree with, and the composition to beat, is np.argsort
with scipy.optimize.isotonic_regression.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec

import numpy as np

from particles.measure import PACKAGE, forget_peak, machine, peak, peak_source, resident

from .proximal import prox_weight_sharing
from .solvers import SOLVERS

SIZES = (1_000, 10_000, 100_000, 1_000_000)
TOLERANCE = 1e-6  # of a float32 answer, relative to the largest weight or the strength
ROUND = 0.5  # seconds that a solver may take to be timed more than once
BURST = 2e-3  # a shorter call is repeated for so long, as it would be in use
CAP = 5.0  # a solver expected to take longer is left out
_CRITICAL = 1.2533  # sqrt(pi / 2): a Gaussian cluster of std s and share f starts to merge at 1.2533 s / f


def inputs(d: int) -> Iterator[tuple[str, np.ndarray, float]]:
    """(name, float32 weights, strength): from hardly merging to one cluster, and the shapes that hurt."""
    random = np.random.default_rng(0)
    normal = (0.05 * random.standard_normal(d)).astype(np.float32)
    for name, share in (("Gaussian, few merge", 0.1), ("Gaussian, half merge", 0.5), ("Gaussian, most merge", 2.0)):
        yield name, normal, 0.05 * _CRITICAL * share
    for k, noise in ((16, 1e-4), (100, 1e-4), (1000, 1e-5)):
        if k <= d // 10:
            centres = random.uniform(-1, 1, k)
            w = centres[random.integers(0, k, d)] + noise * random.standard_normal(d)
            yield f"{k} values + noise", w.astype(np.float32), 5 * _CRITICAL * noise * k
    yield "7 of 10 are zero", np.where(random.random(d) < 0.7, 0, normal).astype(np.float32), 0.01
    yield "heavy tail", random.standard_cauchy(d).astype(np.float32), 2.0
    yield "all equal", np.full(d, 0.3, np.float32), 0.05
    plough = np.concatenate(([0.0], 1 + np.cumsum(np.linspace(2, 2.5, d - 1)))).astype(np.float64) / d
    yield "critical grid", plough.astype(np.float32), 1.05


def composition(w: np.ndarray, strength: float) -> np.ndarray:
    """What one would write without this package."""
    from scipy.optimize import isotonic_regression

    d = w.size
    order = np.argsort(w)
    velocity = (d - 1 - 2 * np.arange(d)) / (d - 1)
    out = np.empty_like(w)
    out[order] = isotonic_regression(w[order] + strength * velocity).x
    return out


def contenders() -> dict[str, Callable]:
    """Everything to time, by column name: (weights, strength) -> weights; peers where they are installed."""
    found = {"scipy": composition, "auto": prox_weight_sharing}
    for name in (name for name in SOLVERS if name != "cuda"):
        found[name] = lambda w, strength, name=name: prox_weight_sharing(w, strength, solver=name)
    if find_spec("sklearn"):
        found["sklearn"] = _sklearn
    if find_spec("skglm"):
        found["skglm"] = _skglm
    if find_spec("torchsort"):
        found["torchsort"] = _torchsort
    return found


def run_bench(sizes=SIZES, repeats: int = 15, names: list[str] | None = None) -> None:
    """Print one table a size.  Raises RuntimeError for a wrong answer, ValueError for an unknown column."""
    columns = contenders()
    for name in names or []:
        if name not in columns:
            raise ValueError(f"unknown column {name!r}: the known ones are {', '.join(columns)}")
    columns = {name: f for name, f in columns.items() if not names or name in names or name == "scipy"}
    print("\n".join([*machine(), *_legend(repeats)]))
    taken: dict[tuple, float] = {}
    for d in sorted(sizes):
        print(f"\nd = {d:,}\n{'':22}{'np.sort':>9}" + "".join(f"{name:>11}" for name in columns))
        for name, w, strength in inputs(d):
            seconds = _measure(w, strength, _affordable(columns, name, d, taken), repeats)
            taken.update({(name, column, d): seconds[column] for column in seconds})
            cells = [f"{seconds[c] / seconds['np.sort']:>10.2f}x" if c in seconds else f"{'-':>11}" for c in columns]
            print(f"{name:22}{1e3 * seconds['np.sort']:>6.3g} ms" + "".join(cells), flush=True)
    if not names:
        print("\n" + _memory_line())


def _legend(repeats: int) -> list[str]:
    return [
        f"float32 weights; median of up to {repeats} runs, all columns in turn, each right after an untimed call (a",
        f"short call repeated for {1e3 * BURST:g} ms);",
        f"each answer is checked against scipy's, within {TOLERANCE:g}, before a time is taken",
        "x: times np.sort of the same array; scipy: np.argsort + scipy.optimize.isotonic_regression",
        f"-: expected to take more than {CAP:g} s, by the growth so far",
    ]


def _affordable(columns: dict, name: str, d: int, taken: dict) -> dict:
    """The columns that should stay under the cap if they grow from their last size as ``_growth`` has it."""
    chosen = {}
    for column, function in columns.items():
        sizes = [size for (n, c, size) in taken if n == name and c == column]
        last = max(sizes, default=None)
        skipped = last is None and any(size < d for (n, _, size) in taken if n == name)
        if skipped or (last and taken[name, column, last] * (d / last) ** _growth(column) > CAP):
            continue
        chosen[column] = function
    return chosen


def _growth(column: str) -> float:
    return 2.0 if column in ("end", "imminent") else 1.2


def _measure(w, strength, columns: dict, repeats: int) -> dict[str, float]:
    """Median seconds of every column and of np.sort, in rounds, so that a drift of the machine hits all alike."""
    expected = composition(w.astype(np.float64), strength)
    allowed = TOLERANCE * max(float(np.abs(w).max()), strength)
    columns = {"np.sort": lambda w, _: np.sort(w), **columns}
    once = {}
    for name, function in columns.items():
        function(w, strength)  # compiles, or loads what is compiled
        begin = time.perf_counter()
        answer = function(w, strength)
        once[name] = time.perf_counter() - begin
        worst = float(np.abs(answer - (np.sort(w) if name == "np.sort" else expected)).max())
        if not worst <= allowed:
            raise RuntimeError(f"{name} is wrong by {worst:g} at d = {w.size} (allowed are {allowed:g})")
    taken: dict[str, list] = {name: [] for name in columns}
    for turn in range(repeats):
        for name, function in columns.items():
            if turn and once[name] > ROUND:
                continue
            calls = max(1, int(BURST / once[name]))
            function(w, strength)  # what the column before has left in the caches is not its business
            begin = time.perf_counter()
            for _ in range(calls):
                function(w, strength)
            taken[name].append((time.perf_counter() - begin) / calls)
    return {name: statistics.median(times) for name, times in taken.items()}


def _memory_line() -> str:
    cells = [f"{name} {_memory_in_fresh_process(name):.0f}" for name, *_ in inputs(10_000)]
    return f"bytes a weight beyond input and output, d = 1,000,000 ({peak_source()}): {'; '.join(cells)}"


def _memory_in_fresh_process(name: str) -> float:
    paths = [str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-m", "prox.bench", name]
    child = subprocess.run(command, env=environment, capture_output=True, text=True)
    if child.returncode:
        raise RuntimeError(f"the memory run failed: {(child.stderr.strip().splitlines() or ['no message'])[-1]}")
    return float(child.stdout)


def memory(name: str, d: int = 1_000_000) -> float:
    """Peak bytes a weight that a call takes beside input and output, in this (fresh) process."""
    small, large = ({case[0]: case[1:] for case in inputs(size)}[name] for size in (1 << 17, d))
    prox_weight_sharing(*small)  # compiles, or loads what is compiled, and imports
    before = resident()
    forget_peak()
    result = prox_weight_sharing(*large)
    return (peak() - before - result.nbytes) / d


def _sklearn(w, strength):
    from sklearn.isotonic import isotonic_regression

    d = w.size
    order = np.argsort(w)
    out = np.empty_like(w)
    out[order] = isotonic_regression(w[order] + strength * (d - 1 - 2 * np.arange(d)) / (d - 1))
    return out


def _skglm(w, strength):
    """The prox of sorted l1 (SLOPE), shifted so that all weights are positive."""
    from skglm.penalties import SLOPE

    d = w.size
    step = strength / (d - 1)
    shift = 2 * strength - float(w.min())
    alphas = 2 * step * (d - 1 - np.arange(d, dtype=np.float64))
    return (SLOPE(alphas).prox_vec(w.astype(np.float64) + shift, 1.0) - shift + strength).astype(w.dtype)


def _torchsort(w, strength):
    """The gradient of the Moreau envelope is a soft rank."""
    import torch
    import torchsort

    d = w.size
    step = strength / (d - 1)
    x = torch.from_numpy(w.astype(np.float64))[None]
    rank = torchsort.soft_rank(x, regularization_strength=2 * step)[0].numpy()
    return (w - step * (2 * rank - (d + 1))).astype(w.dtype)


if __name__ == "__main__":
    print(memory(sys.argv[1]))
