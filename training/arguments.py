"""The settings of a run as arguments of a command line: one for each field of ``Config``; loads no torch."""

from __future__ import annotations

import argparse
import dataclasses

from .config import Config, parse_value
from .presets import METHODS

FLAGS = {"data": "--data-set"}  # --data is the folder of the data


class Parser(argparse.ArgumentParser):
    """Errors are one sentence; arguments are spelled out."""

    def __init__(self, **settings):
        super().__init__(**settings, allow_abbrev=False)

    def error(self, message: str):
        self.exit(2, f"error: {message} (`{self.prog} --help` shows what can be given)\n")


def add_settings(parser: argparse.ArgumentParser, leave_out: tuple[str, ...] = ()) -> None:
    """An argument for each field of ``Config`` but the preset; what is not given does not appear in the namespace.

    ``method`` takes the rows of a comparison too, as wsr-latent.
    """
    group = parser.add_argument_group("settings (each overrides the preset's)")
    for field in dataclasses.fields(Config):
        if field.name in ("preset", *leave_out):
            continue
        flag = FLAGS.get(field.name, "--" + field.name.replace("_", "-"))
        choices = tuple(METHODS) if field.name == "method" else field.metadata["choices"]
        meaning = field.metadata["meaning"] + (f": {', '.join(choices)}" if choices else "")
        metavar = field.name.rpartition("_")[2].upper()
        settings = {"nargs": "?", "const": True} if field.type == "bool" else {}
        group.add_argument(
            flag,
            dest=field.name,
            type=_text_or_row if field.name == "method" else _typed(field.name),
            default=argparse.SUPPRESS,
            metavar=metavar,
            help=meaning.replace("%", "%%"),
            **settings,
        )


def given_settings(args: argparse.Namespace) -> dict[str, object]:
    """The settings that were given, by field; ``method`` may be a row of a comparison."""
    names = {field.name for field in dataclasses.fields(Config)} - {"preset"}
    return {name: value for name, value in vars(args).items() if name in names}


def _typed(name: str):
    def read(text: str):
        try:
            return parse_value(name, text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read


def _text_or_row(text: str) -> str:
    if text not in METHODS:
        raise argparse.ArgumentTypeError(f"there is no method {text!r}: take one of {', '.join(METHODS)}")
    return text
