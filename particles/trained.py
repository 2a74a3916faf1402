"""Weights of a really trained layer: a small scikit-learn network on its bundled handwritten digits."""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import NamedTuple

import numpy as np

INPUTS, HIDDEN, EPOCHS, TRAINING_IMAGES = 64, 64, 60, 1500
SIZE = INPUTS * HIDDEN  # weights in the layer


class TrainedLayer(NamedTuple):
    """``weights`` (SIZE,) float64, sorted, read-only; ``accuracy`` on the images that training did not see."""

    weights: np.ndarray
    accuracy: float


@lru_cache(maxsize=8)
def trained_layer(seed: int) -> TrainedLayer:
    """Train a 64-64-10 network on the 8 x 8 digits (about a second); its first layer.  Kept in memory per seed.

    ``seed`` (0 .. 2**32 - 1) fixes the initial weights and the batches.
    """
    from sklearn.datasets import load_digits  # here, because importing it takes a second
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    pixels, digit = load_digits(return_X_y=True)
    pixels = pixels / 16.0
    network = MLPClassifier((HIDDEN,), max_iter=EPOCHS, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ConvergenceWarning
        )  # EPOCHS are enough for real weights, not for the last digit
        network.fit(pixels[:TRAINING_IMAGES], digit[:TRAINING_IMAGES])
    weights = np.sort(network.coefs_[0].ravel().astype(np.float64))
    weights.setflags(write=False)
    return TrainedLayer(weights, float(network.score(pixels[TRAINING_IMAGES:], digit[TRAINING_IMAGES:])))


def evenly_by_rank(values: np.ndarray, n: int) -> np.ndarray:
    """n of the sorted ``values``, evenly spaced in rank, the first and the last among them (n >= 2)."""
    return values[np.round(np.linspace(0, values.size - 1, n)).astype(np.int64)]
