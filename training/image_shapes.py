"""The shape of one input of each data set, and rows of weights as images of it; nothing here loads data, or torch
(but where pixels were shuffled).
"""

from __future__ import annotations

import math

import numpy as np

SHAPES = {
    "digits-torus": (1, 8, 8),
    "mnist-torus": (1, 14, 14),
    "mnist": (1, 28, 28),
    "cifar10": (3, 32, 32),
    "linear": (100,),
}


def classes_of(data: str) -> int:
    """The number of classes of a data set; 0 for the regression."""
    return 0 if data == "linear" else 10


def rows_as_images(weights: np.ndarray, shape: tuple[int, int, int], shuffled_by: int | None = None) -> np.ndarray:
    """The rows of ``weights`` (n, pixels of all channels) as images (n, channels, height, width) of this ``shape``.

    ``shuffled_by``: the seed of a run with ``shuffle_pixels``; its permutation is undone, so that every weight stands
    at the place of the pixel that it looks at.  None where pixels were left in place.
    """
    images = weights.reshape(len(weights), shape[0], -1)
    if shuffled_by is not None:
        from .data import pixel_order  # needs torch

        shuffled, images = images, np.empty_like(images)
        images[:, :, pixel_order(math.prod(shape[1:]), shuffled_by).numpy()] = shuffled
    return images.reshape(len(weights), *shape)
