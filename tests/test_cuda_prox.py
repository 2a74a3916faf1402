"""The kernels' prox is the CPU's: all dtypes, rows and groups, masses, l1, rewinding; the same bits at any launch."""

import numpy as np
import pytest
import weights
from checks import SMALLEST, tolerance
from cuda_device import Group, HostDevice, prox, prox_of_groups, prox_with_details
from cuda_host import SCHEDULES, needs_compiler
from hypothesis import given
from hypothesis import strategies as st

from prox import prox_weight_sharing
from prox.cuda.shapes import Shape
from prox.minorant import placed_values

pytestmark = needs_compiler

SEED = st.one_of(st.none(), weights.MASSES)
DEVICES = st.builds(HostDevice, st.sampled_from(SCHEDULES), st.sampled_from([1, 3, 100]), seed=st.integers(1, 99))
REWIND = st.sampled_from([0.0, 0.3, 1.0])
EVERY_DTYPE = pytest.mark.parametrize("dtype", weights.DTYPES)


def stored(values, dtype):
    """``values``, all of them numbers of the dtype, as the kernels take them."""
    values = np.asarray(values)
    if dtype != "bfloat16":
        return values.astype(dtype)
    return (values.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)


def read(out):
    """As float64."""
    out = (out.astype(np.uint32) << 16).view(np.float32) if out.dtype == np.uint16 else out
    return out.astype(np.float64)


def ulp(values, dtype):
    """From each number to the next one in the dtype."""
    kind, factor = ("float32", 2**16) if dtype == "bfloat16" else (dtype, 1)
    return 2 * factor * np.spacing(np.abs(0.5 * values).astype(kind)).astype(float)


def allowed(w, strength, mass=None):
    """The float64 error: relative to the farthest that a weight can fly.

    Near the denormals: masses below 1 let sums underflow, and strength / (d - 1) is known to the smallest number.
    """
    mass = np.ones(w.size) if mass is None else mass
    reach = strength * mass.sum() / max(w.size - 1, 1)
    least = (16 + 4 * reach) * SMALLEST / mass.min(initial=1.0) ** 2 + mass.sum() * SMALLEST
    return tolerance(np.float64, np.abs(w).max(initial=0.0) + reach) + least


def assert_rounded(found, expected, dtype, error):
    """``found`` is ``expected`` rounded to the dtype, but for the float64 error."""
    assert (np.abs(read(found) - expected) <= 0.5 * ulp(expected, dtype) + error).all()


def assert_in_order(w, found, error):
    """Order is kept, and equal weights stay equal."""
    order = np.argsort(w, kind="stable")
    gaps = np.diff(read(found)[order])
    assert (gaps >= -error).all()
    assert (gaps[np.diff(w[order]) == 0] == 0).all()


@pytest.mark.parametrize("dtypes", [("float16", "bfloat16"), ("float32",), ("float64",)], ids="/".join)
@given(data=st.data(), device=DEVICES, seed=SEED, share=st.sampled_from([0.0, 0.3]))
def test_the_prox_is_that_of_the_cpu(dtypes, data, device, seed, share):
    dtype = data.draw(st.sampled_from(dtypes))
    case = data.draw(weights.any_case(dtype, most=80))
    w, strength = case.weights.astype(np.float64), case.strength
    mass, l1 = None if seed is None else weights.masses(seed, w.size), share * case.strength
    found = prox(device, stored(w, dtype)[None], strength, l1=l1, mass=mass)[0]
    expected = prox_weight_sharing(w, strength, l1=l1, mass=mass)
    assert_rounded(found, expected, dtype, allowed(w, strength, mass))
    assert_in_order(w, found, allowed(w, strength, mass) if dtype == "float64" else 0.0)
    assert strength + l1 > 0 or np.array_equal(read(found), w)


@given(
    dtype=st.sampled_from(weights.DTYPES),
    w=st.lists(st.integers(-30, 30), max_size=30),
    quarters=st.integers(0, 40),
    device=DEVICES,
    rewind=st.sampled_from([0.0, 0.5, 1.0]),
    l1=st.sampled_from([0.0, 2.0]),
)
def test_small_integers_have_the_bits_of_the_cpu(dtype, w, quarters, device, rewind, l1):
    """d - 1 is made a power of two, so that all velocities are dyadic and every sum is exact."""
    w = np.array((w * 9)[: 2 ** (len(w) or 1).bit_length() + 1] if w else w, float)
    found = prox(device, stored(w, dtype)[None], quarters / 4, rewind=rewind, l1=l1)[0]
    expected = prox_weight_sharing(w, quarters / 4, rewind=rewind, l1=l1, solver="sequential")
    assert found.tobytes() == rounded_bits(expected, dtype).tobytes()


def rounded_bits(values, dtype):
    """Rounded to nearest even; bfloat16 by way of float32."""
    if dtype != "bfloat16":
        return values.astype(dtype)
    bits = values.astype(np.float32).view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)


