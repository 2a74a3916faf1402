"""The sequences of launches that solve a problem: which kernel, on what memory, with how many threads.

Every size below is known to the host; how many items there really are, only the device knows.  So a sequence is the
same for the same shapes: nothing waits for the device, and it can be captured in a CUDA graph.

A *device* has ``blocks`` (of how many blocks a grid at most is made), ``shape`` (a ``Shape``), ``workspace(sizes)``
(memory by name, given sizes in bytes) and ``launch(macros, kernel, grid, block, shared, arguments)``.  Arguments are
NumPy scalars, None, and what ``workspace`` gives or the caller passes for memory.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .shapes import (
    CHUNK,
    COARSE,
    COLLECT_SPAN,
    COLLECT_THREADS,
    EVERYTHING,
    FRAME_THREADS,
    LARGEST,
    LEAST_FRAME,
    MERGE_LEVELS,
    MERGE_THREADS,
    NO_FRAME,
    SCAN_BYTES,
    TILE_LEVELS,
    chunks_of,
    key_bytes_of,
    levels_of,
    macros_of,
    passes_of,
    sizes_of,
    tree_sizes_of,
)


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
    macros = macros_of(device.shape, dtype, rows > 1)
    memory = device.workspace(sizes_of(macros, total, rows, frames))
    line = _line(
        macros, memory, total, (memory["keys"], memory["payload"], memory["frames"], masses, memory["segments"])
    )

    def launch(kernel, grid, block, shared, *arguments):
        device.launch(macros, kernel, grid, block, shared, arguments)

    _reset(device, line, 0)
    _describe(launch, memory, groups, framed)
    parts = _parts(device, frames, max(group.size for group in groups))
    if frames:
        _collapse(device, launch, memory, (frames, parts, rows), line.count)
    launch(
        *("collect", _grid(device, total, COLLECT_SPAN), COLLECT_THREADS, SCAN_BYTES),
        *(memory["frames"], np.uint32(frames), memory["segments"], np.uint32(rows), np.uint32(total)),
        *(memory["keys"], memory["payload"], line.count),
    )
    *ordered, values = _sort(device, launch, memory, macros, (dtype, total, rows), line.count)
    line = line._replace(items=(*ordered, *line.items[2:]))
    solve_line(device, line)
    wanted = Details(None, None, None, None, None) if details is None else details
    solved = (line.count, *line.tree, values)
    launch("value_clusters", _grid(device, total, 256), 256, 0, *line.items, *solved, *wanted[:4])
    places = (*ordered, memory["segments"], *solved, memory["frames"], wanted.labels)
    launch("scatter_values", _grid(device, total, 256), 256, 0, *places)
    if frames:
        launch("write_closed", frames * parts, FRAME_THREADS, 0, memory["frames"], memory["segments"], np.uint32(parts))


def solve_particles(device, particles: list, time: float, count: int, found: list, stop: int = EVERYTHING) -> None:
    """Solve all blocks of 2^stop ranks of ``count`` particles at ``time``; ``stop`` is at least 5.

    ``particles``: position, velocity, mass.  ``found``: for each rank whether a cluster begins there (uint8), and if
    so, its mass and its sums of mass times position and mass times velocity.
    """
    macros = {**macros_of(device.shape, "float64", False), "PARTICLES": 1}
    memory = device.workspace({"counters": 4, **tree_sizes_of(macros, count, 32)})
    line = _line(macros, memory, count, (*particles, np.float64(time)))
    _reset(device, line, count)
    solve_line(device, line, stop)
    grid = _grid(device, count, 256)
    device.launch(macros, "list_clusters", grid, 256, 0, (*line.items, line.count, *line.tree, *found))


def solve_line(device, line: Line, stop: int = EVERYTHING) -> None:
    """Solve all blocks of 2^stop ranks of a line of sorted items; ``stop`` is at least 5."""
    particles, threads = line.macros["PARTICLES"], line.macros["TILE_CHUNKS"]
    shared = 2 * threads * (32 if particles else 16) + 4 * ((TILE_LEVELS * (threads + 1) + 3) // 4 * 4)
    shared += 0 if particles else (line.tile + threads) * (key_bytes_of(line.macros) + 4)
    start = (*line.items, line.count, *line.tree)
    grid = _grid(device, line.capacity, line.tile)
    device.launch(line.macros, "solve_tiles", grid, threads, shared, (*start, np.int32(stop)))
    half = line.tile
    while half < line.capacity:
        grid = _grid(device, line.capacity, half << MERGE_LEVELS)
        last = (np.uint32(half), np.int32(MERGE_LEVELS), np.int32(stop))
        device.launch(line.macros, "join_blocks", grid, MERGE_THREADS, 0, (*start, *last))
        half <<= MERGE_LEVELS


def _reset(device, line: Line, count: int) -> None:
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


def _collapse(device, launch, memory, numbers, item_count) -> None:
    """The items that stand for closed bins; ``numbers`` of frames, blocks a frame and segments."""
    frames, parts, rows = numbers
    tables, counted = (memory["frames"], memory["segments"]), np.uint32(parts)
    launch(
        *("prepare_frames", _grid(device, frames * COARSE, 256), 256, 0),
        *(memory["frames"], np.uint32(frames), memory["segments"], np.uint32(rows)),
    )
    launch("survey", frames * parts, FRAME_THREADS, 8 * 64 + 4 * COARSE, *tables, counted)
    launch("choose_window", frames, FRAME_THREADS, SCAN_BYTES + 8, *tables)
    for stage, bins in enumerate((COARSE, 1 << device.shape.slot_bits)):
        launch("count_bins", frames * parts, FRAME_THREADS, 8 * bins, *tables, counted, np.int32(stage))
        items = (memory["keys"], memory["payload"], item_count)
        launch("certify", frames, FRAME_THREADS, SCAN_BYTES, *tables, np.int32(stage), *items)


def _sort(device, launch, memory, macros, problem, count):
    """Sort the items; their keys and payload, and the memory of the keys that is free now."""
    dtype, total, rows = problem
    threads, tile = macros["SORT_THREADS"], macros["SORT_THREADS"] * macros["SORT_ITEMS"]
    tiles, grid = np.uint32(-(-total // tile)), _grid(device, total, tile)
    here, there = (memory["keys"], memory["payload"]), (memory["other keys"], memory["other payload"])
    shared = tile * key_bytes_of(macros) + 32 * threads + threads // 8 + 1024
    for step in passes_of(dtype, rows):
        launch("radix_count", grid, threads, 1024, here[0], count, np.int32(step), tiles, memory["table"])
        launch("radix_offsets", 256, threads, threads // 8, memory["table"], count, tiles, memory["totals"])
        launch(
            *("radix_scatter", grid, threads, shared, *here, count),
            *(np.int32(step), tiles, memory["table"], memory["totals"], *there),
        )
        here, there = there, here
    return *here, there[0]


def _line(macros, memory, count: int, items: tuple) -> Line:
    chunks = chunks_of(macros, count)
    tree = (memory["tree"], np.uint32(chunks), memory["words"], np.uint32(chunks + 1), np.int32(levels_of(chunks)))
    return Line(macros, items, memory["counters"], tree, count)


def _grid(device, work: int, each: int) -> int:
    return max(1, min(device.blocks, -(-work // each)))


def _parts(device, frames: int, longest: int) -> int:
    """Blocks a frame: no more than run at once."""
    return max(1, min(device.blocks // (4 * max(frames, 1)), longest // device.shape.frame_weights))
