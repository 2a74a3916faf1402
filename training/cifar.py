"""CIFAR-10 as it is published: pickled batches, read by an unpickler that makes nothing but byte arrays.

A pickle may call any function that its reader can find.  This reader finds four, all of its own: they stand for the
NumPy functions that an array of bytes is pickled with.  Everything else is refused before it is called.
"""

from __future__ import annotations

import io
import math
import pickle
import struct
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from particles.checked_file import naming, read_whole, shown

SHAPE = (3, 32, 32)
LARGEST_FILE = 2**27  # bytes; a batch has 31 MB
CLASSES = 10


class Batch(NamedTuple):
    """images (n, 3, 32, 32) uint8 and labels (n,) int64."""

    images: np.ndarray
    labels: np.ndarray


def read_batches(paths: Iterable) -> Batch:
    """Several batches as one, in their order."""
    return Batch(*map(np.concatenate, zip(*map(read_batch, paths), strict=True)))


def read_batch(path) -> Batch:
    """One pickled batch: a dictionary with ``data``, (n, 3072) bytes by channel, and ``labels``, n numbers 0..9.

    Raises ValueError, naming the file, for anything else, and OSError where it cannot be read.
    """
    data = read_whole(path, LARGEST_FILE)
    with naming(path):
        try:
            found = _Unpickler(io.BytesIO(data), encoding="bytes").load()
        except Exception as error:  # broken pickles raise nearly all there are
            told = str(error) if isinstance(error, pickle.UnpicklingError | ValueError) else repr(error)
            raise ValueError(f"not a CIFAR-10 batch, or a broken one: {' '.join(told.split())[:120]}") from None
        if not isinstance(found, dict):
            raise ValueError("not a CIFAR-10 batch: it holds no dictionary")
        pixels, labels = (_entry(found, name) for name in ("data", "labels"))
        if not isinstance(pixels, _Array) or len(pixels.shape) != 2 or pixels.shape[1] != math.prod(SHAPE):
            raise ValueError("its 'data' is not an array of bytes of shape (n, 3072)")
        if not isinstance(labels, list) or len(labels) != pixels.shape[0]:
            raise ValueError(f"its 'labels' are not a list of {pixels.shape[0]} numbers")
        if any(type(label) is not int or not 0 <= label < CLASSES for label in labels):
            raise ValueError("its 'labels' are not all whole numbers from 0 to 9")
        return Batch(pixels.bytes().reshape(-1, *SHAPE), np.array(labels, np.int64))


def _entry(found: dict, name: str):
    """Keys are bytes where Python 2 wrote the file, and text where Python 3 did."""
    for key in (name.encode(), name):
        if key in found:
            return found[key]
    raise ValueError(f"not a CIFAR-10 batch: it has no {name!r}")


class _Dtype:
    """Stands for numpy.dtype: only unsigned bytes."""

    def __init__(self, code, *_):
        code = code.decode("latin-1") if isinstance(code, bytes) else code
        if code not in ("u1", "|u1"):
            raise ValueError(f"it holds an array of dtype {shown(code)}: only arrays of bytes are read")

    def __setstate__(self, state):  # byte order and the like: bytes have none
        pass


class _Array:
    """Stands for numpy.ndarray while it is unpickled."""

    shape: tuple = ()
    _raw: bytes = b""

    def __setstate__(self, state):
        _, shape, dtype, by_columns, raw = state
        if by_columns:
            raise ValueError("its array is stored by columns, CIFAR-10's is stored by rows")
        self._fill(raw, dtype, shape)

    def _fill(self, raw, dtype, shape):
        whole = isinstance(shape, tuple) and all(type(size) is int and size >= 0 for size in shape)
        if not isinstance(dtype, _Dtype) or not isinstance(raw, bytes) or not whole or math.prod(shape) != len(raw):
            raise ValueError("the bytes of its array do not fit the shape that it declares")
        self.shape, self._raw = shape, raw

    def bytes(self) -> np.ndarray:
        return np.frombuffer(self._raw, np.uint8).reshape(self.shape).copy()


def _reconstruct(*_) -> _Array:
    return _Array()


def _from_buffer(raw, dtype, shape, order) -> _Array:
    if not isinstance(raw, bytes | bytearray):  # bytes(number) would be so many zeros
        raise ValueError("its array is not made of bytes")
    array = _Array()
    array.__setstate__((1, shape, dtype, order != "C", bytes(raw)))
    return array


_CLASSES = {("numpy", "dtype"): _Dtype, ("numpy", "ndarray"): _Array}
_FUNCTIONS = {"multiarray._reconstruct": _reconstruct, "numeric._frombuffer": _from_buffer}


class _Unpickler(pickle._Unpickler):
    """The one in Python: that in C sets memory aside for whatever number stands in the file."""

    dispatch = dict(pickle._Unpickler.dispatch)  # noqa: RUF012

    def load_bytearray8(self):
        (size,) = struct.unpack("<Q", self.read(8))
        self.append(bytearray(self.read(size)))

    dispatch[pickle.BYTEARRAY8[0]] = load_bytearray8

    def find_class(self, module: str, name: str):
        if (module, name) in _CLASSES:
            return _CLASSES[module, name]
        for core in ("numpy.core.", "numpy._core."):  # before and since NumPy 2
            function = _FUNCTIONS.get(f"{module}.{name}".removeprefix(core))
            if module.startswith(core) and function is not None:
                return lambda *given: function(*given)  # a new one: a pickle can set attributes of what it finds
        raise pickle.UnpicklingError(f"it asks for {shown(f'{module}.{name}')}, which a batch does not need")

    def persistent_load(self, _):
        raise pickle.UnpicklingError("it refers to objects outside of the file")
