"""What the list of tensors tells of each: how many different values it has, and how far they reach."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Summary(NamedTuple):
    """``distinct`` different values among the finite ones, from ``least`` to ``largest``; ``not_finite`` of them are
    NaN or infinite."""

    distinct: int
    least: float
    largest: float
    not_finite: int


def summary(values: np.ndarray) -> Summary:
    """The summary of weights of any shape; -0.0 and 0.0 are one value.  O(n log n)."""
    flat = values.reshape(-1)
    finite = np.isfinite(flat)
    bad = flat.size - int(np.count_nonzero(finite))
    ordered = np.sort(flat[finite] if bad else flat)
    if not ordered.size:
        return Summary(0, np.nan, np.nan, bad)
    distinct = 1 + int(np.count_nonzero(ordered[1:] != ordered[:-1]))
    return Summary(distinct, float(ordered[0]), float(ordered[-1]), bad)
