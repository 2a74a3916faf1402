"""The kernels read and write weights as NumPy and torch do, and their order-preserving bits keep the order."""

from functools import cache

import numpy as np
import pytest
from cuda_host import HERE, build, needs_compiler
from hypothesis import given
from hypothesis import strategies as st

pytestmark = needs_compiler

FLOAT16, BFLOAT16, FLOAT32, FLOAT64 = range(4)  # DTYPE
WEIGHT = {FLOAT16: np.uint16, BFLOAT16: np.uint16, FLOAT32: np.float32, FLOAT64: np.float64}
REAL = {FLOAT16: np.float32, BFLOAT16: np.float32, FLOAT32: np.float32, FLOAT64: np.float64}
EVERY_DTYPE = pytest.mark.parametrize("dtype", WEIGHT, ids=["float16", "bfloat16", "float32", "float64"])

KERNELS = """
#define EACH(i) u32 i = threadIdx.x; i < count; i += blockDim.x
extern "C" __global__ void read_all(const weight* weights, u32 count, real* values) {
    for (EACH(i)) values[i] = read_weight(weights[i]);
}
extern "C" __global__ void write_all(const double* values, u32 count, weight* weights) {
    for (EACH(i)) weights[i] = write_weight(values[i]);
}
extern "C" __global__ void order_all(const real* values, u32 count, real_bits* bits) {
    for (EACH(i)) bits[i] = ordered(values[i]);
}
extern "C" __global__ void unorder_all(const real_bits* bits, u32 count, real* values) {
    for (EACH(i)) values[i] = unordered(bits[i]);
}
extern "C" __global__ void take_apart(const real_bits* bits, const u32* segments, u32 count, int passes,
                                      real_bits* bits_out, u32* segments_out, u32* digits) {
    for (EACH(i)) {
        sort_key key = make_key(bits[i], segments[i]);
        bits_out[i] = key_bits(key);
        segments_out[i] = key_segment(key);
        for (int pass = 0; pass < passes; pass++) digits[(u64)i * passes + pass] = digit(key, pass);
    }
}
"""

HALVES = np.arange(65536, dtype=np.uint16)  # the bits of every float16, and of every bfloat16


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    source = tmp_path_factory.mktemp("kernels") / "numbers_test.cu"
    source.write_text(KERNELS)
    sources = [HERE.parent / "prox" / "cuda" / "numbers.cu", source]
    return cache(lambda dtype, segmented=0: build(sources, {"DTYPE": dtype, "SEGMENTED": segmented}))


def mapped(kernels, name: str, values: np.ndarray, result) -> np.ndarray:
    out = np.zeros(max(values.size, 1), result)
    kernels.launch(name, 1, 32, 0, [values, np.uint32(values.size), out])
    return out[: values.size]


def rounded(values: np.ndarray, dtype) -> np.ndarray:
    """NumPy's conversion; what is too large, too small or a signalling NaN is no reason for a warning here."""
    with np.errstate(all="ignore"):
        return values.astype(dtype)


def bits_of(dtype) -> type:
    return np.uint64 if dtype == FLOAT64 else np.uint32


def same_numbers(a: np.ndarray, b: np.ndarray) -> bool:
    """Bit by bit; but one NaN is as good as another."""
    unsigned = f"u{a.itemsize}"
    return bool(((a.view(unsigned) == b.view(unsigned)) | (np.isnan(a) & np.isnan(b))).all())


def awkward_doubles() -> np.ndarray:
    """Every finite float16 and bfloat16, their midpoints, the doubles beside all these, and many others."""
    rng = np.random.default_rng(0)
    halves = rounded(HALVES.view(np.float16), float)
    brains = rounded((HALVES.astype(np.uint32) << 16).view(np.float32), float)
    grids = [np.unique(grid[np.isfinite(grid)]) for grid in (halves, brains)]
    points = np.concatenate([*grids, *((grid[1:] + grid[:-1]) / 2 for grid in grids), [65520.0, 2.0**128, -(2.0**128)]])
    beside = [np.nextafter(points, np.inf), np.nextafter(points, -np.inf)]
    others = rng.normal(size=100_000) * 2.0 ** rng.integers(-160, 140, 100_000)
    return np.concatenate([points, *beside, others, [0.0, -0.0, np.inf, -np.inf, np.nan, 1e308, 5e-324, -5e-324]])


def test_every_float16_is_read_as_numpy_reads_it(compiled):
    expected = rounded(HALVES.view(np.float16), np.float32)
    assert same_numbers(mapped(compiled(FLOAT16), "read_all", HALVES, np.float32), expected)


