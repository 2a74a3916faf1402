"""The format of a shared file: which tensors become codebook and indices, and how both are read back.

A safetensors file whose metadata has one entry, ``stickyweights``: JSON with the fields ``format``, ``version``,
``shared`` and ``tied``.  (One, since safetensors writes several in an order of chance, and one state shall give one
file.)  A tensor ``name`` that shares stands as ``name.codebook`` (k,), its values in ascending order, and
``name.indices``, uint8, ceil(log2 k) bits for each weight in C order (see ``packing``); ``shared`` has
name -> {"shape", "dtype", "bits"}.  All others stand plainly under their names.  Tied tensors stand once; ``tied``
has other name -> name.
"""

from __future__ import annotations

import json
import math
from typing import NamedTuple

import safetensors.torch
import torch
from torch import Tensor

from particles.checked_file import check_format, check_names, shown
from prox.arrays import FLOATS

from .codebook import codebook_of
from .packing import MOST_BITS, pack, packed_size, unpack
from .tensor_figures import index_bits, stored_bytes

FORMAT, VERSION = "stickyweights-shared", 1
KEY = "stickyweights"  # of the metadata
DESCRIPTION = 256  # bytes; about what the header takes to describe one more codebook with its indices
MOST_WEIGHTS = 2**48
_METADATA = ("format", "version", "shared", "tied")
_FIELDS = ("shape", "dtype", "bits")
_FOREIGN = (safetensors.SafetensorError, RuntimeError, KeyError, AssertionError, OverflowError, TypeError, ValueError)


class SharedTensor(NamedTuple):
    """A tensor as it stands in the file: ``codebook`` (k,), ``indices`` packed with ``bits`` each, ``shape``."""

    codebook: Tensor
    indices: Tensor
    bits: int
    shape: tuple[int, ...]

    @property
    def dtype(self) -> torch.dtype:
        return self.codebook.dtype

    @property
    def nbytes(self) -> int:
        """Of the expanded tensor."""
        return math.prod(self.shape) * self.codebook.itemsize

    def expand(self) -> Tensor:
        """The weights; ValueError where an index is beyond the codebook."""
        if self.bits == 0:
            return self.codebook[0].expand(self.shape).clone()
        index = torch.from_numpy(unpack(self.indices.numpy(), math.prod(self.shape), self.bits))
        if int(index.max()) >= self.codebook.numel():
            raise ValueError(f"index {int(index.max())} is beyond its codebook of {self.codebook.numel()} values")
        return self.codebook[index].reshape(self.shape)


def encode(state: dict[str, Tensor], tied: dict[str, str]) -> tuple[bytes, dict[str, float]]:
    """(the file's bytes, name -> bits a weight in it, headers not counted) of tensors on the CPU, bit for bit."""
    tensors, shared, bits = {}, {}, {}
    for name, tensor in state.items():
        found = _shared(tensor) if not {f"{name}.codebook", f"{name}.indices"} & state.keys() else None
        if found is None:
            tensors[name] = tensor
            size = tensor.nbytes
        else:
            tensors[f"{name}.codebook"], tensors[f"{name}.indices"] = found.codebook, found.indices
            dtype = str(found.dtype).removeprefix("torch.")
            shared[name] = {"shape": list(found.shape), "dtype": dtype, "bits": found.bits}
            size = found.codebook.nbytes + found.indices.nbytes
        bits[name] = 8 * size / max(tensor.numel(), 1)
    described = {"format": FORMAT, "version": VERSION, "shared": shared, "tied": tied}
    return safetensors.torch.save(tensors, {KEY: json.dumps(described, sort_keys=True)}), bits


