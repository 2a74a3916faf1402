"""Where the images come from, and which of them may be trained on: digits, MNIST and CIFAR-10 as they are stored."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

DIGITS_TRAIN, DIGITS_VALID, DIGITS_TEST = 1000, 200, 597
ROLLS_OF_TEST = 4  # of each test digit: 2,388 rolled images measure more finely than 597


class Source(NamedTuple):
    """Images (n, channels, height, width) uint8 with targets (n,) int64.

    ``order`` lists the images beside the test set: training takes from its front (``train`` by default; None: all
    that are not set aside), the last ``valid`` are set aside for validation.
    """

    images: torch.Tensor
    targets: torch.Tensor
    order: torch.Tensor
    train: int | None
    valid: int
    test_images: torch.Tensor
    test_targets: torch.Tensor


def class_order(targets: np.ndarray, generator: np.random.Generator | None = None) -> np.ndarray:
    """All indices in an order whose every stretch holds each class by its share in ``targets``, to one or two.

    Member j of a class of m stands at (j + 1) / m of the way, in the order given, so that the members up to a share
    s are the first floor(s m) of each class; with a ``generator`` the members are shuffled and stand at
    (j + u) / m with u uniform in [0, 1).
    """
    place = np.empty(len(targets))
    for label in np.unique(targets):
        members = np.flatnonzero(targets == label)
        if generator is not None:
            members = generator.permutation(members)
        step = 1.0 if generator is None else generator.random(len(members))
        place[members] = (np.arange(len(members)) + step) / len(members)
    return np.argsort(place, kind="stable")


def digits(folder, seed: int) -> Source:
    """scikit-learn's 1,797 digits of 8x8, values 0..16: 597 drawn by ``seed`` are the test set, 4 copies of each.

    ``folder`` is not needed: the digits are inside the package.
    """
    pixels, targets = _read_digits()
    order = torch.from_numpy(class_order(targets, np.random.default_rng([seed, 0])))
    images = torch.from_numpy(pixels.reshape(-1, 1, 8, 8))
    targets = torch.from_numpy(targets)
    test = order[:DIGITS_TEST].repeat(ROLLS_OF_TEST)
    return Source(images, targets, order[DIGITS_TEST:], DIGITS_TRAIN, DIGITS_VALID, images[test], targets[test])


def _read_digits() -> tuple[np.ndarray, np.ndarray]:
    """The file itself, because importing sklearn.datasets takes a second; its function where the file has moved."""
    package = find_spec("sklearn")
    path = Path(package.submodule_search_locations[0]) / "datasets" / "data" / "digits.csv.gz" if package else None
    if path is not None and path.is_file():
        table = np.loadtxt(path, delimiter=",")
        pixels, targets = table[:, :-1], table[:, -1]
    else:
        from sklearn.datasets import load_digits

        pixels, targets = load_digits(return_X_y=True)
    return pixels.astype(np.uint8), targets.astype(np.int64)
