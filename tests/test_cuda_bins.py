"""Collapse and certify on the device: what is collapsed is one cluster, sums are exact, and sorting says the same."""

from fractions import Fraction

import numpy as np
import oracle
import pytest
import weights
from cuda_device import Group, HostDevice, prox, prox_of_groups
from cuda_host import SCHEDULES, needs_compiler
from hypothesis import given
from hypothesis import strategies as st
from test_cuda_prox import read, rounded_bits, stored, ulp

from prox import prox_weight_sharing
from prox.cuda.shapes import COARSE, LEAST_FRAME, Shape, frame_bytes

pytestmark = needs_compiler

FINE_BITS = 24
FIRST, LAST = 1 << FINE_BITS, (COARSE - 1) << FINE_BITS  # the window
DEVICES = st.builds(HostDevice, st.sampled_from(SCHEDULES), st.sampled_from([1, 3, 100]), seed=st.integers(1, 99))


def frames_of(device, dtype="float32"):
    """The frames of the device's last workspace, as bins.cu declares them."""
    slots = 1 << device.shape.slot_bits
    bins = np.dtype([("low", "u8"), ("sum", "u8"), ("count", "u4"), ("shift", "u4")], align=True)
    items = np.dtype([("mass", "f8"), ("moment", "f8")])
    fields = [("lowest", "u8"), ("highest", "u8"), ("segment", "u4"), ("slots", "u4"), ("usable", "u4"), ("", "u4")]
    fields += [("origin", "f8"), ("unit", "f8"), ("beyond", "u8", (2, 2))]
    fields += [("coarse", bins, COARSE), ("plan", "u4", COARSE), ("slot", bins, slots), ("closed", "u1", slots)]
    fields += [
        ("value", "f4" if dtype == "float32" else "u2", slots),
        ("listed", items, slots),
        ("bin_of", "u4", slots),
    ]
    fields += [("heavy", items, slots), ("tree", items, slots // 16), ("words", "u4", 3 * (slots // 32 + 1))]
    frame = np.dtype(fields, align=True)
    memory = device.memory["frames"]
    count = memory.size // frame_bytes(device.shape.slot_bits)
    return memory[: count * frame.itemsize].view(frame)


def items_of(device) -> int:
    return int(device.memory["counters"].view(np.uint32)[0])


def places_of(w, frame):
    """Positions, coarse bins and slots of weights (float64), by the definitions; Python integers."""
    unit, origin = Fraction(float(frame["unit"])), Fraction(float(frame["origin"]))
    position = np.array([round((Fraction(x) - origin) / unit) for x in w.tolist()], object)
    bins = np.clip(position >> FINE_BITS, 0, COARSE - 1).astype(int)
    plan = frame["plan"][bins].astype(np.int64)
    inside = (position >= FIRST) & (position < LAST)
    rest = np.where(inside, position & (FIRST - 1), 0).astype(np.int64)
    return position, bins, (plan >> 6) + (rest >> (plan >> 1 & 31))


def assert_close(w, found, expected, dtype="float32"):
    """Each is rounded to the dtype, and a collapsed weight's position to half a unit, at most 2^-36 of the range."""
    error = ulp(read(expected), dtype) + 2.0**-35 * np.ptp(w)
    assert (np.abs(read(found) - read(expected)) <= error).all()


def noisy(values, noise, n=20_000):
    rng = np.random.default_rng(values)
    return rng.integers(0, values, n) / values + noise * rng.normal(size=n)


def normal(n=20_000):
    return np.random.default_rng(0).normal(size=n)


FAMILIES = {  # weights, strength, and at most how large a share of them is left to sort
    "few merge": (normal(), 0.01, 1.0),
    "half merge": (normal(), 1.0, 1.0),
    "most merge": (normal(), 1.5, 0.4),
    "16 values and noise": (noisy(16, 1e-3), 0.1, 0.1),
    "300 values and noise": (noisy(300, 1e-5), 0.05, 0.2),
    "ties": (np.round(normal(), 1), 0.3, 0.05),
    "heavy tail": (np.random.default_rng(1).standard_cauchy(20_000), 100.0, 0.2),
    "heavy tail, few merge": (np.random.default_rng(1).standard_cauchy(20_000), 1.0, 1.0),
    "70 % zeros": (np.where(np.arange(20_000) % 10 < 7, 0.0, normal()), 0.01, 0.4),
    "far from zero": (1e6 + normal(), 0.5, 0.1),
    "tiny": (1e-30 * normal(), 1.5e-30, 0.4),
    "all equal": (np.full(20_000, 0.1), 0.5, 0.001),
    "one outlier": (np.append(normal(19_999), 1e4), 2.0, 0.2),
    "huge strength": (normal(), 1e6, 0.2),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_collapsing_says_what_sorting_says(family):
    values, strength, left = FAMILIES[family]
    w = values.astype(np.float32)
    device = HostDevice(2, 9)
    found = prox(device, w[None], strength, least_frame=2000)[0]
    assert "survey" in device.launched
    assert items_of(device) <= left * w.size
    expected = prox(HostDevice(), w[None], strength)[0]
    assert_close(w, found, expected)
    order = np.argsort(w, kind="stable")
    assert (np.diff(found[order]) >= 0).all()
    joined = np.diff(expected[order]) == 0
    assert (np.diff(found[order])[joined] <= 2.0**-35 * np.ptp(w)).all()


@pytest.mark.parametrize("how", [{"l1": 0.2}, {"rewind": 1.0}, {"l1": 0.2, "rewind": 0.3}], ids=str)
@pytest.mark.parametrize("family", ["most merge", "16 values and noise"])
def test_collapsed_bins_are_shrunk_and_rewound(family, how):
    values, strength, _ = FAMILIES[family]
    w = values.astype(np.float32)
    found = prox(HostDevice(), w[None], strength, least_frame=2000, **how)[0]
    assert_close(w, found, prox(HostDevice(), w[None], strength, **how)[0])
    assert (found == 0).any() == ("l1" in how)


@pytest.mark.parametrize(
    ("dtype", "strength", "left"), [("float16", 0.1, 0.95), ("float16", 1.5, 0.2), ("bfloat16", 0.001, 0.2)]
)
def test_collapsing_in_16_bits(dtype, strength, left):
    w = stored(weights.rounded(normal(), dtype), dtype)
    device = HostDevice(1)
    found = prox(device, w[None], strength, least_frame=2000)[0]
    assert items_of(device) < left * w.size
    assert_close(read(w), found, prox(HostDevice(), w[None], strength)[0], dtype)


@pytest.mark.parametrize(("dtype", "bits"), [("float16", 10), ("bfloat16", 7)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_closed_bin_begins_between_two_numbers_of_16_bits(dtype, bits, sign):
    """Neighbouring numbers, single or tied, and one small number that puts the borders of bins between them."""
    rng = np.random.default_rng(bits)
    for lowest in 10.0 ** -rng.uniform(1, 3, 4):
        near = np.repeat(1 + np.arange(100) / 2**bits, rng.integers(1, 4, 100))
        w = sign * weights.rounded(np.append(rng.permutation(near), lowest), dtype)
        found = prox(HostDevice(), stored(w, dtype)[None], 0.03, least_frame=2)[0]
        assert np.array_equal(found, prox(HostDevice(), stored(w, dtype)[None], 0.03)[0])


@given(
    dtype=st.sampled_from(["float16", "bfloat16", "float32"]),
    w=st.lists(st.integers(-30, 30), min_size=1, max_size=20),
    quarters=st.integers(1, 40),
    device=DEVICES,
)
def test_small_integers_have_the_bits_of_the_cpu(dtype, w, quarters, device):
    """d - 1 is made a power of two, so that all velocities are dyadic and every sum is exact."""
    w = np.array((w * 9)[: 2 ** len(w).bit_length() + 1], float)
    found = prox(device, stored(w, dtype)[None], quarters / 4, least_frame=2)[0]
    assert found.tobytes() == rounded_bits(prox_weight_sharing(w, quarters / 4, solver="sequential"), dtype).tobytes()


@st.composite
def small_cases(draw):
    """Whole numbers, some with near neighbours, at a strength that closes the nearest, or more, or all."""
    w = draw(st.lists(st.integers(0, 40), min_size=2, max_size=24))
    near = draw(st.sampled_from([0.0, 2.0**-14, 2.0**-10]))
    w = np.float32(w) + np.float32(near) * np.arange(len(w), dtype=np.float32)
    return w, draw(st.sampled_from([2.0**-13, 2.0**-9, 0.125, 1.0, 4.0, 40.0]))


@given(case=small_cases(), schedule=st.sampled_from(SCHEDULES))
def test_no_cluster_begins_inside_a_closed_slot(case, schedule):
    w, strength = case
    device, d = HostDevice(schedule), w.size
    prox(device, w[None], strength, least_frame=2)
    frame, w = frames_of(device)[0], np.sort(w).astype(float)
    _, _, slot = places_of(w, frame)
    closed, counts = frame["closed"][slot], np.bincount(slot)
    assert items_of(device) == np.unique(slot[closed == 1]).size + (closed == 0).sum()
    assert (counts[slot[closed == 1]] > 1).all(), "a single weight keeps all its bits"
    velocity = [d - 1 - 2 * rank for rank in range(d)]
    starts, _ = oracle.clusters(w.tolist(), velocity, [1] * d, Fraction(strength / (d - 1)))
    assert not [rank for rank in starts if rank and slot[rank] == slot[rank - 1] and closed[rank]]


@pytest.mark.parametrize("blocks", [1, 40])
def test_sums_are_exact_also_where_they_carry(blocks):
    """Thousands in one bin: there what exceeds its start adds up to more than 2^32, in a block by itself and in all."""
    rng = np.random.default_rng(blocks)
    crowd = 0.5 + rng.uniform(0, 2.0**-12, 6000)
    w = np.concatenate(([0.0, 0.999], crowd, rng.uniform(0, 0.999, 100))).astype(np.float32)
    device = HostDevice(2, blocks)
    prox(device, w[None], 1e-5, least_frame=64)
    frame = frames_of(device)[0]
    position, bins, slot = places_of(w.astype(float), frame)
    for table, place in (("coarse", bins), ("slot", slot)):
        here = frame[table][: int(place.max()) + 1]
        assert np.array_equal(here["count"], np.bincount(place))
        filled = np.unique(place)
        sums = [sum(position[place == k]) - int(here["low"][k]) * int((place == k).sum()) for k in filled]
        assert here["sum"][filled].tolist() == sums
        assert table == "slot" or max(sums) > 5 * 2**32


def test_slots_close_what_coarse_bins_cannot():
    """Two crowds far apart: a coarse bin is wider than the whole crowd's reach, a slot is not."""
    rng = np.random.default_rng(4)
    w = (rng.integers(0, 2, 5000) + rng.normal(size=5000) * 2e-5).astype(np.float32)
    device = HostDevice()
    prox(device, w[None], 8e-5, least_frame=2000)
    frame = frames_of(device)[0]
    _, bins, slot = places_of(w.astype(float), frame)
    crowded = np.bincount(bins, minlength=COARSE) > 100
    assert crowded.any()
    assert (frame["plan"][crowded] & 1 == 1).all(), "opened"
    assert np.mean(frame["closed"][slot]) > 0.9
    assert items_of(device) < 1000


def test_frames_and_short_segments_in_one_sequence():
    rng = np.random.default_rng(6)
    shapes = [(2, 20_000), (5, 33), (1, 6000), (3, 100), (1, 1), (1, 5000)]
    strengths = [1.5, 0.3, 2.0, 1.0, 0.5, 0.0]
    groups = [Group(rng.normal(size=s).astype(np.float32), a) for s, a in zip(shapes, strengths, strict=True)]
    device = HostDevice(1)
    found = prox_of_groups(device, groups, least_frame=5000)
    assert len(frames_of(device)) == 3, "at strength 0 nothing is collapsed"
    expected = prox_of_groups(HostDevice(), groups)
    assert items_of(device) < 0.5 * sum(group.weights.size for group in groups)
    for group, here, there in zip(groups, found, expected, strict=True):
        for w, a, b in zip(group.weights, here, there, strict=True):
            assert_close(w, a, b)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_makes_its_own_frame_nan_and_no_other(bad):
    w = np.random.default_rng(7).normal(size=(3, 600)).astype(np.float32)
    whole = prox(HostDevice(), w, 1.4, least_frame=500)
    w[1, 77] = bad
    found = prox(HostDevice(2), w, 1.4, least_frame=500)
    assert np.isnan(found[1]).all()
    assert found[[0, 2]].tobytes() == whole[[0, 2]].tobytes()
    assert np.isnan(prox(HostDevice(), w[1:2], 1.4, least_frame=500)).all()


@pytest.mark.parametrize("family", ["half merge", "16 values and noise", "ties", "heavy tail"])
def test_launches_leave_every_bit_as_it_is(family):
    values, strength, _ = FAMILIES[family]
    w = values.astype(np.float32)
    expected = prox(HostDevice(), w[None], strength, least_frame=64)
    for device in (HostDevice(1, 1), HostDevice(2, 100), HostDevice(2, 40, seed=7)):
        assert prox(device, w[None], strength, least_frame=64).tobytes() == expected.tobytes()


def test_the_shape_of_large_gpus():
    values, strength, _ = FAMILIES["300 values and noise"]
    w = values.astype(np.float32)
    device = HostDevice(0, 9, Shape(), optimize="-O0")
    assert_close(w, prox(device, w[None], strength, least_frame=64)[0], prox(HostDevice(), w[None], strength)[0])
    assert items_of(device) < 0.2 * w.size


def test_short_and_double_segments_are_sorted():
    device = HostDevice()
    prox(device, normal(3000).astype(np.float32)[None], 1.4)
    prox(device, normal(3000)[None], 1.4, least_frame=64)
    assert LEAST_FRAME > 3000
    assert "survey" not in device.launched
