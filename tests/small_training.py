"""A network that trains in no time, the same each time: for tests of what happens around a step."""

from __future__ import annotations

import torch
from torch import nn

from prox import prox_weight_sharing
from training import WeightSharing

FIRST, SECOND = "0.weight", "2.weight"
SHARING = WeightSharing(0.3, l1=0.01)
RULES = {FIRST: SHARING}


def network(dtype=torch.float32):
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(12, 16), nn.Tanh(), nn.Linear(16, 3)).to(dtype)


def batch(step, dtype=torch.float32):
    generator = torch.Generator().manual_seed(step)
    return torch.randn(8, 12, generator=generator).to(dtype), torch.randint(0, 3, (8,), generator=generator)


def loss_of(model, step):
    inputs, targets = batch(step, next(model.parameters()).dtype)
    return nn.functional.cross_entropy(model(inputs).float(), targets)


def step_once(model, optimizer, step):
    optimizer.zero_grad()
    loss_of(model, step).backward()
    optimizer.step()


def train(model, optimizer, steps):
    for step in steps:
        step_once(model, optimizer, step)


@torch.no_grad()
def prox_by_hand_(weights, lr, penalty=SHARING, **options):
    """What a user without hooks writes after ``optimizer.step()``."""
    options = {"rewind": penalty.rewind, "scope": penalty.scope, "l1": lr * penalty.l1} | options
    weights.copy_(prox_weight_sharing(weights, lr * penalty.strength, **options))


def bits(tensor):
    """The tensor's bits: unlike its values, these tell -0.0 from 0.0 and are equal where both are NaN."""
    return tensor.detach().contiguous().view(getattr(torch, f"int{8 * tensor.element_size()}"))


def same_bits(model, other):
    return all(
        torch.equal(bits(mine), bits(theirs))
        for mine, theirs in zip(model.state_dict().values(), other.state_dict().values(), strict=True)
    )


def distinct(tensor):
    return tensor.detach().unique().numel()
