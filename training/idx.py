"""IDX, the format of MNIST's files: bytes with a shape, often gzipped."""

from __future__ import annotations

import gzip
import hashlib
import io
import math
import struct
import zlib

import numpy as np

from particles.checked_file import naming, read_whole

LARGEST_FILE = 2**28  # bytes, compressed or not; MNIST's largest has 47 MB
_GZIP = b"\x1f\x8b"
_UNSIGNED_BYTES = 8


def read_idx(path, md5: str | None = None) -> np.ndarray:
    """The unsigned bytes of an IDX file, plain or gzipped, in their shape (uint8).

    md5: that of the uncompressed content, where it is known.  Raises ValueError, naming the file, where it is not
    whole, of another type or of other content, and OSError where it cannot be read.
    Format: two zero bytes, the type, the number of dimensions, each size as 4 bytes big-endian, the values.
    """
    data = read_content(path, md5)
    with naming(path):
        if len(data) < 4 or data[:2] != b"\0\0":
            raise ValueError("not an IDX file: it does not begin with two zero bytes, type and number of dimensions")
        kind, ndim = data[2], data[3]
        if kind != _UNSIGNED_BYTES:
            raise ValueError(f"its values are of IDX type {kind}: unsigned bytes (type 8) are read")
        begin = 4 + 4 * ndim
        if len(data) < begin:
            raise ValueError(f"cut off: {len(data)} bytes do not hold the sizes of its {ndim} dimensions")
        shape = struct.unpack(f">{ndim}I", data[4:begin])
        if math.prod(shape) != len(data) - begin:
            raise ValueError(f"{len(data) - begin:,} values follow, its shape {shape} needs {math.prod(shape):,}")
        return np.frombuffer(data, np.uint8, offset=begin).reshape(shape).copy()


def read_content(path, md5: str | None = None, limit: int = LARGEST_FILE) -> bytes:
    """The bytes of a file, unzipped where it is gzipped; ValueError where that fails or their md5 is another one."""
    data = read_whole(path, limit)
    with naming(path):
        if data[:2] == _GZIP:
            data = _unzip(data, limit)
        if md5 is not None and (found := hashlib.md5(data, usedforsecurity=False).hexdigest()) != md5:
            raise ValueError(f"corrupt, or another file: its content has md5 {found} and not {md5}: download it again")
    return data


def _unzip(data: bytes, limit: int) -> bytes:
    """Never more than ``limit`` bytes, whatever the file would become."""
    try:
        with gzip.open(io.BytesIO(data)) as file:
            content = file.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"corrupt or cut off: it cannot be unzipped ({error})") from None
    if len(content) > limit:
        raise ValueError(f"unzipped it has more than {limit:,} bytes")
    return content
