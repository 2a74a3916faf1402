"""Arrays that live on a GPU: the prox of CuPy arrays and torch CUDA tensors, on their device and current stream."""

from __future__ import annotations

import warnings
from contextlib import ExitStack, contextmanager, nullcontext
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

from ..arrays import check_dtype, check_layout, is_cupy
from . import launch
from .device import INSTALL, Gpu, gpu_for_cupy, gpu_for_torch, keep_for_graph, require_gpu


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
    if not is_cupy(rows) and not _cupy_serves(options.solver):
        return _by_arrays(rows, options, mass, wanted)
    return _by_kernels(rows, options, mass, wanted)


def prox_of_groups(groups: list, amounts: list[tuple[float, float, float]]) -> list:
    """The prox of each row of several contiguous arrays (rows, d) of one library, device and dtype, by one sequence.

    ``amounts``: strength, l1 and rewind of each.
    """
    if not is_cupy(groups[0]) and not _cupy_serves("auto"):
        from ..torch_solver import prox_rows

        ordered = ((rows, strength, rewind, l1) for rows, (strength, l1, rewind) in zip(groups, amounts, strict=True))
        return [prox_rows(*each).values for each in ordered]
    gpu, library = _gpu(groups[0])
    with _current(gpu, library, groups[0]):
        values = [library.empty_like(rows) for rows in groups]
        if is_cupy(groups[0]):
            keep_for_graph(library, *groups, *values)
        described = [
            launch.Segments(_address(rows), _address(target), *rows.shape, *amount)
            for rows, target, amount in zip(groups, values, amounts, strict=True)
        ]
        launch.solve_segments(gpu, str(groups[0].dtype).removeprefix("torch."), described)
    return values


def _cupy_serves(solver: str) -> bool:
    """Are there kernels for torch's tensors?  If not: one warning, or an error where they were asked for by name."""
    if find_spec("cupy") is None and solver == "cuda":
        require_gpu()
    if find_spec("cupy") is None:
        _warn_once()
        return False
    return True


def _gpu(array) -> tuple[Gpu, Any]:
    """The GPU of an array, and the array's library."""
    if is_cupy(array):
        import cupy

        return gpu_for_cupy(array.device.id), cupy
    import torch

    return gpu_for_torch(torch, array.device.index), torch


def _by_kernels(rows, options, mass, wanted: bool) -> Found:
    gpu, library = _gpu(rows)
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
        stacklevel=7,
    )