def decode(data: bytes) -> tuple[dict[str, Tensor | SharedTensor], dict[str, str]]:
    """(name -> tensor, other name -> name of the tensor that it is tied to), from the bytes of a file.

    Nothing is believed: ValueError, one sentence, for whatever is not a shared file, does not fit together or was cut
    off.  Nothing is expanded yet, so no more is allocated than the file holds.
    """
    try:
        tensors = safetensors.torch.load(data)
        metadata = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")]).get("__metadata__") or {}
    except (*_FOREIGN, RecursionError) as error:
        raise ValueError(f"not a whole safetensors file: {shown(str(error))}") from None
    shared, tied = _described(metadata)
    state: dict[str, Tensor | SharedTensor] = {}
    for name, entry in shared.items():
        try:
            state[name] = _stored(entry, tensors.pop(f"{name}.codebook", None), tensors.pop(f"{name}.indices", None))
        except ValueError as error:
            raise ValueError(f"tensor {shown(name)}: {error}") from None
    for name, tensor in tensors.items():
        if name in state:
            raise ValueError(f"tensor {shown(name)} is stored twice")
        state[name] = tensor
    for other, name in tied.items():
        if not isinstance(name, str) or name not in state or other in state:
            raise ValueError(f"tensor {shown(other)} is tied to {shown(name)}, which cannot be")
    return state, tied


def _shared(tensor: Tensor) -> SharedTensor | None:
    """The tensor as codebook and indices, None where that saves nothing."""
    if str(tensor.dtype).removeprefix("torch.") not in FLOATS or tensor.nbytes <= DESCRIPTION:
        return None
    values, index = codebook_of(tensor, signed_zero=True)
    bits = index_bits(values.numel())
    if stored_bytes(tensor.numel(), values.numel(), tensor.itemsize) + DESCRIPTION >= tensor.nbytes:
        return None
    packed = torch.from_numpy(pack(index.reshape(-1).numpy(), bits))
    return SharedTensor(values, packed, bits, tuple(tensor.shape))


def _stored(entry, codebook: Tensor | None, indices: Tensor | None) -> SharedTensor:
    """What the header says of a tensor and what is there, once both agree."""
    if not isinstance(entry, dict):
        raise ValueError(f"its description is a {type(entry).__name__}, not a table")
    check_names("field", entry, _FIELDS)
    shape, dtype, bits = (entry[field] for field in _FIELDS)
    if not isinstance(shape, list) or not all(type(size) is int and size > 0 for size in shape):
        raise ValueError(f"its shape is {shown(str(shape))}: a list of whole numbers > 0 is needed")
    if math.prod(shape) >= MOST_WEIGHTS:
        raise ValueError(f"its shape is {shown(str(shape))}: no tensor has so many weights")
    if dtype not in FLOATS:
        raise ValueError(f"its dtype is {shown(dtype)}: known are {', '.join(FLOATS)}")
    for what, found, wanted in (("codebook", codebook, getattr(torch, dtype)), ("indices", indices, torch.uint8)):
        if found is None or found.ndim != 1 or found.dtype != wanted:
            raise ValueError(f"its {what} are missing or not a row of {wanted}")
    if not codebook.numel() or type(bits) is not int or bits != index_bits(codebook.numel()) or bits > MOST_BITS:
        raise ValueError(f"{shown(bits)} bits an index do not fit a codebook of {codebook.numel()} values")
    if (size := packed_size(math.prod(shape), bits)) != indices.numel():
        raise ValueError(f"its indices have {indices.numel()} bytes, its shape needs {shown(size)}")
    return SharedTensor(codebook, indices, bits, tuple(shape))


def _described(metadata: dict) -> tuple[dict, dict]:
    """(shared, tied) of the metadata."""
    try:
        found = json.loads(metadata.get(KEY, "{}"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError(f"its metadata {KEY!r} is not a table in JSON")
    check_format(found.get("format"), found.get("version"), FORMAT, VERSION)
    check_names("field of its metadata", found, _METADATA)
    for key in ("shared", "tied"):
        if not isinstance(found[key], dict):
            raise ValueError(f"{key!r} in its metadata is a {type(found[key]).__name__}, not a table")
    return found["shared"], found["tied"]
