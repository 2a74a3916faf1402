"""``python -m particles list | run | plot | export | bench``: scenarios from the command line."""

from __future__ import annotations

import argparse
import logging
import math
import os
import shutil
import sys
import textwrap
import warnings
from pathlib import Path

from . import arguments, scenarios
from .diagnostics import snapshot
from .files import write_events, write_history, write_scenario
from .subject import history_of, percent, scenario_of, stage

FIGURE_NAMES = ("world-lines", "line", "tree", "energy", "hull", "all")


def main(argv: list[str] | None = None) -> int:
    """Run a command; 0, or 2 after one sentence on stderr, 130 after Ctrl-C, 141 when nobody reads the output."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("stickyweights").setLevel(logging.INFO)
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
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the flush at exit finds a reader
        return 141
    except MemoryError as error:
        return _fail(f"not enough memory for this many particles ({error})")
    except (ValueError, RuntimeError, OSError) as error:
        return _fail(str(error))


def _fail(sentence: str) -> int:
    print("error:", " ".join(sentence.split()), file=sys.stderr)
    return 2


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"error: {message} (`{self.prog} --help` shows what can be given)\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m particles", description="Sticky particles on a line: simulate, look, save.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=_Parser)

    command = commands.add_parser("list", help="show all scenarios")
    command.set_defaults(command=_list)

    command = _add_subject(commands.add_parser("run", help="simulate and print what happened"))
    command.add_argument("--save", metavar="FILE.npz", type=arguments.path(".npz"), help="write the history")
    command.set_defaults(command=_run)

    command = _add_subject(commands.add_parser("plot", help="draw a figure into a file"))
    command.add_argument("--figure", choices=FIGURE_NAMES, default="all", help="default: all, on one page")
    command.add_argument("--theme", choices=("light", "dark"), default="light")
    command.add_argument(
        "--out", metavar="FILE", type=arguments.path(".png", ".svg", ".pdf"), help="default: NAME-FIGURE.png"
    )
    command.add_argument(
        "--width", metavar="INCHES", type=arguments.positive, help="of the page; its proportions are kept"
    )
    command.add_argument("--dpi", type=arguments.positive, default=200.0, help="dots per inch (default: 200)")
    command.set_defaults(command=_plot)

    command = _add_subject(commands.add_parser("export", help="write scenario, history or events"), looks=False)
    kinds = arguments.path(".json", ".npz", ".csv")
    command.add_argument("--to", metavar="FILE", type=kinds, required=True, help=".json, .npz or (events) .csv")
    command.set_defaults(command=_export)

    command = commands.add_parser("bench", help="measure speed and memory, checked against SciPy")
    command.add_argument("--sizes", metavar="N", type=arguments.count, nargs="+", help="default: 1e3 1e4 1e5 1e6")
    command.add_argument("--repeats", metavar="K", type=arguments.count, default=5, help="runs to take the median of")
    command.set_defaults(command=_bench)
    return parser


def _add_subject(command, looks: bool = True):
    command.add_argument("subject", metavar="NAME_OR_FILE", help="a scenario's name, a scenario .json, a history .npz")
    command.add_argument("--n", type=arguments.count, help="number of particles")
    command.add_argument("--seed", type=arguments.count, help="seed of the random numbers (default: 0)")
    command.add_argument(
        "--until", metavar="TIME", type=arguments.time, help="stop there (default: run to the last collision)"
    )
    if looks:
        command.add_argument("--at", metavar="TIME", type=arguments.moment, help="the time to look at")
    return command


def _subject(args):
    if args.until is not None and getattr(args, "at", None) is not None and args.at > args.until:
        raise ValueError(f"--at {args.at:g} is after the end of the simulation: give an --until of {args.at:g} or more")
    return history_of(args.subject, args.n, args.seed, args.until)


def _list(args) -> None:
    columns = max(60, min(shutil.get_terminal_size().columns, 120))
    left = max(map(len, scenarios.names()))
    print(f"{'name':<{left}}  {'n':>5}  what there is to see")
    for name in scenarios.names():
        smallest, n, largest = scenarios.sizes(name)
        size = f"{n}" if smallest == largest else f"{n} *"
        lines = textwrap.wrap(scenarios.why(name), columns - left - 11)
        print(f"{name:<{left}}  {size:>6}  {lines[0]}")
        for line in lines[1:]:
            print(" " * (left + 10) + line)
    print("\n* any number: --n N (trained-layer: up to its default); random ones take --seed S")


def _run(args) -> None:
    run = _subject(args)
    history, particles = run.history, run.history.particles
    end = history.until if math.isfinite(history.until) else history.last_collision
    look = min(run.horizon, history.until) if args.at is None else args.at
    with stage("taking stock"):
        times = history.tree.time
        columns = [snapshot(history, t) for t in sorted({look, end} if times.size else {look})]
    print(run.name + (f": {run.scenario.why}" if run.scenario else ""))
    rate = f", {times.size / run.seconds:,.0f} a second" if run.seconds and times.size else ""
    span = f"the first at t = {times[0]:.6g}, the last at t = {times[-1]:.6g}" if times.size else "nobody meets"
    print(f"{len(particles):,} particles, {times.size:,} collisions{rate}; {span}")
    if run.scenario and run.scenario.answer:
        print("known without simulating: " + _told(run.scenario.answer))
    print()
    for label, *cells in _table(columns, columns[0].kinetic_energy + columns[0].heat):
        print(f"{label:<22}" + "".join(f"{cell:>22}" for cell in cells))
    if args.save:
        write_history(args.save, history)
        print(f"\nhistory written to {args.save}")


def _table(columns, initial_energy: float):
    """Rows of the summary: a label and a cell for each snapshot."""
    yield "", *(f"t = {c.time:.6g}" for c in columns)
    yield "clusters", *(f"{c.clusters:,}" for c in columns)
    yield "largest", *(f"{c.largest:,} particle{'s' * (c.largest > 1)}" for c in columns)
    yield "kinetic energy", *(f"{c.kinetic_energy:.6g}" for c in columns)
    share = 100 / initial_energy if initial_energy > 0 else 0.0
    yield "heat", *(f"{c.heat:.6g} ({c.heat * share:.1f} %)" for c in columns)
    yield "centre of mass", *(f"{c.centre_of_mass:.6g}" for c in columns)
    yield "momentum", *(f"{c.momentum:.6g}" for c in columns)
    yield "momentum drift", *(f"{c.momentum_drift:.3g} ulp" for c in columns)
    yield "information lost", *(f"{c.information_lost:.4g} bits" for c in columns)


def _told(answer) -> str:
    facts = []
    if answer.first_merge is not None:
        facts.append(f"first collision at t = {answer.first_merge:.6g}")
    if answer.last_merge is not None:
        facts.append(f"last at t = {answer.last_merge:.6g}")
    if answer.clusters is not None:
        facts.append(f"{answer.clusters:,} cluster{'s' * (answer.clusters > 1)} in the end")
    return ", ".join(facts)


def _plot(args) -> None:
    from . import figures  # matplotlib takes a second to load

    run = _subject(args)
    out = args.out or Path(f"{Path(args.subject).stem}-{args.figure}.png")
    until = run.horizon if args.until is None and run.horizon <= run.history.until else None
    if until is not None and args.at is not None:
        until = max(until, args.at)
    draw = figures.overview if args.figure == "all" else figures.FIGURES[args.figure]
    with stage(f"drawing {args.figure}"):
        figure = draw(run.history, time=args.at, until=until, theme=args.theme)
        if args.width is not None:
            width, height = figure.get_size_inches()
            figure.set_size_inches(args.width, args.width * height / width)
        inches = max(figure.get_size_inches())
        if not (inches <= 100 and args.dpi >= 1 and inches * args.dpi <= 20_000):
            raise ValueError(
                f"a page of {inches:g} inches at {args.dpi:g} dots per inch cannot be drawn: take up to 100 inches, "
                "1 dot per inch or more, and up to 20,000 dots in all"
            )
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message="constrained_layout not applied")
            try:
                figures.save(figure, out, dpi=args.dpi)
            except UserWarning:
                raise ValueError("the page is too small for its text: give a larger --width or --dpi") from None
    print(out)


def _export(args) -> None:
    if args.to.suffix.lower() == ".json":
        if args.until is not None:
            raise ValueError("a scenario .json holds no history: leave out --until")
        write_scenario(args.to, scenario_of(args.subject, args.n, args.seed))
    else:
        history = _subject(args).history
        with stage(f"writing {args.to}"):
            if args.to.suffix.lower() == ".npz":
                write_history(args.to, history)
            else:
                write_events(args.to, history, percent if sys.stderr.isatty() else None)
    print(args.to)


def _bench(args) -> None:
    from .bench import SIZES, run_bench

    run_bench(args.sizes or SIZES, args.repeats)


if __name__ == "__main__":
    sys.exit(main())
