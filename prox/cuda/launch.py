"""The sequences of launches that solve a problem: which kernel, on what memory, with how many threads.

Every size below is known to the host; how many items there really are, only the device knows.  So a sequence is the
same for the same shapes: nothing waits for the device, and it can be captured in a CUDA graph.

A *device* has ``blocks`` (of how many blocks a grid at most is made), ``shape`` (a ``Shape``), ``workspace(sizes)`` (memory by name, given sizes in bytes) and
``launch(macros, kernel, grid, block, shared, arguments)``.  Arguments are NumPy scalars, None, and what ``workspace``
gives or the caller passes for memory.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

SOURCES = tuple(
    Path(__file__).with_name(f"{name}.cu")
    for name in ("numbers", "sort", "vertices", "hull", "segments", "bins", "items", "place")
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
    """

    slot_bits: int = 14
    tile_chunks: int = 64
    sort_threads: int = 256
    sort_items: int = 16


class Segments(NamedTuple):
    """``rows`` segments of ``size`` weights side by side in memory, each sharing by itself."""

    source: Any
    target: Any
    rows: int
    size: int
    strength: float
    l1: float = 0.0
    rewind: float = 0.0


class Details(NamedTuple):
    """Memory for what a caller may want to know beside the values.  d weights in all, items in sorted order.

    ``mean``, ``pull``, ``mass`` (d,) float64 and ``begins`` (d,) uint8 by item: of the cluster that begins there.
    ``labels`` (d,) uint32 by weight: the first item of its cluster.
    """

    mean: Any
    pull: Any
    mass: Any
    begins: Any
    labels: Any


class Line(NamedTuple):
    """What the kernels of items.cu take: the items, how many there are, the tree of sums, and the vertices."""

    macros: dict[str, int]
    items: tuple
    count: Any
    tree: tuple
    capacity: int

    @property
    def tile(self) -> int:
        return CHUNK * self.macros["TILE_CHUNKS"]


