"""The result as a file: the prox of the whole tensor at exactly the strength shown, in its shape and dtype."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from particles.checked_file import replacing, write_npz
from prox import prox_weight_sharing

from .outcome import Amounts
from .safetensors_file import write_safetensors
from .summary import summary
from .tensors import Tensor, rounded

FORMATS = {".safetensors": "safetensors", ".npy": "NumPy array", ".npz": "NumPy archive"}


def saved(path, tensor: Tensor, amounts: Amounts) -> str:
    """Save a tensor with shared weights, and say in words what was saved; errors as of ``write``."""
    found = shared(tensor, *amounts)
    write(path, found)
    return in_words(path, found)


def shared(tensor: Tensor, strength: float, rewind: float = 0.0, l1: float = 0.0) -> Tensor:
    """``tensor`` under the prox; the members of a cluster are bit-equal, also in bfloat16.  Errors are those of
    ``prox_weight_sharing``."""
    values = prox_weight_sharing(tensor.values, strength, rewind=rewind, l1=l1)
    return tensor._replace(values=rounded(values, tensor.dtype))


def in_words(path, tensor: Tensor) -> str:
    """What was saved, in a sentence."""
    counts = (tensor.values.size, "weight"), (summary(tensor.values).distinct, "value")
    said = ", ".join(f"{count:,} {what}{'s' * (count != 1)}" for count, what in counts)
    return f"Saved {Path(path).name}: {said}."


def write(path, tensor: Tensor) -> None:
    """Write one tensor as npy, npz or safetensors, by the end of the name; whole or not at all.

    Raises ValueError for another end of the name, and for bfloat16, which NumPy's files cannot hold; OSError, in one
    sentence, where writing fails.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise ValueError(f"{path}: the name must end with {', '.join(FORMATS)}")
    if suffix == ".safetensors":
        write_safetensors(path, tensor)
        return
    if tensor.dtype == "bfloat16":
        raise ValueError(f"{path}: files of NumPy cannot hold bfloat16: save it as .safetensors")
    if suffix == ".npz":
        write_npz(path, {tensor.name: tensor.values})
        return
    whole = io.BytesIO()
    np.save(whole, tensor.values, allow_pickle=False)
    with replacing(path) as file:
        file.write(whole.getbuffer())
