"""``python app.py [SCENARIO | FILE | RUN FOLDER]``: the window, or without one a picture or a film.

Qt is imported only when something is to be shown: ``--help`` and ``--version`` answer at once, and a missing library
is one sentence.
"""

from __future__ import annotations

import argparse
import gc
import re
import sys
from pathlib import Path

from .export.output_size import LARGEST, SMALLEST

PICTURES, FILMS = (".png", ".svg", ".pdf"), (".mp4", ".gif")


def main(argv: list[str] | None = None) -> int:
    """Run the command; 0, or 2 after one sentence on stderr, 130 after Ctrl-C."""
    try:
        return _run(_parser().parse_args(argv))
    except SystemExit as stop:  # argparse: after --help, or with the error already told
        return stop.code or 0
    except KeyboardInterrupt:
        return 130
    except MemoryError:
        return _fail("there is not enough memory for this many particles")
    except (ValueError, OSError, RuntimeError) as error:
        return _fail(str(error))


def _run(args: argparse.Namespace) -> int:
    from .model.engine import load_engine
    from .window.start_up import CannotStartError, load_qt, why_no_window

    gc.disable()  # nothing of what is loaded now will be garbage
    try:
        there = load_engine()
        load_qt()
    except CannotStartError as error:
        gc.enable()
        return _fail(str(error))
    if args.snapshot or args.film:
        return _headless(args)
    if reason := why_no_window():
        return _headless(args, f"No window can be opened: {reason}.")
    from .window.application import run

    return run(args, first_start=not there)


def _headless(args: argparse.Namespace, told: str = "") -> int:
    gc.enable()
    if args.snapshot and not args.film and (args.fps or args.seconds):
        raise ValueError("--fps and --seconds are those of a film: give --film, or leave them out")
    if args.lesson:
        from .lessons.shelf import lesson_named

        lesson_named(args.lesson)
        raise ValueError(f"{told.removesuffix('.') or 'no window is opened'}: a lesson needs one, leave out --lesson")
    if told:
        print(told, file=sys.stderr)
    from .export.headless import main as headless

    args.size = args.size and "{}x{}".format(*args.size)
    return headless(args)


def _fail(sentence: str) -> int:
    print("error:", " ".join(sentence.split()), file=sys.stderr)
    return 2


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"error: {message} (`{self.prog} --help` shows what can be given)\n")


class _Version(argparse.Action):
    def __call__(self, parser, namespace, values, option_string=None):
        from .window.about import version

        print(f"Sticky Weights {version()}")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python app.py",
        description="Watch sticky particles, weights and training runs in a window; or write a picture or a film.",
        epilog="Without a display, a picture and a film are written into this folder.",
    )
    parser.add_argument(
        "subject",
        nargs="?",
        metavar="SCENARIO|FILE|RUN",
        type=_subject,
        help="a scenario's name (`python -m particles list`), a scenario, history, array of weights or figure, or "
        "the folder of a training run",
    )
    parser.add_argument("--n", metavar="N", type=_count, help="number of particles of a scenario")
    parser.add_argument("--seed", metavar="S", type=_whole, help="seed of its random numbers (default: 0)")
    parser.add_argument("--theme", choices=("light", "dark", "system"), help="default: as last time")
    parser.add_argument("--time", metavar="T", type=_time, help="the time to show")
    parser.add_argument("--size", metavar="WxH", type=_size, help="pixels of the window, the picture or the film")
    group = parser.add_argument_group("without a window")
    group.add_argument("--snapshot", metavar="OUT", type=_output(*PICTURES), help="a picture: .png, .svg or .pdf")
    group.add_argument("--film", metavar="OUT", type=_output(*FILMS), help="a film: .mp4 or .gif")
    group.add_argument("--fps", metavar="F", type=_positive, help="frames a second of the film")
    group.add_argument("--seconds", metavar="S", type=_positive, help="length of the film")
    group.add_argument("--view", metavar="NAME", help="line, space-time, hull, ... or all")
    start = parser.add_argument_group("how the window starts")
    playing = start.add_mutually_exclusive_group()
    playing.add_argument("--play", dest="play", action="store_true", default=None, help="playing")
    playing.add_argument("--pause", dest="play", action="store_false", help="paused")
    start.add_argument("--lesson", metavar="NAME", help="with a lesson open")
    parser.add_argument("--version", nargs=0, action=_Version, help="print the version")
    return parser


def _subject(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("an empty name is none: give a scenario, a file or a run folder, or nothing")
    return text


# Numbers are read as by the other command lines; only where one is given, so that --help need not load the engine.


def _whole(text: str) -> int:
    from particles.arguments import count

    value = count(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number >= 0")
    return value


def _count(text: str) -> int:
    from particles.catalogue import LARGEST_N

    value = _whole(text)
    if not 1 <= value <= LARGEST_N:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of particles: give 1 to {LARGEST_N:,}")
    return value


def _time(text: str) -> float:
    from particles.arguments import moment

    return moment(text)


def _positive(text: str) -> float:
    from particles.arguments import positive

    return positive(text)


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,6})[xX](\d{1,6})", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size: give it as 1280x720")
    width, height = (int(side) for side in found.groups())
    if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
        raise argparse.ArgumentTypeError(f"{text!r}: each side can have {SMALLEST} to {LARGEST} pixels")
    return width, height


def _output(*suffixes: str):
    def checked(text: str) -> Path:
        if Path(text).suffix.lower() not in suffixes:
            raise argparse.ArgumentTypeError(f"{text!r} must end in {' or '.join(suffixes)}")
        return Path(text)

    return checked


if __name__ == "__main__":
    sys.exit(main())
