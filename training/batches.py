"""Which images a step sees, and the random numbers that it draws: functions of seed, epoch and step alone.

So a run can be taken up after any step without the state of a generator.
"""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

_ORDER, _STEP = range(2)  # streams of random numbers


def order(images: int, batch: int, seed: int, epoch: int) -> torch.Tensor:
    """(steps, batch) int64: a permutation of the images, the last smaller batch dropped."""
    generator = torch.Generator().manual_seed(_seed(seed, _ORDER, epoch))
    steps = images // batch
    return torch.randperm(images, generator=generator)[: steps * batch].view(steps, batch)


def seed_step_(device: torch.device, seed: int, step: int, rank: int = 0) -> None:
    """Seed the device's global generator, from which dropout and augmentation draw, for this step of this process."""
    number = _seed(seed, _STEP, step, rank)
    if device.type == "cuda":
        torch.cuda.manual_seed(number)
    else:
        torch.default_generator.manual_seed(number)  # torch.manual_seed takes 2 ms: it looks for every kind of device


def crop_and_flip(images: torch.Tensor) -> torch.Tensor:
    """Each image (n, channels, height, width) shifted at random by up to an eighth, and every other one mirrored.

    What a shift moves in is the mean image's 0.  Draws from torch's global generator on the images' device.
    """
    n, _, height, width = images.shape
    pads = height // 8, width // 8
    padded = functional.pad(images, (pads[1], pads[1], pads[0], pads[0]))
    top, left = (torch.randint(0, 2 * pad + 1, (n, 1), device=images.device) for pad in pads)
    rows = top + torch.arange(height, device=images.device)
    columns = left + torch.arange(width, device=images.device)
    mirrored = torch.rand(n, 1, device=images.device) < 0.5
    columns = torch.where(mirrored, columns.flip(1), columns)
    which = torch.arange(n, device=images.device)[:, None, None]
    return padded.permute(0, 2, 3, 1)[which, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def _seed(*numbers: int) -> int:
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0])
