"""Several arrays at once come back as they do one by one; on a GPU (a stand-in) by one sequence of launches."""

import cupy_on_host
import numpy as np
import pytest
from cuda_host import needs_compiler
from cupy_on_host import Array
from cupy_on_host_cuda import installed
from one_sentence import refused

from prox import WeightSharing, prox_many

REGULARIZERS = [
    WeightSharing(0.7, scope="row"),
    WeightSharing(0.3, l1=0.1),
    WeightSharing(0.5, rewind=0.5, scope="column"),
    WeightSharing(0.0),
    WeightSharing(9.0, l1=0.2, rewind=1.0),
]
STEP = 0.5


@pytest.fixture
def cupy(monkeypatch, tmp_path):
    with installed(monkeypatch, tmp_path) as module:
        yield module


def layers(dtype="float32"):
    random = np.random.default_rng(0)
    return [random.normal(size=shape).astype(dtype) for shape in ((4, 9), (40,), (3, 5, 2), (7,), (0,))]


def one_by_one(weights):
    return [regularizer.prox(w, STEP) for w, regularizer in zip(weights, REGULARIZERS, strict=True)]


def test_arrays_on_the_cpu_are_done_one_by_one():
    for found, expected in zip(prox_many(layers(), REGULARIZERS, STEP), one_by_one(layers()), strict=True):
        assert np.array_equal(found, expected)
    assert prox_many([], []) == []


@needs_compiler
def test_arrays_on_a_gpu_go_in_one_sequence_for_each_dtype(cupy):
    weights = [*layers("float32"), *layers("float64")]
    found = prox_many([cupy.asarray(w) for w in weights], REGULARIZERS * 2, STEP)
    expected = [*one_by_one(layers("float32")), *one_by_one(layers("float64"))]
    for result, answer, w in zip(found, expected, weights, strict=True):
        assert type(result) is Array
        assert (result.shape, result.dtype) == (w.shape, w.dtype)
        assert np.allclose(result.get(), answer, rtol=0, atol=2e-6 if w.dtype == np.float32 else 1e-12)
    assert [name for name, *_ in cupy_on_host.machine.launched].count("solve_tiles") == 2


@needs_compiler
def test_one_array_on_a_gpu_beside_one_that_is_not(cupy):
    w = layers()[1]
    here, there = prox_many([w, cupy.asarray(w)], [WeightSharing(1.0)] * 2)
    assert type(here) is np.ndarray
    assert type(there) is Array
    assert np.allclose(there.get(), here, rtol=0, atol=1e-6)


@pytest.mark.torch
def test_tensors_come_back_without_a_gradient():
    torch = pytest.importorskip("torch")
    w = torch.ones(3, requires_grad=True)
    (result,) = prox_many([w], [WeightSharing(1.0)])
    assert not result.requires_grad


def test_the_lists_go_together():
    refused(ValueError, lambda: prox_many(layers(), REGULARIZERS[:2]), "5 arrays but 2 regularizers")
    refused(TypeError, lambda: prox_many(layers()[:1], [0.7]), "regularizers[0] is a float", "WeightSharing")
    refused(ValueError, lambda: prox_many(layers(), REGULARIZERS, -1.0), "step is -1")
    refused(TypeError, lambda: prox_many(layers(), REGULARIZERS[0]), "one WeightSharing", "a list")
    refused(TypeError, lambda: prox_many([[1.0]], [WeightSharing(1.0)]), "weights[0]: w is a list")
    bad = [np.ones(2), np.array([1.0, np.nan])]
    refused(ValueError, lambda: prox_many(bad, [WeightSharing(1.0)] * 2), "weights[1]: w[1] is nan")
    assert len(prox_many(iter(layers()), iter(REGULARIZERS))) == 5
