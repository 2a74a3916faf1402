"""Arrays on a GPU: everything on their device and the current stream, without waiting (a stand-in: cupy_on_host.py)."""

import os

import cupy_on_host
import numpy as np
import pytest
from checks import tolerance
from cuda_host import needs_compiler
from cupy_on_host import Array, lifted
from cupy_on_host_cuda import Stream, installed

from particles import Particles
from prox import WeightSharing, prox_weight_sharing, solve
from prox.cuda import device, shapes

pytestmark = needs_compiler
OPTIONS = [{}, {"l1": 0.2, "rewind": 0.4}, {"strength": 0.0}, {"scope": "row"}, {"scope": "column", "l1": 0.1}]


@pytest.fixture
def cupy(monkeypatch, tmp_path):
    with installed(monkeypatch, tmp_path) as module:
        yield module


@pytest.fixture
def machine(cupy):
    return cupy_on_host.machine


def weights(shape=(7, 5, 3)):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def assert_close(found, expected):
    assert (np.abs(found.get() - expected) <= tolerance("float32", 4.0)).all()


def test_everything_happens_on_the_device_of_the_array(cupy, machine):
    """The current device is another one, and it is the same afterwards."""
    with cupy.cuda.Device(1):
        w, mass = cupy.asarray(weights()), cupy.asarray(1 + abs(weights()))
        particles = Particles.from_weights(w)
    for scope in ("tensor", "row", "column"):
        found, clusters = prox_weight_sharing(w, 0.7, l1=0.1, mass=mass, scope=scope, return_clusters=True)
        assert found.device.id == (clusters if scope == "tensor" else clusters[0]).position.device.id == 1
        WeightSharing(1.0, scope=scope).value(w)
    assert solve(particles, 0.7).position.device.id == 1
    assert {number for _, number, _ in machine.launched} == {1}
    assert machine.device == 0


def test_kernels_are_queued_on_the_current_stream(cupy, machine):
    with Stream(4711):
        prox_weight_sharing(cupy.asarray(weights()), 0.7, scope="column")
        solve(Particles.from_weights(cupy.asarray(weights())), 0.7)
    assert {stream for _, _, stream in machine.launched} == {4711}


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_nothing_waits_for_the_gpu(cupy, machine, options):
    options = {"strength": 0.7, **options}
    ways = [cupy.asarray(weights()), cupy.asarray(weights())[::2], cupy.asarray(weights()).copy(order="F")]
    machine.waiting = False
    for w in ways:
        prox_weight_sharing(w, **options)
    for waits in (lambda: float(w.sum()), lambda: bool(w.any()), w.get, lambda: w[w > 0], w.nonzero):
        with pytest.raises(AssertionError, match="waits for the GPU"):
            waits()


def test_what_a_graph_uses_is_never_given_back(cupy, machine):
    """The copy of the weights, the workspace, and the values before they are put back into columns."""
    prox_weight_sharing(cupy.asarray(weights((6, 5))), 0.7, scope="column")
    assert not device._captured
    machine.capturing = True
    prox_weight_sharing(cupy.asarray(weights((6, 5))), 0.7, scope="column")
    arrays = [kept for kept in device._captured if type(kept) is Array]
    assert [array.shape for array in arrays] == [(5, 6), (5, 6)]
    assert len(device._captured) == 3


# ---- compilation


def test_kernels_are_compiled_once_and_kept_for_other_processes(cupy, machine, tmp_path):
    for _ in range(2):
        prox_weight_sharing(cupy.asarray(weights()), 0.7)
        device._module.cache_clear(), device._function.cache_clear()
    assert len(machine.compiled) == 1
    assert "--fmad=false" in machine.compiled[0]
    (kept,) = tmp_path.iterdir()
    assert kept.suffix == ".cubin"
    prox_weight_sharing(cupy.asarray(weights()), 0.7, scope="row")
    assert len(machine.compiled) == len(os.listdir(tmp_path)) == 2


def test_where_machine_code_cannot_be_kept_it_lasts_as_long_as_the_process(cupy, machine, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("CUPY_CACHE_DIR", str(tmp_path / "file" / "folder"))
    for _ in range(2):
        assert_close(prox_weight_sharing(cupy.asarray(weights()), 0.7), prox_weight_sharing(weights(), 0.7))
        device._function.cache_clear()
    assert len(machine.compiled) == 1


def test_the_shape_of_a_real_gpu(monkeypatch, tmp_path):
    with installed(monkeypatch, tmp_path, shape=shapes.Shape()) as cupy:
        w = weights(5000)
        assert_close(prox_weight_sharing(cupy.asarray(w), 1.2), prox_weight_sharing(w, 1.2))
        assert device.gpu_for_cupy(0).shape.slot_bits == 13


def test_many_weights_collapse_in_more_shared_memory_than_kernels_have_without_asking(cupy, machine):
    rng = np.random.default_rng(0)
    w = (rng.integers(0, 9, shapes.LEAST_FRAME) + 0.01 * rng.normal(size=shapes.LEAST_FRAME)).astype(np.float32)
    assert_close(prox_weight_sharing(cupy.asarray(w), 0.5), prox_weight_sharing(w, 0.5))
    assert "count_bins" in {kernel for kernel, *_ in machine.launched}


def test_the_stand_in_is_as_strict_as_cupy(cupy):
    a = cupy.asarray(np.arange(3.0))
    for wrong in (
        lambda: a + np.ones(3),
        lambda: np.asarray(a),
        lambda: np.median(a),
        lambda: cupy.where(a > 1, a, [1]),
    ):
        with pytest.raises(TypeError):
            wrong()
    with cupy.cuda.Device(1), pytest.raises(ValueError, match="resides on device 0"):
        a + 1
    assert type(a[0]) is type(a.sum()) is type(np.abs(a)) is Array
    assert lifted(np.isnan)(cupy.empty(3)).shape == (3,)
    assert (cupy.empty(3, "uint8").get() == cupy_on_host.POISON).all()
