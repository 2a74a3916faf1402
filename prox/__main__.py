"""``python -m prox bench | solve``: time the solvers, or compute the prox of an array in a file."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from pathlib import Path

import numpy as np

from particles.checked_file import replacing

from .penalty import weight_sharing
from .proximal import SCOPES, prox_weight_sharing
from .solvers import SOLVERS


def main(argv: list[str] | None = None) -> int:
    """Run a command; 0, or 2 after one sentence on stderr, 130 after Ctrl-C, 141 when nobody reads the output.

    What argparse refuses, it tells in its own way, with the usage.
    """
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    try:
        args = _parser().parse_args(argv)
        args.command(args)
        sys.stdout.flush()
        return 0
    except SystemExit as stop:  # argparse: after --help, or with the error already told
        return stop.code or 0
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (ValueError, TypeError, RuntimeError, OSError, MemoryError) as error:
        print("error:", " ".join(str(error).split()), file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m prox", description="The weight-sharing prox: time it, use it.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    command = commands.add_parser("bench", help="d x input x solver, as ratios to np.sort or, on a GPU, torch.sort")
    command.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where to run (default cpu)")
    sizes = "numbers of weights (default 1e3 1e4 1e5 1e6; on a GPU 1e5 1e6 1e7 1e8)"
    command.add_argument("--sizes", type=_size, nargs="+", help=sizes)
    command.add_argument("--cases", nargs="+", metavar="NAME", help="on a GPU: these inputs only, such as 'all equal'")
    command.add_argument("--repeats", type=int, default=15, help="runs to take the median of (default 15)")
    command.add_argument("--columns", nargs="+", metavar="NAME", help="time these only, beside the yardstick")
    command.set_defaults(command=_bench)

    command = commands.add_parser("solve", help="the prox of the array in an .npy file")
    command.add_argument("weights", help="an .npy file of floats, any shape")
    command.add_argument("--strength", type=float, required=True)
    command.add_argument("--l1", type=float, default=0.0)
    command.add_argument("--rewind", type=float, default=0.0)
    command.add_argument("--scope", choices=SCOPES, default="tensor")
    command.add_argument("--solver", choices=("auto", *SOLVERS), default="auto")
    command.add_argument("--out", help="write the result to this .npy file")
    command.set_defaults(command=_solve)
    return parser


def _size(text: str) -> int:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not (value.is_integer() and 2 <= value <= 2**31 - 1):
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 2 to 2147483647")
    return int(value)


def _bench(args) -> None:
    from . import bench, bench_cuda

    if args.repeats < 1:
        raise ValueError(f"--repeats is {args.repeats}: give at least 1")
    if args.device == "cuda":
        bench_cuda.run_bench(args.sizes or bench_cuda.SIZES, args.repeats, args.cases, args.columns)
        return
    if args.cases:
        raise ValueError("--cases goes with --device cuda: leave it out, or add that")
    bench.run_bench(args.sizes or bench.SIZES, args.repeats, args.columns)


def _solve(args) -> None:
    w = _read(args.weights)
    if args.out and Path(args.out).suffix != ".npy":
        raise ValueError(f"--out is {args.out}: give a name that ends in .npy")
    options = {"l1": args.l1, "rewind": args.rewind, "scope": args.scope, "solver": args.solver}
    prox_weight_sharing(np.zeros(2, w.dtype), args.strength)  # compiles, so that the time below is the prox's
    begin = time.perf_counter()
    result = prox_weight_sharing(w, args.strength, **options)
    seconds = time.perf_counter() - begin
    print(f"{w.size:,} weights {w.dtype} {w.shape}, strength {args.strength:g}: {1e3 * seconds:.3g} ms")
    print(f"distinct values  {np.unique(w).size:>12,} -> {np.unique(result).size:,}")
    print(f"zeros            {np.sum(w == 0):>12,} -> {np.sum(result == 0):,}")
    print(f"R                {weight_sharing(w):>12.6g} -> {weight_sharing(result):.6g}")
    if args.out:
        with replacing(args.out) as file:
            np.lib.format.write_array(file, result, allow_pickle=False)
        print(f"written to {args.out}")


def _read(path: str) -> np.ndarray:
    try:
        array = np.load(path, allow_pickle=False, mmap_mode="r")
    except OSError as error:
        raise OSError(f"could not read {path}: {error.strerror or error}") from None
    except (ValueError, EOFError):
        raise ValueError(f"{path} is not a whole .npy file of numbers: write it with np.save") from None
    if not isinstance(array, np.ndarray):
        raise ValueError(f"{path} is an archive of arrays: save the one array with np.save")
    return np.array(array)


if __name__ == "__main__":
    sys.exit(main())
