"""The translation score: 1 for translated copies, 0 for independent filters however sparse or smooth they are."""

from itertools import pairwise

import numpy as np
import pytest
from one_sentence import refused
from scipy.ndimage import gaussian_filter

from training.translation import as_images, best_match, centred, surrogates, translation_score

FILTERS, SIDE = 256, 8


def noise(seed=0, shape=(FILTERS, SIDE, SIDE)):
    return np.random.default_rng(seed).normal(size=shape)


def smooth(filters, sigma):
    return gaussian_filter(filters, (0, sigma, sigma), mode="wrap")


def copies(kernels, seed=0, n=FILTERS):
    """``n`` times one of the kernels, at a random place of the torus."""
    random = np.random.default_rng(seed)
    shifts = random.integers(0, kernels.shape[-1], (n, 2))
    picked = kernels[random.integers(0, len(kernels), n)]
    return np.array([np.roll(k, shift, axis=(-2, -1)) for k, shift in zip(picked, shifts, strict=True)])


def small_kernels(seed=0, number=8):
    kernels = np.zeros((number, SIDE, SIDE))
    kernels[:, :3, :3] = noise(seed, (number, 3, 3))
    return kernels


COPIES = {
    "a convolution's": copies(small_kernels()),
    "one kernel's": copies(small_kernels(number=1)),
    "of noise": copies(noise(1, (16, SIDE, SIDE))),
    "of smooth images": copies(smooth(noise(2, (16, SIDE, SIDE)), 1)),
    "of colours": copies(noise(3, (16, 3, SIDE, SIDE))),
    "of two values": copies(np.sign(noise(4, (16, SIDE, SIDE)))),
}


@pytest.mark.parametrize("name", COPIES)
def test_exact_translated_copies_score_one(name):
    assert translation_score(COPIES[name]) == pytest.approx(1, abs=1e-5)


RANDOM = {
    "noise": noise(),
    "heavy tails": np.random.default_rng(0).standard_cauchy((FILTERS, SIDE, SIDE)),
    "signs": np.sign(noise()),
    "sparse": noise() * (noise(1) > 1),
    "very sparse": noise() * (noise(1) > 1.7),
    "sparse and of one value": 1.0 * (noise() > 1.3),
    "a little smooth": smooth(noise(), 0.7),
    "smooth": smooth(noise(), 1.0),
    "very smooth": smooth(noise(), 2.0),
    "on a large offset": 100 + noise(),
    "colours": noise(shape=(128, 3, SIDE, SIDE)),
    "identical but rough": np.repeat(noise(shape=(1, SIDE, SIDE)), FILTERS, axis=0),
}


@pytest.mark.parametrize("name", RANDOM)
def test_independent_filters_score_nothing_however_sparse_or_smooth(name):
    assert translation_score(RANDOM[name]) < 0.05


def test_what_fools_it_a_little_random_filters_that_are_sparse_and_smooth_at_once():
    """As its docstring says; a chance from shuffled pixels would give 0.47 here."""
    blobs = smooth(noise(), 1)
    blobs = np.where(np.abs(blobs) > 1.3 * blobs.std(), blobs, 0)
    assert 0.05 < translation_score(blobs) < 0.25


@pytest.mark.parametrize("kernels", [small_kernels(), smooth(noise(2, (8, SIDE, SIDE)), 1)], ids=["small", "smooth"])
def test_the_score_falls_with_noise(kernels):
    clean = copies(kernels)
    clean /= clean.std()
    scores = [translation_score(clean + amount * noise(9)) for amount in (0, 0.1, 0.2, 0.4, 0.8, 10)]
    assert all(more > less + 0.02 for more, less in pairwise(scores))


def test_the_score_grows_with_the_share_of_copies():
    clean = copies(small_kernels())
    clean /= clean.std()
    scores = [translation_score(np.concatenate((clean[:kept], noise(5)[kept:]))) for kept in (0, 64, 128, 192, 256)]
    assert all(less + 0.1 < more for less, more in pairwise(scores))


