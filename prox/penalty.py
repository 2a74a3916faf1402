"""The weight-sharing penalty R, and R with l1 as an object with a value and a prox."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import as_rows, on_gpu, open_array
from .proximal import check_amount, check_rewind, check_scope, prox_weight_sharing, raise_not_finite


def weight_sharing(w) -> float:
    """R(w) = 1/(d-1) sum_{i>j} |w_i - w_j| over the d weights in ``w`` (any shape); 0 for fewer than two.

    Computed as sum_k k (d - k) (x_k - x_{k-1}) / (d-1) over the gaps of the sorted weights x: O(d log d), and no
    cancellation.  Errors as in ``prox_weight_sharing``.  Source: arXiv 2311.03096, section 3.
    """
    if on_gpu(w):
        from .cuda.proximal import sum_over_rows

        return sum_over_rows(w, "tensor")
    return _sum_over_rows(open_array(w).values, "tensor")


@dataclass(frozen=True)
class WeightSharing:
    """The regularizer strength R(w) + l1 |w|_1, each ``scope`` ("tensor", "row", "column") sharing by itself."""

    strength: float
    l1: float = 0.0
    rewind: float = 0.0
    scope: str = "tensor"

    def __post_init__(self):
        object.__setattr__(self, "strength", check_amount("strength", self.strength))
        object.__setattr__(self, "l1", check_amount("l1", self.l1))
        object.__setattr__(self, "rewind", check_rewind(self.rewind))
        check_scope(self.scope)

    def value(self, w) -> float:
        """strength R(w) + l1 |w|_1, summed over the rows or columns of the scope."""
        if on_gpu(w):
            from .cuda.proximal import sum_of_sizes, sum_over_rows

            return self.strength * sum_over_rows(w, self.scope) + self.l1 * sum_of_sizes(w)
        values = open_array(w).values
        penalty = self.strength * _sum_over_rows(values, self.scope)
        return penalty + self.l1 * float(np.abs(values).sum(dtype=np.float64))

    def prox(self, w, step: float = 1.0):
        """The proximal map of step x this regularizer at ``w``, rewound; see ``prox_weight_sharing``."""
        step = check_amount("step", step)
        return prox_weight_sharing(w, step * self.strength, l1=step * self.l1, rewind=self.rewind, scope=self.scope)


def _sum_over_rows(values: np.ndarray, scope: str) -> float:
    if not np.isfinite(values).all():
        raise_not_finite(values, "w")
    rows = np.sort(as_rows(values, scope), axis=1)
    d = rows.shape[1]
    if d < 2:
        return 0.0
    k = np.arange(1, d, dtype=np.float64)
    with np.errstate(over="ignore"):
        total = float((np.diff(rows.astype(np.float64), axis=1) @ (k * (d - k))).sum() / (d - 1))
    if not np.isfinite(total):
        raise ValueError(f"R overflows float64 (the largest weight is {np.abs(rows).max():g}): rescale the weights")
    return total
