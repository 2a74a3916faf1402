"""Linear regression whose true weights share values: sharing that is known beforehand, to be recovered."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

FEATURES, OUTPUTS = 100, 10
SHARED = 0.8  # of the true weights
VALUES = (-1.0, -0.5, 0.5, 1.0)  # what they share; zero is not among them, so that sharing is more than sparsity
NOISE = 0.1  # standard deviation, beside targets whose own is about 9


class Regression(NamedTuple):
    """inputs (n, 100) and targets (n, 10), float32, with targets = inputs planted^T + noise."""

    inputs: torch.Tensor
    targets: torch.Tensor


def planted_weights(seed: int) -> torch.Tensor:
    """The true weights, (10, 100) float32: 800 take one of ``VALUES``, 200 each, the others are standard normal.

    After the paper's linear problem (100 -> 10, 80% shared); the values and their number are ours.
    """
    generator = np.random.default_rng([seed, 10])
    weights = generator.normal(size=OUTPUTS * FEATURES)
    shared = generator.permutation(weights.size)[: round(SHARED * weights.size)]
    weights[shared] = np.resize(VALUES, shared.size)
    return torch.from_numpy(weights.reshape(OUTPUTS, FEATURES).astype(np.float32))


def observe(planted: torch.Tensor, count: int, seed: int, stream: int) -> Regression:
    """``count`` observations of ``planted``: standard normal inputs, targets with noise of deviation ``NOISE``.

    Fewer of the same seed and stream are the first of more; streams are independent.
    """
    inputs = np.random.default_rng([seed, stream, 0]).normal(size=(count, FEATURES))
    noise = np.random.default_rng([seed, stream, 1]).normal(scale=NOISE, size=(count, OUTPUTS))
    targets = inputs @ planted.numpy().astype(np.float64).T + noise
    return Regression(*(torch.from_numpy(part.astype(np.float32)) for part in (inputs, targets)))
