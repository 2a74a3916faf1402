"""Has someone changed a tensor since it was written?"""

from __future__ import annotations

import torch


class Written:
    """How a tensor was left, to be compared with how it is found.

    On the CPU bit by bit with the ``values`` written to it, which are kept.  Elsewhere that would be to wait for the
    device: there a tensor is taken for unchanged while its memory, its dtype and autograd's count of changes
    (``_version``) are the same.  Writing through ``.data`` into the same memory is not seen by these.
    """

    def __init__(self, tensor: torch.Tensor, values: torch.Tensor):
        self._values = values.to(tensor.dtype) if by_value(tensor) else None
        self._memory = None if by_value(tensor) else tensor  # held, so that no other tensor can get this memory
        self._version = tensor._version

    def unchanged(self, tensor: torch.Tensor) -> bool:
        if self._values is not None:
            return same_bits(tensor, self._values)
        memory = self._memory
        same_memory = tensor.device == memory.device and tensor.data_ptr() == memory.data_ptr()
        return same_memory and tensor.dtype == memory.dtype and tensor._version == self._version


def by_value(tensor: torch.Tensor) -> bool:
    """May values be looked at without waiting for a device?"""
    return tensor.device.type == "cpu"


def same_bits(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Are two real tensors alike in dtype, device, shape and each bit?  A NaN is equal to itself."""
    if (one.dtype, one.device, one.shape) != (other.dtype, other.device, other.shape):
        return False
    integer = {1: torch.int8, 2: torch.int16, 4: torch.int32, 8: torch.int64}[one.element_size()]
    return torch.equal(one.view(integer), other.view(integer))
