"""CuPy arrays go through the kernels and come back as the CPU's answer (a stand-in: cupy_on_host.py)."""

import numpy as np
import pytest
from checks import tolerance
from cuda_host import needs_compiler
from cupy_on_host import Array
from cupy_on_host_cuda import installed

from prox import WeightSharing, prox_weight_sharing, weight_sharing

pytestmark = needs_compiler
OPTIONS = [
    *({}, {"l1": 0.2}, {"rewind": 0.4}, {"rewind": 1.0, "l1": 0.2}, {"strength": 0.0}, {"strength": 50.0}),
    *({"scope": "row"}, {"scope": "column", "l1": 0.1}, {"scope": "row", "rewind": 0.5}),
]


@pytest.fixture
def cupy(monkeypatch, tmp_path):
    with installed(monkeypatch, tmp_path) as module:
        yield module


def weights(shape=(7, 5, 3), dtype="float32", seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def masses(shape=(7, 5, 3)):
    return np.random.default_rng(1).uniform(0.5, 2.0, shape)


def assert_close(found, expected, scale=4.0):
    assert type(found) is Array
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    apart = np.abs(found.get().astype(float) - expected.astype(float))
    assert (apart <= tolerance(expected.dtype.name, scale)).all()


def assert_equal_clusters(found, expected, n):
    """CuPy's against NumPy's."""
    for name in ("start", "position", "velocity", "mass"):
        assert getattr(found, name).dtype == getattr(expected, name).dtype
        assert np.allclose(getattr(found, name).get(), getattr(expected, name), rtol=1e-12, atol=1e-12)
    assert np.array_equal(found.sizes(n).get(), expected.sizes(n))
    assert np.array_equal(found.labels(n).get(), expected.labels(n))
    assert np.allclose(found.expand(found.position, n).get(), expected.expand(expected.position, n), atol=1e-12)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("with_mass", [False, True], ids=["unit masses", "masses"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values_and_clusters_are_those_of_the_cpu(cupy, dtype, with_mass, options):
    options = {"strength": 0.7, **options}
    w, mass = weights(dtype=dtype), masses() if with_mass else None
    given, given_mass = cupy.asarray(w), mass if mass is None else cupy.asarray(mass)
    assert_close(prox_weight_sharing(given, mass=given_mass, **options), prox_weight_sharing(w, mass=mass, **options))
    found = prox_weight_sharing(given, mass=given_mass, return_clusters=True, **options)
    expected = prox_weight_sharing(w, mass=mass, return_clusters=True, **options)
    assert_close(found[0], expected[0])
    if options.get("scope", "tensor") == "tensor":
        assert_equal_clusters(found[1], expected[1], w.size)
    else:
        assert len(found[1]) == len(expected[1])
        for a, b in zip(found[1], expected[1], strict=True):
            assert_equal_clusters(a, b, int(b.sizes(w.size // len(expected[1])).sum()))
    assert np.array_equal(given.get(), w)


@pytest.mark.parametrize("options", [{}, {"l1": 0.2, "rewind": 0.3}], ids=str)
def test_float16_too(cupy, options):
    w = weights(dtype="float16")
    assert_close(prox_weight_sharing(cupy.asarray(w), 0.7, **options), prox_weight_sharing(w, 0.7, **options))


@pytest.mark.parametrize("shape", [(), (0,), (1,), (0, 3), (3, 0), (1, 1), (4, 1), (2, 3, 0)])
@pytest.mark.parametrize("scope", ["tensor", "row", "column"])
def test_next_to_no_weights(cupy, shape, scope):
    scope = scope if len(shape) > 1 else "tensor"
    w = weights(shape)
    found, clusters = prox_weight_sharing(cupy.asarray(w), 0.5, l1=0.1, scope=scope, return_clusters=True)
    expected, theirs = prox_weight_sharing(w, 0.5, l1=0.1, scope=scope, return_clusters=True)
    assert_close(found, expected)
    if scope == "tensor":
        assert_equal_clusters(clusters, theirs, w.size)
    else:
        assert [len(row) for row in clusters] == [len(row) for row in theirs]
    sharing = WeightSharing(2.0, l1=0.5, scope=scope)
    assert sharing.value(cupy.asarray(w)) == pytest.approx(sharing.value(w))


@pytest.mark.parametrize(
    "view",
    [lambda a: a[::2], lambda a: a[:, 1:4], lambda a: a.swapaxes(0, 1), lambda a: a[::-1, ::-1], lambda a: a[3:]],
)
@pytest.mark.parametrize("scope", ["tensor", "row", "column"])
def test_weights_that_do_not_lie_side_by_side(cupy, view, scope):
    w = weights((6, 5))
    for base in (cupy.asarray(w), cupy.asarray(w).copy(order="F")):
        found = prox_weight_sharing(view(base), 0.7, scope=scope, mass=view(cupy.asarray(masses((6, 5)))))
        assert_close(found, prox_weight_sharing(view(w), 0.7, scope=scope, mass=view(masses((6, 5)))))
        assert np.array_equal(base.get(), w)


@pytest.mark.parametrize("scope", ["tensor", "row", "column"])
def test_the_penalty(cupy, scope):
    w, sharing = weights(), WeightSharing(0.7, l1=0.1, rewind=0.2, scope=scope)
    assert weight_sharing(cupy.asarray(w)) == pytest.approx(weight_sharing(w), rel=1e-14)
    assert sharing.value(cupy.asarray(w)) == pytest.approx(sharing.value(w), rel=1e-6)
    assert_close(sharing.prox(cupy.asarray(w), 0.5), sharing.prox(w, 0.5))


def test_a_row_that_is_not_finite_comes_back_as_nan(cupy):
    w = weights((3, 9))
    w[1, 4] = np.nan
    found = prox_weight_sharing(cupy.asarray(w), 0.5, scope="row").get()
    assert np.isnan(found[1]).all()
    assert np.array_equal(found[[0, 2]], prox_weight_sharing(w[[0, 2]], 0.5, scope="row"))
