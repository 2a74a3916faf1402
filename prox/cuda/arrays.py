"""Arrays that live on a GPU: the prox of CuPy arrays and torch CUDA tensors, on their device and current stream."""

from __future__ import annotations

import warnings
from contextlib import ExitStack, contextmanager, nullcontext
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

from ..arrays import check_dtype, check_layout, is_cupy
from . import launch
from .device import INSTALL, Gpu, gpu_for_cupy, gpu_for_torch, keep_for_graph


class Found(NamedTuple):
    """The prox of rows of weights, and where it was asked for, of each cluster and weight what ``launch.Details`` says.

    Arrays of the weights' own library and device; ``values`` (rows, d), the others flat, ``labels`` int64.
    """

    values: Any
    mean: Any = None
    pull: Any = None
    mass: Any = None
    begins: Any = None
    labels: Any = None


def check_array(w, name: str) -> None:
    """One sentence for an array on a GPU that does not hold floats, or is sparse."""
    check_dtype(
        str(w.dtype).removeprefix("torch."), name, f"{name}.astype('float32')" if is_cupy(w) else f"{name}.float()"
    )
    if not is_cupy(w):
        check_layout(w, name)


def device_of(w):
    """Within it, the current device is that of ``w``: CuPy computes nowhere else.  Torch looks at its tensors."""
    return w.device if is_cupy(w) else nullcontext()


def plain(w):
    """The array without its history, all of its values in memory as they are."""
    return w if is_cupy(w) else w.detach().resolve_neg()


def prox_of_rows(rows, options, mass, wanted: bool) -> Found:
    """The prox of each row of the contiguous array ``rows`` (rows, d); ``mass`` float64 of that shape, or None.

    ``wanted``: the clusters, too.
    """
    if is_cupy(rows):
        import cupy

        return _by_kernels(gpu_for_cupy(rows.device.id), cupy, rows, options, mass, wanted)
    import torch

    if find_spec("cupy") is None:
        _warn_once()
        return _by_arrays(rows, options, mass, wanted)
    return _by_kernels(gpu_for_torch(torch, rows.device.index), torch, rows, options, mass, wanted)


def _by_kernels(gpu: Gpu, library, rows, options, mass, wanted: bool) -> Found:
    with _current(gpu, library, rows):
        found = Found(library.empty_like(rows))
        if is_cupy(rows):
            keep_for_graph(library, rows, found.values)
        count = rows.shape[0] * rows.shape[1]
        if wanted:
            floats = [_empty(library, rows, count, "float64") for _ in range(3)]
            found = Found(found.values, *floats, *(_empty(library, rows, count, kind) for kind in ("uint8", "int32")))
        amounts = options.strength, options.l1, options.rewind
        group = launch.Segments(_address(rows), _address(found.values), *rows.shape, *amounts)
        launch.solve_segments(
            *(gpu, str(rows.dtype).removeprefix("torch."), [group]),
            masses=None if mass is None else _address(mass),
            details=launch.Details(*map(_address, found[1:])) if wanted else None,
        )
        if wanted:
            found = found._replace(labels=_as_integers(library, found.labels))
        return found


def _by_arrays(rows, options, mass, wanted: bool) -> Found:
    from ..torch_solver import prox_rows

    shared = prox_rows(rows, options.strength, options.rewind, options.l1, mass)
    labels, mean, pull, mass, begins = (tensor.reshape(-1) for tensor in shared[1:])
    return Found(shared.values, mean, pull, mass, begins, labels) if wanted else Found(shared.values)


@contextmanager
def _current(gpu: Gpu, library, rows):
    """CuPy's device and stream are those of the array: kernels are launched there."""
    import cupy

    with ExitStack() as stack:
        stack.enter_context(cupy.cuda.Device(gpu.number))
        if library is not cupy:
            pointer = library.cuda.current_stream(rows.device).cuda_stream
            stack.enter_context(_stream(cupy, pointer, gpu.number))
        yield


class _Pointer(NamedTuple):
    """A stream of another library, by the CUDA stream protocol (torch's have it themselves only since 2.8)."""

    pointer: int

    def __cuda_stream__(self) -> tuple[int, int]:
        return 0, self.pointer


def _stream(cupy, pointer: int, number: int):
    """The stream as CuPy's; CuPy 14 warns of the way of CuPy 13."""
    from_external = getattr(cupy.cuda.Stream, "from_external", None)
    return from_external(_Pointer(pointer)) if from_external else cupy.cuda.ExternalStream(pointer, number)


def _empty(library, rows, count: int, kind: str):
    if is_cupy(rows):
        return library.empty(count, kind)
    return library.empty(count, dtype=getattr(library, kind), device=rows.device)


def _as_integers(library, labels):
    return labels.astype("int64") if is_cupy(labels) else labels.long()


def _address(array) -> np.uint64:
    return np.uint64(array.data.ptr if is_cupy(array) else array.data_ptr())


_warned = []


def _warn_once() -> None:
    if _warned:
        return
    _warned.append(True)
    warnings.warn(
        f"CUDA tensors are computed with torch's own operations, many times slower than with kernels: {INSTALL}",
        stacklevel=6,
    )
