"""CUDA's built-ins mean on the host what they mean on the device: collectives, atomics, bits and roundings."""

import numpy as np
import pytest
from cuda_host import SCHEDULES, build, needs_compiler

pytestmark = needs_compiler

SHUFFLES = """
template <class T> __device__ void all_four(T* out, T value, int by, int width) {
    out[threadIdx.x * 4] = __shfl_sync(~0u, value, by, width);
    out[threadIdx.x * 4 + 1] = __shfl_up_sync(~0u, value, by, width);
    out[threadIdx.x * 4 + 2] = __shfl_down_sync(~0u, value, by, width);
    out[threadIdx.x * 4 + 3] = __shfl_xor_sync(~0u, value, by, width);
}
extern "C" __global__ void shuffle_float(float* out, int by, int width) {
    all_four(out, float(threadIdx.x) - 9.5f, by, width);
}
extern "C" __global__ void shuffle_double(double* out, int by, int width) {
    all_four(out, double(threadIdx.x) - 9.5, by, width);
}
extern "C" __global__ void shuffle_long(long long* out, int by, int width) {
    all_four(out, (long long)threadIdx.x - 9, by, width);
}
extern "C" __global__ void from_outside(unsigned* out) {
    unsigned mask = threadIdx.x < 16 ? 0xffffu : 0xffff0000u;
    out[threadIdx.x] = __shfl_sync(mask, threadIdx.x, 3);
}
"""
VOTES = """
extern "C" __global__ void votes(const int* x, const double* keys, unsigned* out, int* sums) {
    unsigned thread = threadIdx.x, mask = thread % 2 ? 0xaaaaaaaau : 0x55555555u;
    int value = x[thread];
    out[4 * thread] = __match_any_sync(mask, keys[thread]);
    out[4 * thread + 1] = __ballot_sync(mask, value);
    out[4 * thread + 2] = __any_sync(mask, value > 40);
    out[4 * thread + 3] = __all_sync(mask, value > -40);
    sums[4 * thread] = __reduce_add_sync(mask, value);
    sums[4 * thread + 1] = __reduce_max_sync(mask, value);
    sums[4 * thread + 2] = __reduce_min_sync(mask, value);
    sums[4 * thread + 3] = (int)__reduce_max_sync(mask, (unsigned)value);
}
"""
ATOMICS = """
extern "C" __global__ void atomics(unsigned* u, int* i, unsigned long long* l, double* d, float* f, int* turns) {
    int t = blockIdx.x * blockDim.x + threadIdx.x;
    atomicAdd(&u[0], 1), atomicOr(&u[1], 1u << t % 32), atomicAnd(&u[2], ~(1u << t % 8)), atomicMax(&u[3], t);
    atomicAdd(&i[0], -t), atomicMin(&i[1], -t), atomicMax(&i[2], -t), atomicExch(&i[3], 7);
    atomicAdd(&l[0], 1ull << 33), atomicMin(&l[1], ~0ull - t), atomicOr(&l[2], 1ull << t % 64);
    atomicAdd(&d[0], 0.5), atomicAdd(&f[0], 0.25f);
    for (int old = turns[0], seen; ; old = seen) {
        seen = atomicCAS(&turns[0], old, old + t);
        if (seen == old) break;
    }
    __threadfence(), __threadfence_block();
}
"""
BITS = """
extern "C" __global__ void bits(unsigned x, unsigned long long y, long long* out) {
    out[0] = __popc(x), out[1] = __popcll(y), out[2] = __clz(x), out[3] = __clzll(y);
    out[4] = __ffs(x), out[5] = __ffsll(y), out[6] = __brev(x), out[7] = __umulhi(x, x);
    out[8] = (long long)__umul64hi(y, y), out[9] = min(x, 77), out[10] = max(-1, 3), out[11] = max(y, 5ll);
}
extern "C" __global__ void rounded(const double* x, long long* whole, float* single, double* exact) {
    int t = threadIdx.x;
    double value = __ldg(&x[t]);
    whole[t] = __double2ll_rn(value);
    single[t] = __double2float_rn(value);
    exact[2 * t] = __longlong_as_double(__double_as_longlong(value));
    exact[2 * t + 1] = __uint_as_float(__float_as_uint(single[t]));
}
extern "C" __global__ void apart(double a, double b, double c, double* out) {
    out[0] = a * b + c, out[1] = __dadd_rn(__dmul_rn(a, b), c), out[2] = fma(a, b, c);
}
"""


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    path = tmp_path_factory.mktemp("kernels") / "builtins.cu"
    path.write_text(SHUFFLES + VOTES + ATOMICS + BITS)
    return build([path], {})


