"""Unpack a file of torch into npy files: a program of its own, so that torch never enters the window's process.

    python torch_child.py FILE FOLDER BYTES

``torch.load`` with weights_only=True: nothing in the file is run.  Writes the tensors as FOLDER/0.npy, 1.npy, ... and
FOLDER/list.json: either {"tensors": [[name, shape, dtype], ...]} or {"error": one sentence}.  At most BYTES are
written.
"""

import json
import pickle
import sys
from pathlib import Path

import numpy as np

MOST_TENSORS, DEEPEST = 100_000, 32


def main(path: str, folder: Path, limit: int) -> dict:
    """The contents of list.json."""
    import torch

    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if "unsupported global" in str(error).lower():
            return {"error": "it holds Python objects, which could run code: save only tensors (model.state_dict())"}
        return {"error": "it is broken, or not written by torch"}
    except Exception as error:  # torch raises whatever its parts raise
        said = " ".join(str(error).split()).partition(". ")[0]
        return {"error": f"torch cannot read it: {said[:160] or type(error).__name__}"}
    tensors = []
    for name, tensor in _flat(torch, found, "", 0):
        if len(tensors) == MOST_TENSORS:
            return {"error": f"it holds more than {MOST_TENSORS:,} tensors"}
        limit -= tensor.numel() * tensor.element_size()
        if limit < 0:
            return {"error": "its tensors are much larger than the file: it is broken, or not to be trusted"}
        dtype = str(tensor.dtype).removeprefix("torch.")
        if str(tensor.layout) != "torch.strided" or tensor.is_quantized or tensor.is_meta:
            dtype = "a layout that is not dense"
        elif dtype in ("float16", "bfloat16", "float32", "float64"):
            _save(torch, tensor, folder / f"{len(tensors)}.npy")
        tensors.append([name, list(tensor.shape), dtype])
    return {"tensors": tensors} if tensors else {"error": "it holds no tensors"}


def _flat(torch, found, name: str, depth: int):
    """(name, tensor) of every tensor in nested dicts, lists and tuples."""
    if isinstance(found, torch.Tensor):
        yield name or "tensor", found
    elif isinstance(found, dict | list | tuple) and depth < DEEPEST:
        items = found.items() if isinstance(found, dict) else enumerate(found)
        for key, value in items:
            yield from _flat(torch, value, f"{name}.{key}" if name else str(key), depth + 1)


def _save(torch, tensor, path: Path) -> None:
    tensor = tensor.detach().resolve_conj().resolve_neg()
    tensor = tensor.float() if tensor.dtype == torch.bfloat16 else tensor
    np.save(path, tensor.contiguous().numpy(), allow_pickle=False)


if __name__ == "__main__":
    target = Path(sys.argv[2])
    try:
        told = main(sys.argv[1], target, int(sys.argv[3]))
    except MemoryError:
        told = {"error": "this machine has not enough memory for it"}
    except OSError as error:
        told = {"error": f"its tensors could not be unpacked: {error.strerror or error}"}
    (target / "list.json").write_text(json.dumps(told))
