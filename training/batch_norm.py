"""Batch norm after a jump of the weights: its averages are taken anew."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn


def reestimate_batch_norm(model: nn.Module, batches: Iterable) -> int:
    """Set the running averages of every batch norm to the plain mean over ``batches``; how many layers there are.

    A projection moves the weights, and the averages no longer fit.  ``batches``: input tensors, or (input, ...)
    tuples or lists as a DataLoader gives them; they are moved to the device of the model.  Everything but the batch
    norms runs in evaluation mode (no dropout), without gradients; the modes of all modules are restored.  A variance
    is the mean of the variances of the batches, so let them have the size of those in training.

    Raises ValueError where there is no batch, TypeError for a batch that holds no tensor; after any error the
    averages are those of before.
    """
    norms = [
        module
        for module in model.modules()
        if isinstance(module, nn.modules.batchnorm._BatchNorm) and module.track_running_stats
    ]
    if not norms:
        return 0
    modes = [(module, module.training) for module in model.modules()]
    kept = [(norm, norm.momentum, [buffer.clone() for buffer in norm.buffers()]) for norm in norms]
    failed = True
    try:
        model.eval()
        for norm in norms:
            norm.train()
            norm.reset_running_stats()
            norm.momentum = None  # torch then weighs all batches alike
        _run(model, batches)
        failed = False
    finally:
        for norm, momentum, buffers in kept:
            norm.momentum = momentum
            for buffer, before in zip(norm.buffers(), buffers, strict=True):
                if failed:
                    buffer.copy_(before)
        for module, training in modes:
            module.training = training
    return len(norms)


@torch.no_grad()
def _run(model: nn.Module, batches: Iterable) -> None:
    device = next((parameter.device for parameter in model.parameters()), torch.device("cpu"))
    seen = 0
    for batch in batches:
        inputs = batch[0] if isinstance(batch, tuple | list) and batch else batch
        if not isinstance(inputs, torch.Tensor):
            raise TypeError(
                f"batch {seen} is a {type(batch).__name__} without a tensor: give tensors or (input, target)"
            )
        model(inputs.to(device))
        seen += 1
    if not seen:
        raise ValueError("batches is empty: batch norm needs at least one batch to estimate its averages from")
