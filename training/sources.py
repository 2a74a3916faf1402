"""Where the images come from, and which of them may be trained on: digits, MNIST and CIFAR-10 as they are stored."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from .cifar import read_batches
from .homes import CIFAR10, MNIST, locate
from .idx import read_idx

DIGITS_TRAIN, DIGITS_VALID, DIGITS_TEST = 1000, 200, 597
_DIVISION = 1  # stream of random numbers; data.py has 2 to 5, linear.py 10 to 13
DIGITS_COPIES = 4


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
    copies: int = 1  # of each image to validate or test on, each rolled anew: few images measure more finely


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
    """scikit-learn's 1,797 digits of 8x8, values 0..16: 597 drawn by ``seed`` are the test set.

    ``folder`` is not needed: the digits are inside the package.
    """
    pixels, targets = _read_digits()
    order = torch.from_numpy(class_order(targets, np.random.default_rng([seed, _DIVISION])))
    images = torch.from_numpy(pixels.reshape(-1, 1, 8, 8))
    targets = torch.from_numpy(targets)
    sizes, test = (DIGITS_TRAIN, DIGITS_VALID), order[:DIGITS_TEST].repeat(DIGITS_COPIES)
    return Source(images, targets, order[DIGITS_TEST:], *sizes, images[test], targets[test], DIGITS_COPIES)


def mnist(folder, seed: int) -> Source:
    """MNIST, 28x28: of the 60,000 images beside its test set a tenth, drawn by ``seed``, is set aside."""
    images, targets, test_images, test_targets = _read_mnist(folder)
    order = torch.from_numpy(class_order(targets.numpy(), np.random.default_rng([seed, _DIVISION])))
    return Source(images, targets, order, None, len(order) // 10, test_images, test_targets)


def mnist_by_share(folder, seed: int) -> Source:
    """MNIST as the paper divides it for the torus: the first 60% of each class; the last 10% of each are set aside.

    The division does not depend on ``seed``.  The paper sets nothing aside: it validates on the test set.
    """
    images, targets, test_images, test_targets = _read_mnist(folder)
    order = torch.from_numpy(class_order(targets.numpy()))
    sizes = targets.bincount().tolist()
    train = sum(6 * size // 10 for size in sizes)
    valid = len(order) - sum(9 * size // 10 for size in sizes)
    return Source(images, targets, order, train, valid, test_images, test_targets)


def cifar10(folder, seed: int) -> Source:
    """CIFAR-10, 3x32x32: of the 50,000 images beside its test set a tenth, drawn by ``seed``, is set aside."""
    *paths, last = (locate("cifar10", member, folder) for member in CIFAR10.files[0].members)
    train, test = read_batches(paths), read_batches([last])
    order = torch.from_numpy(class_order(train.labels, np.random.default_rng([seed, _DIVISION])))
    images, targets, test_images, test_targets = map(torch.from_numpy, (*train, *test))
    return Source(images, targets, order, None, len(order) // 10, test_images, test_targets)


def _read_mnist(folder) -> tuple[torch.Tensor, ...]:
    """Training images, targets, test images, targets; each file checked by the md5 of its content."""
    arrays = [read_idx(locate("mnist", file.name, folder), file.md5) for file in MNIST.files]
    images, targets, test_images, test_targets = map(torch.from_numpy, arrays)
    return images[:, None], targets.long(), test_images[:, None], test_targets.long()


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
