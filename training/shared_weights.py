"""The parametrization of a frozen weight: fixed indices into a codebook that is trained."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .codebook import Codebook

GRADIENTS = ("mean", "sum")


class SharedWeights(nn.Module):
    """The parametrization of a frozen weight: codebook (k,) -> weights, shaped like ``index``.

    Buffers: ``index`` int32, the entry of each weight; ``count`` (k,) int64, the weights of each entry; ``trained``
    (k,) bool, False for a zero that stays zero whatever the optimizer does.  ``gradient``: an entry receives the
    "mean" or the "sum" of the gradients of its weights.
    """

    def __init__(self, codebook: Codebook, gradient: str, keep_zeros: bool):
        super().__init__()
        values, index = codebook
        self.gradient = gradient
        self.register_buffer("index", index)
        self.register_buffer("count", torch.bincount(index.reshape(-1), minlength=values.numel()))
        self.register_buffer("trained", values != 0 if keep_zeros else torch.ones_like(values, dtype=torch.bool))

    def forward(self, codebook: Tensor) -> Tensor:
        values = codebook.masked_fill(~self.trained, 0.0)
        return _Spread.apply(values, self.index, self.count if self.gradient == "mean" else None)

    def right_inverse(self, weights: Tensor) -> Tensor:
        """The codebook of weights that share as these do (-0.0 counts as 0.0); ValueError where they do not."""
        values = weights.new_zeros(self.count.numel())
        if weights.shape != self.index.shape:
            raise ValueError(
                f"the weights have shape {tuple(weights.shape)}, the frozen ones {tuple(self.index.shape)}"
            )
        values[self.index.reshape(-1).long()] = weights.detach().reshape(-1)
        spread = self.forward(values)
        same = (spread == weights) | (spread.isnan() & weights.isnan())
        if not same.all():
            raise ValueError(
                f"{int((~same).sum())} of {same.numel()} weights do not share as the frozen ones do: "
                "thaw_sharing first, or give weights of the same sharing"
            )
        return values

    def extra_repr(self) -> str:
        return f"{self.index.numel()} weights, {self.count.numel()} values, gradient={self.gradient!r}"


class _Spread(torch.autograd.Function):
    """values (k,) -> values[index]; backwards the sum over each entry's places, or with ``count`` their mean."""

    @staticmethod
    def forward(ctx, values, index, count):
        ctx.save_for_backward(index, count)
        ctx.entries = values.numel()
        return values.index_select(0, index.reshape(-1)).reshape(index.shape)

    @staticmethod
    def backward(ctx, gradient):
        index, count = ctx.saved_tensors
        total = gradient.new_zeros(ctx.entries, dtype=torch.float64)  # a cluster may hold most of a layer
        total = total.index_add(0, index.reshape(-1), gradient.reshape(-1).double())
        return (total if count is None else total / count).to(gradient.dtype), None, None
