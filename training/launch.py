"""Several processes, one model: ``torchrun --nproc-per-node N -m training run ...``; without torchrun, one process."""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import distributed


class Ranks(NamedTuple):
    """This process's number ``rank`` of ``world``; ``local`` counts on this machine.  Only rank 0 writes."""

    rank: int = 0
    world: int = 1
    local: int = 0

    @property
    def is_first(self) -> bool:
        return self.rank == 0


def ranks_from_environment() -> Ranks:
    """What torchrun has set, or one process."""
    return Ranks(*(int(os.environ.get(name, default)) for name, default in
                   (("RANK", 0), ("WORLD_SIZE", 1), ("LOCAL_RANK", 0))))  # fmt: skip


@contextmanager
def process_group(ranks: Ranks, device: torch.device):
    """The processes of torchrun joined, by gloo on CPUs and NCCL on GPUs; nothing for a single one."""
    if ranks.world == 1:
        yield
        return
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield
    finally:
        distributed.destroy_process_group()


def choose_device(name: str, ranks: Ranks) -> torch.device:
    """The device a configuration names; RuntimeError where it asks for a GPU that is not there."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise RuntimeError(f"device {name} was asked for, but torch finds no GPU: take --device cpu")
    if name == "cuda":
        name = f"cuda:{ranks.local}"
    device = torch.device(name)
    if device.type == "cuda":
        if device.index >= torch.cuda.device_count():
            raise RuntimeError(f"there is no {name}: torch finds {torch.cuda.device_count()} GPUs")
        torch.cuda.set_device(device)
    return device


def share(batch: torch.Tensor, ranks: Ranks) -> torch.Tensor:
    """This process's part of the indices of a batch; all parts have the same size."""
    return batch[ranks.rank :: ranks.world]


def distribute(model, ranks: Ranks):
    """The model, in ``DistributedDataParallel`` where there are several processes."""
    return model if ranks.world == 1 else torch.nn.parallel.DistributedDataParallel(model)


def total(values: torch.Tensor, ranks: Ranks) -> list[float]:
    """The sums over all processes of a vector, as numbers."""
    if ranks.world > 1:
        distributed.all_reduce(values)
    return values.tolist()


def check_same_weights(model, ranks: Ranks) -> None:
    """RuntimeError, on all processes, unless every one of them holds the same parameters, bit for bit."""
    if ranks.world == 1:
        return
    digest = hashlib.sha256()
    for parameter in model.parameters():
        digest.update(parameter.detach().contiguous().view(-1).view(torch.uint8).cpu().numpy())
    digests = [None] * ranks.world
    distributed.all_gather_object(digests, digest.hexdigest())
    others = [rank for rank, found in enumerate(digests) if found != digests[0]]
    if others:
        raise RuntimeError(f"the weights of process {others[0]} differ from those of process 0: do not use this run")
