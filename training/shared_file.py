"""Shared files: a model's weights as codebooks and packed indices, lossless, in safetensors."""

from __future__ import annotations

import os
from typing import NamedTuple

import safetensors.torch
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from particles.checked_file import naming, read_whole, replacing

from .freeze import frozen_weights
from .rules import unwrapped
from .shared_format import SharedTensor, decode, encode

LARGEST_FILE = 16 * 2**30  # bytes
ALWAYS_EXPANDED = 2**30  # bytes; without a model to compare with, a file may expand to so much,
EXPANSION = 64  # and to so many times its own size: that of one bit for each float64


class SharedSize(NamedTuple):
    """``bytes``: the size of the file.  ``dense_bytes``: that of the same state saved plainly by safetensors (tied
    tensors once).  ``tensors``: name -> bits a weight in the file, codebook and indices, without the header."""

    bytes: int
    dense_bytes: int
    tensors: dict[str, float]


def save_shared(model: nn.Module, path) -> SharedSize:
    """Write the state of a model, and return what it takes.

    Every tensor of floats whose codebook and packed indices are smaller than itself is written as those, the others
    plainly, all bit for bit (-0.0 and NaN too).  Frozen weights are written under their plain names, tied tensors
    once.  The file is replaced in one step: after any error the old one is still there.

    Raises ValueError for a state that safetensors cannot hold (sparse, not materialized, not a tensor), OSError where
    the file cannot be written.
    """
    state = plain_state(model)
    tied = _tied(state)
    once = {name: _on_cpu(tensor) for name, tensor in state.items() if name not in tied}
    try:
        dense_bytes = len(safetensors.torch.save(once))
        data, bits = encode(once, tied)
    except (KeyError, safetensors.SafetensorError) as error:
        raise ValueError(f"safetensors cannot hold this model: {error}") from None
    with replacing(path) as file:
        file.write(data)
    return SharedSize(os.path.getsize(path), dense_bytes, bits)


def load_shared(model, path=None):
    """``load_shared(model, path)`` fills the model; ``load_shared(path)`` returns name -> tensor, on the CPU.

    The names, shapes and dtypes in the file must be those of the model; a frozen weight takes values of the same
    sharing.  Tied names without a model lead to one tensor.

    Raises OSError where the file cannot be read, and ValueError, one sentence, for one that is foreign, cut off or
    does not fit; nothing is changed then.  Nothing is unpickled, and nothing is allocated that neither the file nor
    the model holds; without a model a file may expand to 1 GiB, or 64 times its size.
    """
    if path is None:
        model, path = None, model
    elif not isinstance(model, nn.Module):
        raise TypeError(f"the model is a {type(model).__name__}: load_shared(model, path), or load_shared(path)")
    data = read_whole(path, LARGEST_FILE)
    with naming(path):
        stored, tied = decode(data)
        if model is not None:
            return _fill_(model, stored | {other: stored[name] for other, name in tied.items()})
        expanded = sum(tensor.nbytes for tensor in stored.values())
        if expanded > max(ALWAYS_EXPANDED, EXPANSION * len(data)):
            raise ValueError(
                f"its {len(data):,} bytes would expand to {expanded:.3g}: load it into a model of that size"
            )
        state = {name: _expanded(name, tensor) for name, tensor in stored.items()}
        return state | {other: state[name] for other, name in tied.items()}


def plain_state(model: nn.Module) -> dict[str, Tensor]:
    """The ``state_dict`` of a model as if nothing were frozen; ValueError for what is no dense tensor in it."""
    state = unwrapped(model).state_dict(keep_vars=True)
    weights: dict[int, Tensor] = {}
    for frozen in frozen_weights(model):
        for key in [key for key in state if key.startswith(frozen.state_prefix)]:
            del state[key]
        with torch.no_grad():
            state[frozen.name] = weights.setdefault(id(frozen.codebook), getattr(frozen.module, frozen.attribute))
    for name, tensor in state.items():
        _check_storable(name, tensor)
    return dict(state)


def _fill_(model: nn.Module, stored: dict[str, Tensor | SharedTensor]) -> None:
    """Put the tensors into the model once all of them fit."""
    wanted = plain_state(model)
    _check_fits(stored, wanted)
    state = {name: _expanded(name, tensor) for name, tensor in stored.items()}
    for other, name in _tied(wanted).items():
        if not torch.equal(_bytes_of(state[other]), _bytes_of(state[name])):
            raise ValueError(f"{other!r} and {name!r} differ in it, but are tied in the model")
    model = unwrapped(model)
    whole = model.state_dict()
    for frozen in frozen_weights(model):
        weights = state.pop(frozen.name).to(frozen.shared.index.device)
        try:
            state[f"{frozen.state_prefix}original"] = frozen.shared.right_inverse(weights)
        except ValueError as error:
            raise ValueError(f"{frozen.name!r} is frozen in the model: {error}") from None
    model.load_state_dict(whole | state)


def _check_fits(stored: dict[str, Tensor | SharedTensor], wanted: dict[str, Tensor]) -> None:
    if missing := [name for name in wanted if name not in stored]:
        raise ValueError(f"it lacks {missing[0]!r} ({len(missing)} tensors of the model in all)")
    if unknown := [name for name in stored if name not in wanted]:
        raise ValueError(f"the model has no {ascii(unknown[0])[:80]} ({len(unknown)} tensors of the file in all)")
    for name, tensor in wanted.items():
        found = stored[name]
        if tuple(found.shape) != tuple(tensor.shape):
            raise ValueError(f"{name!r} has shape {tuple(found.shape)} in it, {tuple(tensor.shape)} in the model")
        if found.dtype != tensor.dtype:
            raise ValueError(f"{name!r} is {found.dtype} in it, {tensor.dtype} in the model: convert the model first")


def _expanded(name: str, tensor: Tensor | SharedTensor) -> Tensor:
    try:
        return tensor.expand() if isinstance(tensor, SharedTensor) else tensor
    except ValueError as error:
        raise ValueError(f"tensor {ascii(name)[:80]}: {error}") from None


def _check_storable(name: str, tensor) -> None:
    if not isinstance(tensor, Tensor):
        raise ValueError(f"{name!r} is a {type(tensor).__name__} in the model's state: only tensors can be saved")
    if is_lazy(tensor) or tensor.layout is not torch.strided or tensor.is_meta or tensor.is_quantized:
        raise ValueError(f"{name!r} is not a dense tensor with values: materialize it, or convert it, first")


def _tied(state: dict[str, Tensor]) -> dict[str, str]:
    """Name -> an earlier name of the very same values."""
    first: dict[object, str] = {}
    tied = {}
    for name, tensor in state.items():
        where = (tensor.data_ptr(), tuple(tensor.shape), tensor.stride(), tensor.dtype, tensor.device)
        name_of_first = first.setdefault(where if tensor.numel() else id(tensor), name)
        if name_of_first != name:
            tied[name] = name_of_first
    return tied


def _on_cpu(tensor: Tensor) -> Tensor:
    """A copy with a storage of its own, as safetensors wants it."""
    return tensor.detach().cpu().clone(memory_format=torch.contiguous_format)


def _bytes_of(tensor: Tensor) -> Tensor:
    return tensor.contiguous().reshape(-1).view(torch.uint8)
