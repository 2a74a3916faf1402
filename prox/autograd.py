"""Gradients through the prox in torch: within a cluster the Jacobian averages.

A cluster's value is the mass-weighted mean of its members plus a constant, wherever no partition changes; so
d out_j / d w_i = m_i / M for i, j in one cluster of mass M, and 0 otherwise, or where l1 makes the cluster zero.
Loaded only when a tensor that requires a gradient arrives.
"""

from __future__ import annotations

import numpy as np
import torch

from .arrays import WeightArray
from .proximal import Options, prox_and_sharing


def prox_with_gradient(array: WeightArray, options: Options):
    """(result tensor with its gradient, clusters of each row)."""
    sharing = prox_and_sharing(array, options)
    share = np.ones(array.values.shape) if options.mass is None else options.mass
    position = np.concatenate([clusters.position for clusters in sharing.clusters])
    mass = np.concatenate([clusters.mass for clusters in sharing.clusters])
    alive = (position != 0.0) if options.l1 > 0 else np.ones(position.size, bool)
    labels = sharing.labels.reshape(-1)
    weight = share.reshape(-1) * (alive / mass)[labels]
    result = _Prox.apply(array.tensor, array.close(sharing.values), torch.from_numpy(labels), torch.from_numpy(weight))
    return result, sharing.clusters


class _Prox(torch.autograd.Function):
    @staticmethod
    def forward(ctx, w, result, labels, weight):
        ctx.save_for_backward(labels, weight)
        return result

    @staticmethod
    def backward(ctx, gradient):
        """Sum the gradient over each cluster, and hand each member its share; linear, so differentiable again."""
        labels, weight = ctx.saved_tensors
        flat = gradient.reshape(-1).double()
        count = int(labels.max()) + 1 if labels.numel() else 0
        sums = torch.zeros(count, dtype=torch.float64).index_add(0, labels, flat)
        return (weight * sums[labels]).to(gradient.dtype).reshape(gradient.shape), None, None, None