def solve_segments(device, dtype: str, groups: list[Segments], *, masses=None, details=None, least_frame=LEAST_FRAME):
    """Write the prox of every segment to its target: one sequence for all of them.

    ``masses``: memory with a float64 for each weight, in the order of the groups, or None.  Everywhere collapsing is
    tried, from ``least_frame`` weights on, except for float64, with masses, and with details.
    """
    groups = [group for group in groups if group.rows * group.size]
    total, rows = sum(group.rows * group.size for group in groups), sum(group.rows for group in groups)
    if total > LARGEST:
        raise ValueError(f"{total} weights are too many for one call on the GPU: {LARGEST} at most, split them")
    if not total:
        return
    plain = masses is None and details is None and dtype != "float64"
    framed = [plain and group.size >= least_frame and group.strength > 0 for group in groups]
    frames = sum(group.rows for group, has in zip(groups, framed, strict=True) if has)
    macros = _macros(device.shape, dtype, rows > 1)
    memory = device.workspace(_sizes(macros, total, rows, frames))
    line = _line(macros, memory, total, (memory["keys"], memory["payload"], memory["frames"], masses, memory["segments"]))

    def launch(kernel, grid, block, shared, *arguments):
        device.launch(macros, kernel, grid, block, shared, arguments)

    launch("reset", _grid(device, line.capacity // CHUNK, 256), 256, 0, *line.tree, line.count, np.uint32(0))
    _describe(launch, memory, groups, framed)
    if frames:
        _collapse(device, launch, memory, frames, rows, line)
    launch(
        *("collect", _grid(device, total, COLLECT_SPAN), COLLECT_THREADS, SCAN_BYTES),
        *(memory["frames"], np.uint32(frames), memory["segments"], np.uint32(rows), np.uint32(total)),
        *(memory["keys"], memory["payload"], line.count),
    )
    spare = _sort(device, launch, memory, macros, (dtype, total, rows), line.count)
    sorted_keys, sorted_payload, values = spare
    line = line._replace(items=(sorted_keys, sorted_payload, *line.items[2:]))
    solve_line(device, line)
    wanted = Details(None, None, None, None, None) if details is None else details
    grid = _grid(device, total, 256)
    launch("value_clusters", grid, 256, 0, *line.items, line.count, *line.tree, values, *wanted[:4])
    launch(
        *("scatter_values", grid, 256, 0, sorted_keys, sorted_payload, memory["segments"], line.count, *line.tree),
        *(values, memory["frames"], wanted.labels),
    )
    if frames:
        parts = _parts(device, frames)
        launch(
            "write_closed", frames * parts, FRAME_THREADS, 0, memory["frames"], memory["segments"], np.uint32(parts)
        )


def particle_line(device, position, velocity, mass, time: float, count: int) -> tuple[Line, Any]:
    """The line of ``count`` particles at ``time``; float64 memory.  Returns it with its counter reset to ``count``."""
    macros = {**_macros(device.shape, "float64", False), "PARTICLES": 1}
    sizes = {"counters": 4, **_tree_sizes(macros, count, 32)}
    memory = device.workspace(sizes)
    return _line(macros, memory, count, (position, velocity, mass, np.float64(time))), memory


def solve_line(device, line: Line, stop: int = EVERYTHING) -> None:
    """Solve all blocks of 2^stop ranks of a line of sorted items; ``stop`` is at least 5."""
    particles, threads = line.macros["PARTICLES"], line.macros["TILE_CHUNKS"]
    shared = 2 * threads * (32 if particles else 16) + 4 * ((TILE_LEVELS * (threads + 1) + 3) // 4 * 4)
    shared += 0 if particles else (line.tile + threads) * (_key_bytes(line.macros) + 4)
    start = (*line.items, line.count, *line.tree)
    grid = _grid(device, line.capacity, line.tile)
    device.launch(line.macros, "solve_tiles", grid, threads, shared, (*start, np.int32(stop)))
    half = line.tile
    while half < line.capacity:
        grid = _grid(device, line.capacity, half << MERGE_LEVELS)
        last = (np.uint32(half), np.int32(MERGE_LEVELS), np.int32(stop))
        device.launch(line.macros, "join_blocks", grid, MERGE_THREADS, 0, (*start, *last))
        half <<= MERGE_LEVELS


def reset_line(device, line: Line, count: int) -> None:
    """Clear what a solution adds to, and say that there are ``count`` items (at most the line's capacity)."""
    grid = _grid(device, line.capacity // CHUNK, 256)
    device.launch(line.macros, "reset", grid, 256, 0, (*line.tree, line.count, np.uint32(count)))


def _describe(launch, memory, groups, framed) -> None:
    row = place = frame = 0
    for group, has in zip(groups, framed, strict=True):
        first_frame = frame if has else NO_FRAME
        launch(
            *("describe", -(-group.rows // 256), 256, 0, memory["segments"], np.uint32(row), np.uint32(group.rows)),
            *(group.source, group.target, np.uint32(place), np.uint32(group.size)),
            *(np.float64(group.strength / max(group.size - 1, 1)), np.float64(group.l1), np.float64(group.rewind)),
            np.uint32(first_frame),
        )
        row, place = row + group.rows, place + group.rows * group.size
        frame += group.rows if has else 0


def _collapse(device, launch, memory, frames, rows, line) -> None:
    parts = _parts(device, frames)
    tables, counted = (memory["frames"], memory["segments"]), np.uint32(parts)
    launch(
        *("prepare_frames", _grid(device, frames * COARSE, 256), 256, 0),
        *(memory["frames"], np.uint32(frames), memory["segments"], np.uint32(rows)),
    )
    launch("survey", frames * parts, FRAME_THREADS, 8 * 64, *tables, counted)
    for stage, bins in enumerate((COARSE, 1 << device.shape.slot_bits)):
        launch("count_bins", frames * parts, FRAME_THREADS, 8 * bins, *tables, counted, np.int32(stage))
        items = (memory["keys"], memory["payload"], line.count)
        launch("certify", frames, FRAME_THREADS, SCAN_BYTES, *tables, np.int32(stage), *items)


def _sort(device, launch, memory, macros, problem, count):
    """Sort the items; their keys and payload, and the memory of the keys that is free now."""
    dtype, total, rows = problem
    threads, tile = macros["SORT_THREADS"], macros["SORT_THREADS"] * macros["SORT_ITEMS"]
    tiles, grid = np.uint32(-(-total // tile)), _grid(device, total, tile)
    here, there = (memory["keys"], memory["payload"]), (memory["other keys"], memory["other payload"])
    shared = tile * _key_bytes(macros) + 32 * threads + threads // 8 + 1024
    for step in _passes(dtype, rows):
        launch("radix_count", grid, threads, 1024, here[0], count, np.int32(step), tiles, memory["table"])
        launch("radix_offsets", 256, threads, threads // 8, memory["table"], count, tiles, memory["totals"])
        launch(
            *("radix_scatter", grid, threads, shared, *here, count),
            *(np.int32(step), tiles, memory["table"], memory["totals"], *there),
        )
        here, there = there, here
    return *here, there[0]


def _passes(dtype: str, rows: int) -> list[int]:
    """The bytes of the keys that differ: of weights that were 16 bits long the low ones do not."""
    first, width = {"float16": (1, 4), "bfloat16": (2, 4), "float32": (0, 4), "float64": (0, 8)}[dtype]
    return [*range(first, width), *range(width, width + -(-(rows - 1).bit_length() // 8))]


def _macros(shape: Shape, dtype: str, segmented: bool) -> dict[str, int]:
    macros = {"DTYPE": DTYPES.index(dtype), "SEGMENTED": int(segmented), "PARTICLES": 0}
    macros.update((name.upper(), value) for name, value in shape._asdict().items())
    if _key_bytes(macros) == 16:
        macros["SORT_ITEMS"] //= 2
    return {**macros, "FRAME_BYTES": frame_bytes(shape.slot_bits)}


def frame_bytes(slot_bits: int) -> int:
    """The memory of one frame, at most (bins.cu asserts it)."""
    return 28 * COARSE + (74 << slot_bits) + 256


def _key_bytes(macros: dict[str, int]) -> int:
    return (8 if macros["DTYPE"] == 3 else 4) * (2 if macros["SEGMENTED"] else 1)


def _sizes(macros, total: int, rows: int, frames: int) -> dict[str, int]:
    key_bytes = _key_bytes(macros)
    tile = macros["SORT_THREADS"] * macros["SORT_ITEMS"]
    return {
        **{"keys": key_bytes * total, "other keys": key_bytes * total, "payload": 4 * total, "other payload": 4 * total},
        **{"table": 1024 * -(-total // tile), "totals": 1024, "counters": 4},
        **{"segments": SEGMENT_BYTES * rows, "frames": frames * macros["FRAME_BYTES"]},
        **_tree_sizes(macros, total, 16),
    }


def _tree_sizes(macros, count: int, sum_bytes: int) -> dict[str, int]:
    chunks = _chunks(macros, count)
    return {"tree": 2 * chunks * sum_bytes, "words": 4 * (chunks + 1) * _levels(chunks)}


def _chunks(macros, count: int) -> int:
    return (count // (CHUNK * macros["TILE_CHUNKS"]) + 1) * macros["TILE_CHUNKS"]


def _levels(chunks: int) -> int:
    """Levels of bits, the topmost of which is one word."""
    levels = 3
    while 32 ** (levels - 1) < chunks + 1:
        levels += 1
    return levels


def _line(macros, memory, count: int, items: tuple) -> Line:
    chunks = _chunks(macros, count)
    tree = (memory["tree"], np.uint32(chunks), memory["words"], np.uint32(chunks + 1), np.int32(_levels(chunks)))
    return Line(macros, items, memory["counters"], tree, count)


def _grid(device, work: int, each: int) -> int:
    return max(1, min(device.blocks, -(-work // each)))


def _parts(device, frames: int) -> int:
    return max(1, device.blocks // (4 * frames))