@given(w=st.lists(st.integers(-6, 6), min_size=1, max_size=40), quarters=st.integers(0, 40), device=DEVICES)
def test_small_integers_have_the_partition_of_the_cpu(w, quarters, device):
    """Equal weights are together, also where nothing moves."""
    w = np.array((w * 9)[: 2 ** len(w).bit_length() + 1], np.float32)
    _, details = prox_with_details(device, w[None], quarters / 4)
    _, clusters = prox_weight_sharing(w, quarters / 4, solver="sequential", return_clusters=True)
    assert np.array_equal(np.flatnonzero(details.begins), clusters.start)


@pytest.mark.parametrize("d", [2, 17, 33, 2049])
def test_a_contact_at_the_very_strength_counts(d):
    """Evenly spaced weights all meet at once."""
    for strength, count in (((d - 1) / 2, 1), (0.999 * (d - 1) / 2, d)):
        _, details = prox_with_details(HostDevice(), np.arange(d, dtype=np.float32)[None], strength)
        assert details.begins.sum() == count


@pytest.mark.torch
def test_bfloat16_is_that_of_torch():
    import torch

    w = torch.from_numpy(np.random.default_rng(0).normal(size=3000)).to(torch.bfloat16)
    for strength in (0.0, 0.1, 1.2, 50.0):
        found = prox(HostDevice(), w.view(torch.uint16).numpy()[None], strength)[0]
        expected = prox_weight_sharing(w, strength).view(torch.uint16).numpy()
        assert np.array_equal(found, expected)


@given(case=weights.any_case("float32"), device=DEVICES, seed=SEED, rewind=REWIND, share=st.sampled_from([0.0, 0.3]))
def test_the_details_tell_the_clusters_and_the_values_follow_from_them(case, device, seed, rewind, share):
    w, strength, d = case.weights.astype(np.float64), case.strength, case.weights.size
    mass, l1 = None if seed is None else weights.masses(seed, d), share * case.strength
    found, details = prox_with_details(device, case.weights[None], strength, rewind=rewind, l1=l1, mass=mass)
    check_details(w, np.ones(d) if mass is None else mass, details, allowed(w, strength, mass))
    shift = strength / max(d - 1, 1) * details.pull
    start = np.flatnonzero(details.begins)
    placed = np.full(d, np.nan)
    placed[start] = placed_values(details.mean[start], shift[start], rewind, l1)
    assert np.array_equal(found[0], placed[details.labels].astype(np.float32))
    assert same_state(w, strength, mass, details)


def check_details(w, mass, details, error):
    """Labels, sums and first items belong together; clusters are ranges of the sorted weights; ties are not parted."""
    order, start = np.argsort(w, kind="stable"), np.flatnonzero(details.begins)
    assert details.begins.max(initial=0) <= 1
    assert np.array_equal(details.labels[order], np.repeat(start, np.diff(start, append=w.size)))
    assert np.unique(np.stack((w, details.labels)), axis=1).shape[1] == np.unique(w).size
    assert np.isnan(np.delete([details.mean, details.pull, details.mass], start, axis=1)).all()
    if not w.size:
        return
    m = np.add.reduceat(mass[order], start)
    mean = np.add.reduceat((mass * w)[order], start) / m
    before = np.cumsum(m) - m
    assert np.allclose(details.mass[start], m, rtol=1e-14)
    assert (np.abs(details.mean[start] - mean) <= error).all()
    assert np.allclose(details.pull[start], m.sum() - before - (before + m), rtol=0, atol=1e-14 * m.sum())


def same_state(w, strength, mass, details):
    """Do the clusters stand where the CPU has them?"""
    start = np.flatnonzero(details.begins)
    z = np.full(w.size, np.nan)
    z[start] = (details.mean + strength / max(w.size - 1, 1) * details.pull)[start]
    expected = prox_weight_sharing(w, strength, mass=mass)
    return bool((np.abs(z[details.labels] - expected) <= allowed(w, strength, mass)).all())


FEW = [(1, 0), (0, 3), (4, 1), (3, 2), (300, 1), (40, 9), (17, 33), (1, 1)]


@pytest.mark.parametrize(
    ("dtype", "shape"),
    [*((dtype, shape) for dtype in weights.DTYPES for shape in FEW), ("float32", (3, 1500)), ("float32", (2, 5000))],
)
def test_rows_share_by_themselves(dtype, shape):
    rng = np.random.default_rng(shape[1])
    w = weights.rounded(np.round(rng.normal(size=shape), 1), dtype)
    expected = prox_weight_sharing(w.astype(np.float64), 1.1, scope="row")
    for number, blocks in enumerate((1, 100)):
        found = prox(HostDevice(number + shape[1] % 2, blocks), stored(w, dtype), 1.1)
        assert_rounded(found, expected, dtype, allowed(w, 1.1))


