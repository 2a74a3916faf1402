"""The figures before and after agree with their definitions on the weights themselves."""

import math

import numpy as np
import pytest

from gui.model.opening import MOST_WEIGHTS
from gui.weights.figures import coded_bits, even_edges, figures, histogram, mean_change
from gui.weights.subject import SIDE, subject
from gui.weights.tensors import Tensor, rounded
from particles import Particles, simulate
from prox import prox_weight_sharing, weight_sharing
from tests.one_sentence import refused

WEIGHTS = np.random.default_rng(1).normal(size=(20, 30)).round(2)


def tensor(values=WEIGHTS):
    return Tensor(None, "w", values, str(values.dtype))


@pytest.mark.parametrize("strength", [0.0, 0.05, 0.5, 50.0])
def test_figures_are_those_of_the_weights(strength):
    particles = Particles.from_weights(WEIGHTS)
    after = prox_weight_sharing(WEIGHTS, strength)
    clusters = simulate(particles).clusters(strength)
    found = figures(clusters, 600, "float64")
    assert found.distinct == np.unique(after).size
    assert found.largest == np.unique(after, return_counts=True)[1].max() / 600
    assert found.penalty == pytest.approx(weight_sharing(after), rel=1e-12, abs=1e-12)
    assert found.mean == pytest.approx(WEIGHTS.mean(), abs=1e-13)  # of values up to 50
    assert found.spread == pytest.approx(after.std(), abs=1e-9)
    assert mean_change(particles.position, clusters) == pytest.approx(np.abs(after - WEIGHTS).mean(), abs=1e-14)


def test_values_that_a_dtype_cannot_tell_apart_count_once():
    weights = np.array([1.0, 1.0 + 2.0**-20, 2.0])
    clusters = simulate(Particles.from_weights(weights)).clusters(0.0)
    assert [figures(clusters, 3, dtype).distinct for dtype in ("float64", "float32", "float16", "bfloat16")] == [
        *(np.unique(rounded(weights, dtype)).size for dtype in ("float64", "float32", "float16", "bfloat16"))
    ]


@pytest.mark.parametrize(("n", "k"), [(1000, 1), (1000, 2), (1000, 1000), (64, 3)])
def test_bits_are_packed_indices_and_a_codebook(n, k):
    assert coded_bits(n, k, 32) == pytest.approx(math.ceil(math.log2(k)) + 32 * k / n)


def test_weights_that_share_nothing_are_stored_plain():
    apart = simulate(Particles.from_weights(np.arange(256.0))).clusters(0.0)
    assert [figures(apart, 256, dtype).bits for dtype in ("float64", "float32", "bfloat16")] == [64, 32, 16]


def test_a_histogram_holds_every_weight_once():
    particles = Particles.from_weights(WEIGHTS)
    edges = even_edges(particles.position[0], particles.position[-1], 50)
    for time in (0.0, 0.3, 1e9):
        clusters = simulate(particles).clusters(time)
        found = histogram(clusters, 600, edges)
        assert found.sum() == 600
        np.testing.assert_array_equal(found, np.histogram(clusters.expand(clusters.position, 600), edges)[0])


@pytest.mark.parametrize(("low", "high"), [(0, 0), (1, 1), (-1e-320, 1e-320), (1e300, 1e300), (1e9, 1e9 + 1e-6)])
def test_edges_differ_however_close_the_weights_are(low, high):
    edges = even_edges(low, high, 240)
    assert edges[0] < low
    assert high < edges[-1]
    assert (edges[-1] - edges[0]) / 240 > 0


def test_a_mosaic_shows_the_weight_that_is_there():
    made = subject(tensor())
    np.testing.assert_array_equal(made.system.particles.position[made.mosaic.rank], WEIGHTS)
    assert not made.is_sample


def test_a_large_matrix_is_thinned_out_to_the_side_of_a_mosaic():
    values = np.arange(3.0 * 1300).reshape(3, 1300)
    mosaic = subject(tensor(values)).mosaic
    assert mosaic.step == (1, 3)
    assert mosaic.shape == (3, 1300)
    assert max(mosaic.values.shape) <= SIDE
    np.testing.assert_array_equal(mosaic.values, values[:, ::3])


def test_a_sample_keeps_the_ends_and_colours_each_weight_by_its_nearest():
    made = subject(tensor(), sample=100)
    position = made.system.particles.position
    assert made.is_sample
    assert (len(position), position[0], position[-1]) == (100, WEIGHTS.min(), WEIGHTS.max())
    assert np.abs(position[made.mosaic.rank] - WEIGHTS).mean() < 0.02


def test_weights_that_cannot_be_simulated_are_refused():
    refused(ValueError, lambda: subject(tensor(np.array([1.0, np.nan, np.inf]))), "w", "2 of its 3", "NaN")
    huge = np.broadcast_to(np.float16(1), (MOST_WEIGHTS + 1,))
    refused(ValueError, lambda: subject(tensor(huge)), "w has 20,000,001", "take a sample")
