"""``python -m training list | run | download | compare | report | bench``: train from the command line."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from pathlib import Path

from . import presets
from .arguments import Parser, add_settings, given_settings

DEFAULT_PRESET = "digits-torus"


def main(argv: list[str] | None = None) -> int:
    """Run a command; 0, or 2 after one sentence on stderr, 130 after Ctrl-C, 141 when nobody reads the output."""
    argv = sys.argv[1:] if argv is None else argv
    try:
        if argv and argv[0] in ELSEWHERE:
            return ELSEWHERE[argv[0]](argv[1:]) or 0
        args = _parser().parse_args(argv)
        args.command(args)
        sys.stdout.flush()
        return 0
    except SystemExit as stop:  # argparse: after --help, or with the error already told
        return stop.code or 0
    except KeyboardInterrupt as stop:
        print(str(stop) or "interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the flush at exit finds a reader
        return 141
    except (ValueError, TypeError, RuntimeError, OSError, MemoryError, ImportError) as error:
        print("error:", " ".join(str(error).split()), file=sys.stderr)
        return 2


def _compare(argv: list[str]) -> int:
    from .compare import main as compare

    return compare(argv)


def _report(argv: list[str]) -> int:
    from .report import main as report

    return report(argv)


def _bench(argv: list[str]) -> int:
    from .bench import main as bench

    return bench(argv)


ELSEWHERE = {"compare": _compare, "report": _report, "bench": _bench}


def _parser() -> Parser:
    parser = Parser(prog="python -m training", description="Regularize networks by weight sharing: train, compare.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=Parser)

    command = commands.add_parser("list", help="show presets, data sets and methods")
    command.set_defaults(command=_list)

    command = commands.add_parser("run", help="train one network")
    command.add_argument("preset_name", metavar="PRESET", nargs="?", help=f"default: {DEFAULT_PRESET}")
    command.add_argument("--out", metavar="DIR", type=Path, help="default: runs/PRESET-METHOD-SEED")
    command.add_argument("--resume", action="store_true", help="go on with the run in --out")
    command.add_argument("--data", metavar="DIR", dest="data_folder", help="where data lie that were downloaded")
    command.add_argument("--dry-run", action="store_true", help="show the configuration and what is regularized")
    command.add_argument("--tensorboard", action="store_true", help="write for TensorBoard too")
    command.add_argument("--quiet", action="store_true", help="no progress")
    command.add_argument("--no-figures", action="store_true", help="leave out report.md and its figures at the end")
    add_settings(command)
    command.set_defaults(command=_run)

    command = commands.add_parser("download", help="fetch a data set")
    command.add_argument("name", metavar="DATA_SET", help="see `python -m training list`")
    command.add_argument("--data", metavar="DIR", dest="data_folder", help="where to; default: the user's cache")
    command.set_defaults(command=_download)
    for name, what in (("compare", "methods side by side, over seeds"), ("report", "figures and tables of runs")):
        commands.add_parser(name, help=what)
    commands.add_parser("bench", help="milliseconds of forward, backward, optimizer and prox")
    return parser


def _list(args) -> None:
    from .data import NAMES

    tables = {
        "presets": {name: preset.sentence for name, preset in presets.PRESETS.items()},
        "data sets": NAMES,
        "methods": presets.DESCRIPTIONS,
    }
    columns = max(60, min(shutil.get_terminal_size().columns, 120))
    left = max(len(name) for table in tables.values() for name in table)
    for title, table in tables.items():
        print(title)
        for name, sentence in table.items():
            first, *others = textwrap.wrap(sentence, columns - left - 4) or [""]
            print(f"  {name:<{left}}  {first}")
            for other in others:
                print(" " * (left + 4) + other)
        print()
    print("python -m training run PRESET --method METHOD, with any setting of `python -m training run --help`")


def _run(args) -> None:
    config, folder = _resumed(args) if args.resume else _new(args)
    if args.dry_run:
        from .dry_run import rule_table

        rules = rule_table(config)  # first what may fail: then nothing is printed but the error
        print(f"{json.dumps(config.to_json(), indent=2)}\n\n{rules}\n\nwould be written to {folder}")
        return
    from .launch import ranks_from_environment
    from .loop import train
    from .progress import shown_progress
    from .stopping import Interrupted, resume_command

    first = ranks_from_environment().is_first
    progress = shown_progress() if first and not args.quiet else None
    try:
        report = train(
            config,
            folder,
            resume=args.resume,
            progress=progress,
            tensorboard=args.tensorboard,
            data_folder=args.data_folder,
        )
    except Interrupted as stop:
        raise stop.going_on(resume_command(folder, args.data_folder)) from None
    finally:
        if progress is not None:
            progress.close()
    if first:
        print(_summary(report))
        if not args.no_figures:
            from .report import write_report

            print(f"\n{write_report(folder)}")
        print(f"\n{folder}")


def _new(args):
    changes = given_settings(args)
    preset, method = args.preset_name or DEFAULT_PRESET, changes.pop("method", None)
    config = presets.configured(preset, method, **changes)
    row = method or config.method + ("-latent" if config.mode == "latent" and config.method == "wsr" else "")
    return config, args.out or Path("runs") / f"{preset}-{row}-{config.seed}"


def _resumed(args):
    """The run's own configuration; what is given beside --resume may only repeat it."""
    from .opening import stored_config

    changes = given_settings(args)
    folder = args.out or _new(args)[1]
    config = stored_config(folder)
    preset = args.preset_name or config.preset
    method = changes.pop("method", None)
    row = dict(presets.METHODS[method]) if method not in (None, "cnn") else {}
    wanted = config.replace(**{**row, **changes, "preset": preset})
    for name, value in wanted.to_json().items():
        if value != (stored := config.to_json()[name]):
            raise ValueError(f"{folder}: the run was started with {name} {stored}, not {value}: it goes on as it began")
    return config, folder


def _summary(report: dict) -> str:
    """A line for each stage: accuracies (or losses), and the distinct values of each tensor."""
    lines = []
    for name, stage in report["stages"].items():
        accuracy = stage["test_accuracy"]
        figure = f"test loss {stage['test_loss']:.4g}" if accuracy is None else f"test {100 * accuracy:5.2f} %"
        shared = "  ".join(f"{tensor} {found['distinct']:,} values" for tensor, found in stage["tensors"].items())
        lines.append(f"{name:<10} {figure}  {shared}")
    size = report["shared_file"]
    lines.append(f"shared file {size['bytes']:,} bytes, plainly {size['dense_bytes']:,}")
    return "\n".join(lines)


def _download(args) -> None:
    from .download import download

    download(args.name, args.data_folder)


if __name__ == "__main__":
    sys.exit(main())
