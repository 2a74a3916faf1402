"""On a real GPU, the kernels' answers are the CPU's: CuPy and torch, all dtypes, masses, rows, views, the solver."""

import numpy as np
import problems
import pytest
import weights
from checks import assert_same_clusters
from gpu_arrays import LONG, assert_is_prox, both, of_dtype, with_cupy
from hypothesis import given, settings
from hypothesis import strategies as st

from particles import Clusters, Particles
from prox import prox_weight_sharing, solve, weight_sharing
from prox.cuda.device import require_gpu

pytestmark = pytest.mark.gpu
every_dtype = pytest.mark.parametrize("dtype", weights.DTYPES)


def bits(array):
    return array.tobytes()


# ---- the same answers as on the CPU


@both
@every_dtype
@settings(max_examples=40)
@given(data=st.data(), seed=st.one_of(st.none(), weights.MASSES), share=st.sampled_from([0.0, 0.3]))
def test_the_prox_is_that_of_the_cpu(library, dtype, data, seed, share):
    library = of_dtype(library, dtype)
    case = data.draw(weights.any_case(dtype, most=200))
    mass, l1 = None if seed is None else weights.masses(seed, case.weights.size), share * case.strength
    w = library.put(case.weights, dtype)
    found = prox_weight_sharing(w, case.strength, l1=l1, mass=None if mass is None else library.put(mass, "float64"))
    assert (type(found), found.dtype, found.device) == (type(w), w.dtype, w.device)
    assert bits(library.get(w)) == bits(library.get(library.put(case.weights, dtype)))
    assert_is_prox(library.get(found), case.weights, case.strength, dtype, l1=l1, mass=mass)


@both
@every_dtype
@pytest.mark.parametrize("name", LONG)
def test_long_inputs_and_their_rolled_copies(library, dtype, name):
    library = of_dtype(library, dtype)
    w, strength = LONG[name]
    w = weights.rounded(w.astype(np.float64), dtype)
    found = library.get(prox_weight_sharing(library.put(w, dtype), strength))
    assert_is_prox(found, w, strength, dtype)
    rolled = library.get(prox_weight_sharing(library.put(np.roll(w, 777), dtype), strength))
    assert bits(np.roll(rolled, -777)) == bits(found)


@both
@pytest.mark.parametrize("d", [0, 1, 2, 31, 32, 33, 2047, 2048, 2049, 4095, 4097, 65_537, 131_071, 131_073])
@pytest.mark.parametrize("family", weights.PLAIN)
def test_any_number_of_weights(library, family, d):
    library = library()
    w, strength = family(np.random.default_rng(d), d)
    w = w.astype(np.float32)
    for factor in (0.1, 1.0):
        found = library.get(prox_weight_sharing(library.put(w), factor * strength))
        assert_is_prox(found, w, factor * strength, "float32")


@both
@pytest.mark.parametrize(
    "options", [{}, {"rewind": 0.5}, {"l1": 2.0, "rewind": 1.0}, {"scope": "row"}, {"scope": "column"}]
)
def test_small_integers_have_the_bits_of_the_cpu_and_the_same_clusters(library, options):
    """65 or 5 weights that share: all velocities are dyadic."""
    library = library()
    w = np.random.default_rng(1).integers(-30, 30, (5, 5) if "scope" in options else (5, 13)).astype(np.float32)
    for quarters in range(0, 60, 7):
        found, clusters = prox_weight_sharing(library.put(w), quarters / 4, return_clusters=True, **options)
        expected, theirs = prox_weight_sharing(w, quarters / 4, return_clusters=True, **options)
        assert bits(library.get(found)) == bits(expected)
        assert bits(library.get(prox_weight_sharing(library.put(w), quarters / 4, **options))) == bits(expected)
        for ours, its in zip(*([c] if "scope" not in options else c for c in (clusters, theirs)), strict=True):
            start = ours.start if isinstance(ours.start, np.ndarray) else ours.start.get()
            assert np.array_equal(start, its.start)


@both
@every_dtype
def test_rows_share_by_themselves_and_a_bad_one_becomes_nan(library, dtype):
    library = of_dtype(library, dtype)
    w = weights.rounded(np.random.default_rng(2).normal(size=(300, 1000)), dtype)
    found = library.get(prox_weight_sharing(library.put(w, dtype), 0.7, scope="row"))
    assert_is_prox(found, w, 0.7, dtype, scope="row")
    broken = w.copy()
    broken[[3, 299]], broken[5, 999] = np.nan, np.inf
    out = library.get(prox_weight_sharing(library.put(broken, dtype), 0.7, scope="row"))
    bad = np.isin(np.arange(300), [3, 5, 299])
    assert np.isnan(out[bad]).all()
    assert bits(out[~bad]) == bits(found[~bad])


@both
def test_views_are_read_in_place_and_nothing_around_them_is_touched(library):
    library = library()
    base = np.random.default_rng(3).normal(size=(40, 51)).astype(np.float32)
    on_gpu = library.put(base)
    for view in (
        lambda a: a.swapaxes(0, 1),
        lambda a: a[::2],
        lambda a: a[:, 3:],
        lambda a: a.reshape(-1)[3:1004],
        lambda a: a[1, 2],
    ):
        assert_is_prox(library.get(prox_weight_sharing(view(on_gpu), 0.4)), view(base), 0.4, "float32")
    assert weight_sharing(on_gpu) == pytest.approx(weight_sharing(base), rel=1e-12)
    assert bits(library.get(on_gpu)) == bits(base)


@both
@pytest.mark.parametrize("name", ["Gaussian, half merge", "16 values + noise", "critical grid"])
def test_the_same_bits_a_hundred_times(library, name):
    library = library()
    w, strength = LONG[name]
    w = library.put(w)
    answers = {bits(library.get(prox_weight_sharing(w, strength))) for _ in range(100)}
    assert len(answers) == 1


# ---- the solver


@with_cupy
@given(problem=problems.EXACT)
def test_the_solver_has_the_bits_of_the_sequential_one(problem):
    cupy = require_gpu()
    particles, moment = problem.particles, problem.time
    expected = solve(particles, moment)
    assert_same_clusters(solve(particles, moment, "cuda"), expected, particles, moment, exact=True)
    fields = particles.position, particles.velocity, particles.mass
    found = solve(Particles(*(cupy.asarray(field) for field in fields)), moment)
    fields = found.start, found.position, found.velocity, found.mass
    assert all(type(field) is cupy.ndarray for field in fields)
    found = Clusters(*(cupy.asnumpy(field) for field in fields))
    assert_same_clusters(found, expected, particles, moment)
    assert np.array_equal(found.start, expected.start)


@with_cupy
@given(problem=problems.ANY)
def test_the_solver_agrees_on_any_problem(problem):
    particles, moment = problem.particles, problem.time
    assert_same_clusters(solve(particles, moment, "cuda"), solve(particles, moment), particles, moment)


@with_cupy
@pytest.mark.parametrize("n", [1_000, 100_000, 3_000_000])
def test_the_solver_on_long_ploughs_and_gaussians(n):
    reach = n * n / 8
    plough = problems.snow_plough(n, reach)
    gaussian = Particles.from_weights(np.random.default_rng(n).normal(size=n))
    for particles, moment in ((plough.particles, plough.time), (gaussian, 0.9), (gaussian, 1.3)):
        assert_same_clusters(solve(particles, moment, "cuda"), solve(particles, moment), particles, moment)