def test_rows_with_masses():
    rng = np.random.default_rng(5)
    w, mass = rng.normal(size=(20, 70)), rng.uniform(0.1, 10, size=(20, 70))
    found = prox(HostDevice(), w, 0.1, mass=mass, l1=0.05)
    expected = prox_weight_sharing(w, 0.1, mass=mass, l1=0.05, scope="row")
    assert_rounded(found, expected, "float64", allowed(w, 0.1, mass))


@EVERY_DTYPE
def test_the_layers_of_a_model_in_one_sequence(dtype):
    """Groups of different sizes, strengths, l1 and rewinding give what each gives alone, to the last bit."""
    rng = np.random.default_rng(3)
    shapes = [(1, 2500), (5, 33), (1, 1), (0, 7), (300, 3), (1, 64), (2, 0), (1, 1025)]
    groups = [
        Group(stored(weights.rounded(rng.normal(size=shape), dtype), dtype), *how)
        for shape, how in zip(shapes, rng.choice([0.0, 0.1, 0.5, 1.0], (len(shapes), 3)), strict=True)
    ]
    device = HostDevice(2)
    found = prox_of_groups(device, groups)
    assert device.launched.count("collect") == 1
    for group, out in zip(groups, found, strict=True):
        w = read(group.weights)
        expected = prox_weight_sharing(w, *group[1:2], l1=group.l1, rewind=group.rewind, scope="row")
        assert_rounded(out, expected, dtype, allowed(w, group.strength))
        if dtype != "float64":  # there the last bit depends on where in the tree of sums a row lies
            assert out.tobytes() == prox_of_groups(HostDevice(0), [group])[0].tobytes()


@EVERY_DTYPE
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_makes_its_own_segment_nan_and_no_other(dtype, bad):
    w = weights.rounded(np.random.default_rng(1).normal(size=(6, 50)), dtype)
    broken = stored(w, dtype)
    whole = prox(HostDevice(), broken, 0.7)
    broken[1, 49], broken[4, 0] = stored(np.array([bad, bad]), dtype)
    for details in (False, True):
        found = prox_with_details(HostDevice(1), broken, 0.7)[0] if details else prox(HostDevice(2), broken, 0.7)
        assert np.isnan(read(found[[1, 4]])).all()
        assert found[[0, 2, 3, 5]].tobytes() == whole[[0, 2, 3, 5]].tobytes()
    assert np.isnan(read(prox(HostDevice(), broken[1:2], 0.7))).all()


@EVERY_DTYPE
def test_negative_zeros_become_zeros(dtype):
    for w in ([-0.0], [-0.0, 0.0, -0.0], [-1.0, -0.0, 0.0, 1.0]):
        for strength in (0.0, 0.1):
            found, details = prox_with_details(HostDevice(), stored(np.array([w]), dtype), strength)
            zeros = np.array(w) == 0
            assert (read(found[0])[zeros] == 0).all()
            assert not np.signbit(read(found[0])[zeros]).any()
            assert np.unique(details.labels[zeros]).size == 1


def test_sums_that_overflow_make_their_own_segment_nan_and_no_other():
    """The CPU refuses such weights; to say so here would be to wait for the GPU."""
    w = np.array([[1e308, 1e308, 1.1e308], [1.0, 2.0, 3.0]])
    found = prox(HostDevice(), w, 1e308)
    assert np.isnan(found[0]).all()
    assert (found[1] == 2.0).all()


@EVERY_DTYPE
def test_at_strength_0_nothing_moves(dtype):
    """Neighbours are one ulp apart: sums of tied ones are rounded by more than that."""
    rng = np.random.default_rng(4)
    for first in (1.0, 1 / 3, -0.1, -1e4):
        first = weights.rounded(np.array([first]), dtype)
        w = (first.astype(float) + ulp(first, dtype) * rng.integers(0, 40, 150)).astype(first.dtype)
        found = prox(HostDevice(), stored(w, dtype)[None], 0.0)[0]
        assert np.array_equal(read(found), w.astype(np.float64))


@pytest.mark.parametrize(("dtype", "rows"), [("float32", 1), ("float32", 3), ("float64", 1)])
def test_launches_and_shapes_leave_every_bit_as_it_is(dtype, rows):
    w = np.random.default_rng(2).normal(size=(rows, 3000)).astype(dtype)
    expected, details = prox_with_details(HostDevice(), w, 1.2)
    devices = [HostDevice(schedule, blocks, seed=blocks) for schedule, blocks in ((0, 1), (1, 100), (2, 3), (2, 50))]
    if dtype == "float32" and rows == 1:
        devices += [HostDevice(2, 4, Shape(), optimize="-O0")]
    for device in devices:
        found, its_details = prox_with_details(device, w, 1.2)
        assert found.tobytes() == expected.tobytes()
        assert all(a.tobytes() == b.tobytes() for a, b in zip(details, its_details, strict=True))