def test_neither_order_nor_scales_nor_the_cut_of_the_torus_matter():
    filters = copies(small_kernels()) + 0.1 * noise(7)
    score = translation_score(filters)
    random = np.random.default_rng(0)
    assert translation_score(filters[random.permutation(FILTERS)]) == pytest.approx(score, abs=1e-6)
    assert translation_score(1e-20 * filters) == pytest.approx(score, abs=1e-6)
    assert translation_score(np.roll(filters, (3, 5), (1, 2))) == pytest.approx(score, abs=0.02)
    scaled = filters * random.uniform(0.5, 2, (FILTERS, 1, 1))  # only the draw of the chance changes
    assert translation_score(scaled) == pytest.approx(score, abs=0.02)


def test_filters_of_one_value_are_left_out():
    filters = np.concatenate((copies(small_kernels()), np.zeros((99, SIDE, SIDE)), np.full((99, SIDE, SIDE), 0.3)))
    assert translation_score(filters) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    "filters",
    [np.empty((0, 8, 8)), np.empty((4, 0, 0)), np.zeros((9, 8, 8)), noise(shape=(1, 8, 8)), noise(shape=(9, 1, 1))],
    ids=["none", "no pixels", "all zero", "one", "one pixel"],
)
def test_too_little_to_compare_scores_nothing(filters):
    assert translation_score(filters) == 0.0


def test_single_pixels_score_nothing_as_chance_is_perfect():
    dots = np.zeros((1, SIDE, SIDE))
    dots[0, 0, 0] = 1
    assert translation_score(copies(dots)) == 0.0


def test_shuffled_pixels_hide_it_until_they_are_put_back():
    order = np.random.default_rng(3).permutation(SIDE * SIDE)
    filters = copies(small_kernels()).reshape(FILTERS, -1)
    shuffled = filters[:, order]
    assert translation_score(shuffled.reshape(-1, SIDE, SIDE)) < 0.3
    back = np.empty_like(shuffled)
    back[:, order] = shuffled
    assert translation_score(back.reshape(-1, SIDE, SIDE)) == pytest.approx(1, abs=1e-5)


def test_the_best_match_is_what_rolling_every_pair_finds():
    filters = centred(as_images(noise(shape=(5, 3, 4))))
    found = best_match(filters)
    for i in range(5):
        cosines = {
            (j, y, x): float((filters[i] * np.roll(filters[j], (y, x), (-2, -1))).sum())
            for j in range(5)
            for y in range(3)
            for x in range(4)
            if j != i and (y, x) != (0, 0)
        }
        best = max(cosines, key=cosines.get)
        assert (found.index[i], *found.shift[i]) == best
        assert found.cosine[i] == pytest.approx(cosines[best], abs=1e-6)


def test_surrogates_have_the_values_and_nearly_the_spectrum_of_their_filters():
    filters = as_images(smooth(noise(), 1))
    found = surrogates(filters, np.random.default_rng(0))
    assert np.array_equal(np.sort(found.reshape(FILTERS, -1)), np.sort(filters.reshape(FILTERS, -1)))
    spectra = [np.abs(np.fft.fft2(images)) for images in (filters, found)]
    assert np.linalg.norm(spectra[0] - spectra[1]) < 0.1 * np.linalg.norm(spectra[0])
    assert np.abs(np.corrcoef(centred(filters).ravel(), centred(found).ravel())[0, 1]) < 0.15


def test_a_large_layer_is_judged_by_a_sample(monkeypatch):
    for name, least in (("CORRELATIONS", 400_000), ("VALUES", 6_000)):
        monkeypatch.setattr(f"training.translation.{name}", least)
    assert translation_score(COPIES["one kernel's"]) == pytest.approx(1, abs=1e-5)
    assert translation_score(noise()) < 0.05


def test_what_are_no_filters_is_one_sentence():
    refused(ValueError, lambda: translation_score(np.zeros((3, 4))), "(3, 4)", "(filters, height, width)")
    refused(ValueError, lambda: translation_score(np.full((3, 4, 4), np.nan)), "NaN")
