"""Torch's CUDA tensors go through the kernels with their gradients: CPU tensors that are taken for ones on a GPU."""

import warnings
from types import SimpleNamespace

import cupy_on_host
import numpy as np
import pytest
import weights
from checks import tolerance
from cuda_host import needs_compiler
from cupy_on_host_cuda import Stream, installed
from test_torch_cost import dispatched

from prox import WeightSharing, penalty, prox_weight_sharing, proximal, weight_sharing
from prox.cuda import arrays

pytestmark = [needs_compiler, pytest.mark.torch]
STREAM = 77
OPTIONS = [
    *({}, {"l1": 0.2}, {"rewind": 0.4}, {"rewind": 0.4, "l1": 0.2}, {"strength": 0.0}, {"strength": 50.0}),
    *({"scope": "row"}, {"scope": "column", "l1": 0.1}),
]
WITH_MASS = pytest.mark.parametrize("with_mass", [False, True], ids=["unit masses", "masses"])
EVERY_OPTION = pytest.mark.parametrize("options", OPTIONS, ids=str)


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


class Pretence:
    """While ``on``, all tensors are taken to be on a GPU."""

    def __init__(self, torch):
        self.torch, self.on = torch, True

    def on_gpu(self, w):
        return self.on and isinstance(w, self.torch.Tensor)

    def without(self, call):
        self.on = False
        try:
            return call()
        finally:
            self.on = True


@pytest.fixture
def pretence(torch, monkeypatch):
    pretence = Pretence(torch)
    for module in (proximal, penalty):
        monkeypatch.setattr(module, "on_gpu", pretence.on_gpu)
    return pretence


@pytest.fixture(params=[13, 14], ids="CuPy {}".format)
def any_cupy(request):
    return request.param


@pytest.fixture
def kernels(torch, pretence, monkeypatch, tmp_path, request):
    """Tensors go through the kernels; the stand-in's state."""
    version = request.getfixturevalue("any_cupy") if "any_cupy" in request.fixturenames else 14

    def poisoned(size, dtype, device):
        assert device == "cuda:0"
        return torch.full((size,), cupy_on_host.POISON, dtype=dtype)

    library = SimpleNamespace(empty=poisoned, uint8=torch.uint8, cuda=torch.cuda)
    gpu_for_torch = arrays.gpu_for_torch
    monkeypatch.setattr(arrays, "gpu_for_torch", lambda _, number: gpu_for_torch(library, number or 0))
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: SimpleNamespace(cuda_stream=STREAM))
    with installed(monkeypatch, tmp_path, version=version):
        yield cupy_on_host.machine


@pytest.fixture
def without_cupy(pretence, monkeypatch):
    """Tensors go through array-level torch."""
    monkeypatch.setattr(arrays, "find_spec", lambda name: None)
    monkeypatch.setattr(arrays, "_warned", [True])


@pytest.fixture(params=["kernels", "without_cupy"])
def either_way(request):
    return request.getfixturevalue(request.param)


def made(torch, dtype="float64", shape=(6, 4), seed=0):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape)).to(getattr(torch, dtype))


def masses(torch, shape=(6, 4)):
    return torch.from_numpy(np.random.default_rng(1).uniform(0.5, 2.0, shape))


@pytest.mark.parametrize("dtype", weights.DTYPES)
def test_every_dtype(torch, pretence, kernels, dtype):
    w = made(torch, dtype)
    before, found = w.clone(), prox_weight_sharing(w, 0.7, l1=0.1)
    expected = pretence.without(lambda: prox_weight_sharing(w, 0.7, l1=0.1))
    assert (found.dtype, found.device, found.shape) == (w.dtype, w.device, w.shape)
    assert ((found - expected).abs().double() <= tolerance(dtype, 4.0)).all()
    assert torch.equal(w, before)
    assert kernels.launched


@EVERY_OPTION
@WITH_MASS
def test_values_and_gradients_are_those_of_the_cpu(torch, pretence, either_way, with_mass, options):
    options = {"strength": 0.7, **options, "mass": masses(torch) if with_mass else None}
    w, upstream = made(torch).requires_grad_(), made(torch, seed=3)

    def both():
        result = prox_weight_sharing(w, **options)
        assert torch.equal(result, prox_weight_sharing(w.detach(), **options))
        return result.detach(), torch.autograd.grad(result, w, upstream)[0]

    for found, expected in zip(both(), pretence.without(both), strict=True):
        assert torch.allclose(found, expected, rtol=0, atol=1e-12)


@EVERY_OPTION
def test_gradcheck_once_and_twice(torch, kernels, options):
    options = {"strength": 0.3, "mass": masses(torch, (2, 3)), **options}
    w = made(torch, shape=(2, 3), seed=4).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: prox_weight_sharing(x, **options), w, fast_mode=True)
    assert torch.autograd.gradgradcheck(lambda x: prox_weight_sharing(x, **options) ** 2, w, fast_mode=True)


