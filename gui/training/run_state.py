"""What is known of a run at one look: never changed, so that a thread may make it and the window read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .tensor_summary import NO_LINKS, Links, TensorSummary


class Moment(NamedTuple):
    """A snapshot: the tensors after optimizer step ``step``, and what they became since the snapshot before it.

    ``epoch`` is None where the snapshot does not tell it.
    """

    step: int
    epoch: int | None
    path: Path
    tensors: dict[str, TensorSummary]
    links: dict[str, Links]

    def link(self, tensor: str) -> Links:
        """The world lines of a tensor from the moment before to this one."""
        return self.links.get(tensor, NO_LINKS)


class Curves(NamedTuple):
    """Figures of all epochs so far, each array (epochs,) float64; NaN where a line of the log does not tell."""

    epoch: np.ndarray
    step: np.ndarray
    train_loss: np.ndarray
    valid_loss: np.ndarray
    train_accuracy: np.ndarray
    valid_accuracy: np.ndarray
    seconds: np.ndarray


class TensorCurves(NamedTuple):
    """Figures of one tensor over the epochs, as ``Curves``.  Merges and splits are those since the epoch before."""

    distinct: np.ndarray
    strength: np.ndarray
    merges: np.ndarray
    splits: np.ndarray


EMPTY = Curves(*(np.empty(0) for _ in Curves._fields))


@dataclass(frozen=True, eq=False)
class RunState:
    """A run as it was seen at one look.

    ``status``: "running", "finished", "interrupted", "failed", or what the log cannot say: "unread" (nobody has
    looked yet), "starting" (there is a process, and no log yet), "killed" (nobody trains in the folder any more),
    "gone" (the folder is not there), "broken" (its configuration, log or status cannot be read, or its log is gone).
    ``message`` is what the run said when it ended, ``trouble`` one sentence about what could not be read, "" where all
    was well.  ``behind``: snapshots still to be read; ``restarted``: a resume cut the log back, and no epoch has ended
    since.
    """

    path: Path
    config: dict = field(default_factory=dict)
    status: str = "unread"
    message: str = ""
    trouble: str = ""
    lines: tuple[dict, ...] = ()
    moments: tuple[Moment, ...] = ()
    behind: int = 0
    restarted: bool = False
    curves: Curves = EMPTY
    by_tensor: dict[str, TensorCurves] = field(default_factory=dict)

    @property
    def epochs(self) -> int:
        """The number of epochs that were asked for; 0 where the configuration does not tell."""
        found = self.config.get("epochs")
        return found if isinstance(found, int) else 0

    @property
    def tensors(self) -> tuple[str, ...]:
        """The names of the regularized tensors, in the order of the model."""
        names = dict.fromkeys(name for moment in self.moments[-1:] for name in moment.tensors)
        return tuple(names | dict.fromkeys(self.by_tensor))

    def place(self, step: int | None) -> int:
        """The index of the last moment at or before ``step`` (None: the newest); -1 where there is none."""
        if step is None or not self.moments:
            return len(self.moments) - 1
        steps = [moment.step for moment in self.moments]
        return max(int(np.searchsorted(steps, step, side="right")) - 1, 0)


def curves_of(lines: tuple[dict, ...]) -> tuple[Curves, dict[str, TensorCurves]]:
    """The curves of the whole run and of each tensor; whatever the lines hold, numbers or NaN come out."""
    whole = Curves(*(_column(lines, name) for name in Curves._fields))
    names = dict.fromkeys(name for line in lines for name in _tensors(line))
    return whole, {
        name: TensorCurves(*(_column([_figures(line, name) for line in lines], key) for key in TensorCurves._fields))
        for name in names
    }


def _tensors(line: dict) -> dict:
    found = line.get("tensors")
    return found if isinstance(found, dict) else {}


def _figures(line: dict, name: str) -> dict:
    found = _tensors(line).get(name)
    return found if isinstance(found, dict) else {}


def _column(lines, name: str) -> np.ndarray:
    return np.array([_number(line.get(name)) for line in lines], dtype=np.float64)


def _number(value) -> float:
    try:
        return float(value) if isinstance(value, int | float) else float("nan")
    except OverflowError:
        return float("nan")
