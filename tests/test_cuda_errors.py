"""What cannot be done on a GPU is refused in one sentence, and nothing of CuPy is loaded before a GPU is asked for."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import cupy_on_host
import numpy as np
import pytest
from cuda_host import needs_compiler
from cupy_on_host_cuda import installed
from one_sentence import refused

from particles import Particles
from prox import SOLVERS, WeightSharing, prox_weight_sharing, solve, trace, weight_sharing
from prox.cuda import device, launch

W = np.arange(6.0, dtype=np.float32).reshape(2, 3)
PARTICLES = Particles([0.0, 1.0], [1.0, 0.0])
ASKED_FOR = [
    lambda: solve(PARTICLES, 1.0, "cuda"),
    lambda: SOLVERS["cuda"](PARTICLES, 1.0),
    lambda: prox_weight_sharing(W, 1.0, solver="cuda"),
    lambda: prox_weight_sharing(W, 0.0, solver="cuda"),
    lambda: prox_weight_sharing(W[:0], 1.0, solver="cuda", scope="row"),
]


@pytest.fixture
def cupy(monkeypatch, tmp_path):
    with installed(monkeypatch, tmp_path) as module:
        yield module


@pytest.fixture
def w(cupy):
    return cupy.asarray(W)


def prox(w, **options):
    return lambda: prox_weight_sharing(w, 1.0, **options)


# ---- no GPU


@pytest.mark.parametrize("call", ASKED_FOR)
def test_without_cupy(monkeypatch, call):
    monkeypatch.setattr(device, "find_spec", lambda name: None)
    refused(RuntimeError, call, "needs CuPy", "python -m pip install -e '.[cuda13]'", "another solver")


@pytest.mark.parametrize("call", ASKED_FOR)
def test_without_a_driver(cupy, call):
    def fails():
        raise RuntimeError("cudaErrorInsufficientDriver: CUDA driver version is\ninsufficient for CUDA runtime version")

    cupy.cuda.runtime.getDeviceCount = fails
    refused(RuntimeError, call, "no GPU can be used", "cudaErrorInsufficientDriver", "nvidia-smi")


def test_with_a_cupy_that_does_not_load(monkeypatch, cupy):
    monkeypatch.setattr(device, "find_spec", lambda name: True)
    monkeypatch.setitem(sys.modules, "cupy", None)
    refused(RuntimeError, ASKED_FOR[0], "no GPU can be used", "cupy", "nvidia-smi")


@pytest.mark.parametrize("call", ASKED_FOR)
def test_without_a_device(cupy, call):
    cupy_on_host.machine.devices = 0
    refused(RuntimeError, call, "no NVIDIA GPU", "nvidia-smi")


def test_no_one_can_look_into_a_gpu():
    refused(ValueError, lambda: trace(PARTICLES, 1.0, "cuda"), "'cuda'", "'steps'")


# ---- too little memory, too many weights


def test_out_of_memory(cupy, w):
    cupy_on_host.machine.memory = 1000
    refused(MemoryError, prox(w), "MiB", "split the weights")
    refused(MemoryError, lambda: solve(PARTICLES, 1.0, "cuda"), "MiB")


@pytest.mark.torch
def test_out_of_memory_in_torch(cupy):
    torch = pytest.importorskip("torch")

    def fails(*_, **__):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory.\nTried to allocate 2.00 GiB.")

    gpu = device.gpu_for_torch(SimpleNamespace(empty=fails, uint8=torch.uint8, cuda=torch.cuda), 0)
    refused(MemoryError, lambda: gpu.workspace({"keys": 3 << 20}), "no 3 MiB left", "split the weights")


def test_too_many_weights():
    """Refused before anything is allocated or launched: the device is None."""
    half = launch.Segments(None, None, 1, 2**30, 1.0)
    refused(
        ValueError, lambda: launch.solve_segments(None, "float32", [half, half]), str(2**31), str(2**31 - 1), "split"
    )


def test_too_many_particles(cupy):
    class Many(cupy_on_host.Array):
        def __len__(self):
            return 2**31

    from prox.cuda.solver import _solved

    many = Many(np.empty(1))
    refused(ValueError, lambda: _solved(cupy, 0, [many] * 3, 1.0), str(2**31), str(2**31 - 1))


# ---- arrays of CuPy


@pytest.mark.parametrize("solver", [name for name in SOLVERS if name != "cuda"])
def test_solvers_of_the_cpu_take_nothing_from_a_gpu(cupy, w, solver):
    refused(ValueError, prox(w, solver=solver), repr(solver), "on a GPU", "'cuda'")
    particles = Particles.from_weights(w)
    refused(ValueError, lambda: solve(particles, 1.0, solver), repr(solver), "on a GPU", "'cuda'")


@pytest.mark.parametrize("dtype", ["int32", "bool", "complex64"])
def test_dtypes(cupy, dtype):
    w = cupy.asarray(W.astype(dtype))
    for call in (prox(w), lambda: weight_sharing(w), lambda: WeightSharing(1.0).value(w)):
        refused(TypeError, call, f"w has dtype {dtype}", "w.astype('float32')")


def test_scopes(cupy):
    w = cupy.asarray(W[0])
    for scope in ("row", "column"):
        refused(ValueError, prox(w, scope=scope), repr(scope), "two or more dimensions", "(3,)")
        refused(ValueError, lambda scope=scope: WeightSharing(1.0, scope=scope).value(w), "two or more dimensions")


def test_masses(cupy, w):
    refused(TypeError, prox(w, mass=W), "mass is a ndarray", "w a Array")
    refused(TypeError, prox(W, mass=w), "mass is a CuPy array", "asnumpy")
    with cupy.cuda.Device(1):
        elsewhere = cupy.asarray(W)
    refused(ValueError, prox(w, mass=elsewhere), "Device 1", "Device 0")
    refused(TypeError, prox(w, mass=cupy.asarray(W.astype(int))), "mass has dtype int64")
    refused(ValueError, prox(w, mass=cupy.asarray(W.T + 1)), "(3, 2)", "(2, 3)")
    for bad in (0.0, -1.0, np.nan, np.inf, 1e-101, 1e101):
        mass = np.ones((2, 3))
        mass[1, 1] = bad
        refused(ValueError, prox(w, mass=cupy.asarray(mass)), "mass", "not positive and finite")


def test_the_penalty_of_what_is_not_finite(cupy):
    for bad in ([1.0, np.nan], [1.0, -np.inf], [np.inf, np.inf], [np.nan]):
        w = cupy.asarray(np.array(bad))
        refused(ValueError, lambda w=w: weight_sharing(w), "NaN or infinite")
        refused(ValueError, lambda w=w: WeightSharing(1.0).value(w), "NaN or infinite")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([1.0, 0.0], [0.0, 0.0]), ("position[1] = 0", "left of position[0] = 1")),
        (([0.0, np.nan], [0.0, 0.0]), ("position[1] is nan", "finite")),
        (([0.0, 1.0], [0.0, 0.0], [1.0, -2.0]), ("mass[1] is -2", "positive")),
        (([0.0, 1.0], [0.0, 0.0], [1.0, 1e200]), ("mass[1] is 1e+200", "between")),
        (([0.0, 1.0], [0.0]), ("velocity has 1", "position has 2")),
        (([1e308, 1e308], [0.0, 0.0]), ("overflows", "1e+308")),
    ],
)
def test_particles_are_checked_where_they_are(cupy, arguments, words):
    refused(ValueError, lambda: Particles(*(cupy.asarray(np.array(a)) for a in arguments)), *words)


@needs_compiler
def test_times(cupy, w):
    particles = Particles.from_weights(w)
    for time in (-1.0, np.nan, np.inf, 1e308):
        refused(ValueError, lambda time=time: solve(particles, time), "time")


# ---- tensors


@pytest.mark.torch
def test_tensors_of_other_devices():
    torch = pytest.importorskip("torch")
    w = torch.ones(3, device="meta")
    for call in (prox(w), lambda: weight_sharing(w), lambda: WeightSharing(1.0).value(w)):
        refused(ValueError, call, "w is on meta", "w.cpu()")


@pytest.mark.torch
def test_tensors_of_other_kinds():
    torch = pytest.importorskip("torch")
    from prox.cuda.arrays import check_array
    from prox.cuda.proximal import _checked_mass

    refused(TypeError, lambda: check_array(torch.ones(2, dtype=torch.int64), "w"), "dtype int64", "w.float()")
    refused(ValueError, lambda: check_array(torch.ones(2).to_sparse(), "w"), "sparse", "w.to_dense()")
    w = torch.ones(2, 3)
    for mass in (W + 1, W.tolist(), torch.ones(2, 3, device="meta")):
        refused((TypeError, ValueError), lambda mass=mass: _checked_mass(mass, w), "mass is", "w")
    refused(ValueError, lambda: _checked_mass(torch.zeros(2, 3), w), "not positive")


def test_nothing_of_a_gpu_is_loaded_before_it_is_asked_for():
    program = (
        "import sys, numpy as np, prox, particles\n"
        "prox.prox_weight_sharing(np.ones(3), 1.0, return_clusters=True), prox.weight_sharing(np.ones(3))\n"
        "try:\n    import torch\nexcept ImportError:\n    pass\n"
        "else:\n"
        "    w = torch.ones(3, requires_grad=True)\n"
        "    prox.prox_weight_sharing(w, 1.0).sum().backward(), prox.WeightSharing(1.0).value(w)\n"
        "print([name for name in sys.modules if name.startswith(('cupy', 'prox.cuda'))])"
    )
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
