"""Penalties beside ``WeightSharing``: l1, beta-lasso, group lasso, and the subgradient baseline of R.

A penalty is whatever has
    value(w) -> float           the penalty at w
    prox(w, step) -> tensor     its proximal map at this step size: a new tensor of w's dtype and device, no gradient
and, where the penalty acts as a gradient too,
    gradient(w) -> tensor       added to the gradient before the optimizer's step.
``WeightSharing`` has the first two.  ``w`` is a torch tensor of any shape, real float dtype and device.  16-bit weights
are computed with in float32; zeros are exact and positive; NaN in, NaN out (to look for it would be to wait for the
device).  Nothing here but ``value`` waits for the device.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch.nn.functional import pad

from prox import WeightSharing
from prox.proximal import check_amount, check_scope


@dataclass(frozen=True)
class L1:
    """strength |w|_1, by its prox: every weight moves towards zero by step x strength and stops there."""

    strength: float

    def __post_init__(self):
        _check_amounts(self, "strength")

    def value(self, w: torch.Tensor) -> float:
        return self.strength * _sum_of_sizes(w)

    @torch.no_grad()
    def prox(self, w: torch.Tensor, step: float = 1.0) -> torch.Tensor:
        """Soft thresholding at step x strength."""
        threshold = check_amount("step", step) * self.strength
        x = _opened(w)
        # Not w -+ threshold by sign: x - x is +0, and a weight at the threshold is exactly zero.
        return (x - x.clamp(-threshold, threshold)).to(w.dtype)


@dataclass(frozen=True)
class BetaLasso:
    """strength |w|_1 by its gradient, and a threshold beta x strength below which a weight is zero after each step.

    Source: arXiv 2007.13657, algorithm 1.
    """

    strength: float
    beta: float = 50.0

    def __post_init__(self):
        _check_amounts(self, "strength", "beta")

    def value(self, w: torch.Tensor) -> float:
        return self.strength * _sum_of_sizes(w)

    @torch.no_grad()
    def gradient(self, w: torch.Tensor) -> torch.Tensor:
        """strength sign(w)."""
        return self.strength * _checked(w).sign()

    @torch.no_grad()
    def prox(self, w: torch.Tensor, step: float = 1.0) -> torch.Tensor:
        """w with zero where |w| < beta x strength, whatever the step (but a step of 0 changes nothing)."""
        x = _opened(w)
        if check_amount("step", step) == 0.0:
            return w.detach().clone()
        return torch.where(x.abs() < self.beta * self.strength, 0.0, x).to(w.dtype)


@dataclass(frozen=True)
class GroupLasso:
    """strength x the sum over groups of sqrt(group size) x the group's l2 norm.

    A group is a "row" (index of the first dimension: a neuron, or a filter of a convolution) or a "column" (of the
    second: an input, or an input channel).  Raises ValueError for weights of fewer than two dimensions.
    Source: Yuan and Lin, "Model selection and estimation in regression with grouped variables", 2006.
    """

    strength: float
    scope: str = "row"

    def __post_init__(self):
        _check_amounts(self, "strength")
        if self.scope not in ("row", "column"):
            raise ValueError(f"unknown scope {self.scope!r}: the known ones are row, column")

    def value(self, w: torch.Tensor) -> float:
        groups = _groups(_opened(w), self.scope)
        norms = torch.linalg.vector_norm(groups, dim=1, dtype=torch.float64)
        return self.strength * groups.shape[1] ** 0.5 * float(norms.sum())

    @torch.no_grad()
    def prox(self, w: torch.Tensor, step: float = 1.0) -> torch.Tensor:
        """Each group shrunk by step x strength x sqrt(group size) of its norm, to zero where that is all of it."""
        x = _opened(w)
        groups = _groups(x, self.scope)
        threshold = check_amount("step", step) * self.strength * groups.shape[1] ** 0.5
        norm = torch.linalg.vector_norm(groups, dim=1)
        shape = [1] * x.ndim
        shape[0 if self.scope == "row" else 1] = -1
        gone, kept = (norm <= threshold).view(shape), (1.0 - threshold / norm).view(shape)
        return torch.where(gone, 0.0, x * kept).to(w.dtype)


@dataclass(frozen=True)
class Subgradient:
    """strength R(w) + l1 |w|_1 by its subgradient alone: the honest baseline of ``WeightSharing``, without a prox.

    Gradient noise keeps it from ever making two weights equal.  ``scope`` as in ``WeightSharing``.
    """

    strength: float
    l1: float = 0.0
    scope: str = "tensor"

    def __post_init__(self):
        _check_amounts(self, "strength", "l1")
        check_scope(self.scope)

    def value(self, w: torch.Tensor) -> float:
        rows = _groups(_opened(w), self.scope).sort(dim=1).values.double()
        d = rows.shape[1]
        k = torch.arange(1, max(d, 1), dtype=torch.float64, device=rows.device)
        sharing = float((rows.diff(dim=1) @ (k * (d - k))).sum()) / (d - 1) if d > 1 else 0.0
        return self.strength * sharing + self.l1 * _sum_of_sizes(w)

    @torch.no_grad()
    def gradient(self, w: torch.Tensor) -> torch.Tensor:
        """strength (weights below - weights above) / (d-1) + l1 sign(w): the middle of the subdifferential.

        Equal weights get the same, so a cluster is pushed as one and nothing pushes its members apart.
        """
        x = _opened(w)
        rows = _groups(x, self.scope)
        slope = _below_minus_above(rows).to(x.dtype) * (self.strength / max(rows.shape[1] - 1, 1))
        return (_ungrouped(slope, x.shape, self.scope) + self.l1 * x.sign()).to(w.dtype)

    @torch.no_grad()
    def prox(self, w: torch.Tensor, step: float = 1.0) -> torch.Tensor:
        """A copy of w: this penalty acts by its gradient only."""
        check_amount("step", step)
        return _checked(w).detach().clone()


PENALTIES = {
    "wsr": WeightSharing,
    "l1": L1,
    "beta-lasso": BetaLasso,
    "group-lasso": GroupLasso,
    "subgradient": Subgradient,
}


def scaled(penalty, factor: float):
    """The same penalty with its strength, and its l1 where it has one, times ``factor``: what a schedule does to it."""
    amounts = {name: getattr(penalty, name) * factor for name in ("strength", "l1") if hasattr(penalty, name)}
    return replace(penalty, **amounts)


def _below_minus_above(rows: torch.Tensor) -> torch.Tensor:
    """For each entry of (rows, d): how many of its row are smaller, minus how many are larger.  int64.

    A run of equal entries has ``begin`` smaller ones and d - ``end`` larger ones.  (Two binary searches for each entry
    take three times as long.)
    """
    ordered, places = rows.sort(dim=1)
    d = rows.shape[1]
    rank = torch.arange(d, device=rows.device)
    border = ordered[:, 1:] != ordered[:, :-1]
    begin = torch.where(pad(border, (1, 0), value=True), rank, 0).cummax(dim=1).values
    end = torch.where(pad(border, (0, 1), value=True), rank + 1, d).flip(1).cummin(dim=1).values.flip(1)
    return torch.empty_like(places).scatter_(1, places, begin + end - d)


def _groups(x: torch.Tensor, scope: str) -> torch.Tensor:
    """(groups, d): what the scope takes together, one a row; the layout of ``prox.arrays.as_rows``."""
    if scope == "tensor":
        return x.reshape(1, x.numel())
    if x.ndim < 2:
        raise ValueError(f"scope {scope!r} needs weights of two or more dimensions, got shape {tuple(x.shape)}")
    return (x if scope == "row" else x.transpose(0, 1)).flatten(1)


def _ungrouped(groups: torch.Tensor, shape: torch.Size, scope: str) -> torch.Tensor:
    """The inverse of ``_groups``."""
    if scope != "column":
        return groups.reshape(shape)
    return groups.reshape(shape[1], shape[0], *shape[2:]).transpose(0, 1)


def _opened(w: torch.Tensor) -> torch.Tensor:
    """The weights without gradient, in float32 where they are of 16 bits."""
    w = _checked(w).detach()
    return w if w.dtype in (torch.float32, torch.float64) else w.float()


def _checked(w: torch.Tensor) -> torch.Tensor:
    if not isinstance(w, torch.Tensor):
        raise TypeError(f"w is a {type(w).__name__}: give a torch tensor")
    if not w.is_floating_point():
        raise TypeError(f"w is {w.dtype}: give weights of a real float dtype")
    return w


def _sum_of_sizes(w: torch.Tensor) -> float:
    return float(_opened(w).abs().sum(dtype=torch.float64))


def _check_amounts(penalty, *names: str) -> None:
    for name in names:
        object.__setattr__(penalty, name, check_amount(name, getattr(penalty, name)))