def test_every_bfloat16_is_the_upper_half_of_a_float32(compiled):
    expected = (HALVES.astype(np.uint32) << 16).view(np.float32)
    assert same_numbers(mapped(compiled(BFLOAT16), "read_all", HALVES, np.float32), expected)


@pytest.mark.parametrize("dtype", [FLOAT16, BFLOAT16], ids=["float16", "bfloat16"])
def test_every_half_survives_reading_and_writing(compiled, dtype):
    kernels = compiled(dtype)
    read = mapped(kernels, "read_all", HALVES, np.float32)
    written = mapped(kernels, "write_all", rounded(read, float), np.uint16)
    again = mapped(kernels, "read_all", written, np.float32)
    number = ~np.isnan(read)
    assert number.sum() == 65536 - 2 * ((1 << (10 if dtype == FLOAT16 else 7)) - 1)
    assert np.array_equal(written[number], HALVES[number])
    assert np.isnan(again[~number]).all()


def test_doubles_are_written_as_numpy_rounds_them_to_float16(compiled):
    doubles = awkward_doubles()
    expected = rounded(doubles, np.float16)
    assert same_numbers(mapped(compiled(FLOAT16), "write_all", doubles, np.uint16).view(np.float16), expected)


def test_doubles_are_written_as_numpy_rounds_them_to_float32(compiled):
    doubles = awkward_doubles()
    expected = rounded(doubles, np.float32)
    assert same_numbers(mapped(compiled(FLOAT32), "write_all", doubles, np.float32), expected)


@pytest.mark.torch
def test_doubles_are_written_as_torch_rounds_them_to_bfloat16(compiled):
    import torch

    doubles = awkward_doubles()
    expected = torch.from_numpy(doubles).to(torch.bfloat16).float().numpy()
    written = mapped(compiled(BFLOAT16), "write_all", doubles, np.uint16)
    assert same_numbers((written.astype(np.uint32) << 16).view(np.float32), expected)


def test_a_double_is_written_as_the_bfloat16_nearest_to_its_float32_ties_to_even(compiled):
    doubles = awkward_doubles()
    floats = rounded(doubles, np.float32)
    floats = floats[np.isfinite(floats)]
    written = mapped(compiled(BFLOAT16), "write_all", floats.astype(float), np.uint16)
    size = floats.view(np.uint32) & 0x7FFF_FFFF  # the bits of a float grow with its size: 2^16 of them are one unit
    lower, rest = size >> 16, size & 0xFFFF
    up = (rest > 0x8000) | ((rest == 0x8000) & (lower % 2 == 1))
    assert np.array_equal(written & 0x7FFF, lower + up)
    assert np.array_equal(written >> 15 == 1, np.signbit(floats))


@EVERY_DTYPE
def test_the_bits_are_in_the_order_of_the_numbers_and_give_them_back(compiled, dtype):
    kernels = compiled(dtype)
    doubles = awkward_doubles()
    values = np.unique(rounded(doubles[~np.isnan(doubles)], REAL[dtype]))  # ascending; one zero
    bits = mapped(kernels, "order_all", values, bits_of(dtype))
    assert (bits[1:] > bits[:-1]).all()
    assert np.array_equal(mapped(kernels, "unorder_all", bits, REAL[dtype]), values)


@EVERY_DTYPE
def test_both_zeros_have_the_same_bits(compiled, dtype):
    plus, minus = mapped(compiled(dtype), "order_all", np.array([0.0, -0.0], REAL[dtype]), bits_of(dtype))
    assert plus == minus


@pytest.mark.parametrize("segmented", [0, 1])
@EVERY_DTYPE
@given(items=st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1)), min_size=1))
def test_a_key_is_its_digits_value_first_then_segment(compiled, dtype, segmented, items):
    value_bytes = REAL[dtype]().itemsize
    bits = np.array([value for value, _ in items], np.uint64).astype(bits_of(dtype))
    segments = np.array([segment for _, segment in items], np.uint32)
    passes = value_bytes + 4 * segmented
    out = np.zeros_like(bits), np.zeros_like(segments), np.zeros((bits.size, passes), np.uint32)
    arguments = [bits, segments, np.uint32(bits.size), np.int32(passes), *out]
    compiled(dtype, segmented).launch("take_apart", 1, 32, 0, arguments)
    kept = segments if segmented else np.zeros_like(segments)
    assert np.array_equal(out[0], bits)
    assert np.array_equal(out[1], kept)
    whole = [int(value) | int(segment) << (8 * value_bytes) for value, segment in zip(bits, kept, strict=True)]
    assert out[2].tolist() == [[number >> (8 * digit) & 255 for digit in range(passes)] for number in whole]
