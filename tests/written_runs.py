"""Folders of runs, written as a run writes them, without training anything."""

import numpy as np

from particles.checked_file import write_npz
from training.run_log import CONFIG, METRICS, STATUS, append_line, snapshot_path, write_json

TENSOR = "fc1.weight"


def write_run(folder, epochs=4, *, status="finished", config=None):
    """A run of so many epochs of 10 steps, with a snapshot before the first and after each; the folder."""
    (folder / "snapshots").mkdir(parents=True)
    write_json(folder / CONFIG, {"preset": "digits-torus-quick", "data": "digits-torus", "epochs": 4, **(config or {})})
    write_snapshot(folder, 0)
    for epoch in range(1, epochs + 1):
        write_epoch(folder, epoch)
    write_json(folder / STATUS, {"status": status, "message": ""})
    return folder


def write_epoch(folder, epoch):
    """The line and the snapshot of an epoch."""
    append_line(folder / METRICS, line_of(epoch))
    write_snapshot(folder, epoch)


def line_of(epoch):
    """What an epoch tells."""
    tensor = {"distinct": 512 // epoch, "strength": 0.1 * epoch, "merges": epoch, "splits": 0}
    figures = {"train_loss": 1.0 / epoch, "valid_loss": 2.0 / epoch, "train_accuracy": 0.5, "valid_accuracy": 0.25}
    return {"epoch": epoch, "step": 10 * epoch, **figures, "seconds": 1.0, "tensors": {TENSOR: tensor}}


def weights_of(epoch):
    """8 x 64 weights; from epoch to epoch those nearest to zero, more and more, share one value."""
    weights = np.random.default_rng(0).normal(size=(8, 64)).astype(np.float32)
    return np.where(np.abs(weights) < 0.3 * epoch, np.float32(0.01 * epoch), weights)


def write_snapshot(folder, epoch):
    """The weights after an epoch."""
    arrays = {TENSOR: weights_of(epoch), "step": np.int64(10 * epoch), "epoch": np.int64(epoch)}
    write_npz(snapshot_path(folder, 10 * epoch), arrays | {f"strength/{TENSOR}": np.float64(0.1)})
