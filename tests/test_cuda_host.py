"""The harness around the kernels: what it refuses, what it catches, and how it takes a barrier out."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from cuda_host import barriers, build, needs_compiler, run_isolated, sanitized_python, without

KERNELS = """
#define SCALE(suffix, type)                                                                      \\
    extern "C" __global__ void __launch_bounds__((FACTOR + 1) * 32, 1)                           \\
    scale_##suffix(const type* __restrict__ x, type* y, type by, int n) {                        \\
        int i = blockIdx.x * blockDim.x + threadIdx.x;                                           \\
        if (i < n) y[i] = x[i] * by * FACTOR;                                                    \\
    }
SCALE(float, float)
SCALE(double, double)
// extern "C" __global__ void in_a_comment() {}
#if FACTOR == 99
extern "C" __global__ void left_out() {}
#endif
"""


def write(folder, text):
    path = folder / "kernels.cu"
    path.write_text(text)
    return path


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    return build([write(tmp_path_factory.mktemp("kernels"), KERNELS)], {"FACTOR": 3})


@needs_compiler
def test_kernels_are_found_where_macros_make_them(kernels):
    assert set(kernels.parameters) == {"scale_float", "scale_double"}
    y = np.zeros(100, dtype=np.float32)
    kernels.launch("scale_float", 4, 32, 0, [np.arange(100, dtype=np.float32), y, np.float32(2), np.int32(100)])
    assert (y == 6 * np.arange(100)).all()


@needs_compiler
@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        (lambda a: a[:3], ValueError, "scale_double takes 4 arguments, not 3"),
        (lambda a: [*a, None], ValueError, "scale_double takes 4 arguments, not 5"),
        (lambda a: [*a[:3], 4], TypeError, "argument 3 is a number: give a NumPy scalar, not int"),
        (lambda a: [*a[:3], np.int64(4)], ValueError, "argument 3 is an integer of 4 bytes, not int64"),
        (lambda a: [*a[:2], np.int64(4), a[3]], ValueError, "argument 2 is a floating-point number of 8 bytes"),
        (lambda a: [a[0].astype(np.float32), *a[1:]], ValueError, "argument 0 points to 8 bytes each, not to float32"),
        (lambda a: [a[0][::2], *a[1:]], ValueError, "argument 0 must be contiguous"),
        (lambda a: [np.float64(0), *a[1:]], TypeError, "argument 0 is a pointer: give an array or None, not float64"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_in_one_sentence(kernels, change, error, sentence):
    right = [np.ones(8), np.zeros(8), np.float64(2), np.int32(8)]
    with pytest.raises(error, match=sentence):
        kernels.launch("scale_double", 1, 8, 0, change(right))
    kernels.launch("scale_double", 1, 8, 0, [right[0].view(np.uint8), *right[1:]])  # raw bytes fit every pointer
    assert (right[1] == 6).all()


@needs_compiler
def test_a_launch_that_cannot_be_is_refused(kernels):
    with pytest.raises(ValueError, match=r"no kernel 'scale': there are scale_double, scale_float"):
        kernels.launch("scale", 1, 32, 0, [])
    for grid, block in [(0, 32), (1, 0), (1, 1025)]:
        with pytest.raises(ValueError, match=f"a launch of {grid} blocks of {block} threads"):
            kernels.launch("scale_float", grid, block, 0, [])


@needs_compiler
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("int unused = 1;", "unused variable"),
        ("unsigned x = __activemask(); (void)x;", "__activemask"),
        ("__shared__ int x[4]; x[0] = 1;", "shared memory is one dynamic array"),
        ("long long x = 0; atomicAdd(&x, 1ll);", "CUDA has no such atomicAdd"),
        ("long long x = min(1, 2ll); (void)x;", "CUDA has no min or max of these types"),
        ("short x = __shfl_sync(~0u, short(1), 0); (void)x;", "CUDA shuffles 4 or 8 bytes"),
    ],
)
def test_what_cuda_would_not_compile_is_refused_with_the_line(tmp_path, body, words):
    path = write(tmp_path, f'extern "C" __global__ void wrong() {{\n{body}\n}}\n')
    with pytest.raises(RuntimeError, match=words) as refused:
        build([path], {})
    assert "kernels.cu:2" in str(refused.value)


@needs_compiler
def test_two_builds_of_the_same_at_once(tmp_path):
    path = write(tmp_path, KERNELS)
    unseen = {"FACTOR": time.time_ns() % 10**6 + 100}  # so that both must compile
    with ThreadPoolExecutor(2) as pool:
        built = [pool.submit(build, [path], unseen) for _ in range(2)]
        assert all(set(one.result().parameters) == {"scale_float", "scale_double"} for one in built)


SANITIZED = """
from pathlib import Path
import numpy as np
from cuda_host import build
kernels = build([Path({path!r})], {{}}, sanitize=True)
out = np.zeros(64, dtype=np.int32)
for kernels.schedule in (0, 1, 2):
    kernels.launch("shifted", 2, 64, 4 * 64, [out, np.int32({shift}), np.int32({by})])
    assert (out == (np.arange(64) + {shift}) % 64 + {by}).all()
