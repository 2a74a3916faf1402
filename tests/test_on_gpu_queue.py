"""On a real GPU, a call only queues work: on the current stream and device, fit for graphs, in bounded memory."""

import time
import warnings

import numpy as np
import pytest
from gpu_arrays import LONG, assert_is_prox, both, cupy_library, torch_library, with_cupy, with_torch

from prox import prox_weight_sharing
from prox.cuda import arrays
from prox.torch_check import fault_without_solver
from prox.torch_timing import captured

pytestmark = pytest.mark.gpu
OPTIONS = [{}, {"scope": "row"}, {"l1": 0.01, "rewind": 0.5}]
every_option = pytest.mark.parametrize("options", OPTIONS, ids=str)


def normal(*shape):
    return (0.05 * np.random.default_rng(0).standard_normal(shape)).astype(np.float32)


def same(a, b):
    return np.array_equal(a, b, equal_nan=True)


# ---- streams


@both
@every_option
@pytest.mark.parametrize("shape", [(20, 50), (2, 100_000)])
def test_the_host_waits_for_nothing(library, options, shape):
    library = library()
    w = library.put(normal(*shape))
    expected = library.get(prox_weight_sharing(w, 0.02, **options))
    library.get(prox_weight_sharing(w, 0.02, **options))  # what is allocated from now on, was before
    library.busy()
    begin = time.perf_counter()
    found = prox_weight_sharing(w, 0.02, **options)
    seconds = time.perf_counter() - begin
    assert not library.finished(library.current()), "the GPU must still be busy for this to show anything"
    assert seconds < 0.3
    assert same(library.get(found), expected)


@with_torch
@pytest.mark.parametrize("shape", [(20, 50), (2, 100_000)])
@pytest.mark.parametrize("gradient", [False, True])
def test_torch_sees_nothing_that_waits(shape, gradient):
    library = torch_library()
    w = library.put(normal(*shape)).requires_grad_(gradient)
    prox_weight_sharing(w, 0.02)
    cuda = library.module.cuda
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the mode is a prototype
        cuda.set_sync_debug_mode("error")
        try:
            with pytest.raises(RuntimeError, match="synchroniz"):
                w.sum().item()
            found = prox_weight_sharing(w, 0.02)
            if gradient:
                found.square().sum().backward()
        finally:
            cuda.set_sync_debug_mode("default")
    assert_is_prox(library.get(found), library.get(w), 0.02, "float32")


@both
def test_work_is_queued_on_the_current_stream_and_waits_for_no_other(library):
    """The weights arrive late, on a side stream, while the default stream is busy all the time."""
    library = library()
    source, w = library.put(normal(200_000)), library.put(np.zeros(200_000))
    expected = library.get(prox_weight_sharing(source, 0.02))
    side, default = library.stream(), library.current()
    default.synchronize()
    with library.run_in(side):
        library.put(np.zeros(200_000))[...] = source
        prox_weight_sharing(w, 0.02)
        library.busy()
    side.synchronize()  # now the memory that is needed has been allocated, and all kernels are loaded
    with library.run_in(side):
        library.busy()
        w[...] = source
        found = prox_weight_sharing(w, 0.02)
        assert not library.finished(side)
    for _ in range(4):
        library.busy()
    side.synchronize()
    assert not library.finished(default)
    with library.run_in(side):
        assert same(library.get(found), expected)
    default.synchronize()


# ---- graphs


def replacements(w):
    """Weights of other kinds, to be put where those were with which a graph was captured."""
    flat = [w.reshape(-1), *(np.resize(values, w.size) for values, _ in LONG.values()), np.full(w.size, np.nan)]
    return [values.reshape(w.shape).astype(w.dtype) for values in flat]


@with_torch
@every_option
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("shape", [(20, 50), (2, 100_000), (1, 200_000)])
def test_a_graph_of_torch_gives_the_bits_of_a_call_for_any_weights(options, dtype, shape):
    library = torch_library()
    w = library.put(normal(*shape), dtype)
    replay, found = captured(lambda: prox_weight_sharing(w, 0.02, **options))
    for values in replacements(normal(*shape)):
        w.copy_(library.put(values, dtype))
        replay()
        eager = prox_weight_sharing(w, 0.02, **options)
        assert same(library.get(found), library.get(eager))


@with_cupy
@every_option
@pytest.mark.parametrize("shape", [(20, 50), (2, 100_000), (1, 200_000)])
def test_a_graph_of_cupy_gives_the_bits_of_a_call_for_any_weights(options, shape):
    library = cupy_library()
    w, stream = library.put(normal(*shape)), library.stream()
    library.current().synchronize()
    with stream:
        prox_weight_sharing(w, 0.02, **options)
        stream.begin_capture()
        found = prox_weight_sharing(w, 0.02, **options)
        graph = stream.end_capture()
        for values in replacements(normal(*shape)):
            w[...] = library.put(values)
            graph.launch(stream)
            eager = prox_weight_sharing(w, 0.02, **options)
            assert same(library.get(found), library.get(eager))