@EVERY_OPTION
@WITH_MASS
def test_clusters_are_those_of_the_cpu(torch, pretence, either_way, with_mass, options):
    options = {"strength": 0.7, **options, "mass": masses(torch) if with_mass else None, "return_clusters": True}

    def clusters():
        result, found = prox_weight_sharing(made(torch).requires_grad_(), **options)
        assert result.requires_grad
        return [found] if options.get("scope", "tensor") == "tensor" else found

    for a, b in zip(clusters(), pretence.without(clusters), strict=True):
        for name in ("start", "position", "velocity", "mass"):
            found, expected = getattr(a, name), getattr(b, name)
            assert type(found) is np.ndarray
            assert found.dtype == expected.dtype
            assert np.allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("shape", [(), (0,), (1,), (0, 3), (3, 0), (1, 1), (4, 1)])
@pytest.mark.parametrize("scope", ["tensor", "row", "column"])
def test_next_to_no_weights_have_values_and_gradients(torch, either_way, shape, scope):
    scope = scope if len(shape) == 2 else "tensor"
    w = torch.ones(shape, requires_grad=True)
    result, clusters = prox_weight_sharing(w, 1.0, scope=scope, return_clusters=True)
    result.sum().backward()
    assert torch.equal(result.detach(), torch.ones(shape))
    assert torch.equal(w.grad, torch.ones(shape))
    rows = {"tensor": 1, "row": shape[0] if shape else 1, "column": shape[-1] if shape else 1}[scope]
    assert [len(row) for row in ([clusters] if scope == "tensor" else clusters)] == [min(1, w.numel())] * rows
    assert weight_sharing(w) == WeightSharing(1.0, scope=scope).value(w) == 0.0


@pytest.mark.parametrize("scope", ["tensor", "row", "column"])
def test_the_penalty(torch, pretence, kernels, scope):
    w = made(torch, "float32")
    for value in (lambda: weight_sharing(w), lambda: WeightSharing(0.7, l1=0.1, scope=scope).value(w)):
        assert value() == pytest.approx(pretence.without(value), rel=1e-6)


@pytest.mark.parametrize(
    "view", [lambda w: w[::2], lambda w: w.T, lambda w: w[:, 1:3], lambda w: w[1:].reshape(-1)[3:]]
)
def test_views_are_read_where_they_begin_and_as_they_lie(torch, pretence, kernels, view):
    w = view(made(torch))
    found, expected = prox_weight_sharing(w, 0.5), pretence.without(lambda: prox_weight_sharing(w, 0.5))
    assert torch.allclose(found, expected, rtol=0, atol=1e-12)


def test_parameters_and_negated_views_are_read_as_their_values(torch, kernels):
    """Torch negates some views lazily (as that of a conjugate's imaginary part): in memory they have the other sign."""
    w = made(torch)
    expected = prox_weight_sharing(w, 0.5)
    lazy = torch._neg_view(-w)
    assert lazy.is_neg()
    assert torch.equal(prox_weight_sharing(lazy, 0.5), expected)
    found = prox_weight_sharing(torch.nn.Parameter(w), 0.5)
    assert type(found) is torch.Tensor
    assert torch.equal(found.detach(), expected)


def test_a_row_that_is_not_finite_comes_back_as_nan_and_spoils_no_other(torch, either_way):
    w = made(torch)
    alone = prox_weight_sharing(w, 0.5, scope="row", l1=0.1)
    w[2, 1] = torch.inf
    w.requires_grad_()
    result = prox_weight_sharing(w, 0.5, scope="row", l1=0.1)
    result[torch.arange(6) != 2].sum().backward()
    assert result[2].isnan().all()
    assert torch.equal(result[torch.arange(6) != 2], alone[torch.arange(6) != 2])
    assert w.grad[torch.arange(6) != 2].isfinite().all()


def test_no_grad_is_respected(torch, kernels):
    w = made(torch).requires_grad_()
    with torch.no_grad():
        assert not prox_weight_sharing(w, 1.0).requires_grad
    with torch.inference_mode():
        assert not prox_weight_sharing(w, 1.0).requires_grad
    assert prox_weight_sharing(w, 1.0).requires_grad


def test_kernels_are_queued_on_torchs_stream_whatever_cupys_is(torch, any_cupy, kernels):
    with Stream(1):
        prox_weight_sharing(made(torch), 0.7)
    assert {stream for _, _, stream in kernels.launched} == {STREAM}
    assert not any(kernels.streams.values())


@EVERY_OPTION
def test_nothing_waits_for_the_gpu(torch, either_way, options):
    """Nor does the gradient."""
    options = {"strength": 0.7, **options}
    cupy_on_host.machine.waiting = False
    for w in (made(torch), made(torch).T, made(torch).requires_grad_()):
        dispatched(lambda w=w: prox_weight_sharing(w, **options))
    result = prox_weight_sharing(w, **options).sum()
    dispatched(result.backward)


def test_without_cupy_the_solver_cuda_is_refused(torch, without_cupy, monkeypatch):
    monkeypatch.setattr("prox.cuda.device.find_spec", lambda name: None)
    with pytest.raises(RuntimeError, match=r"\.\[cuda13\]"):
        prox_weight_sharing(made(torch), 0.7, solver="cuda")


def test_without_cupy_one_warning_says_what_to_install(torch, without_cupy, monkeypatch):
    monkeypatch.setattr(arrays, "_warned", [])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            prox_weight_sharing(made(torch), 0.7)
            WeightSharing(0.7).prox(made(torch), 0.5)
    (warning,) = caught
    assert "python -m pip install -e '.[cuda13]'" in str(warning.message)
    assert warning.filename == __file__
