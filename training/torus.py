"""Images on a torus: what leaves at one edge comes in at the opposite one."""

from __future__ import annotations

import math

import numpy as np
import torch


def roll(images: torch.Tensor, shifts) -> torch.Tensor:
    """Each image moved circularly by its own shift: ``torch.roll(images[i], shifts[i], (-2, -1))`` for all i at once.

    images: (n, ..., height, width), any dtype.  shifts: (n, 2) integers of any sign, down and to the right, in
    pixels.  Returns a new tensor; no value is changed, only moved.  Raises ValueError where the shapes do not fit.
    """
    shifts = torch.as_tensor(shifts, dtype=torch.int64, device=images.device)
    if images.ndim < 3 or shifts.shape != (len(images), 2):
        raise ValueError(
            f"shifts of shape {tuple(shifts.shape)} for images of shape {tuple(images.shape)}: "
            "images must be (n, ..., height, width) and shifts (n, 2)"
        )
    height, width = images.shape[-2:]
    rows = (torch.arange(height, device=images.device) - shifts[:, :1]) % height
    columns = (torch.arange(width, device=images.device) - shifts[:, 1:]) % width
    source = (rows[:, :, None] * width + columns[:, None, :]).reshape(len(images), 1, height * width)
    planes = images.reshape(len(images), math.prod(images.shape[1:-2]), height * width)
    return planes.gather(2, source.expand_as(planes)).reshape(images.shape)


def random_shifts(count: int, height: int, width: int, generator: np.random.Generator) -> torch.Tensor:
    """(count, 2) shifts, uniform over all height x width places of the torus.

    The paper's released code draws from 0 to the side, both included, so that no shift at all is twice as likely as
    any other; here all are equally likely.
    """
    return torch.from_numpy(generator.integers(0, (height, width), size=(count, 2)))