# ---- memory, devices, gradients


@with_torch
@with_cupy
@pytest.mark.parametrize(("dtype", "bound"), [("float16", 20), ("bfloat16", 20), ("float32", 20), ("float64", 28)])
@pytest.mark.parametrize("d", [1000, 1_000_000, 10_000_000])
def test_a_call_takes_its_output_and_one_bounded_workspace_and_gives_it_back(dtype, bound, d):
    library = torch_library()
    cuda = library.module.cuda
    base = library.put(normal(d + 5), dtype)
    w = base[3 : d + 3]
    prox_weight_sharing(w, 0.02)
    cuda.reset_peak_memory_stats()
    before = cuda.memory_stats()
    found = prox_weight_sharing(w, 0.02)
    after = cuda.memory_stats()
    assert after["allocation.all.allocated"] - before["allocation.all.allocated"] == 2
    used = "requested_bytes.all.current"
    assert after[used] - before[used] == found.nbytes
    assert after["requested_bytes.all.peak"] - after[used] <= bound * d + 2 * 2**20
    assert found.untyped_storage().nbytes() == found.nbytes
    assert same(library.get(base), library.get(library.put(normal(d + 5), dtype)))
    assert_is_prox(library.get(found), library.get(w), 0.02, dtype)


@both
def test_each_device_serves_its_own_arrays(library):
    library = library()
    cuda = library.module.cuda
    count = cuda.device_count() if library.module.__name__ == "torch" else cuda.runtime.getDeviceCount()
    if count < 2:
        pytest.skip("there is one GPU only")
    expected = library.get(prox_weight_sharing(library.put(normal(200_000)), 0.02))
    for number in range(count):
        if library.module.__name__ == "torch":
            w = library.put(normal(200_000)).to(f"cuda:{number}")
        else:
            with cuda.Device(number):
                w = library.put(normal(200_000))
        found = prox_weight_sharing(w, 0.02)
        assert found.device == w.device
        assert same(library.get(found), expected)


@with_torch
@pytest.mark.parametrize("options", [{}, {"l1": 0.2, "rewind": 0.4}, {"scope": "row"}, {"scope": "column"}], ids=str)
@pytest.mark.parametrize("with_mass", [False, True], ids=["unit masses", "masses"])
def test_gradients_are_those_of_the_cpu(options, with_mass):
    library = torch_library()
    w, upstream = np.random.default_rng(1).normal(size=(2, 30, 40))
    mass = np.random.default_rng(2).uniform(0.5, 2.0, w.shape) if with_mass else None
    gradients = []
    for put in (library.put, lambda array, dtype: library.put(array, dtype).cpu()):
        t = put(w, "float64").requires_grad_()
        result = prox_weight_sharing(t, 0.3, mass=None if mass is None else put(mass, "float64"), **options)
        result.backward(put(upstream, "float64"))
        gradients.append(library.get(t.grad))
    assert np.abs(gradients[0] - gradients[1]).max() <= 1e-12
    assert np.ptp(gradients[0]) > 0.1


# ---- without CuPy, and very many weights


@with_torch
def test_without_cupy_torch_computes_it_and_warns_once(monkeypatch):
    library = torch_library()
    monkeypatch.setattr(arrays, "find_spec", lambda name: None)
    monkeypatch.setattr(arrays, "_warned", [])
    w = library.put(normal(3, 700))
    with pytest.warns(UserWarning, match="install CuPy"):
        found = prox_weight_sharing(w, 0.02, scope="row")
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="CUDA tensors are computed")
        replay, again = captured(lambda: prox_weight_sharing(w, 0.02, scope="row"))
        replay()
    assert_is_prox(library.get(found), normal(3, 700), 0.02, "float32", scope="row")
    assert same(library.get(again), library.get(found))


@with_torch
@pytest.mark.parametrize(("values", "strength"), [(1, 0.03), (16, 0.01), (1000, 0.03)])
def test_a_hundred_million_weights(values, strength):
    """Judged by the conditions of optimality; and a row of them by itself has the same bits."""
    torch = torch_library().module
    if torch.cuda.mem_get_info()[1] < 16 * 2**30:
        pytest.skip("this GPU has less than 16 GiB")
    torch.manual_seed(0)
    w = torch.randn(10**8, device="cuda") * (0.05 if values == 1 else 1e-4 if values == 16 else 1e-5)
    w += torch.linspace(-1, 1, values, device="cuda")[torch.randint(values, w.shape, device="cuda")]
    assert fault_without_solver(prox_weight_sharing(w, strength), w, strength) is None
    rows = w.view(100, 10**6)
    by_row = prox_weight_sharing(rows, strength, scope="row")
    for number in (0, 57, 99):
        assert torch.equal(by_row[number], prox_weight_sharing(rows[number], strength))
