"""Arrays of weights in and out: whatever kind comes in, the solvers see contiguous float32 or float64 in NumPy."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

FLOATS = ("float16", "bfloat16", "float32", "float64")
FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)


class WeightArray(NamedTuple):
    """An array of weights, opened: ``values`` (C-contiguous, native float32 or float64; never written to), and
    ``close``, which makes from values of the same shape a new array of the original's kind and dtype."""

    values: np.ndarray
    close: Callable[[np.ndarray], Any]
    result_dtype: np.dtype
    wants_gradient: bool = False
    tensor: Any = None


def on_gpu(w) -> bool:
    """Is this an array on a GPU?  Loads nothing: an array's library is loaded already."""
    torch = sys.modules.get("torch")
    return w.device.type == "cuda" if torch is not None and isinstance(w, torch.Tensor) else is_cupy(w)


def is_cupy(w) -> bool:
    return type(w).__module__.partition(".")[0] == "cupy"


def open_array(w, name: str = "w") -> WeightArray:
    """Open a NumPy array or torch CPU tensor; TypeError or ValueError (one sentence) for anything else."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(w, torch.Tensor):
        return _open_tensor(torch, w, name)
    if not isinstance(w, np.ndarray) or isinstance(w, np.ma.MaskedArray):
        if is_cupy(w):
            raise TypeError(f"{name} is a CuPy array beside arrays on the CPU: convert it with cupy.asnumpy({name})")
        raise TypeError(
            f"{name} is a {type(w).__name__}: pass a NumPy array, a CuPy array or a torch tensor of a float dtype"
        )
    if (w.dtype is FLOAT32 or w.dtype is FLOAT64) and w.flags.c_contiguous:  # the common case, without delay
        return WeightArray(w, lambda values: values, w.dtype)
    dtype = w.dtype.name
    check_dtype(dtype, name, f"{name}.astype(np.float32)")
    values = np.ascontiguousarray(w, dtype=_computed_in(dtype)).reshape(w.shape)
    return WeightArray(values, lambda values: values.astype(w.dtype, copy=False), _written_in(dtype))


def _open_tensor(torch, w, name) -> WeightArray:
    dtype = str(w.dtype).removeprefix("torch.")
    check_dtype(dtype, name, f"{name}.to(torch.float32)")
    if w.device.type != "cpu":
        raise ValueError(
            f"{name} is on {w.device}: this works on the CPU and on NVIDIA GPUs, move it with {name}.cpu()"
        )
    check_layout(w, name)
    plain = w.detach()
    computed = plain.to(getattr(torch, _computed_in(dtype).name)).contiguous()

    def close(values):
        result = torch.empty_like(plain)
        return result.copy_(torch.from_numpy(values))

    wants_gradient = w.requires_grad and torch.is_grad_enabled()
    return WeightArray(computed.numpy(), close, _written_in(dtype), wants_gradient, w)


def check_dtype(dtype, name, remedy):
    if dtype not in FLOATS:
        raise TypeError(f"{name} has dtype {dtype}, but weights are {', '.join(FLOATS)}: convert it, say with {remedy}")


def check_layout(tensor, name):
    if str(tensor.layout) != "torch.strided":
        raise ValueError(f"{name} has the layout {tensor.layout}: make it dense with {name}.to_dense()")


def _computed_in(dtype: str) -> np.dtype:
    return FLOAT64 if dtype == "float64" else FLOAT32


def _written_in(dtype: str) -> np.dtype:
    """float64 for float16, so that a value is rounded once; the others are rounded by the solvers."""
    return FLOAT64 if dtype in ("float16", "float64") else FLOAT32


def as_rows(values: np.ndarray, scope: str) -> np.ndarray:
    """(rows, d): the groups of weights that share, one a row."""
    if scope == "tensor":
        return values.reshape(1, -1)
    if values.ndim < 2:
        raise ValueError(f"scope {scope!r} needs an array of two or more dimensions, got shape {values.shape}")
    if scope == "column":
        values = np.ascontiguousarray(np.moveaxis(values, 1, 0))
    return values.reshape(values.shape[0], -1) if values.size else values.reshape(values.shape[0], 0)


def from_rows(rows: np.ndarray, shape: tuple, scope: str) -> np.ndarray:
    """The inverse of ``as_rows`` for an array of the given shape."""
    if scope != "column":
        return rows.reshape(shape)
    return np.ascontiguousarray(np.moveaxis(rows.reshape(shape[1], shape[0], *shape[2:]), 0, 1))
