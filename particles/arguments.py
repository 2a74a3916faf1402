"""Arguments of the command line: text in, a checked value out, or one sentence for argparse to print."""

from __future__ import annotations

import argparse
import math
from pathlib import Path


def count(text: str) -> int:
    """A whole number, 1e6 included."""
    try:
        value = int(text)
    except ValueError:
        try:
            exact = float(text)
            value = int(exact)
        except (ValueError, OverflowError):
            value = exact = math.nan
        if value != exact:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
    return value


def time(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not value >= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time: give a number >= 0")
    return value


def moment(text: str) -> float:
    value = time(text)
    if math.isinf(value):
        raise argparse.ArgumentTypeError(f"{text!r} is not a time to look at: give a finite one")
    return value


def positive(text: str) -> float:
    value = moment(text)
    if value == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not above 0")
    return value


def path(*suffixes: str):
    def checked(text: str) -> Path:
        if Path(text).suffix.lower() not in suffixes:
            raise argparse.ArgumentTypeError(f"{text!r} must end in {' or '.join(suffixes)}")
        return Path(text)

    return checked
