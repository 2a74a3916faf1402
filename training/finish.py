"""The end of a run: project, freeze, fine-tune, save, and report each stage by the same figures."""

from __future__ import annotations

import copy
import math
from pathlib import Path

import numpy as np
import torch

from .batch_norm import reestimate_batch_norm
from .batches import crop_and_flip, order, seed_step_
from .checkpoint import BEST, Counters, load_best_, not_finite
from .environment import commit
from .evaluation import evaluate, forward, mean_loss
from .freeze import freeze_sharing
from .image_shapes import rows_as_images
from .projection import project
from .setup import Setup, learning_rate, make_optimizer, tensor_of
from .shared_file import save_shared
from .stopping import DivergedError
from .tensor_figures import measure
from .translation import translation_score

SHARED = "shared.safetensors"
_SMALLER = "in fine-tuning: start a new run with a smaller --finetune-lr"


def finish(setup: Setup, counters: Counters, folder: Path, check_stop) -> dict:
    """What follows training, and the report of the whole run.

    The report: ``stages``, name -> ``stage_report``, with "untrained", "trained", "best" (the weights of the epoch
    ``best.epoch``, chosen by validation), and, where the configuration asks for them, "projected" and "finetuned";
    ``shared_file`` with bytes, dense_bytes and bits a weight by tensor; ``planted`` for data with true weights; preset,
    method, mode, seed, epochs, steps, seconds (of training) and commit.  ``check_stop()`` is called between steps.
    """
    config = setup.config
    if setup.sharing is not None:
        setup.sharing.detach()
    stages = {"untrained": counters.untrained, "trained": stage_report(setup), "best": _best(setup, folder)}
    check_stop()
    projected = _project(setup)
    if projected:
        stages["projected"] = stage_report(setup)
    if config.finetune_epochs and finetune(setup, projected, check_stop):
        stages["finetuned"] = stage_report(setup)
    size = save_shared(setup.model, folder / SHARED)
    return {
        "preset": config.preset,
        "method": config.method,
        "mode": config.mode,
        "seed": config.seed,
        "epochs": counters.epoch,
        "steps": counters.step,
        "seconds": counters.seconds,
        "commit": commit(),
        "best": counters.best,
        "stages": stages,
        "shared_file": {"bytes": size.bytes, "dense_bytes": size.dense_bytes, "bits": size.tensors},
        "planted": _planted(setup),
    }


def stage_report(setup: Setup) -> dict:
    """Loss and accuracy on the validation and test splits, the translation score, the figures of each tensor.

    The translation score is that of the filters as images, shuffled pixels put back; None where the first layer has
    no filters over the whole input, or one is not finite.
    """
    config, model = setup.config, setup.model
    found = {}
    for name in ("valid", "test"):
        score = evaluate(model, getattr(setup.data, name), config.precision)
        found |= {f"{name}_loss": score.loss, f"{name}_accuracy": score.accuracy}
    found["translation"] = None
    if model.filters is not None:
        name, shape = model.filters
        rows = tensor_of(model, name).float().cpu().numpy()
        filters = rows_as_images(rows, shape, config.seed if config.shuffle_pixels else None)
        found["translation"] = translation_score(filters) if np.isfinite(filters).all() else None
    return found | {"tensors": {name: measure(tensor_of(model, name)).to_json() for name in setup.layers}}


def finetune(setup: Setup, projected: list[str], check_stop) -> list[str]:
    """Freeze the sharing of these tensors, and of those of the run that share anyway, and train on; the names frozen.

    Epochs and random numbers go on where training ended, the optimizer starts anew.  Raises DivergedError.
    """
    config, model, train = setup.config, setup.model, setup.data.train
    optimizer = make_optimizer(config, model.parameters(), config.finetune_lr)
    wanted = [name for name in setup.layers if name in projected or _shares(tensor_of(model, name))]
    if not wanted:
        return []
    frozen = freeze_sharing(model, optimizer, only=wanted)
    model.train()
    step = config.epochs * setup.batches
    for epoch in range(config.finetune_epochs):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(config, config.finetune_lr, epoch, config.finetune_epochs)
        for index in order(len(train.inputs), config.batch, config.seed, config.epochs + epoch):
            seed_step_(setup.device, config.seed, step)
            index = index.to(setup.device)
            inputs = crop_and_flip(train.inputs[index]) if config.augment else train.inputs[index]
            loss = mean_loss(forward(model, inputs, config.precision), train.targets[index])
            if not math.isfinite(loss.item()):
                raise DivergedError(f"the loss is {loss.item()} at step {step}, {_SMALLER}")
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
            check_stop()
    if bad := not_finite(model):
        raise DivergedError(f"{bad} is not finite after step {step - 1}, {_SMALLER}")
    return frozen


def _shares(w: torch.Tensor) -> bool:
    return measure(w).bits < 8 * w.element_size()


def _best(setup: Setup, folder: Path) -> dict:
    model = setup.model
    last = copy.deepcopy(model.state_dict())
    load_best_(folder / BEST, model)
    try:
        return stage_report(setup)
    finally:
        model.load_state_dict(last)


def _project(setup: Setup) -> list[str]:
    """Project each tensor that shall have a number of values, take batch norm anew; the names projected."""
    model, config = setup.model, setup.config
    wanted = dict(zip(setup.layers, config.for_each("project", setup.layers), strict=False))
    wanted = {name: values for name, values in wanted.items() if values}
    if wanted:
        project(model, distinct=wanted, only=list(wanted))
        inputs = setup.data.train.inputs
        reestimate_batch_norm(model, inputs[: setup.batches * config.batch].split(config.batch))
    return list(wanted)


def _planted(setup: Setup) -> dict | None:
    """How near the trained weights of the first tensor are to the true ones, and how many values those have."""
    planted = setup.data.planted
    if planted is None:
        return None
    found = tensor_of(setup.model, setup.layers[0]).cpu()
    if found.shape != planted.shape:
        return None
    error = torch.sqrt((found.double() - planted.double()).square().mean()).item()
    return {"distinct": measure(planted).distinct, "error": error}
