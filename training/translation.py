"""How convolution-like a layer is: do its filters match translated copies of each other better than chance?"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy import fft

CORRELATIONS = 400_000_000  # pairs of filters times shifts; a layer with more is judged by a sample of its filters
VALUES = 4_000_000  # of the filters that the sample is compared with
LEAST = 32  # filters in a sample
ROUNDS = 20  # of fitting a surrogate to its spectrum; the last is always the fit to its values
CHUNK = 4_000_000  # correlations held at once
PERFECT = 1 - 1e-5  # a chance above this is rounding away from 1
_SEED = 0


class Match(NamedTuple):
    """For each filter the most similar one under a circular shift: cosine (n,), index (n,), shift (n, 2).

    Filter i resembles ``np.roll(filters[index[i]], shift[i], axis=(-2, -1))``.
    """

    cosine: np.ndarray
    index: np.ndarray
    shift: np.ndarray


def translation_score(weights) -> float:
    """How much better the filters match translated copies of each other than chance: in [0, 1].

    ``weights`` (filters, height, width), or (filters, channels, height, width): the rows of a layer as images on a
    torus.  Every filter loses its mean and gets length 1; its match is the highest cosine with another filter under a
    circular shift other than (0, 0), so that equal filters at one place are repetition, not translation.  Chance is
    the same figure against surrogates of the other filters: images with the same values and nearly the same power
    spectrum, otherwise random (iterated amplitude adjustment), so as sparse and as smooth.  The score is

        (mean match - mean chance) / (1 - mean chance), clipped at 0;

    1 for exact translated copies, 0 in expectation for independent filters.  It depends neither on the order of the
    filters, nor on their scales, nor on where the torus is cut.  Filters of one single value (all zero, say) tell no
    place and are left out; with fewer than two others, or where chance matches perfectly (one pixel each), it is 0.
    A large layer is judged by a sample of its filters, drawn with a fixed seed: 300 of 6,272 of 14 x 14 are each
    compared with all.

    What fools it: little, but not nothing.  Independent filters that are sparse and smooth at once (a few random
    blobs) score up to 0.2 at 8 x 8 pixels and 0.06 at 14 x 14, as surrogates keep both properties only roughly; equal
    filters at one place score where they are so smooth that a shift by one pixel hardly changes them.
    Where pixels were shuffled, apply the inverse permutation first.
    Raises ValueError for another number of dimensions and for weights that are not finite.
    Source of the surrogates: Schreiber and Schmitz, Physical Review Letters 77 (1996) 635.
    """
    filters, length = _checked(weights)
    filters = filters[np.argsort(length, kind="stable")][np.count_nonzero(length == 0) :]  # chance in one order only
    random = np.random.default_rng(_SEED)
    filters = _sample(filters, VALUES // max(1, filters[:1].size), random)
    n = len(filters)
    if n < 2:
        return 0.0
    units, drawn = centred(filters), centred(surrogates(filters, random))
    chosen = np.sort(random.choice(n, min(n, max(LEAST, CORRELATIONS // (n * units[0, 0].size))), replace=False))
    match = best_match(units, chosen=chosen).cosine.mean()
    chance = best_match(units, drawn, chosen=chosen).cosine.mean()
    return float(np.clip((match - chance) / (1 - chance), 0.0, 1.0)) if chance < PERFECT else 0.0


def best_match(units, others=None, *, chosen=None, still: bool = False) -> Match:
    """For each of the ``chosen`` filters the best of the ``others`` (default: themselves), but the one of its index.

    ``units`` and ``others`` (n, channels, height, width) come from ``centred``; n is at least 2.  ``still``: the shift
    (0, 0) counts too.
    """
    n, _, height, width = units.shape
    chosen = np.arange(n) if chosen is None else np.asarray(chosen)
    spectra, other_spectra = fft.rfft2(units[chosen]), fft.rfft2(units if others is None else others)
    cosine, index, place = (np.empty(chosen.size, kind) for kind in (np.float32, np.int64, np.int64))
    step = max(1, CHUNK // (n * height * width))
    for begin in range(0, chosen.size, step):
        part = slice(begin, begin + step)
        similar = correlations(spectra[part], other_spectra, (height, width))
        if not still:
            similar[:, :, 0] = -1.0
        rows = np.arange(len(similar))
        best = similar.max(axis=2)
        best[rows, chosen[part]] = -np.inf
        index[part] = best.argmax(axis=1)
        cosine[part] = best[rows, index[part]]
        place[part] = similar[rows, index[part]].argmax(axis=1)
    return Match(np.clip(cosine, -1.0, 1.0), index, np.stack(np.unravel_index(place, (height, width)), axis=1))


def correlations(spectra, other_spectra, shape) -> np.ndarray:
    """The product of every image with every other one shifted: (images, others, height width), by their ``rfft2``."""
    channels = range(spectra.shape[1])
    product = sum(spectra[:, None, c] * other_spectra[:, c].conj() for c in channels)
    return fft.irfft2(product, s=shape).reshape(len(spectra), len(other_spectra), -1)


def surrogates(filters, random) -> np.ndarray:
    """Random images, each channel with exactly the values and nearly the power spectrum it has in ``filters``
    (n, channels, height, width)."""
    height, width = filters.shape[-2:]
    flat = (-1, height * width)
    values = np.sort(filters.reshape(flat), axis=1)
    size = np.abs(fft.rfft2(filters))
    found = random.permuted(values, axis=1)
    for _ in range(ROUNDS):
        spectrum = fft.rfft2(found.reshape(filters.shape))
        spectrum *= size / np.maximum(np.abs(spectrum), 1e-30)
        order = fft.irfft2(spectrum, s=(height, width)).reshape(flat).argsort(axis=1)
        np.put_along_axis(found, order, values, axis=1)
    return found.reshape(filters.shape)


def centred(filters) -> np.ndarray:
    """Each filter (n, channels, height, width) without its mean and with length 1, float32; zero where it has one
    value only."""
    around = filters - filters.mean(axis=(1, 2, 3), keepdims=True)
    length = np.sqrt((around**2).sum(axis=(1, 2, 3), keepdims=True))
    same = np.ptp(filters, axis=(1, 2, 3), keepdims=True) == 0
    return np.where(same, 0.0, around / np.where(same, 1.0, length)).astype(np.float32)


def as_images(weights) -> np.ndarray:
    """Filters (n, height, width) or (n, channels, height, width) as finite float64 of the latter shape."""
    filters = np.asarray(weights, dtype=np.float64)
    if filters.ndim not in (3, 4):
        raise ValueError(f"weights have the shape {filters.shape}: pass (filters, height, width)")
    if not np.isfinite(filters).all():
        raise ValueError("weights hold NaN or infinity: comparing filters needs finite ones")
    return filters[:, None] if filters.ndim == 3 else filters


def _checked(weights) -> tuple[np.ndarray, np.ndarray]:
    """The filters, the largest weight scaled to 1, and the length of each without its mean."""
    filters = as_images(weights)
    largest = np.abs(filters).max(initial=0.0)
    if largest > 0:
        filters = filters / largest
    flat = filters.reshape(len(filters), math.prod(filters.shape[1:]))
    if flat.size == 0:
        return filters[:0], np.empty(0)
    return filters, np.where(np.ptp(flat, axis=1) > 0, flat.std(axis=1), 0.0)


def _sample(filters, most: int, random) -> np.ndarray:
    """At most ``most`` of the filters, but ``LEAST`` of them, in their order."""
    most = max(LEAST, most)
    return filters if len(filters) <= most else filters[np.sort(random.choice(len(filters), most, replace=False))]
