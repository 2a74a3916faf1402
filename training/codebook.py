"""A tensor as its distinct values and, for each place, the number of its value."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from .tensor_figures import from_ordered_bits, ordered_bits


class Codebook(NamedTuple):
    """``values`` (k,), ascending and all different; ``index`` int32, shaped like the tensor: values[index] is it."""

    values: Tensor
    index: Tensor


def codebook_of(w: Tensor, signed_zero: bool = False) -> Codebook:
    """The codebook of a tensor of a float dtype, on its device; values are compared bit for bit.

    With ``signed_zero`` -0.0 is a value of its own, and values[index] has the very bits of ``w``; without, it becomes
    0.0.  Raises TypeError for other dtypes, ValueError for sparse layouts.
    """
    bits, _ = ordered_bits(w)
    if not signed_zero:
        bits[bits == -1] = 0
    if isinstance(bits, np.ndarray):
        keys = np.unique(bits)
        index = torch.from_numpy(np.searchsorted(keys, bits).astype(np.int32))
        keys = torch.from_numpy(keys)
    else:
        keys, index = bits.unique(return_inverse=True)
    return Codebook(from_ordered_bits(keys).view(w.dtype), index.to(torch.int32).reshape(w.shape))
