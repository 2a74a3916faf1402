"""Shapes and sizes: what the kernels are compiled for, and how much memory they take."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

SOURCES = tuple(
    Path(__file__).with_name(f"{name}.cu")
    for name in ("numbers", "sort", "vertices", "hull", "segments", "bins", "certify", "collect", "items", "place")
)
DTYPES = ("float16", "bfloat16", "float32", "float64")  # in the order of the macro DTYPE
LEAST_FRAME = 1 << 17  # from so many weights on, collapsing a segment is tried
NO_FRAME = 0xFFFFFFFF
LARGEST = 2**31 - 1  # weights, or particles, in one sequence
CHUNK, TILE_LEVELS, MERGE_THREADS, MERGE_LEVELS = 32, 3, 512, 5
FRAME_THREADS, COARSE, COLLECT_THREADS, COLLECT_SPAN = 512, 4096, 256, 2048
SEGMENT_BYTES = 64
SCAN_BYTES = 4 * 32  # shared memory of the sum over a block
EVERYTHING = 32  # blocks of 2^32 ranks: to the end


class Shape(NamedTuple):
    """What the kernels are compiled for; the fields are macros of theirs.

    ``slot_bits``: 13 or 14, log2 of the slots whose counters, 8 bytes each, fit in a block's shared memory.
    ``tile_chunks``: threads of a tile, which has 32 ranks for each.  ``sort_items``: keys of up to 8 bytes a thread.
    ``frame_weights``: of a frame, a block has at least so many, to pay for clearing its bins.
    """

    slot_bits: int = 14
    tile_chunks: int = 64
    sort_threads: int = 256
    sort_items: int = 16
    frame_weights: int = 8192


def passes_of(dtype: str, rows: int) -> list[int]:
    """The bytes of the keys that differ: of weights that were 16 bits long the low ones do not."""
    first, width = {"float16": (1, 4), "bfloat16": (2, 4), "float32": (0, 4), "float64": (0, 8)}[dtype]
    return [*range(first, width), *range(width, width + -(-(rows - 1).bit_length() // 8))]


def macros_of(shape: Shape, dtype: str, segmented: bool) -> dict[str, int]:
    macros = {"DTYPE": DTYPES.index(dtype), "SEGMENTED": int(segmented), "PARTICLES": 0}
    macros.update((name.upper(), value) for name, value in shape._asdict().items())
    if key_bytes_of(macros) == 16:
        macros["SORT_ITEMS"] //= 2
    return {**macros, "FRAME_BYTES": frame_bytes(shape.slot_bits)}


def frame_bytes(slot_bits: int) -> int:
    """The memory of one frame, at most (bins.cu asserts it)."""
    return 28 * COARSE + (74 << slot_bits) + 256


def key_bytes_of(macros: dict[str, int]) -> int:
    return (8 if macros["DTYPE"] == 3 else 4) * (2 if macros["SEGMENTED"] else 1)


def sizes_of(macros, total: int, rows: int, frames: int) -> dict[str, int]:
    key_bytes = key_bytes_of(macros)
    tile = macros["SORT_THREADS"] * macros["SORT_ITEMS"]
    return {
        **{
            "keys": key_bytes * total,
            "other keys": key_bytes * total,
            "payload": 4 * total,
            "other payload": 4 * total,
        },
        **{"table": 1024 * -(-total // tile), "totals": 1024, "counters": 4},
        **{"segments": SEGMENT_BYTES * rows, "frames": frames * macros["FRAME_BYTES"]},
        **tree_sizes_of(macros, total, 16),
    }


def tree_sizes_of(macros, count: int, sum_bytes: int) -> dict[str, int]:
    chunks = chunks_of(macros, count)
    return {"tree": 2 * chunks * sum_bytes, "words": 4 * (chunks + 1) * levels_of(chunks)}


def chunks_of(macros, count: int) -> int:
    return (count // (CHUNK * macros["TILE_CHUNKS"]) + 1) * macros["TILE_CHUNKS"]


def levels_of(chunks: int) -> int:
    """Levels of bits, the topmost of which is one word."""
    levels = 3
    while 32 ** (levels - 1) < chunks + 1:
        levels += 1
    return levels
