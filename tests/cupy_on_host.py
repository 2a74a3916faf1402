"""A stand-in for CuPy, for tests of what is written around the kernels: its arrays lie in the host's memory.

It is as strict as CuPy where code for NumPy goes wrong: arrays become NumPy's only through ``get`` and ``asnumpy``,
mix with no array of NumPy, give arrays of no dimension where NumPy gives scalars, know few functions, and take part in
operations on their own device only.  Memory that nobody has written to is poisoned.  Kernels run on the host
(cupy_on_host_cuda.py).  ``machine.waiting`` False makes everything an error that would wait for the GPU.

It proves that the calls fit together, and what they compute.  It does not prove anything about CuPy itself: its
compilation, the order of its streams, its memory pools and its graphs need a GPU.
"""

from __future__ import annotations

import functools
from types import SimpleNamespace

import numpy as np

POISON = 0xCD


class Machine:
    """The state of the host that plays the GPUs; ``launched``: (kernel, device, stream) of each launch so far."""

    def __init__(self, devices: int = 2, memory: int = 1 << 30):
        self.devices, self.memory = devices, memory
        self.device = 0
        self.streams = {number: [] for number in range(devices)}
        self.capturing = False
        self.waiting = True
        self.compiled, self.launched = [], []

    def wait(self, what: str) -> None:
        if not self.waiting:
            raise AssertionError(f"{what} waits for the GPU")


machine = Machine()


class Array(np.lib.mixins.NDArrayOperatorsMixin):
    """``cupy.ndarray``: an array of a device, in ``host``."""

    __module__ = "cupy"

    def __init__(self, host: np.ndarray, number: int | None = None):
        self.host = host
        self.number = machine.device if number is None else number

    shape, ndim, size = (
        property(lambda self, name=name: getattr(self.host, name)) for name in ("shape", "ndim", "size")
    )
    dtype, nbytes = (property(lambda self, name=name: getattr(self.host, name)) for name in ("dtype", "nbytes"))

    @property
    def flags(self):
        return SimpleNamespace(c_contiguous=self.host.flags.c_contiguous)

    @property
    def data(self):
        return SimpleNamespace(ptr=self.host.ctypes.data)

    @property
    def device(self):
        from cupy_on_host_cuda import Device

        return Device(self.number)

    def __len__(self):
        return len(self.host)

    def __array__(self, *args, **kwargs):
        raise TypeError("Implicit conversion to a NumPy array is not allowed. Please use `.get()`")

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **kwargs):
        if method != "__call__" or kwargs:
            return NotImplemented
        result = lifted(ufunc)(*inputs)
        if out is None:
            return result
        out[0][...] = result
        return out[0]

    def __array_function__(self, function, types, args, kwargs):
        if not all(kind in (Array, np.ndarray) for kind in types) or not hasattr(namespace, function.__name__):
            return NotImplemented
        return getattr(namespace, function.__name__)(*args, **kwargs)

    def __getitem__(self, index):
        for part in index if isinstance(index, tuple) else (index,):
            if isinstance(part, Array) and part.dtype == bool:
                machine.wait("an index by a mask")
        return wrapped(self.host[_opened(index)], self.number)

    def __setitem__(self, index, value):
        self.host[_opened(index)] = opened(value)

    def reshape(self, *shape):
        return wrapped(self.host.reshape(*shape), self.number)

    def ravel(self):
        return self.reshape(-1)

    def swapaxes(self, first, second):
        return wrapped(self.host.swapaxes(first, second), self.number)

    def astype(self, dtype, order="K"):
        return wrapped(opened(self).astype(dtype, order=order))

    def copy(self, order="C"):
        return wrapped(opened(self).copy(order=order))

    def get(self):
        machine.wait("get")
        return self.host.copy()

    def _scalar(self, kind):
        machine.wait(kind.__name__)
        return kind(self.host)

    def __bool__(self):
        return self._scalar(bool)

    def __float__(self):
        return self._scalar(float)

    def __int__(self):
        return self._scalar(int)

    def __index__(self):
        machine.wait("index")
        return self.host.__index__()

    def __str__(self):
        return str(self.get())

    __repr__ = __str__

    def __format__(self, how):
        return format(self.get()[()], how)


def _method(name: str):
    def method(self, *args, **kwargs):
        return wrapped(getattr(opened(self), name)(*args, **kwargs))

    return method


for _name in ("sum", "min", "max", "all", "any"):
    setattr(Array, _name, _method(_name))
Array.nonzero = lambda self: namespace.nonzero(self)
Array.item = Array.tolist = lambda self: self.get().tolist()


def opened(value):
    """What CuPy takes beside arrays of the current device: numbers and names of dtypes."""
    if isinstance(value, Array):
        if value.number != machine.device:
            raise ValueError(f"the array resides on device {value.number}, but the current device is {machine.device}")
        return value.host
    if isinstance(value, np.ndarray | list):
        raise TypeError(f"Unsupported type {type(value)}")
    return value


def _opened(index):
    if isinstance(index, tuple):
        return tuple(map(_opened, index))
    return index.host if isinstance(index, Array) else index


def wrapped(value, number: int | None = None):
    return tuple(wrapped(part) for part in value) if isinstance(value, tuple) else Array(np.asarray(value), number)


def lifted(function, waits: bool = False):
    """A function of NumPy for arrays of the stand-in."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        if waits:
            machine.wait(function.__name__)
        with np.errstate(all="ignore"):  # a GPU does not warn
            return wrapped(function(*(opened(value) for value in args), **{key: opened(kwargs[key]) for key in kwargs}))

    return call


def empty(shape, dtype="float64"):
    made = np.empty(shape, dtype)
    made.reshape(-1).view(np.uint8)[...] = POISON
    return Array(made)


def asarray(values):
    return values if isinstance(values, Array) else Array(np.array(values))


def asnumpy(values):
    return values.get()


def append(array, values):
    return lifted(np.append)(array, asarray(values))


def diff(array, append=None):
    return lifted(np.diff)(array) if append is None else diff(namespace.append(array, append))


FUNCTIONS = (
    *(
        "arange",
        "zeros",
        "ones_like",
        "zeros_like",
        "sort",
        "where",
        "minimum",
        "maximum",
        "isfinite",
        "cumsum",
        "searchsorted",
    ),
    *("absolute", "nonzero", "flatnonzero"),
)
namespace = SimpleNamespace(
    **{name: lifted(getattr(np, name), waits="nonzero" in name) for name in FUNCTIONS},
    **{"ndarray": Array, "empty": empty, "empty_like": lambda array: empty(array.shape, array.dtype)},
    **{"asarray": asarray, "array": asarray, "asnumpy": asnumpy, "append": append, "diff": diff},
)
