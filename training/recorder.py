"""What a run leaves behind as it trains: metrics, snapshots, checkpoints, and TensorBoard on request."""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from particles.checked_file import write_npz

from .checkpoint import BEST, LAST, Counters, save_best, save_checkpoint
from .run_log import METRICS, append_line, snapshot_path
from .setup import Setup, tensor_of
from .tensor_figures import measure

SHARE = 0.1  # of the time may go into checkpoints; what is lost by a kill is at most what ten saves take
_LINE = ("distinct", "distinct_nonzero", "sparsity", "largest", "balance", "bits", "penalty", "strength")
_MOVES = ("merges", "splits", "prox_ms")


class Recorder:
    """Writes into the folder of a run, on the first process only.  A context manager: it closes TensorBoard."""

    def __init__(self, setup: Setup, folder: Path, tensorboard: bool):
        self._setup, self._folder = setup, folder
        self._writes = setup.ranks.is_first
        self._next_save = 0.0
        self._board = _open_board(folder) if tensorboard and self._writes else None

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *error) -> None:
        if self._board is not None:
            self._board.close()

    def end_epoch(self, counters: Counters, line: dict) -> dict:
        """Log an epoch, keep the best weights, and take a snapshot and a checkpoint where it is time; the line."""
        config = self._setup.config
        line = {**line, "tensors": self._tensors()}
        append_line(self._folder / METRICS, line)
        figure = -line["valid_loss"] if line["valid_accuracy"] is None else line["valid_accuracy"]
        if not counters.best or figure > counters.best["figure"]:
            names = ("epoch", "valid_loss", "valid_accuracy")
            counters.best = {**{name: line[name] for name in names}, "figure": figure}
            save_best(self._folder / BEST, self._setup.model, counters.best)
        if config.snapshot_every and (counters.epoch % config.snapshot_every == 0 or counters.epoch == config.epochs):
            self.snapshot(counters)
        if self._board is not None:
            _show(self._board, line)
        self.save(counters)
        return line

    def save(self, counters: Counters, always: bool = False) -> None:
        """Write the last checkpoint, unless that would take more than a tenth of the time."""
        if not self._writes or (not always and time.monotonic() < self._next_save):
            return
        setup, began = self._setup, time.monotonic()
        save_checkpoint(self._folder / LAST, counters, setup.model, setup.optimizer, setup.sharing)
        now = time.monotonic()
        self._next_save = now + (now - began) / SHARE

    def snapshot(self, counters: Counters) -> None:
        """Write the regularized tensors as they are, where snapshots are asked for."""
        setup = self._setup
        if not setup.config.snapshot_every:
            return
        strengths = setup.sharing.strengths() if setup.sharing is not None else dict.fromkeys(setup.layers, 0.0)
        arrays = {name: tensor_of(setup.model, name).float().cpu().numpy() for name in setup.layers}
        arrays |= {"step": np.int64(counters.step), "epoch": np.int64(counters.epoch)}
        arrays |= {f"strength/{name}": np.float64(strength) for name, strength in strengths.items()}
        write_npz(snapshot_path(self._folder, counters.step), arrays)

    def _tensors(self) -> dict[str, dict]:
        """Name -> the figures of each regularized tensor that go into a line of the metrics."""
        if self._setup.sharing is not None:
            report = self._setup.sharing.report()
            return {name: {key: getattr(found, key) for key in _LINE + _MOVES} for name, found in report.items()}
        model = self._setup.model
        still = {"strength": 0.0, "merges": 0, "splits": 0, "prox_ms": 0.0}
        figures = {name: measure(tensor_of(model, name)) for name in self._setup.layers}
        return {name: {**{key: found[key] for key in _LINE[:-1]}, **still} for name, found in figures.items()}


def check_tensorboard() -> None:
    """RuntimeError where TensorBoard is not installed."""
    if find_spec("tensorboard") is None:
        raise RuntimeError("TensorBoard is not installed: python -m pip install -e '.[tensorboard]'")


def _open_board(folder: Path):
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(str(folder / "tensorboard"))


def _show(board, line: dict) -> None:
    values = {name: value for name, value in line.items() if name not in ("epoch", "step", "tensors")}
    values |= {f"{name}/{key}": value for name, found in line["tensors"].items() for key, value in found.items()}
    for name, value in values.items():
        if value is not None:
            board.add_scalar(name, value, line["step"])