print("well")
"""
SHIFTED = """
extern "C" __global__ void shifted(int* out, int shift, int by) {
    SHARED_MEMORY(memory);
    int* row = reinterpret_cast<int*>(memory);
    row[threadIdx.x] = int(threadIdx.x) + by;
    __syncthreads();
    int there = threadIdx.x + shift;
    out[threadIdx.x] = row[shift < 64 ? there % 64 : there];
}
"""


@needs_compiler
@pytest.mark.parametrize(
    ("shift", "by", "reported"),
    [
        (64, 1, ("AddressSanitizer: heap-buffer-overflow", "kernels.cu:8")),
        (5, 2**31 - 3, ("kernels.cu:5:", "signed integer overflow")),
    ],
)
def test_the_sanitizers_see_an_index_past_shared_memory_and_an_overflow(tmp_path, shift, by, reported):
    path = str(write(tmp_path, SHIFTED))
    right = sanitized_python(SANITIZED.format(path=path, shift=5, by=1))
    assert (right.returncode, right.stdout, right.stderr) == (0, "well\n", "")
    wrong = sanitized_python(SANITIZED.format(path=path, shift=shift, by=by))
    assert wrong.returncode != 0
    assert [words for words in reported if words not in wrong.stderr] == [], wrong.stderr


@needs_compiler
def test_a_sanitized_build_is_refused_where_it_cannot_load(tmp_path):
    with pytest.raises(RuntimeError, match="run it in sanitized_python"):
        build([write(tmp_path, KERNELS)], {"FACTOR": 3}, sanitize=True)


def test_isolated_runs_tell_how_they_ended():
    def fails():
        raise KeyError("reached")

    assert run_isolated(int) == (0, "")
    failed = run_isolated(fails)
    assert failed.status == 1
    assert failed.stderr.endswith("KeyError: 'reached'\n")
    late = run_isolated(time.sleep, 60, timeout=0.2)
    assert late == (-signal.SIGKILL, "killed: still running after 0.2 s\n")


def test_barriers_are_taken_out_one_at_a_time():
    commented = '/* __syncwarp(); */ f("__syncwarp();");'
    text = f"// __syncthreads();\na(); __syncthreads ( ) ;\n{commented}\n__syncwarp(g(h(1),\n 2));\nb();"
    assert barriers(text) == [2, 4]
    assert without(text, 0) == text.replace("__syncthreads ( ) ;", ";")
    assert without(text, 1) == text.replace("__syncwarp(g(h(1),\n 2));", ";\n")
    for k in (-1, 2):
        with pytest.raises(ValueError, match=f"no barrier {k}: the source has 2"):
            without(text, k)
