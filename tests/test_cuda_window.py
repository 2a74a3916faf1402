"""A few weights far out cost the others no precision: positions are fine where nearly all weights are."""

import numpy as np
import pytest
from cuda_device import HostDevice, prox
from cuda_host import needs_compiler
from test_cuda_bins import frames_of, items_of, places_of
from test_cuda_prox import stored

pytestmark = needs_compiler
D = 20_000


def crowds(seed=0):
    random = np.random.default_rng(seed)
    return random.integers(0, 8, D) + 1e-3 * random.normal(size=D)


def answers(w, strength, schedule=0):
    """The prox with collapsing and without, as float64, and the device of the former."""
    device, w = HostDevice(schedule), w.astype(np.float32)
    found = prox(device, w[None], strength, least_frame=64)[0]
    return found.astype(float), prox(HostDevice(), w[None], strength)[0].astype(float), device


def assert_as_exact_as_sorting(w, found, expected):
    """Within an ulp and 2^-30 of the range of the middle 99 of 100 weights; half a unit is far less."""
    low, high = np.quantile(w, [0.005, 0.995])
    allowed = np.spacing(np.abs(expected).astype(np.float32)) + 2.0**-30 * (high - low)
    assert (np.abs(found - expected) <= allowed).all()


@pytest.mark.parametrize("far", [1e3, 1e5, 1e6, -1e6])
@pytest.mark.parametrize("schedule", [0, 1, 2])
def test_outliers_leave_the_others_exact_and_collapsed(far, schedule):
    w = crowds()
    w[[5, 77, 4000]] = far, 2 * far, far + 1
    found, expected, device = answers(w, 0.2, schedule)
    assert_as_exact_as_sorting(w, found, expected)
    assert frames_of(device)[0]["usable"]
    assert items_of(device) < D // 20


def test_what_is_beyond_the_window_is_summed_exactly():
    w = crowds(1)
    w[:9] = [-3e5, -2e5, -2e5, 1e6, 123456.0, 7e5, 50.5, 1e4, 31.25]
    _, _, device = answers(w, 0.2)
    frame = frames_of(device)[0]
    position, bins, _ = places_of(w.astype(np.float32).astype(float), frame)
    for side, place in ((0, 0), (1, 4095)):
        low, high = (int(word) for word in frame["beyond"][side])
        distances = [abs(int(position[i]) - int(frame["coarse"]["low"][place])) for i in np.flatnonzero(bins == place)]
        assert low + (high << 32) == sum(distances) > 0
        assert frame["coarse"]["count"][place] == len(distances)


@pytest.mark.parametrize("strength", [0.5, 3.0, 30.0])
def test_a_heavy_tail(strength):
    w = np.random.default_rng(2).standard_cauchy(D)
    found, expected, device = answers(w, strength)
    assert_as_exact_as_sorting(w, found, expected)
    assert frames_of(device)[0]["usable"]
    if strength > 20:
        assert items_of(device) < D // 4


@pytest.mark.parametrize("kind", ["nearly all zero", "nearly all equal", "as far as float32 goes"])
def test_where_no_window_serves_all_are_sorted(kind):
    w = np.zeros(D) if kind != "nearly all equal" else np.full(D, 0.3)
    w[::3000] = np.linspace(-1, 1, 7)
    if kind == "as far as float32 goes":
        w = crowds()
        w[3] = 3e38
    found, expected, _ = answers(w, 0.1)
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
@pytest.mark.parametrize("value", [0.3, 1e-3, -1e-5, 1e-10, 1e-40, 65504.0, 0.0])
def test_all_equal_is_one_closed_slot(dtype, value):
    device, w = HostDevice(), stored(np.full(D, value), dtype)  # in float16 the tiny ones are 0
    found = prox(device, w[None], 0.1, least_frame=64)[0]
    assert np.array_equal(found, w)
    assert items_of(device) == 1
