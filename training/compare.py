"""``python -m training compare PRESET``: methods side by side, over seeds, each at the strength that validation chose.

First every method trains once, with seed 0, at each strength of its grid; the one that ends best on the validation
split is taken.  Then it trains once for each seed.  The test split is looked at only for the table.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from particles.measure import machine

from .arguments import FLAGS, Parser, add_settings, given_settings
from .comparison_children import Stopped
from .comparison_report import Comparison, as_text, choose, write
from .comparison_runs import Outcome, Run, run_all
from .comparison_runs import as_text as setting
from .lock import check_place, locked
from .presets import METHODS, configured
from .stopping import GO_ON
from .tables import percent

DEFAULT = ("none", "l1", "beta-lasso", "wsr", "wsr-rewind", "wsr-latent", "cnn")
# Factors of the row's own strength, or else of the preset's. Those of a method not named here: 1.
GRID: dict[str, tuple[float, ...]] = {
    "wsr": (0.3, 1.0, 3.0),
    "wsr-rewind": (1.0, 10.0, 100.0),
    "wsr-latent": (0.3, 1.0, 3.0),
    "wsr-latent-rewind": (0.3, 1.0, 3.0),
    "l1": (0.3, 1.0, 3.0),
    "beta-lasso": (0.3, 1.0, 3.0),
    "group-lasso": (0.3, 1.0, 3.0),
    "subgradient": (0.3, 1.0, 3.0),
}
_FIXED = ("method", "mode", "strength", "seed", "model", "epochs")


def main(argv: list[str]) -> int:
    """Train, and write the comparison into --out; 1 where a run failed, which is named, 130 or 143 after a signal."""
    args = _parser().parse_args(argv)
    command = shlex.join(["python", "-m", "training", "compare", *argv])
    plan = Plan(args)
    check_place(args.out)
    args.out.mkdir(parents=True, exist_ok=True)
    try:
        with locked(args.out):
            return _compare(plan, args, command)
    except Stopped as stop:
        print(f"{stop}, what was under way is saved{GO_ON}{command}", file=sys.stderr)
        return 128 + stop.number


def _compare(plan: Plan, args: argparse.Namespace, command: str) -> int:
    tell = _Teller(args.quiet)
    tell.words(plan.rule())
    grid = run_all(plan.grid_runs(), jobs=args.jobs, data_folder=args.data_folder, tell=tell)
    chosen = plan.choice(grid)
    tell.words("chosen: " + "; ".join(f"{method} {setting(s)}" for method, s in chosen.items() if s))
    runs = run_all(plan.seed_runs(chosen), jobs=args.jobs, data_folder=args.data_folder, tell=tell)
    told = {
        "command": command,
        "machine": [*machine(), f"torch {version('torch')}, {args.jobs} runs at a time, each on one CPU thread"],
        "seeds": args.seeds,
        "epochs": plan.epochs,
        "rule": plan.rule(),
    }
    comparison = Comparison(args.preset_name, told, grid, chosen, runs)
    written = write(comparison, args.out)
    print(as_text(comparison) + "\n")
    print("\n".join(map(str, written)))
    for outcome in comparison.failures:
        print(f"failed: {outcome.run.label}: {outcome.failure} ({outcome.run.folder})", file=sys.stderr)
    return 1 if comparison.failures else 0


class Plan:
    """Which runs a comparison consists of.  Raises ValueError for a preset, a method or settings that do not fit."""

    def __init__(self, args: argparse.Namespace):
        self.preset, self.methods, self.out, self.seeds = args.preset_name, args.methods, args.out, args.seeds
        self.given = {name: value for name, value in given_settings(args).items() if name not in _FIXED}
        self._check_free()
        base = configured(self.preset)
        self.epochs = args.epochs or base.epochs
        self.grid_epochs = args.grid_epochs or self.epochs
        self.factors = {method: GRID.get(method, (1.0,)) for method in self.methods} | dict(args.grid)
        self.given.setdefault("snapshot_every", self.epochs)  # the untrained weights and the last
        for run in self.grid_runs() + self.seed_runs(dict.fromkeys(self.methods)):
            run.config()

    def grid_runs(self) -> list[Run]:
        """Those that choose: none for a method with a single strength."""
        return [
            self._run(method, strength, 0, self.grid_epochs)
            for method in self.methods
            if len(self.factors[method]) > 1
            for strength in self._strengths(method)
        ]

    def seed_runs(self, chosen: dict[str, tuple[float, ...] | None]) -> list[Run]:
        """Those that count, at the chosen strengths (None: the row's own)."""
        return [self._run(method, chosen[method], seed, self.epochs) for method in chosen for seed in range(self.seeds)]

    def choice(self, outcomes: Sequence[Outcome]) -> dict[str, tuple[float, ...] | None]:
        """The strength of each method.  RuntimeError, naming it, where no run of a method's grid has ended."""
        chosen = {}
        for method in self.methods:
            tried = [outcome for outcome in outcomes if outcome.run.method == method]
            best = choose(tried)
            if tried and best is None:
                raise RuntimeError(
                    f"no run of {method} ended: {tried[0].run.label}: {tried[0].failure} ({tried[0].run.folder})"
                )
            only = self._strengths(method)[0] if self._penalized(method) else None
            chosen[method] = best.run.changes["strength"] if best else only
        return chosen

    def rule(self) -> str:
        """How strengths are chosen, in words."""
        grids = "; ".join(
            f"{method}: {' | '.join(map(setting, self._strengths(method)))}"
            for method in self.methods
            if self._penalized(method)
        )
        return (
            f"Each method trains once at each strength of its grid, {self.grid_epochs} epochs, seed 0; the one that "
            f"ends best on the validation split is taken. Strengths by tensor: {grids or 'none'}."
        )

    def _check_free(self) -> None:
        """ValueError where a setting is given that a row of the comparison has a value of its own for."""
        for name, value in self.given.items():
            fixed = {m: METHODS[m][name] for m in self.methods if METHODS[m].get(name, value) != value}
            if fixed:
                flag = FLAGS.get(name, "--" + name.replace("_", "-"))
                rows = ", ".join(f"{method} ({setting(own)})" for method, own in fixed.items())
                raise ValueError(
                    f"{flag} {setting(value)} was given, but is fixed in {rows}: leave {flag} out, or leave these out "
                    "of --methods"
                )

    def _penalized(self, method: str) -> bool:
        return METHODS[method]["method"] != "none"

    def _strengths(self, method: str) -> list[tuple[float, ...]]:
        strength = configured(self.preset, method, **self.given).strength
        return [tuple(float(f"{factor * value:.6g}") for value in strength) for factor in self.factors[method]]

    def _run(self, method: str, strength: tuple[float, ...] | None, seed: int, epochs: int) -> Run:
        changes = self.given | {"seed": seed, "epochs": epochs} | ({"strength": strength} if strength else {})
        name = "-".join([method, *(f"{value:g}" for value in strength or ()), f"epochs{epochs}", f"seed{seed}"])
        return Run(self.preset, method, changes, self.out / "runs" / name)


class _Teller:
    """What happens, on stderr."""

    def __init__(self, quiet: bool):
        self._quiet = quiet

    def words(self, words: str) -> None:
        if not self._quiet:
            print(words, file=sys.stderr, flush=True)

    def __call__(self, outcome: Outcome, done: int, of: int) -> None:
        run, report, failure = outcome
        if report is None:
            self.words(f"[{done}/{of}] {run.label}: failed: {failure}")
            return
        stage = report["stages"]["trained"]
        score = f"{percent(stage['valid_accuracy'])} %" if stage["valid_accuracy"] is not None else "-"
        loss = f"loss {stage['valid_loss']:.4g}"
        self.words(f"[{done}/{of}] {run.label}: validation {score}, {loss}, {report['seconds']:.0f} s")


def _parser() -> Parser:
    parser = Parser(prog="python -m training compare", description=__doc__.partition("\n\n")[2])
    parser.add_argument("preset_name", metavar="PRESET")
    known = f"of {', '.join(METHODS)}; default: {','.join(DEFAULT)}"
    parser.add_argument("--methods", metavar="A,B,...", type=_methods, default=DEFAULT, help=known)
    parser.add_argument("--seeds", metavar="N", type=_positive, default=5, help="seeds 0 .. N - 1 (default: 5)")
    parser.add_argument("--jobs", metavar="N", type=_positive, default=1, help="runs at a time, each on one CPU thread")
    parser.add_argument("--epochs", metavar="N", type=_positive, help="default: the preset's")
    parser.add_argument("--grid-epochs", metavar="N", type=_positive, help="of the runs that choose; default: --epochs")
    parser.add_argument(
        "--grid", metavar="METHOD=FACTOR,...", type=_grid, action="append", default=[],
        help="strengths to try, as factors of the method's own; several times for several methods",
    )  # fmt: skip
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="where all runs and results go")
    parser.add_argument("--data", metavar="DIR", dest="data_folder", help="where data lie that were downloaded")
    parser.add_argument("--quiet", action="store_true", help="only the table")
    add_settings(parser, leave_out=_FIXED)
    return parser


def _methods(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(filter(None, text.split(","))))
    unknown = [name for name in names if name not in METHODS]
    if unknown or not names:
        told = f"there is no method {unknown[0]!r}" if unknown else "no method is named"
        raise argparse.ArgumentTypeError(f"{told}: take some of {', '.join(METHODS)}")
    return names


def _grid(text: str) -> tuple[str, tuple[float, ...]]:
    method, _, factors = text.partition("=")
    try:
        values = tuple(float(factor) for factor in factors.split(","))
    except ValueError:
        values = ()
    if method not in METHODS or not values or not all(0 < value < float("inf") for value in values):
        raise argparse.ArgumentTypeError(f"{text!r} is not METHOD=FACTOR,FACTOR with factors above 0, as wsr=0.3,1,3")
    return method, values


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)
