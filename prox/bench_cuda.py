"""How fast the prox is on a GPU: d x input x way, as ratios to torch.sort of the same tensor, answers checked first.

``python -m prox bench --device cuda`` prints the tables, in Markdown; benchmarks/README.md says how to read them.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from . import bench
from .proximal import prox_weight_sharing
from .torch_check import COMPARED, RELATIVE, referee
from .torch_paper import imminent_prox, search_prox
from .torch_timing import Place, gpu

SIZES = (100_000, 1_000_000, 10_000_000, 100_000_000)
CASES = {  # the inputs of prox/bench.py, and what a call is to take at most, as a multiple of torch.sort
    "Gaussian, few merge": 1.3,
    "Gaussian, half merge": 1.3,
    "16 values + noise": 0.5,
    "1000 values + noise": 0.5,
    "all equal": 0.5,
    "critical grid": 1.3,
    "heavy tail": 1.3,
}
AIMED = 10_000_000  # from so many weights on
YARDSTICKS = ("torch.sort", "copy")  # are torch's own, and not checked
ROUNDS = 2000  # of imminent at most; fewer for more than a million weights


class Problem(NamedTuple):
    case: str
    w: np.ndarray
    strength: float


class TooMuchError(Exception):
    """A way takes too many rounds."""


def ways(place: Place) -> dict[str, Callable]:
    """By column: (tensor, strength) -> a function that takes a tensor like it and gives what is to be timed."""
    return {
        "torch.sort": _direct(lambda w, _: w.sort().values),
        "copy": _direct(lambda w, _: w.clone()),
        "here": _direct(_here),
        "here, in a graph": _in_graph(place),
        "search": _direct(search_prox),
        "imminent": _direct(_imminent),
        "array-level": _direct(_array_level),
    }


def run_bench(sizes=SIZES, repeats: int = 15, cases=None, names=None, place: Place | None = None) -> None:
    """Print one table a size, and which aims are met.

    Raises RuntimeError for a wrong answer or where there is no GPU, ValueError for an unknown case or column.
    """
    place = place or gpu("bench --device cuda")
    cases, columns = _known("case", cases or [*CASES], CASES), ways(place)
    names = _known("column", names or [*columns], columns)
    columns = {name: way for name, way in columns.items() if name in names or name == "torch.sort"}
    print(
        "\n".join(
            [f"# The prox beside torch.sort: {place.description[0].partition(',')[0]}", "", *_legend(place, repeats)]
        )
    )
    taken, aims = {}, []
    _warm(place, columns, min(sizes))
    for d in sorted(sizes):
        print(
            f"\n## d = {d:,}\n\n| weights | {' | '.join(columns)} | bytes/weight |\n|---{'|---:' * (len(columns) + 1)}|"
        )
        for problem in (Problem(*found) for found in bench.inputs(d) if found[0] in cases):
            chosen = bench._affordable(columns, problem.case, d, taken)
            times, memory = _measure(place, problem, chosen, repeats)
            # What has not ended counts as too slow for the next size.
            taken.update({(problem.case, name, d): times.get(name, 2 * bench.CAP) for name in chosen})
            print(_row(problem.case, columns, times, memory), flush=True)
            if d >= AIMED and "here" in times:
                aims.append(_aim(problem.case, d, times["here"] / times["torch.sort"]))
    if aims:
        print("\n".join(["\n## Aims", "", *aims]), flush=True)


def _legend(place: Place, repeats: int) -> list[str]:
    lines = [
        *place.description,
        *bench.machine(),
        "float32 weights. torch.sort in ms, the others as multiples of it: device events around a call, the GPU idle "
        f"before; medians of {repeats} calls, all columns in turn (of one where it takes {bench.ROUND:g} s or more)",
        "no call finds its input in a cache, and where its output will be there are NaNs before",
        f"each answer is checked before any time is taken, and the last one again: up to d = {COMPARED:,} against the "
        "CPU's in float64, beyond that by the conditions of optimality in float64 (prox/torch_check.py); allowed are "
        f"{RELATIVE:g} of the value or the strength",
        "here: prox_weight_sharing of a CUDA tensor, from call to result; in a graph: captured once and replayed",
        "search, imminent: the paper's algorithms as array-level torch; array-level: what is used without CuPy",
        f"-: expected to take more than {bench.CAP:g} s by the growth so far, or it needs more memory than there is or "
        f"more rounds than {ROUNDS:,} (than 2e9 / d beyond d = 1,000,000)",
        "bytes/weight: in use at most during a call of here, beside input and output",
    ]
    return [f"- {line}" for line in lines]


def _warm(place: Place, columns, d: int) -> None:
    """Compile, and load what is compiled."""
    _, w, strength = next(bench.inputs(d))
    w = _inputs(place._replace(cache=0), w)[0]
    for way in columns.values():
        try:
            way(w, strength)(w)()
        except _too_much():
            continue


def _measure(place: Place, problem: Problem, columns, repeats: int) -> tuple[dict[str, float], float | None]:
    """Median seconds of each column that ends; and the bytes a weight that a call takes beside input and output."""
    inputs = _inputs(place, problem.w)
    fault = referee(problem.w, inputs[0], problem.strength)
    judges = {name: partial(_judge, name, problem, fault) for name in columns}
    once, ready = {}, {}
    for name, way in columns.items():
        try:
            ready[name] = way(inputs[0], problem.strength)
            once[name] = _timed(place, ready[name], inputs, 0, judges[name])
            if once[name] < bench.ROUND:
                once[name] = _timed(place, ready[name], inputs, len(inputs) - 1, judges[name])
        except _too_much():
            if name == "torch.sort":
                raise
            once.pop(name, None)
    short = [name for name in once if once[name] < bench.ROUND]
    taken = {name: [] if name in short else [once[name]] for name in once}
    for turn in range(repeats):
        for place_in_turn, name in enumerate(short):
            number = (turn * len(short) + place_in_turn) % len(inputs)
            check = judges[name] if turn == repeats - 1 else None
            taken[name].append(_timed(place, ready[name], inputs, number, check))
    memory = None
    if "here" in taken:
        used = place.most_allocated(lambda: _here(inputs[0], problem.strength))
        memory = used / problem.w.size - problem.w.itemsize
    return {name: statistics.median(times) for name, times in taken.items()}, memory


def _timed(place: Place, ready, inputs, number: int, check) -> float:
    """Seconds of one call for the input of that number; ``check`` takes the answer and the number."""
    w = inputs[number]
    work = ready(w)
    poison = [w.new_full(w.shape, float("nan")) for _ in range(2)]
    del poison  # the allocator gives this memory to the next tensors of the size
    inputs.amax()  # reads every input, so that what was read before has left the cache
    milliseconds, answer = place.milliseconds(work)
    if check:
        check(answer, number)
    return 1e-3 * milliseconds


def _inputs(place: Place, w: np.ndarray):
    """(n, d): the weights rolled by 0, 1, 2, ... places, so many that they do not fit into the cache together."""
    import torch

    first = torch.from_numpy(w).to(place.device)
    return torch.stack([first.roll(places) for places in range(1 + place.cache // w.nbytes)])


def _judge(name: str, problem: Problem, fault: Callable, answer, places: int) -> None:
    """RuntimeError where the answer for the weights rolled by so many places is wrong."""
    wrong = None if name in YARDSTICKS else fault(answer.roll(-places))
    if wrong:
        raise RuntimeError(f"{name} is wrong at d = {problem.w.size:,}, {problem.case}: {wrong}")


def _direct(function) -> Callable:
    return lambda _, strength: lambda w: partial(function, w, strength)


def _here(w, strength):
    return prox_weight_sharing(w, strength)


def _in_graph(place: Place) -> Callable:
    """Captured once; other weights are put where the first ones were."""

    def way(w, strength):
        weights = w.clone()
        replay, answer = place.capture(lambda: _here(weights, strength))

        def work():
            replay()
            return answer

        def ready(w):
            weights.copy_(w)
            answer.fill_(float("nan"))
            return work

        return ready

    return way


def _imminent(w, strength):
    try:
        return imminent_prox(w, strength, max_rounds=max(20, min(ROUNDS, 2 * 10**9 // w.numel())))
    except RuntimeError as error:
        if "max_rounds" in str(error):
            raise TooMuchError from None
        raise


def _array_level(w, strength):
    from .torch_solver import prox_rows

    return prox_rows(w[None], strength).values[0]


def _too_much():
    import torch

    return TooMuchError, MemoryError, torch.cuda.OutOfMemoryError


def _known(what: str, names, known):
    for name in names:
        if name not in known:
            raise ValueError(f"unknown {what} {name!r}: the known ones are {'; '.join(known)}")
    return names


def _row(case: str, columns, times, memory) -> str:
    yardstick = times["torch.sort"]
    cells = [f"{times[name] / yardstick:.2f}x" if name in times else "-" for name in columns if name != "torch.sort"]
    return f"| {' | '.join([case, f'{1e3 * yardstick:.3g} ms', *cells, '-' if memory is None else f'{memory:.1f}'])} |"


def _aim(case: str, d: int, ratio: float) -> str:
    met = "met" if ratio <= CASES[case] else "not met"
    return f"- {case}, d = {d:,}: here {ratio:.2f}x, at most {CASES[case]:g}x is aimed at: {met}"
