"""The GPU as the device of ``launch``, by way of CuPy: compiles kernels on first use, and launches them.

Everything runs on the stream that is current where the arrays come from; nothing waits for the GPU.  The workspace is
one piece of memory a call, from the allocator of the arrays' own library, which takes it back in the order of the
stream.  What goes into a captured graph of CuPy is never given back, since the graph may be launched later (torch
keeps such memory by itself).

CuPy's RawModule(code=...) compiles with -ftz=true whatever options it is given: float32 and bfloat16 weights below
1e-38 would become 0.  So NVRTC is asked without it, and RawModule loads the machine code from a file among CuPy's own.
"""

from __future__ import annotations

import hashlib
import logging
import math
import os
import tempfile
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .shapes import SOURCES, Shape

logger = logging.getLogger(__name__)

INSTALL = "install CuPy with python -m pip install -e '.[cuda13]' (or '.[cuda12]', by the NVIDIA driver's version)"
STATIC_SHARED = 48 * 1024  # bytes of shared memory that a kernel may have without asking
ALIGNMENT = 256
_captured = []  # memory inside of CuPy's graphs
_temporary = []  # a folder for machine code, if it takes one


class Gpu(NamedTuple):
    """One GPU.  ``allocate(size)`` returns what owns the memory, and its address."""

    number: int
    blocks: int
    shape: Shape
    allocate: Callable[[int], tuple[Any, int]]

    def workspace(self, sizes: dict[str, int]) -> Workspace:
        """Addresses by name, all in one allocation.  MemoryError (one sentence) where the GPU has not so much left."""
        places, total = {}, 0
        for name, size in sizes.items():
            places[name] = total
            total += -(-size // ALIGNMENT) * ALIGNMENT
        owner, start = self.allocate(max(total, 1))
        return Workspace({name: np.uint64(start + place) for name, place in places.items()}, owner)

    def launch(self, macros, kernel, grid, block, shared, arguments) -> None:
        """Queue a kernel on the current stream."""
        function = _function(self.number, tuple(sorted(macros.items())), kernel)
        if shared > STATIC_SHARED and function.max_dynamic_shared_size_bytes < shared:
            function.max_dynamic_shared_size_bytes = shared
        passed = tuple(np.uint64(0) if argument is None else argument for argument in arguments)
        function((grid,), (block,), passed, shared_mem=shared)


class Workspace(dict):
    """Addresses by name; the memory lives as long as this does."""

    def __init__(self, addresses, owner):
        super().__init__(addresses)
        self.owner = owner


def require_gpu():
    """The module cupy, if it can be loaded and sees a GPU; RuntimeError (one sentence) otherwise."""
    if find_spec("cupy") is None:
        raise RuntimeError(f"the solver 'cuda' needs CuPy and an NVIDIA GPU: {INSTALL}, or choose another solver")
    try:
        import cupy

        count = cupy.cuda.runtime.getDeviceCount()
    except Exception as error:  # CuPy raises errors of its own for a missing driver, or ImportError for a library
        why = " ".join(str(error).split())
        raise RuntimeError(f"no GPU can be used ({why}): check nvidia-smi, or choose another solver") from None
    if not count:
        raise RuntimeError("this machine shows no NVIDIA GPU: check nvidia-smi, or choose another solver")
    return cupy


def gpu_for_cupy(number: int) -> Gpu:
    """The GPU of that number, for CuPy's arrays."""
    cupy = require_gpu()

    def allocate(size):
        try:
            memory = cupy.cuda.alloc(size)
        except cupy.cuda.memory.OutOfMemoryError:
            raise MemoryError(_too_little(size)) from None
        keep_for_graph(cupy, memory)
        return memory, memory.ptr

    return _gpu(number, allocate)


def keep_for_graph(cupy, *memory) -> None:
    """If the current stream is being captured: keep the memory for ever, for whenever the graph is launched."""
    if cupy.cuda.get_current_stream().is_capturing():
        _captured.extend(memory)


def gpu_for_torch(torch, number: int) -> Gpu:
    """The GPU of that number, for torch's tensors."""

    def allocate(size):
        try:
            memory = torch.empty(size, dtype=torch.uint8, device=f"cuda:{number}")
        except torch.cuda.OutOfMemoryError:
            raise MemoryError(_too_little(size)) from None
        return memory, memory.data_ptr()

    return _gpu(number, allocate)


def _gpu(number: int, allocate) -> Gpu:
    multiprocessors, shared = _limits(number)
    slot_bits = min(14, int(math.log2(shared // 8)))
    if slot_bits < 13:
        raise RuntimeError(
            f"GPU {number} has {shared // 1024} KiB of shared memory a block, but the kernels need 64 KiB (compute "
            "capability 7.0 or later): compute on the CPU"
        )
    return Gpu(number, 16 * multiprocessors, Shape(slot_bits=slot_bits), allocate)


@cache
def _limits(number: int) -> tuple[int, int]:
    attributes = require_gpu().cuda.Device(number).attributes
    return attributes["MultiProcessorCount"], attributes["MaxSharedMemoryPerBlockOptin"]


def _too_little(size: int) -> str:
    return f"the GPU has no {size / 2**20:.0f} MiB left, which this call needs beside the weights: split the weights"


def source() -> str:
    """All kernels as one source; the compiler's messages name the files."""
    return "\n".join(f'#line 1 "{path.name}"\n{path.read_text(encoding="utf-8")}' for path in SOURCES)


def options(macros: dict[str, int]) -> tuple[str, ...]:
    """For the compiler.  Contraction into FMA is off, so that comparisons round as they do on the CPU."""
    return ("-std=c++17", "--fmad=false", *(f"-D{name}={value}" for name, value in macros.items()))


@cache
def _module(number: int, macros: tuple):
    cupy = require_gpu()
    with cupy.cuda.Device(number) as device:
        code, passed = source(), options(dict(macros))
        versions = cupy.__version__, *map(str, cupy.cuda.nvrtc.getVersion()), device.compute_capability
        key = hashlib.sha256("\0".join((*versions, *passed, code)).encode()).hexdigest()[:40]
        path = _folder() / f"stickyweights-{key}.cubin"
        if not path.exists():
            logger.info("compiling the CUDA kernels for %s (kept as %s for the next time)", dict(macros), path)
            _write(path, cupy.cuda.compiler.compile_using_nvrtc(code, passed)[0])
        return cupy.RawModule(path=str(path))


@cache
def _folder() -> Path:
    """Where CuPy keeps its kernels, or where that cannot be written to, a folder that goes with the process."""
    folder = Path(os.environ.get("CUPY_CACHE_DIR") or "~/.cupy/kernel_cache").expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        _temporary.append(tempfile.TemporaryDirectory(prefix="stickyweights-"))
        return Path(_temporary[0].name)


def _write(path: Path, data: bytes) -> None:
    """Under a temporary name first: another process may be about to read it, or to write the same."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
        file.write(data)
    os.replace(file.name, path)


@cache
def _function(number: int, macros: tuple, kernel: str):
    return _module(number, macros).get_function(kernel)
