"""The libraries whose arrays live on a GPU, for the tests that need a real one, and what their answers have to be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from checks import SMALLEST, tolerance

from prox import bench, prox_weight_sharing
from prox.cuda.device import require_gpu
from prox.cuda.shapes import LEAST_FRAME
from prox.torch_check import OF_RANGE

SECOND = 2 * 10**9  # cycles of a GPU's clock, about
BUSY = 'extern "C" __global__ void busy(long long n) { for (long long t = clock64(); clock64() - t < n;); }'
LONG = {name: (w, strength) for name, w, strength in bench.inputs(LEAST_FRAME + 50_000)}  # collapsed, where it pays


class Library(NamedTuple):
    """``put(array, dtype)``: NumPy's on the GPU; ``get(array)``: as NumPy's (bfloat16 as float32).

    ``stream()``: a new one, which waits for no other; ``current()``: the current one.  ``run_in(stream)``: a context.
    ``finished(stream)``: has it nothing to do?  ``busy()`` keeps the current stream busy for about a second.
    """

    module: Any
    put: Callable
    get: Callable
    stream: Callable
    current: Callable
    run_in: Callable
    finished: Callable
    busy: Callable


def torch_library() -> Library:
    import torch

    def get(tensor):
        return (tensor.float() if tensor.dtype is torch.bfloat16 else tensor).detach().cpu().numpy()

    assert torch.cuda.is_available(), f"torch {torch.__version__} sees no GPU, but nvidia-smi does"
    return Library(
        torch,
        lambda array, dtype="float32": torch.from_numpy(np.array(array)).to("cuda", getattr(torch, dtype)),
        get,
        torch.cuda.Stream,
        torch.cuda.current_stream,
        torch.cuda.stream,
        lambda stream: stream.query(),
        lambda: torch.cuda._sleep(SECOND),
    )


def cupy_library() -> Library:
    cupy = require_gpu()
    busy = cupy.RawKernel(BUSY, "busy")
    return Library(
        cupy,
        lambda array, dtype="float32": cupy.array(array, dtype),
        cupy.asnumpy,
        lambda: cupy.cuda.Stream(non_blocking=True),
        cupy.cuda.get_current_stream,
        lambda stream: stream,
        lambda stream: stream.done,
        lambda: busy((1,), (1,), (np.int64(SECOND),)),
    )


with_torch, with_cupy = pytest.mark.torch, pytest.mark.cupy
PARAMETERS = [
    pytest.param(torch_library, marks=with_torch, id="torch"),
    pytest.param(cupy_library, marks=with_cupy, id="cupy"),
]
both = pytest.mark.parametrize("library", PARAMETERS)


def of_dtype(library: Callable, dtype: str) -> Library:
    if library is cupy_library and dtype == "bfloat16":
        pytest.skip("CuPy has no bfloat16")
    return library()


def assert_is_prox(found, w, strength, dtype, *, mass=None, **options):
    """``found`` is the CPU's float64 answer rounded to the dtype, but for the error of the sums."""
    w = np.asarray(w, np.float64)
    expected = prox_weight_sharing(w, strength, mass=mass, **options)
    m = np.ones(w.shape) if mass is None else mass
    reach = strength * m.sum() / max(w.size - 1, 1)
    error = tolerance("float64", np.abs(w).max(initial=0.0) + reach)
    error += (16 + 4 * reach) * SMALLEST / m.min(initial=1.0) ** 2
    if w.size >= LEAST_FRAME and dtype != "float64":  # may be collapsed
        error += OF_RANGE * (w.max() - w.min())
    assert found.shape == w.shape
    assert (np.abs(found.astype(float) - expected) <= half_ulp(expected, dtype) + error).all()


def half_ulp(values, dtype):
    kind, factor = ("float32", 2**16) if dtype == "bfloat16" else (dtype, 1)
    return factor * np.spacing(np.abs(0.5 * values).astype(kind)).astype(float)
