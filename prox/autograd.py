"""Gradients through the prox in torch: within a cluster the Jacobian averages.

A cluster's value is the mass-weighted mean of its members plus a constant, wherever no partition changes; so
d out_j / d w_i = m_i / M for i, j in one cluster of mass M, and 0 otherwise, or where l1 makes the cluster zero.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from .arrays import WeightArray
from .proximal import Options, prox_and_sharing


def prox_with_gradient(array: WeightArray, options: Options):
    """(result tensor with its gradient, clusters of each row)."""
    import torch

    sharing = prox_and_sharing(array, options)
    masses = np.ones(array.values.shape) if options.mass is None else options.mass
    total = np.concatenate([np.empty(0), *(clusters.mass for clusters in sharing.clusters)])
    labels = sharing.labels.reshape(-1)
    share = torch.from_numpy(masses.reshape(-1) * (~sharing.zero / total)[labels])
    result = array.close(sharing.values)
    return averaging().apply(array.tensor, result, torch.from_numpy(labels), share), sharing.clusters


@cache
def averaging():
    """The torch function (w, result, labels, share) -> result, made when it is first needed, to load torch no earlier.

    ``labels`` and ``share`` are flat, by weight: its cluster, a number below that of the weights, and m_i / M.
    """
    import torch

    class Prox(torch.autograd.Function):
        @staticmethod
        def forward(ctx, w, result, labels, share):
            ctx.save_for_backward(labels, share)
            return result

        @staticmethod
        def backward(ctx, gradient):
            """Sum the gradient over each cluster and hand each member its share; linear, so differentiable again."""
            labels, share = ctx.saved_tensors
            flat = gradient.reshape(-1).double()
            sums = torch.zeros_like(flat).index_add(0, labels, flat)
            return (share * sums[labels]).to(gradient.dtype).reshape(gradient.shape), None, None, None

    return Prox
