"""Bad input is refused in one sentence that names the thing, before anything is computed; none changes its input."""

import numpy as np
import pytest
from one_sentence import refused

from particles import Particles
from prox import SOLVERS, WeightSharing, prox_weight_sharing, solve, trace, weight_sharing

W = np.array([3.0, 1.0, 2.0])
TWO = Particles([0.0, 1.0], [1.0, 0.0])


def grid(value, place=(1, 0, 2), dtype=np.float32):
    w = np.ones((2, 3, 4), dtype)
    w[place] = value
    return w


def prox(w=W, strength=1.0, **options):
    return lambda: prox_weight_sharing(w, strength, **options)


NOT_ARRAYS = {
    "list": [1.0, 2.0],
    "tuple": (1.0, 2.0),
    "number": 3.0,
    "None": None,
    "text": "weights",
    "numpy scalar": np.float32(1.0),
    "masked array": np.ma.array([1.0, 2.0], mask=[False, True]),
}
NOT_FLOATS = {
    "int64": np.arange(3),
    "uint8": np.arange(3, dtype=np.uint8),
    "bool": np.array([True, False]),
    "complex128": np.array([1j, 2.0]),
    "object": np.array([1.0, None], object),
    "longdouble": np.array([1.0, 2.0], np.longdouble),
    "str": np.array(["a", "b"]),
    "datetime64": np.array(["2020-01-01"], "M8[D]"),
    "void": np.zeros(2, [("x", float)]),
}


@pytest.mark.parametrize("kind", NOT_ARRAYS)
@pytest.mark.parametrize("call", [prox_weight_sharing, weight_sharing])
def test_what_is_not_an_array_is_named_by_its_type(kind, call):
    w = NOT_ARRAYS[kind]
    strength = (1.0,) if call is prox_weight_sharing else ()
    refused(TypeError, lambda: call(w, *strength), "w is a", type(w).__name__, "NumPy array", "torch tensor")


@pytest.mark.parametrize("kind", NOT_FLOATS)
@pytest.mark.parametrize("call", [prox_weight_sharing, weight_sharing])
def test_what_does_not_hold_floats_is_named_by_its_dtype(kind, call):
    w = NOT_FLOATS[kind]
    strength = (1.0,) if call is prox_weight_sharing else ()
    words = ("dtype", w.dtype.name, "float16, bfloat16, float32, float64", "astype(np.float32)")
    refused(TypeError, lambda: call(w, *strength), *words)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("options", [{}, {"scope": "row"}, {"scope": "column"}, {"solver": "end"}], ids=str)
@pytest.mark.parametrize("strength", [0.0, 1.0])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_weight_that_is_not_finite_is_named_by_its_index(bad, options, strength, dtype):
    refused(ValueError, prox(grid(bad, dtype=dtype), strength, **options), f"w[1, 0, 2] is {bad}", "must be finite")
    refused(ValueError, prox(grid(bad, dtype=dtype), strength, return_clusters=True, **options), "w[1, 0, 2]")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_one_bad_weight_among_very_many_is_named(bad):
    w = np.round(np.random.default_rng(0).normal(size=(500, 600))).astype(np.float32)
    w[321, 123] = bad
    for strength in (0.0, 0.01, 5.0):
        refused(ValueError, prox(w, strength), f"w[321, 123] is {bad}")


def test_negative_nans_and_scalars_are_noticed_too():
    refused(ValueError, prox(np.array(np.nan)), "w is nan")
    refused(ValueError, prox(np.array([1.0, -np.nan, 2.0], np.float32)), "w[1] is nan")
    refused(ValueError, lambda: weight_sharing(grid(np.inf)), "w[1, 0, 2] is inf")
    refused(ValueError, lambda: WeightSharing(1.0).value(grid(np.nan)), "w[1, 0, 2] is nan")


AMOUNTS = [-1.0, -1e-300, np.nan, np.inf, -np.inf]
NOT_AMOUNTS = ["much", "0.1", None, 1j, [1.0], {}, np.array([1.0, 2.0]), np.array([1.0])]


@pytest.mark.parametrize("name", ["strength", "l1", "rewind"])
def test_amounts_are_finite_numbers_from_zero_on(name):
    for value in AMOUNTS:
        refused(ValueError, prox(**{name: value}), f"{name} is", "number")
        refused(ValueError, lambda value=value: WeightSharing(**{"strength": 1.0, name: value}), f"{name} is")


