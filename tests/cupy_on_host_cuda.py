"""``cupy.cuda`` and ``cupy.RawModule`` of the stand-in for CuPy: devices, streams, memory, kernels."""

from __future__ import annotations

import ctypes
import json
import sys
import warnings
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace

import cuda_device
import cupy_on_host
import numpy as np
from cuda_host import Parameter
from cupy_on_host import POISON, Machine

from prox.cuda import device

STATIC, OPT_IN = 48 * 1024, 64 * 1024  # bytes of shared memory


def machine() -> Machine:
    return cupy_on_host.machine


class Device:
    """``cupy.cuda.Device``."""

    def __init__(self, number=None):
        self.id = machine().device if number is None else int(number)
        if not 0 <= self.id < machine().devices:
            raise ValueError("cudaErrorInvalidDevice: invalid device ordinal")
        self.before = []

    attributes = {"MultiProcessorCount": 1, "MaxSharedMemoryPerBlockOptin": OPT_IN}  # noqa: RUF012
    compute_capability = "75"

    def __enter__(self):
        self.before.append(machine().device)
        machine().device = self.id
        return self

    def __exit__(self, *_):
        machine().device = self.before.pop()

    def __eq__(self, other):
        return self.id == other.id

    def __hash__(self):
        return self.id

    def __repr__(self):
        return f"<CUDA Device {self.id}>"


class Stream:
    """``cupy.cuda.Stream``, and what wraps the streams of others."""

    def __init__(self, ptr: int = 1000, number: int = -1):
        self.ptr, self.number = ptr, number

    def __enter__(self):
        if self.number not in (-1, machine().device):
            raise RuntimeError(f"the stream is of device {self.number}, but the current device is {machine().device}")
        self.entered = machine().device
        machine().streams[self.entered].append(self)
        return self

    def __exit__(self, *_):
        machine().streams[self.entered].pop()

    def is_capturing(self):
        return machine().capturing


class Stream14(Stream):
    """The way of CuPy 14 to the streams of others."""

    @staticmethod
    def from_external(other):
        version, pointer = other.__cuda_stream__()
        assert version == 0
        return Stream(pointer)


def external_stream_14(pointer, number=-1):
    warnings.warn("ExternalStream is deprecated", DeprecationWarning, stacklevel=2)
    return Stream(pointer, number)


def current_stream():
    return ([Stream(0)] + machine().streams[machine().device])[-1]


class OutOfMemoryError(MemoryError):
    """CuPy's."""


def alloc(size: int):
    if size > machine().memory:
        raise OutOfMemoryError(f"Out of memory allocating {size:,} bytes (allocated so far: 0 bytes).")
    memory = np.full(size + 256, POISON, np.uint8)
    return SimpleNamespace(ptr=memory.ctypes.data + -memory.ctypes.data % 256, memory=memory)


def compile_using_nvrtc(source: str, options: tuple):
    """The "machine code" says what was to be compiled."""
    assert isinstance(source, str)
    assert isinstance(options, tuple)
    assert source.isascii(), "CuPy writes the source to a file in whatever encoding is usual"
    machine().compiled.append(options)
    return json.dumps([source, options]).encode(), None


class RawModule:
    """Of compiled kernels, by the path of their file."""

    def __init__(self, *, path: str):
        with open(path, "rb") as file:
            source, options = json.load(file)
        assert source == device.source(), "the host has only the kernels as they are"
        assert "--fmad=false" in options
        macros = [option.removeprefix("-D").partition("=") for option in options if option.startswith("-D")]
        self.kernels = cuda_device.kernels(tuple(sorted((name, int(value)) for name, _, value in macros)))

    def get_function(self, name: str):
        assert name in self.kernels.parameters
        return Kernel(self.kernels, name)


class Kernel:
    """``cupy.RawKernel``."""

    def __init__(self, kernels, name: str):
        self.kernels, self.name = kernels, name
        self._shared = STATIC

    @property
    def max_dynamic_shared_size_bytes(self):
        return self._shared

    @max_dynamic_shared_size_bytes.setter
    def max_dynamic_shared_size_bytes(self, size):
        if size > OPT_IN:
            raise ValueError("CUDA_ERROR_INVALID_VALUE: invalid argument")
        self._shared = size

    def __call__(self, grid: tuple, block: tuple, args: tuple, *, shared_mem: int = 0):
        (blocks,), (threads,) = grid, block
        if shared_mem > self._shared:
            raise ValueError("CUDA_ERROR_INVALID_VALUE: invalid argument")
        stream = current_stream()
        machine().launched.append((self.name, machine().device, stream.ptr))
        self.kernels.schedule = 0
        passed = [_argument(*pair) for pair in zip(args, self.kernels.parameters[self.name], strict=True)]
        self.kernels.launch(self.name, blocks, threads, shared_mem, passed)


def _argument(value, parameter: Parameter):
    """Pointers are numbers to CuPy; the host's kernels want arrays, of which they look at the address only."""
    assert isinstance(value, np.generic), f"{type(value)} would be passed with a size of CuPy's choice"
    if parameter.kind != "p":
        return value
    assert value.dtype == np.uint64
    return np.ctypeslib.as_array((ctypes.c_uint8 * 1).from_address(int(value))) if value else None


def module(version: int = 14) -> ModuleType:
    """The stand-in, with the ways of CuPy 13 or 14."""
    made = ModuleType("cupy")
    made.__spec__, made.__version__ = ModuleSpec("cupy", None), f"{version}.0.0"
    vars(made).update(vars(cupy_on_host.namespace))
    made.RawModule = RawModule
    made.cuda = SimpleNamespace(
        **{"Device": Device, "alloc": alloc, "get_current_stream": current_stream},
        Stream=Stream if version == 13 else Stream14,
        ExternalStream=Stream if version == 13 else external_stream_14,
        runtime=SimpleNamespace(getDeviceCount=lambda: machine().devices),
        memory=SimpleNamespace(OutOfMemoryError=OutOfMemoryError),
        nvrtc=SimpleNamespace(getVersion=lambda: (12, 9)),
        compiler=SimpleNamespace(compile_using_nvrtc=compile_using_nvrtc),
    )
    return made


@contextmanager
def installed(monkeypatch, folder, shape=cuda_device.SMALL, version: int = 14):
    """The stand-in is CuPy, its kernels are kept in ``folder``, and compiled for the small shape of other tests."""
    monkeypatch.setattr(cupy_on_host, "machine", Machine())
    monkeypatch.setitem(sys.modules, "cupy", module(version))
    monkeypatch.setenv("CUPY_CACHE_DIR", str(folder))
    monkeypatch.setattr(device, "Shape", lambda slot_bits: shape._replace(slot_bits=slot_bits))
    _forget()
    yield sys.modules["cupy"]
    _forget()


def _forget() -> None:
    for cached in (device._limits, device._folder, device._module, device._function):
        cached.cache_clear()
    device._captured.clear()
