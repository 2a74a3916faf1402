"""The shim runs CUDA as CUDA: barriers, warp collectives and atomics, on kernels small enough to check by hand."""

import re
import signal

import numpy as np
import pytest
from cuda_host import SCHEDULES, barriers, build, needs_compiler, run_isolated, without

pytestmark = needs_compiler

# Each block adds up its tiles of the numbers, one tile after the other, in the same shared memory.
REDUCTION = """
extern "C" __global__ void __launch_bounds__(64) add_up(const long long* __restrict__ x, long long* sums, int tiles) {
    SHARED_MEMORY(memory);
    long long* part = reinterpret_cast<long long*>(memory);
    int thread = threadIdx.x, threads = blockDim.x;
    long long total = 0;
    for (int tile = 0; tile < tiles; tile++) {
        part[thread] = x[(blockIdx.x * tiles + tile) * threads + thread];
        __syncthreads();
        for (int half = threads / 2; half > 0; half /= 2) {
            if (thread < half) part[thread] += part[thread + half];
            __syncthreads();
        }
        total += part[0];
        __syncthreads();
    }
    sums[blockIdx.x * threads + thread] = total;
}
"""
# Every lane hands a number to its neighbour on the left through shared memory, then takes the next one.
WARP_EXCHANGE = """
extern "C" __global__ void rotate(unsigned* out, int steps) {
    SHARED_MEMORY(memory);
    unsigned* row = reinterpret_cast<unsigned*>(memory);
    unsigned lane = threadIdx.x, value = lane;
    for (int step = 0; step < steps; step++) {
        row[lane] = value;
        __syncwarp();
        value = row[(lane + 1) % 32];
        __syncwarp(0xffffffffu);
    }
    out[lane] = value;
}
"""
MISTAKES = """
extern "C" __global__ void one_leaves() { if (threadIdx.x != 3) __syncthreads(); }
extern "C" __global__ void two_barriers() {
    if (threadIdx.x % 2) __syncthreads();
    else
        __syncthreads();
}
extern "C" __global__ void missing_lane() {
    if (threadIdx.x == 1) __syncthreads();
    else __syncwarp(threadIdx.x == 0 ? 3u : 1u << threadIdx.x);
}
extern "C" __global__ void two_kinds(unsigned* out) {
    out[threadIdx.x] = threadIdx.x < 7 ? __ballot_sync(~0u, 1) : unsigned(__any_sync(~0u, 1));
}
extern "C" __global__ void not_in_the_mask() { __syncwarp(threadIdx.x == 1 ? 2u : 4u); }
extern "C" __global__ void overrun() { SHARED_MEMORY(memory); memory[blockDim.x * 4] = 1; }
"""
# Each group runs as many rounds as its number says, with a mask of its own, and all meet again at the end.
GROUPS = """
extern "C" __global__ void groups(int size, unsigned* sums, unsigned* ballots, unsigned* everybody) {
    unsigned thread = threadIdx.x, lane = thread % 32, group = thread / size, first = lane / size * size;
    unsigned mask = (size == 32 ? ~0u : (1u << size) - 1) << first;
    unsigned sum = 0, ballot = 0;
    for (unsigned round = 0; round <= group; round++) {
        ballot = __ballot_sync(mask, (lane + round) % 3 == 0);
        unsigned total = thread + round;
        for (int step = 1; step < size; step *= 2) total += __shfl_xor_sync(mask, total, step, size);
        sum += __shfl_sync(mask, total, size - 1, size);
        __syncwarp(mask);
    }
    sums[thread] = sum;
    ballots[thread] = ballot;
    everybody[thread] = __ballot_sync(~0u, sum % 2);
}
"""
ORDER = """
extern "C" __global__ void order(unsigned* turn, unsigned* block_turn, unsigned* thread_turn) {
    if (threadIdx.x == 0) block_turn[blockIdx.x] = atomicAdd(&turn[0], 1u);
    if (blockIdx.x == 0) thread_turn[threadIdx.x] = atomicAdd(&turn[1], 1u);
}
extern "C" __global__ void fresh(unsigned char* seen) {
    SHARED_MEMORY(memory);
    seen[blockIdx.x * blockDim.x + threadIdx.x] = memory[threadIdx.x];
    memory[threadIdx.x] = 1;
}
"""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Compiles kernels given as text."""

    def compile_(text, **defines):
        path = tmp_path_factory.mktemp("kernels") / "kernels.cu"
        path.write_text(text)
        return build([path], defines)

    return compile_


def reduction_is_right(kernels, schedule):
    blocks, tiles, threads = 3, 4, 64
    x = np.random.default_rng(5).integers(-(2**60), 2**60, (blocks, tiles * threads))
    sums = np.zeros((blocks, threads), dtype=np.int64)
    kernels.schedule = schedule
    kernels.launch("add_up", blocks, threads, 8 * threads, [x, sums, np.int32(tiles)])
    assert (sums == x.sum(axis=1)[:, None]).all()


def rotation_is_right(kernels, schedule):
    out = np.zeros(32, dtype=np.uint32)
    kernels.schedule = schedule
    kernels.launch("rotate", 1, 32, 128, [out, np.int32(5)])
    assert (out == (np.arange(32) + 5) % 32).all()


@pytest.mark.parametrize(("text", "is_right"), [(REDUCTION, reduction_is_right), (WARP_EXCHANGE, rotation_is_right)])
def test_a_missing_barrier_shows_under_one_of_the_schedules(compiled, text, is_right):
    whole = compiled(text)
    for schedule in SCHEDULES:
        is_right(whole, schedule)
    for k, line in enumerate(barriers(text)):
        mutant = compiled(without(text, k))
        caught = [schedule for schedule in SCHEDULES if run_isolated(is_right, mutant, schedule).status != 0]
        assert caught, f"the barrier in line {line} can be deleted, and no schedule shows it"


def test_without_the_assembly_switch_the_results_are_the_same(compiled):
    kernels = compiled(REDUCTION, SHIM_UCONTEXT=1)
    for schedule in SCHEDULES:
        reduction_is_right(kernels, schedule)


@pytest.mark.parametrize(
    ("kernel", "patterns"),
    [
        (
            "one_leaves",
            [
                r"thread 0 \(and 30 more\) waits at __syncthreads, kernels.cu:2\n",
                r"thread 3 \(and 0 more\) has ended\n",
            ],
        ),
        (
            "two_barriers",
            [r"waits at __syncthreads, kernels.cu:[46], while others wait at the one at kernels.cu:[46]\n"],
        ),
        (
            "missing_lane",
            [
                r"thread 0 \(and 0 more\) waits at __syncwarp of lanes 00000003, kernels.cu:10\n",
                r"thread 1 \(and 0 more\) waits at __syncthreads, kernels.cu:9\n",
                r"thread 2 \(and 29 more\) has ended\n",
            ],
        ),
        ("two_kinds", [r"comes to __(any|ballot)_sync of lanes ffffffff.* others .* wait at __(any|ballot)_sync"]),
        (
            "not_in_the_mask",
            [r"__syncwarp with the mask 0000000[24] from lane (0|31) of a warp of 32, kernels.cu:15\n"],
        ),
        ("overrun", [r"the block wrote to byte 128 of its 128 bytes of shared memory\n"]),
    ],
)
@pytest.mark.parametrize(("schedule", "block"), [(0, 0), (1, 2)])
def test_a_mistake_ends_the_process_and_names_the_place(compiled, kernel, patterns, schedule, block):
    kernels = compiled(MISTAKES)
    kernels.schedule = schedule
    arguments = [np.zeros(32, dtype=np.uint32)] if kernel == "two_kinds" else []

    outcome = run_isolated(kernels.launch, kernel, 3, 32, 128, arguments)

    assert outcome.status == -signal.SIGABRT
    for pattern in [f"^cuda_shim: block {block}\\b", *patterns]:
        assert re.search(pattern, outcome.stderr), outcome.stderr


@pytest.mark.parametrize("size", [1, 4, 8, 16, 32])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_parts_of_a_warp_go_their_own_ways(compiled, size, schedule):
    kernels = compiled(GROUPS)
    kernels.schedule = schedule
    thread = np.arange(96)
    sums, ballots, everybody = np.zeros((3, 96), dtype=np.uint32)

    kernels.launch("groups", 1, 96, 0, [np.int32(size), sums, ballots, everybody])

    members, group = thread.reshape(-1, size), np.arange(96 // size)
    totals = (group + 1) * members.sum(axis=1) + size * group * (group + 1) // 2
    votes = ((members % 32 + group[:, None]) % 3 == 0) << members % 32
    assert (sums.reshape(-1, size) == totals[:, None]).all()
    assert (ballots.reshape(-1, size) == votes.sum(axis=1)[:, None]).all()
    odd = (sums.reshape(3, 32) % 2 << np.arange(32, dtype=np.uint32)).sum(axis=1)
    assert (everybody.reshape(3, 32) == odd[:, None]).all()


def test_the_schedule_orders_threads_and_blocks(compiled):
    kernels = compiled(ORDER)

    def turns(schedule, seed=1):
        kernels.schedule, kernels.seed = schedule, seed
        blocks, threads = np.zeros(20, dtype=np.uint32), np.zeros(64, dtype=np.uint32)
        kernels.launch("order", 20, 64, 0, [np.zeros(2, dtype=np.uint32), blocks, threads])
        return blocks.tolist(), threads.tolist()

    forward, backward, mixed = turns(0), turns(1), turns(2)
    assert forward == (list(range(20)), list(range(64)))
    assert backward == (list(range(20))[::-1], list(range(64))[::-1])
    assert [sorted(order) for order in mixed] == list(map(list, forward))
    assert mixed not in (forward, backward)
    assert turns(2) == mixed  # the same seed, the same order
    assert turns(2, seed=2) != mixed


def test_shared_memory_is_fresh_in_every_block(compiled):
    seen = np.zeros((3, 40), dtype=np.uint8)
    compiled(ORDER).launch("fresh", 3, 40, 40, [seen])
    assert (seen == 0xCD).all()