@pytest.mark.parametrize(("kind", "shift"), [("float32", 9.5), ("float64", 9.5), ("int64", 9)])
@pytest.mark.parametrize("width", [4, 8, 32])
@pytest.mark.parametrize("by", [0, 1, 3, 5, 17])
def test_shuffles(kernels, kind, shift, width, by):
    name = {"float32": "shuffle_float", "float64": "shuffle_double", "int64": "shuffle_long"}[kind]
    out = np.zeros((32, 4), dtype=kind)
    kernels.launch(name, 1, 32, 0, [out, np.int32(by), np.int32(width)])
    for lane in range(32):
        first, last = lane // width * width, lane // width * width + width - 1
        up, down, flipped = lane - by, lane + by, lane ^ by
        sources = [
            first + by % width,
            up if up >= first else lane,
            down if down <= last else lane,
            flipped if flipped <= last else lane,
        ]
        assert (out[lane] + shift).tolist() == sources


def test_a_shuffle_from_outside_the_mask_gives_poison(kernels):
    out = np.zeros(32, dtype=np.uint32)
    kernels.launch("from_outside", 1, 32, 0, [out])
    assert out.tolist() == [3] * 16 + [0xCDCDCDCD] * 16


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_votes_matches_and_reductions_answer_for_the_mask(kernels, schedule):
    rng = np.random.default_rng(3)
    x = rng.integers(-50, 50, 32).astype(np.int32)
    keys = rng.choice([0.0, -0.0, 1.5, np.inf], 32)
    out, sums = np.zeros((32, 4), dtype=np.uint32), np.zeros((32, 4), dtype=np.int32)
    kernels.schedule = schedule
    kernels.launch("votes", 1, 32, 0, [x, keys, out, sums])
    for lane in range(32):
        lanes = np.arange(lane % 2, 32, 2)
        same = keys.view(np.int64)[lanes] == keys.view(np.int64)[lane]  # by bits: -0 is not 0
        given = x[lanes]
        expected = [(1 << lanes[same]).sum(), (1 << lanes[given != 0]).sum(), (given > 40).any(), (given > -40).all()]
        assert out[lane].tolist() == expected
        unsigned = given.view(np.uint32).max().astype(np.int32)
        assert sums[lane].tolist() == [given.sum(), given.max(), given.min(), unsigned]


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_atomics(kernels, schedule):
    n = 128
    u = np.array([0, 0, 0xFFFFFFFF, 5], dtype=np.uint32)
    i = np.array([0, 0, -(10**6), 0], dtype=np.int32)
    unsigned_long = np.array([0, 2**64 - 1, 0], dtype=np.uint64)
    d, f, turns = np.zeros(1), np.zeros(1, dtype=np.float32), np.zeros(1, dtype=np.int32)
    kernels.schedule = schedule
    kernels.launch("atomics", 2, 64, 0, [u, i, unsigned_long, d, f, turns])
    assert u.tolist() == [n, 2**32 - 1, 2**32 - 256, n - 1]
    assert i.tolist() == [-n * (n - 1) // 2, 1 - n, 0, 7]
    assert unsigned_long.tolist() == [n << 33, 2**64 - n, 2**64 - 1]
    assert (d[0], f[0], turns[0]) == (n / 2, n / 4, n * (n - 1) // 2)


@pytest.mark.parametrize(("x", "y"), [(0, 0), (1, 1), (0x80000000, 1 << 63), (0x00012340, 0x0001234000000000)])
def test_bits(kernels, x, y):
    out = np.zeros(12, dtype=np.int64)
    kernels.launch("bits", 1, 1, 0, [np.uint32(x), np.uint64(y), out])
    first_x, first_y = ((v & -v).bit_length() for v in (x, y))
    assert out[:6].tolist() == [
        x.bit_count(),
        y.bit_count(),
        32 - x.bit_length(),
        64 - y.bit_length(),
        first_x,
        first_y,
    ]
    assert out[6:9].tolist() == [int(f"{x:032b}"[::-1], 2), x * x >> 32, y * y >> 64]
    assert out[9:].view(np.uint64).tolist() == [min(x, 77), 3, max(y, 5)]


def test_roundings(kernels):
    x = np.array([0.5, 1.5, -2.5, 1e300, -1e300, np.nan, 0.1, 2.0**62])
    whole, single, exact = np.zeros(8, dtype=np.int64), np.zeros(8, dtype=np.float32), np.zeros((8, 2))
    kernels.launch("rounded", 1, 8, 0, [x, whole, single, exact])
    most, least = 2**63 - 1, -(2**63)
    assert whole.tolist() == [0, 2, -2, most, least, least, 0, 2**62]
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(single, x.astype(np.float32))
    np.testing.assert_array_equal(exact, np.stack([x, single.astype(np.float64)], axis=1))


def test_products_and_sums_are_not_contracted(kernels):
    out = np.zeros(3)
    a, c = 1 + 2.0**-30, -1 - 2.0**-29
    kernels.launch("apart", 1, 1, 0, [np.float64(a), np.float64(a), np.float64(c), out])
    assert out.tolist() == [0, 0, 2.0**-60]
