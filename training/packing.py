"""Indices of a few bits each, packed side by side into bytes."""

from __future__ import annotations

import numpy as np

MOST_BITS = 32
AT_ONCE = 1 << 18  # indices; a multiple of eight, which fill whole bytes whatever their width


def packed_size(count: int, bits: int) -> int:
    """The bytes of ``count`` indices of ``bits`` bits."""
    return -(-count * bits // 8)


def pack(index: np.ndarray, bits: int) -> np.ndarray:
    """Indices (n,) of any integer dtype, each in [0, 2^bits), to ceil(n bits / 8) bytes, uint8.

    Index i fills the bits i bits .. (i + 1) bits - 1, lowest first; bit j of the whole is bit j % 8 of byte j // 8.
    The bits left over in the last byte are 0.
    """
    packed = np.empty(packed_size(index.size, bits), np.uint8)
    for begin in range(0, index.size if bits else 0, AT_ONCE):
        four_bytes = index[begin : begin + AT_ONCE].astype("<u4")
        each = np.unpackbits(four_bytes.view(np.uint8).reshape(-1, 4), axis=1, count=bits, bitorder="little")
        part = np.packbits(each, bitorder="little")
        packed[begin * bits // 8 :][: part.size] = part
    return packed


def unpack(packed: np.ndarray, count: int, bits: int) -> np.ndarray:
    """The inverse of ``pack``: ``count`` indices, int64.  Raises ValueError where the number of bytes is another."""
    if packed.size != packed_size(count, bits):
        raise ValueError(f"{count} indices of {bits} bits take {packed_size(count, bits)} bytes, not {packed.size}")
    index = np.zeros(count, np.int64)
    for begin in range(0, count if bits else 0, AT_ONCE):
        size = min(AT_ONCE, count - begin)
        part = packed[begin * bits // 8 :][: packed_size(size, bits)]
        each = np.unpackbits(part, count=size * bits, bitorder="little").reshape(size, bits)
        four_bytes = np.zeros((size, 4), np.uint8)
        four_bytes[:, : packed_size(bits, 1)] = np.packbits(each, axis=1, bitorder="little")
        index[begin : begin + size] = four_bytes.view("<u4")[:, 0]
    return index
