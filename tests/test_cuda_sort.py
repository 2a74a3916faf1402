"""The kernels' radix sort orders pairs by segment and value, stably, whatever the launch; it needs every barrier."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from cuda_barriers import barriers, without
from cuda_host import HERE, SCHEDULES, HostKernels, build, needs_compiler
from cuda_isolated import run_isolated, sanitized_python
from hypothesis import given
from hypothesis import strategies as st

pytestmark = needs_compiler

CUDA = HERE.parent / "prox" / "cuda"
SORT = (CUDA / "sort.cu").read_text()
BARRIERS = barriers(SORT)
SEGMENTED_DOUBLE = np.dtype([("bits", "<u8"), ("segment", "<u4"), ("unused", "<u4")])
KINDS = {  # DTYPE, SEGMENTED; the weights' type; the keys' type
    "float32": (2, 0, np.float32, np.dtype(np.uint32)),
    "float32 segments": (2, 1, np.float32, np.dtype(np.uint64)),
    "float64": (3, 0, np.float64, np.dtype(np.uint64)),
    "float64 segments": (3, 1, np.float64, SEGMENTED_DOUBLE),
}
LAUNCHES = ((32, 3), (64, 1), (256, 2))  # threads, keys a thread: many tiles of few keys
SPECIALS = (-np.inf, -1.5, -1e-40, -0.0, 0.0, 1e-40, 1.5, np.inf)
UNTOUCHED = 0xA5  # every byte of what a kernel must leave alone

MAKE_KEYS = """
extern "C" __global__ void make_keys(const weight* weights, const u32* segments, u32 count, sort_key* keys) {
    for (u32 i = threadIdx.x; i < count; i += blockDim.x)
        keys[i] = make_key(ordered(read_weight(weights[i])), segments[i]);
}
"""


def untouched(shape, dtype) -> np.ndarray:
    array = np.empty(shape, dtype)
    array.view(np.uint8)[...] = UNTOUCHED
    return array


def is_untouched(array: np.ndarray) -> bool:
    return bool((np.ascontiguousarray(array).view(np.uint8) == UNTOUCHED).all())


@dataclass
class Sort:
    """The kernels for one kind of key, ``threads`` wide, ``items`` keys a thread."""

    kernels: HostKernels
    kind: str
    threads: int
    items: int

    def __post_init__(self):
        self.tile = self.threads * self.items
        self.scatter_bytes = self.tile * KINDS[self.kind][3].itemsize + self.threads * 32 + self.threads // 8 + 1024

    def keys(self, weights, segments) -> np.ndarray:
        keys = np.zeros(max(weights.size, 1), KINDS[self.kind][3])
        arguments = [weights, segments.astype(np.uint32), np.uint32(weights.size), keys]
        self.kernels.launch("make_keys", 1, 32, 0, arguments)
        return keys[: weights.size]

    def count(self, keys, count: int, digit: int, grid: int) -> np.ndarray:
        tiles = max(1, -(-keys.size // self.tile))
        table = untouched((256, tiles), np.uint32)
        arguments = [keys, np.array([count], np.uint32), np.int32(digit), np.uint32(tiles), table]
        self.kernels.launch("radix_count", grid, self.threads, 1024, arguments)
        return table

    def offsets(self, table, count: int) -> np.ndarray:
        totals = untouched(256, np.uint32)
        arguments = [table, np.array([count], np.uint32), np.uint32(table.shape[1]), totals]
        self.kernels.launch("radix_offsets", 256, self.threads, self.threads // 8, arguments)
        return totals

    def a_pass(self, keys, payload, count: int, digit: int, grid: int):
        table = self.count(keys, count, digit, grid)
        totals = self.offsets(table, count)
        out = untouched(keys.size, keys.dtype), untouched(keys.size, np.uint32)
        number, tiles = np.array([count], np.uint32), np.uint32(table.shape[1])
        arguments = [keys, payload, number, np.int32(digit), tiles, table, totals, *out]
        self.kernels.launch("radix_scatter", grid, self.threads, self.scatter_bytes, arguments)
        return out

    def check(self, weights, segments, grid: int, spare: int = 0) -> None:
        """Sorts all but the last ``spare`` weights: right, stable, and the rest left alone."""
        count = weights.size - spare
        keys = keys_out = self.keys(weights, segments)
        payload_out = np.arange(keys.size, dtype=np.uint32)
        passes, by = weights.itemsize, (weights[:count],)
        if KINDS[self.kind][1]:
            passes += (int(segments.max(initial=1)).bit_length() + 7) // 8
            by = (weights[:count], segments[:count])
        for digit in range(passes):
            keys_out, payload_out = self.a_pass(keys_out, payload_out, count, digit, grid)
        order = np.lexsort(by)  # stable; -0.0 == 0.0
        assert np.array_equal(payload_out[:count], order)
        assert np.array_equal(keys_out[:count], keys[order])
        assert is_untouched(keys_out[count:])
        assert is_untouched(payload_out[count:])


def sort_of(kind: str, launch, folder: Path, text: str = SORT, **flags) -> Sort:
    """Compiled for ``launch`` (threads, items), or as sort.cu has it by default if that is None."""
    sources = [CUDA / "numbers.cu", folder / "sort.cu", folder / "make_keys.cu"]
    sources[1].write_text(text)
    sources[2].write_text(MAKE_KEYS)
    defines = {"DTYPE": KINDS[kind][0], "SEGMENTED": KINDS[kind][1]}
    if launch:
        defines |= {"SORT_THREADS": launch[0], "SORT_ITEMS": launch[1]}
    return Sort(build(sources, defines, **flags), kind, *(launch or (256, 8 if KINDS[kind][3].itemsize == 16 else 16)))


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    return cache(lambda kind, launch=None: sort_of(kind, launch, tmp_path_factory.mktemp("kernels")))


def problem(kind: str, name: str, n: int, seed: int = 0):
    """Weights of the kind, and the segments that they belong to."""
    rng = np.random.default_rng(seed)
    wide = rng.normal(size=n) * 10.0 ** rng.integers(-30, 30, n)
    weights = {
        "wide": wide,
        "equal": np.full(n, -0.25),
        "few": rng.integers(-2, 3, n) / 4,
        "sorted": np.sort(wide),
        "reversed": np.sort(wide)[::-1],
        "specials": rng.choice(SPECIALS, n),
    }[name]
    segments = rng.choice([0, 1, 255, 70_000, 2**32 - 1] if name == "wide" else [0, 1, 255], n)
    return weights.astype(KINDS[kind][2]), segments


EVERY_KIND = pytest.mark.parametrize("kind", KINDS)
EVERY_LAUNCH = pytest.mark.parametrize("launch", LAUNCHES, ids=lambda launch: f"{launch[0]}x{launch[1]}")


@EVERY_KIND
@EVERY_LAUNCH
def test_any_size_is_sorted_and_nothing_beyond_the_count_is_touched(compiled, kind, launch):
    sort = compiled(kind, launch)
    for spare, n in enumerate((0, 1, sort.tile - 1, sort.tile, sort.tile + 1, 3 * sort.tile + 17)):
        sort.kernels.schedule = SCHEDULES[spare % 3]
        sort.check(*problem(kind, "few", n + spare, seed=n), grid=2, spare=spare)


@EVERY_KIND
def test_any_weights_are_sorted(compiled, kind):
    sort = compiled(kind, (64, 1))
    for turn, name in enumerate(("wide", "equal", "sorted", "reversed", "specials")):
        sort.kernels.schedule = SCHEDULES[turn % 3]
        sort.check(*problem(kind, name, 2 * sort.tile + 5), grid=3)


@pytest.mark.parametrize("kind", ["float32", "float64 segments"])
def test_the_default_launch_sorts_within_48_kib_of_shared_memory(compiled, kind):
    sort = compiled(kind)
    sort.check(*problem(kind, "few", sort.tile + 100), grid=2)
    assert sort.scatter_bytes == (25_632 if kind == "float32" else 42_016) <= 48 * 1024


@pytest.mark.parametrize("grid", [1, 3, 1000])
def test_the_grid_leaves_the_result_as_it_is(compiled, grid):
    sort = compiled("float32", (64, 1))
    sort.kernels.schedule = 0
    sort.check(*problem("float32", "few", 9000), grid=grid)


@given(
    weights=st.lists(st.sampled_from(SPECIALS) | st.floats(width=32, allow_nan=False)),
    spare=st.integers(0, 3),
    grid=st.integers(1, 5),
    schedule=st.sampled_from(SCHEDULES),
    kind=st.sampled_from(sorted(KINDS)),
    seed=st.integers(0, 2**31),
)
def test_any_list_is_sorted(compiled, weights, spare, grid, schedule, kind, seed):
    sort = compiled(kind, (32, 3))
    sort.kernels.schedule, sort.kernels.seed = schedule, seed
    segments = np.random.default_rng(seed).integers(0, 3, len(weights))
    sort.check(np.array(weights, KINDS[kind][2]), segments, grid, min(spare, len(weights)))


@EVERY_LAUNCH
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_table_counts_digits_a_tile_and_the_offsets_are_its_running_sums(compiled, launch, schedule):
    sort = compiled("float32", launch)
    sort.kernels.schedule = schedule
    chunk = sort.tile  # entries of a row that radix_offsets takes at a time
    count = min(3 * chunk + 5, 200) * sort.tile - 7
    filled = -(-count // sort.tile)
    keys = np.random.default_rng(1).integers(0, 2**32, count + 3 * sort.tile, dtype=np.uint32)
    keys[: count // 2] &= 0xFFFF_03FF  # the second digit: four values, then all
    table = sort.count(keys, count, 1, grid=3)
    digits = keys[:count] >> 8 & 255
    counts = [np.bincount(digits[first : first + sort.tile], minlength=256) for first in range(0, count, sort.tile)]
    assert np.array_equal(table[:, :filled], np.transpose(counts))
    assert is_untouched(table[:, filled:])
    totals = sort.offsets(table, count)
    sums = np.cumsum(counts, axis=0)
    assert np.array_equal(table[:, :filled], np.transpose(sums - counts))
    assert np.array_equal(totals, sums[-1])
    assert is_untouched(table[:, filled:])


def test_a_count_of_zero_touches_nothing(compiled):
    sort = compiled("float32", (32, 3))
    keys = sort.keys(*problem("float32", "wide", 500))
    table = sort.count(keys, 0, 0, grid=3)
    totals = sort.offsets(table, 0)
    out = sort.a_pass(keys, np.arange(500, dtype=np.uint32), 0, 0, grid=3)
    assert all(map(is_untouched, (table, totals, *out)))


def exercise(sort: Sort) -> None:
    """What needs every barrier: few digits (threads meet at their counters), several tiles and chunks a block."""
    for schedule in SCHEDULES:
        sort.kernels.schedule = schedule
        for name in ("few", "wide"):
            sort.check(*problem(sort.kind, name, sort.tile**2 + sort.tile + 9), grid=2)


@pytest.mark.parametrize("k", [None, *range(len(BARRIERS))], ids=["none", *(f"line{line}" for line in BARRIERS)])
def test_without_any_one_barrier_the_sort_is_wrong(tmp_path, k):
    text = SORT if k is None else without(SORT, k)
    outcome = run_isolated(exercise, sort_of("float32", (64, 2), tmp_path, text, optimize="-O0"))
    assert (outcome.status == 0) == (k is None), outcome.stderr


SANITIZED = """
import pathlib, test_cuda_sort as tests
for kind in ("float32", "float64 segments"):
    sort = tests.sort_of(kind, (64, 1), pathlib.Path({folder!r}), sanitize=True, optimize="-O0")
    for schedule, n in zip(tests.SCHEDULES, (0, 64, 333)):
        sort.kernels.schedule = schedule
        sort.check(*tests.problem(kind, "specials", n + 3, seed=n), grid=2, spare=3)
print("sound")
"""


def test_the_sanitizers_find_nothing(tmp_path):
    done = sanitized_python(SANITIZED.format(folder=str(tmp_path)))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "sound\n"
