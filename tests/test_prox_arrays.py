"""Whatever array of floats comes in, one of the same kind, shape and dtype goes out, and the input is untouched."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import weights
from checks import tolerance
from hypothesis import given
from hypothesis import strategies as st

from prox import prox_weight_sharing, weight_sharing

torch_only = pytest.mark.torch
STRENGTH = 0.4


def plain(dtype=np.float32, shape=(4, 6)):
    return np.random.default_rng(0).normal(size=shape).astype(dtype)


def read_only(w):
    w.setflags(write=False)
    return w


VIEWS = {  # the same shape is not needed: each is compared with its own contiguous copy
    "contiguous": lambda w: w,
    "Fortran order": np.asfortranarray,
    "transposed": lambda w: w.T,
    "every second": lambda w: w[:, ::2],
    "backwards": lambda w: w[::-1, ::-1],
    "one column": lambda w: w[:, 1],
    "broadcast": lambda w: np.broadcast_to(w[0], (3, 6)),
    "0-d": lambda w: w[1, 1, ...],
    "empty": lambda w: w[:0],
    "read-only": lambda w: read_only(w.copy()),
    "big-endian": lambda w: w.astype(w.dtype.newbyteorder(">")),
    "unaligned": lambda w: np.frombuffer(b"x" + w.tobytes(), np.uint8)[1:].view(w.dtype).reshape(w.shape),
    "four dimensions": lambda w: w.reshape(2, 2, 3, 2).swapaxes(1, 3),
}
OPTIONS = [{}, {"return_clusters": True}, {"solver": "steps"}, {"rewind": 0.5, "l1": 0.1}]
IDS = ["plain", "clusters", "solver", "rewound"]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("options", OPTIONS, ids=IDS)
def test_numpy_in_numpy_out(dtype, view, options):
    w = VIEWS[view](plain(dtype))
    before = w.tobytes()
    result = prox_weight_sharing(w, STRENGTH, **options)
    expected = prox_weight_sharing(np.array(w, dtype, order="C"), STRENGTH, **options)
    if "return_clusters" in options:
        result, expected = result[0], expected[0]
    assert type(result) is np.ndarray
    assert (result.shape, result.dtype) == (w.shape, w.dtype)
    assert np.array_equal(result, expected)
    assert w.tobytes() == before
    assert not np.shares_memory(result, w)
    assert result.flags.writeable


@pytest.mark.parametrize("scope", ["row", "column"])
@pytest.mark.parametrize("view", ["Fortran order", "backwards", "broadcast", "big-endian", "four dimensions"])
def test_scopes_take_every_layout(scope, view):
    w = VIEWS[view](plain(np.float64))
    result = prox_weight_sharing(w, STRENGTH, scope=scope)
    assert (result.shape, result.dtype) == (w.shape, w.dtype)
    assert np.array_equal(result, prox_weight_sharing(np.array(w, np.float64, order="C"), STRENGTH, scope=scope))
    assert not np.shares_memory(result, w)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0), (2, 0, 3)])
@pytest.mark.parametrize("scope", ["tensor", "row", "column"])
def test_empty_arrays_have_as_many_clusters_as_groups(shape, scope):
    result, clusters = prox_weight_sharing(np.empty(shape), 1.0, scope=scope, return_clusters=True)
    assert result.shape == shape
    if scope == "tensor":
        assert len(clusters) == 0
    else:
        assert [len(found) for found in clusters] == [0] * shape[0 if scope == "row" else 1]


def test_long_arrays_take_every_layout():
    """Long enough for the ways with threads and bins."""
    w = weights.gaussian(np.random.default_rng(0), 300_000)[0]
    w = np.concatenate((np.round(w[:150_000]), w[150_000:] * 1e-4)).astype(np.float32).reshape(500, 600)
    for view in (w.T, w[::-1], w.astype(">f4"), w.astype(np.float64), w.astype(np.float16)):
        before = view.tobytes()
        result = prox_weight_sharing(view, STRENGTH)
        expected, _ = prox_weight_sharing(view.astype(np.float64), STRENGTH, return_clusters=True)
        assert (result.shape, result.dtype, view.tobytes()) == (view.shape, view.dtype, before)
        assert np.abs(result - expected).max() <= tolerance(view.dtype.newbyteorder("=").name, 4.0)


def test_a_number_as_numpy_or_python_gives_it_is_a_strength():
    w = plain()
    for strength in (np.float32(0.5), np.array(0.5), np.int64(1) / 2):
        assert np.array_equal(prox_weight_sharing(w, strength), prox_weight_sharing(w, 0.5))


def test_masses_come_in_any_float_dtype():
    w, mass = plain(np.float64), np.round(1 + 8 * np.abs(plain(np.float64)))
    expected = prox_weight_sharing(w, STRENGTH, mass=mass)
    for kind in (np.float16, np.float32, ">f8"):
        assert np.array_equal(prox_weight_sharing(w, STRENGTH, mass=mass.astype(kind)), expected)
    of_ones = prox_weight_sharing(w, STRENGTH, mass=np.ones(w.shape))
    assert np.abs(of_ones - prox_weight_sharing(w, STRENGTH)).max() <= tolerance(np.float64, 4.0)


def test_numpy_alone_never_loads_torch():
    program = (
        "import sys, numpy as np; from prox import prox_weight_sharing, weight_sharing, WeightSharing\n"
        "w = np.arange(12.0).reshape(3, 4); prox_weight_sharing(w, 1.0); weight_sharing(w)\n"
        "WeightSharing(1.0, scope='row').prox(w); prox_weight_sharing(w, 1.0, mass=w + 1, return_clusters=True)\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parent.parent)


# torch


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


TENSORS = {
    "contiguous": lambda t: t,
    "transposed": lambda t: t.T,
    "every second": lambda t: t[:, ::2],
    "expanded": lambda t: t[:1].expand(3, 6),
    "0-d": lambda t: t[1, 1],
    "empty": lambda t: t[:0],
    "channels last": lambda t: t.reshape(2, 2, 3, 2).to(memory_format=sys.modules["torch"].channels_last),
}


@torch_only
@pytest.mark.parametrize("dtype", weights.DTYPES)
@pytest.mark.parametrize("view", TENSORS)
@pytest.mark.parametrize("options", OPTIONS, ids=IDS)
def test_tensor_in_tensor_out(torch, dtype, view, options):
    t = TENSORS[view](torch.from_numpy(plain()).to(getattr(torch, dtype)))
    before = t.clone()
    result = prox_weight_sharing(t, STRENGTH, **options)
    known_to_numpy = t.float() if dtype == "bfloat16" else t
    expected = prox_weight_sharing(known_to_numpy.numpy(), STRENGTH, **options)
    if "return_clusters" in options:
        result, expected = result[0], expected[0]
    assert type(result) is torch.Tensor
    assert (result.shape, result.dtype, result.device) == (t.shape, t.dtype, t.device)
    assert not result.requires_grad
    assert torch.equal(result, torch.from_numpy(expected).to(t.dtype))
    assert torch.equal(t, before)
    assert result.untyped_storage().data_ptr() != t.untyped_storage().data_ptr() or not t.numel()


@torch_only
@given(data=st.data(), dtype=st.sampled_from(weights.DTYPES), options=st.sampled_from(OPTIONS[:3]))
def test_numpy_and_torch_agree(data, dtype, options):
    """To the bit where NumPy has the dtype; for bfloat16, the float32 answer rounded."""
    torch = pytest.importorskip("torch")
    case = data.draw(weights.any_case(dtype))
    t = torch.from_numpy(case.weights).to(getattr(torch, dtype))
    result, expected = (prox_weight_sharing(w, case.strength, **options) for w in (t, case.weights))
    if "return_clusters" in options:
        result, expected = result[0], expected[0]
    assert torch.equal(result, torch.from_numpy(expected).to(t.dtype))
    assert weight_sharing(t) == weight_sharing(case.weights)
    for value in t.unique():
        assert result[t == value].unique().numel() == 1


@torch_only
def test_a_parameter_and_a_buffer_give_plain_tensors(torch):
    parameter = torch.nn.Parameter(torch.ones(3))
    assert type(prox_weight_sharing(parameter, 1.0)) is torch.Tensor
    with torch.no_grad():
        result = prox_weight_sharing(parameter, 1.0)
    assert type(result) is torch.Tensor
    assert not result.requires_grad


@torch_only
def test_negated_and_conjugated_views_are_read_right(torch):
    z = torch.tensor([1 + 2j, 3 - 1j, 0.5 + 0.25j])
    expected = prox_weight_sharing(np.array([-2, 1, -0.25], np.float32), 0.1)
    assert torch.equal(prox_weight_sharing(z.conj().imag, 0.1), torch.from_numpy(expected))


@torch_only
@pytest.mark.parametrize("scope", ["row", "column"])
def test_scopes_and_masses_take_tensors(torch, scope):
    w, mass = plain(np.float64), 1 + np.abs(plain(np.float64))
    result = prox_weight_sharing(torch.from_numpy(w), STRENGTH, scope=scope, mass=torch.from_numpy(mass))
    expected = prox_weight_sharing(w, STRENGTH, scope=scope, mass=mass)
    assert np.array_equal(result.numpy(), expected)
