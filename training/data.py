"""The data sets by name, divided into training, validation and test: ``load("digits-torus")``."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import NamedTuple

import numpy as np
import torch
from torch.nn import functional

from . import linear, sources
from .torus import random_shifts, roll

NAMES = {
    "digits-torus": "scikit-learn's 1,797 digits of 8x8, each rolled at random on a torus; needs no download",
    "mnist-torus": "MNIST resized to 14x14, each image rolled at random on a torus, 60% of it trained on (the paper's)",
    "mnist": "MNIST: 70,000 digits of 28x28",
    "cifar10": "CIFAR-10: 60,000 colour images of 32x32 in 10 classes",
    "linear": "regression from 100 features to 10 outputs whose true weights share values; needs no download",
}
LINEAR_SIZES = (1000, 200, 1000)  # train (as the paper), valid, test
_ROLLS, _TEST_ROLLS, _PIXELS, _VALID_ROLLS = (
    2,
    3,
    4,
    5,
)  # streams of random numbers; sources.py has 1, linear.py 10 to 13


class Split(NamedTuple):
    """inputs (n, channels, height, width) float32 and targets (n,) int64; (n, features) and (n, outputs) float32
    for a regression.
    """

    inputs: torch.Tensor
    targets: torch.Tensor


class Data(NamedTuple):
    """A data set. ``classes``: 0 for a regression. ``shape``: of one input. ``torus``: are its images rolled?
    ``planted``: the true weights (outputs, features) of a regression, else None.
    """

    name: str
    train: Split
    valid: Split
    test: Split
    classes: int
    shape: tuple[int, ...]
    torus: bool
    planted: torch.Tensor | None


class _Look(NamedTuple):
    """How stored images become inputs: (pixels / white - mean) / std by channel; resized to side x side if given."""

    read: Callable
    white: float
    mean: tuple[float, ...]
    std: tuple[float, ...]
    side: int | None = None
    torus: bool = False


_LOOKS = {
    "digits-torus": _Look(sources.digits, 16.0, (0.3053,), (0.3760,), torus=True),
    "mnist-torus": _Look(sources.mnist_by_share, 255.0, (0.1307,), (0.3081,), side=14, torus=True),
    "mnist": _Look(sources.mnist, 255.0, (0.1307,), (0.3081,)),
    "cifar10": _Look(sources.cifar10, 255.0, (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
}


def load(
    name: str,
    *,
    folder=None,
    seed: int = 0,
    train_size: int | None = None,
    shuffle_pixels: bool = False,
    validate_on_test: bool = False,
) -> Data:
    """The data set ``name`` (see ``NAMES``), divided, normalised and, on a torus, rolled; the same for the same seed.

    folder: where downloaded files lie; else $STICKYWEIGHTS_DATA, else the user's cache folder.
    seed: draws the division (but of "mnist-torus", where it is fixed, and of the test sets that are published), the
    shift of each image (once, so every epoch sees the same), the order of shuffled pixels, the linear problem.
    train_size: train on so many images instead of the default; they are the first of those that more would take.
    shuffle_pixels: one permutation of the pixels, the same for all images of all splits, after rolling; see
    ``pixel_order``.
    validate_on_test: the paper's habit.  ``valid`` is the test set, and no image is set aside for validation; where
    the default is to train on all others, these are then trained on as well.

    Training, validation and test images are disjoint, and the validation set does not depend on ``train_size``.
    By default 1,000 digits are trained on; the first 60% of each class of mnist-torus (its last tenth validates); all
    but a tenth, which validates, of mnist and cifar10.
    Raises ValueError for an unknown name, a size that is not there or a file that is not what it should be, and
    FileNotFoundError, with the command that downloads them, where files are missing.
    """
    if name not in NAMES:
        raise ValueError(f"unknown data set {name!r}: known are {', '.join(NAMES)}")
    _check_integer("seed", seed, 0)
    if train_size is not None:
        _check_integer("train_size", train_size, 1)
    if name == "linear":
        return _linear(seed, train_size, shuffle_pixels, validate_on_test)
    look = _LOOKS[name]
    source = look.read(folder, seed)
    train, valid = _divide(name, source, train_size, validate_on_test)
    height, width = (look.side, look.side) if look.side else source.images.shape[-2:]
    pixels = pixel_order(height * width, seed) if shuffle_pixels else None

    def shifts(count, stream):
        return random_shifts(count, height, width, np.random.default_rng([seed, stream])) if look.torus else None

    def part(index, moved):
        return Split(_inputs(source.images[index], look, moved, pixels), source.targets[index])

    moved = shifts(len(source.images), _ROLLS)  # drawn for all images: fewer to train on are moved alike
    trained = part(train, None if moved is None else moved[train])
    test_inputs = _inputs(source.test_images, look, shifts(len(source.test_images), _TEST_ROLLS), pixels)
    test = Split(test_inputs, source.test_targets)
    valid = valid.repeat(source.copies)
    held_out = test if validate_on_test else part(valid, shifts(len(valid), _VALID_ROLLS))
    shape = tuple(test.inputs.shape[1:])
    return Data(name, trained, held_out, test, 10, shape, look.torus, None)


def pixel_order(pixels: int, seed: int) -> torch.Tensor:
    """The permutation of ``shuffle_pixels``, (pixels,) int64: place i of a shuffled image shows pixel order[i].

    Weights w on shuffled pixels belong to the image ``w_image[order] = w``.
    """
    return torch.from_numpy(np.random.default_rng([seed, _PIXELS]).permutation(pixels))


def _divide(name: str, source, train_size: int | None, validate_on_test: bool):
    """Which images are trained on and which validate."""
    aside = 0 if validate_on_test else source.valid
    most = len(source.order) - aside
    size = train_size or source.train or most
    if size > most:
        raise ValueError(f"train_size is {size:,}: {name} has {most:,} images to train on beside the others")
    return source.order[:size], source.order[len(source.order) - aside :]


def _inputs(images: torch.Tensor, look: _Look, shifts, pixels) -> torch.Tensor:
    """Resized, rolled and shuffled while still bytes where possible: CIFAR-10 is 0.6 GB as float32."""
    if look.side is not None:
        size = (look.side, look.side)
        images = functional.interpolate(images.float(), size, mode="bilinear", antialias=True)
    if shifts is not None:
        images = roll(images, shifts)
    if pixels is not None:
        images = images.flatten(2)[:, :, pixels].reshape(images.shape)
    mean, std = (torch.tensor(values).reshape(-1, 1, 1) for values in (look.mean, look.std))
    inputs = images.to(torch.float32, memory_format=torch.contiguous_format)
    return inputs.div_(look.white).sub_(mean).div_(std)


def _linear(seed: int, train_size: int | None, shuffle_pixels: bool, validate_on_test: bool) -> Data:
    if shuffle_pixels:
        raise ValueError("shuffle_pixels: the data set 'linear' has no pixels")
    planted = linear.planted_weights(seed)
    sizes = (train_size or LINEAR_SIZES[0], *LINEAR_SIZES[1:])
    train, valid, test = (Split(*linear.observe(planted, size, seed, 11 + stream)) for stream, size in enumerate(sizes))
    held_out = test if validate_on_test else valid
    return Data("linear", train, held_out, test, 0, (linear.FEATURES,), False, planted)


def _check_integer(what: str, value, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ValueError(f"{what} is {value!r}: it must be a whole number >= {least}")