@pytest.mark.parametrize("value", NOT_AMOUNTS, ids=repr)
@pytest.mark.parametrize("name", ["strength", "l1", "rewind"])
def test_amounts_are_numbers(name, value):
    refused(TypeError, prox(**{name: value}), f"{name} is", type(value).__name__)
    refused(TypeError, lambda: WeightSharing(**{"strength": 1.0, name: value}), name)


def test_an_integer_too_large_for_a_float_is_refused_like_infinity():
    refused(ValueError, prox(strength=10**400), "strength")
    refused(ValueError, lambda: solve(TWO, 10**400), "time")


@pytest.mark.parametrize("rewind", [1.0000001, 2])
def test_rewind_is_at_most_one(rewind):
    refused(ValueError, prox(rewind=rewind), "rewind is", "from 0", "to 1")
    refused(ValueError, lambda: WeightSharing(1.0, rewind=rewind), "rewind is")


@pytest.mark.parametrize("solver", ["fastest", "", None, 3, ["end"]])
def test_an_unknown_solver_is_told_the_known_ones(solver):
    for call in (prox(solver=solver), lambda: solve(TWO, 1.0, solver), lambda: trace(TWO, 1.0, solver)):
        refused(ValueError, call, "unknown solver", repr(solver), *SOLVERS)
    refused(ValueError, prox(np.empty(0), solver=solver), "unknown solver")


@pytest.mark.parametrize("scope", ["rows", "", None, 0, ["row"]])
def test_an_unknown_scope_is_told_the_known_ones(scope):
    refused(ValueError, prox(scope=scope), "unknown scope", repr(scope), "tensor, row, column")
    refused(ValueError, lambda: WeightSharing(1.0, scope=scope), "unknown scope", "tensor, row, column")


@pytest.mark.parametrize("scope", ["row", "column"])
@pytest.mark.parametrize("w", [W, np.array(1.0)], ids=["1-d", "0-d"])
def test_rows_and_columns_need_two_dimensions(scope, w):
    refused(ValueError, prox(w, scope=scope), scope, "two or more dimensions", str(w.shape))


def test_masses_fit_the_weights():
    for mass in (np.ones(2), np.ones((3, 1)), np.array(1.0), np.empty(0)):
        refused(ValueError, prox(mass=mass), "mass has shape", str(mass.shape), "(3,)")
    refused(TypeError, prox(mass=[1.0, 1.0, 1.0]), "mass is a list")
    refused(TypeError, prox(mass=np.array([1, 1, 1])), "mass has dtype int64")
    for bad in (np.nan, np.inf):
        refused(ValueError, prox(np.ones((2, 3, 4)), mass=grid(bad)), f"mass[1, 0, 2] is {bad}")
    for bad in (0.0, -2.0):
        refused(ValueError, prox(np.ones((2, 3, 4)), mass=grid(bad)), f"mass[1, 0, 2] is {bad:g}", "positive")


def test_a_mass_out_of_range_is_named_by_its_place_among_the_weights():
    refused(ValueError, prox(mass=np.array([1e-200, 1.0, 1.0])), "mass[0] is 1e-200")
    refused(ValueError, prox(mass=np.array([1e200, 1.0, 1.0])), "mass[0] is 1e+200")


def test_steps_of_a_regularizer_are_amounts():
    refused(ValueError, lambda: WeightSharing(1.0).prox(W, -1.0), "step is -1")
    refused(TypeError, lambda: WeightSharing(1.0).prox(W, None), "step is a NoneType")


def test_bad_input_is_left_as_it_was():
    w = grid(np.nan)
    before = w.tobytes()
    refused(ValueError, prox(w), "w[1, 0, 2]")
    assert w.tobytes() == before


@pytest.mark.torch
def test_tensors_are_refused_like_arrays():
    torch = pytest.importorskip("torch")
    for kind in (torch.int64, torch.bool, torch.complex64, torch.float8_e4m3fn):
        refused(TypeError, prox(torch.ones(3).to(kind)), str(kind).removeprefix("torch."), "w.to(torch.float32)")
    for options in ({}, {"scope": "row"}, {"return_clusters": True}):
        refused(ValueError, prox(torch.from_numpy(grid(np.nan)), **options), "w[1, 0, 2] is nan")
        refused(ValueError, prox(torch.from_numpy(grid(np.inf)).requires_grad_(), **options), "w[1, 0, 2] is inf")
        refused(ValueError, prox(torch.from_numpy(grid(np.nan)).bfloat16(), **options), "w[1, 0, 2] is nan")
    refused(ValueError, prox(torch.eye(3).to_sparse()), "w", "sparse", "to_dense")
    refused(ValueError, prox(torch.ones(3, device="meta")), "w is on meta", "cpu")
