"""How far a run is, told on stderr: a bar on a terminal, elsewhere a line every ten seconds."""

from __future__ import annotations

import sys
import time
from typing import NamedTuple

EVERY = 10.0  # seconds between lines


class Event(NamedTuple):
    """After a step, or, with the line of the metrics, after an epoch."""

    step: int
    steps: int
    epoch: int
    epochs: int
    line: dict | None = None


class Bar:
    """A tqdm bar over the steps, with the figures of the last epoch behind it."""

    def __init__(self, file=None):
        self._file, self._bar = file or sys.stderr, None

    def __call__(self, event: Event) -> None:
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(total=event.steps, initial=event.step, unit="step", file=self._file, dynamic_ncols=True)
        self._bar.update(event.step - self._bar.n)
        if event.line:
            self._bar.set_postfix_str(in_words(event.line))

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


class Lines:
    """The figures of an epoch as a line, the last epoch's always, others at most every ten seconds."""

    def __init__(self, file=None, every: float = EVERY):
        self._file, self._every, self._told = file or sys.stderr, every, time.monotonic()

    def __call__(self, event: Event) -> None:
        now = time.monotonic()
        if event.line is None or (now - self._told < self._every and event.epoch < event.epochs):
            return
        self._told = now
        print(f"epoch {event.epoch}/{event.epochs}  {in_words(event.line)}", file=self._file, flush=True)

    def close(self) -> None:
        pass


def shown_progress():
    """A bar where stderr is a terminal, else lines."""
    return Bar() if sys.stderr.isatty() else Lines()


def in_words(line: dict) -> str:
    """The figures of an epoch: loss, accuracies, distinct values."""
    words = [f"loss {line['train_loss']:.4g}"]
    if line["valid_accuracy"] is None:
        words.append(f"valid loss {line['valid_loss']:.4g}")
    else:
        words += [f"train {100 * line['train_accuracy']:.1f} %", f"valid {100 * line['valid_accuracy']:.1f} %"]
    words += [f"{name} {figures['distinct']:,} values" for name, figures in line["tensors"].items()]
    return "  ".join([*words, f"{line['seconds']:.0f} s"])
