"""Checkpoints: everything that a run needs to go on, bit for bit, in one file that is replaced whole."""

from __future__ import annotations

import io
import pickle
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import torch

from particles.checked_file import replacing

FORMAT, VERSION = "stickyweights-checkpoint", 1
LAST, BEST = Path("checkpoints") / "last.pt", Path("checkpoints") / "best.pt"


@dataclass
class Counters:
    """How far a run is: ``epoch`` epochs are finished, of the next one ``batch`` batches, in all ``step`` steps.

    ``loss`` and ``correct`` are the sums over the images ``seen`` in the unfinished epoch; ``seconds`` is the time
    trained; ``best`` the epoch and validation figures of the best epoch; ``untrained`` the stage report before the
    first step.  No state of a random generator is kept: each step seeds its own (see ``training.batches``).
    """

    epoch: int = 0
    batch: int = 0
    step: int = 0
    loss: float = 0.0
    correct: float = 0.0
    seen: int = 0
    seconds: float = 0.0
    best: dict = field(default_factory=dict)
    untrained: dict = field(default_factory=dict)


def not_finite(model) -> str | None:
    """The name of the first tensor of a model with a value that is NaN or infinite; such a state is no checkpoint."""
    state = model.state_dict().items()
    return next((name for name, tensor in state if tensor.is_floating_point() and not tensor.isfinite().all()), None)


def save_checkpoint(path, counters: Counters, model, optimizer, sharing) -> None:
    """Write a checkpoint; ``sharing`` may be None.

    Raises OSError, naming the file, where it cannot be written; the old one is still there then.
    """
    state = {"format": FORMAT, "version": VERSION, "counters": asdict(counters), "model": model.state_dict()}
    state["optimizer"] = optimizer.state_dict()
    state["sharing"] = None if sharing is None else sharing.state_dict()
    _save(path, state)


def load_checkpoint_(path, model, optimizer, sharing) -> Counters:
    """Bring model, optimizer and sharing to the state of a checkpoint, and return its counters.

    Nothing but tensors and plain values is unpickled.  Raises ValueError, naming the file, for what is no checkpoint
    of this model.
    """
    state = _load(path)
    try:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        if (sharing is None) != (state["sharing"] is None):
            raise ValueError("one has a regularization, the other has none")
        if sharing is not None:
            sharing.load_state_dict(state["sharing"])
        counters = state["counters"]
        if set(counters) != {known.name for known in fields(Counters)}:
            raise ValueError("its counters are those of another version")
        return Counters(**counters)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"{path}: the checkpoint does not fit this run: {error}") from None


def save_best(path, model, best: dict) -> None:
    """Write the weights of the best epoch so far, with its figures."""
    _save(path, {"format": FORMAT, "version": VERSION, "model": model.state_dict(), "best": best})


def load_best_(path, model) -> None:
    """Bring the model to the weights of its best epoch; errors as in ``load_checkpoint_``."""
    try:
        model.load_state_dict(_load(path)["model"])
    except (KeyError, RuntimeError) as error:
        raise ValueError(f"{path}: the checkpoint does not fit this run: {error}") from None


def _save(path, state: dict) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    whole = io.BytesIO()  # torch turns the error of a full disk into one that names no file
    torch.save(state, whole)
    with replacing(path) as file:
        file.write(whole.getbuffer())


def _load(path) -> dict:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise
    except (RuntimeError, pickle.UnpicklingError, EOFError, ValueError, KeyError) as error:
        raise ValueError(f"{path}: it is not a whole checkpoint: {str(error).splitlines()[0]}") from None
    if not isinstance(state, dict) or (state.get("format"), state.get("version")) != (FORMAT, VERSION):
        raise ValueError(f"{path}: it is not a checkpoint of version {VERSION} of this program")
    return state
