"""A file of tensors, listed before anything large is read: names, shapes, dtypes, and a way to read one of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..model.origin import Origin

SIZES = {"float16": 2, "bfloat16": 2, "float32": 4, "float64": 8}  # dtypes of weights -> bytes of one
MOST_WEIGHTS = 2**28  # of one tensor: 2 GiB in float64, and the particles take several times as much
MOST_TENSORS = 100_000


class Entry(NamedTuple):
    """One tensor of a file as its header announces it; ``dtype`` is NumPy's name for it, or "bfloat16"."""

    name: str
    shape: tuple[int, ...]
    dtype: str

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)

    @property
    def refusal(self) -> str:
        """Why it cannot be opened as weights, in one sentence; empty where it can."""
        if self.dtype not in SIZES:
            return f"It holds {self.dtype}. Weights are {', '.join(SIZES)}."
        if not self.size:
            return "It is empty."
        if self.size > MOST_WEIGHTS:
            return f"It has {self.size:,} weights. At most {MOST_WEIGHTS:,} can be opened."
        return ""


@dataclass(frozen=True, eq=False)
class TensorFile:
    """The tensors of ``path``.  ``read(name)`` gives one as a new C-contiguous float array of the machine's byte
    order (bfloat16 widened to float32, which is exact); ValueError or OSError, naming the file, where it fails.
    ``with reading() as read:`` opens the file once for many.  ``close`` removes what was unpacked for reading.
    ``origin`` opens as the tensor ``first``."""

    path: Path
    entries: tuple[Entry, ...]
    read: Callable[[str], np.ndarray]
    close: Callable[[], None] = field(default=lambda: None)
    reading: Callable[[], AbstractContextManager[Callable[[str], np.ndarray]]] | None = None
    first: str | None = None
    origin: Origin | None = None

    def __post_init__(self):
        if self.reading is None:
            object.__setattr__(self, "reading", lambda: nullcontext(self.read))

    def entry(self, name: str) -> Entry:
        """The entry of that name; KeyError where there is none."""
        for entry in self.entries:
            if entry.name == name:
                return entry
        raise KeyError(name)

    def tensor(self, name: str) -> Tensor:
        """The tensor of that name, read."""
        origin = self.origin if name == self.first else None
        return Tensor(self.path, name, self.read(name), self.entry(name).dtype, origin)

    def title(self, name: str) -> str:
        """What a document of that tensor is called."""
        return name if name == self.path.stem else f"{self.path.stem}: {name}"


class Tensor(NamedTuple):
    """Weights as they were read: ``values`` of any shape (bfloat16 widened to float32), ``dtype`` that of the file.
    ``origin``: the file, where it opens as this tensor, None where it opens as another."""

    path: Path | None
    name: str
    values: np.ndarray
    dtype: str
    origin: Origin | None = None


def widened(bits: np.ndarray) -> np.ndarray:
    """The values of bfloat16 numbers given as uint16, as float32; exact."""
    return (bits.astype(np.uint32) << 16).view(np.float32)


def narrowed(values: np.ndarray) -> np.ndarray:
    """Finite float values as bfloat16 in uint16, rounded to nearest, ties to even."""
    bits = np.ascontiguousarray(values, dtype=np.float32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def rounded(values: np.ndarray, dtype: str) -> np.ndarray:
    """``values`` as the numbers that a tensor of ``dtype`` can hold (bfloat16 as float32)."""
    return widened(narrowed(values)) if dtype == "bfloat16" else values.astype(dtype)
