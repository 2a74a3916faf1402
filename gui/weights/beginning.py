"""A file of weights opened, with the tensor that is shown first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ..model.origin import Origin
from .opening import open_weights
from .subject import Subject, subject
from .tensors import Entry, TensorFile


class Begun(NamedTuple):
    """``subject``: the first tensor of ``file`` that can be shown; ``passed``: why the first of all cannot, or ""."""

    file: TensorFile
    subject: Subject
    passed: str


def begin(path: Path, sample: int | None, stopped: Callable[[], bool]) -> Begun:
    """Open a file and make its first good tensor ready.

    ValueError, OSError or RuntimeError in one sentence where the file cannot be opened or none of its tensors can be
    shown: of the first of them then.
    """
    origin = Origin.of(path)
    file = replace(open_weights(path, stopped), origin=origin)
    try:
        return _first_good(file, sample, stopped)
    except BaseException:
        file.close()
        raise


def _first_good(file: TensorFile, sample: int | None, stopped: Callable[[], bool]) -> Begun:
    refusal = None
    for entry in _candidates(file):
        if stopped():
            raise RuntimeError(f"{file.path}: stopped")
        try:
            begun = replace(file, first=entry.name)
            made = subject(begun.tensor(entry.name), sample, begun.title(entry.name))
            return Begun(begun, made, str(refusal or ""))
        except ValueError as error:
            refusal = refusal or error
    raise refusal


def _candidates(file: TensorFile) -> list[Entry]:
    """What may be shown first: the matrices, then the rest; ValueError where nothing holds weights."""
    good = [entry for entry in file.entries if not entry.refusal]
    if not good:
        raise ValueError(f"{file.path.name} holds no weights: {file.entries[0].refusal}")
    return sorted(good, key=lambda entry: len(entry.shape) < 2)
