"""Collapse and certify writes the same bits as sorting; so do regions on several threads; and it gives up early.

The weights are few enough for a quick test and many enough for bins, hulls and certificates to matter: from about
2,000 on the sample, a 32nd of them, can tell clusters.
"""

import numpy as np
import pytest
import weights
from hypothesis import given
from hypothesis import strategies as st

from prox import collapse
from prox.sorting import NotFiniteError, prox_long, prox_rows

HOW = st.sampled_from([(0.0, 0.0), (0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (0.0, 0.2), (0.3, 0.2)])  # rewind, l1 share
SEED = st.integers(0, 2**32 - 1)
FLOAT32_MAX = float(np.finfo(np.float32).max)
THREADS = st.sampled_from([1, 2, 3])


def by_rows(w, how):
    out = np.empty_like(w)
    prox_rows(w[None], *how, out[None])
    return out


SHARES = [1.0, 1e-3, 1e-9]  # of the weights in a cluster: coarse uniform bins, fine ones, cells with bins of their own
THREADS_AND_SHARE = st.tuples(THREADS, st.sampled_from(SHARES))


def arguments(strength, d, rewind=0.0, share=0.0):
    """What the long paths take: a = strength / (d - 1), rewind, l1."""
    return strength / (d - 1), rewind, share * strength


def planted(seed, d, values=16, noise=1e-3, scale=1.0, dtype=np.float32):
    """Weights around a few values, in random order."""
    rng = np.random.default_rng(seed)
    centre = rng.integers(0, values, d) / values - 0.5
    return ((centre + noise * rng.normal(size=d)) * scale).astype(dtype)


@st.composite
def long_cases(draw):
    """The families of ``weights`` at a length of thousands, with offsets that cancel fewer bits or more."""
    family = draw(st.sampled_from([*weights.FAMILIES, weights.clustered, weights.sparse]))
    rng = np.random.default_rng(draw(SEED))
    d = draw(st.sampled_from([2000, 3001, 9000, 20000]))
    values, strength = family(rng, d)
    offset = draw(st.sampled_from([0.0, 0.0, 0.1, -7.0])) * strength
    factor = draw(st.sampled_from([0.01, 0.3, 1.0, 1.3, 10.0]))
    return (values + offset).astype(np.float32), strength * factor


@given(case=long_cases(), how=HOW, threads=THREADS, force=st.booleans(), share=st.sampled_from(SHARES))
def test_collapse_writes_the_bits_of_the_sorting_path(case, how, threads, force, share):
    """Also where it would not be tried: then nearly every bin has to be opened."""
    w, strength = case
    how = arguments(strength, w.size, *how)
    with pytest.MonkeyPatch.context() as patch:
        if force:
            patch.setattr(collapse, "_width", lambda sample, few, alpha: alpha * share)
            patch.setattr(collapse, "OPEN_AT_MOST", 1.0)
        out = np.full_like(w, np.nan)
        done = collapse.prox_collapsed(w, *how, out, threads)
    assert done or not force or np.ptp(w) < 1e-26, "it may give up at the end of the dtype only"
    if done:
        assert out.tobytes() == by_rows(w, how).tobytes()


@given(
    seed=SEED,
    values=st.integers(2, 1000),
    log_noise=st.floats(-7, -2),
    factor=st.floats(0.5, 4),
    bins=THREADS_AND_SHARE,
)
def test_collapse_is_exact_near_the_threshold_where_clusters_close(seed, values, log_noise, factor, bins):
    """A cluster of spread s that holds a fraction f of the weights closes at 1.2533 s / f."""
    (threads, share), d, noise = bins, 30000, 10.0**log_noise
    w = planted(seed, d, values, noise)
    how = arguments(factor * 1.2533 * noise * values, d)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collapse, "_width", lambda sample, few, alpha: alpha * share)
        patch.setattr(collapse, "OPEN_AT_MOST", 1.0)
        out = np.empty_like(w)
        assert collapse.prox_collapsed(w, *how, out, threads)
    assert out.tobytes() == by_rows(w, how).tobytes()


@pytest.mark.parametrize("values", [2, 16, 100])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_clustered_weights_are_collapsed(values, threads):
    d = 100_000
    w = planted(values, d, values, 1e-4)
    how = arguments(4e-4 * values, d)
    out = np.empty_like(w)
    assert collapse.prox_collapsed(w, *how, out, threads)
    assert out.tobytes() == by_rows(w, how).tobytes()


@pytest.mark.parametrize("scale", [1e-42, 1e-38, 1e-36, 1e-26, 1e30, 3e38, 6e38])
def test_collapse_is_exact_at_every_scale_of_float32(scale):
    d = 100_000
    w = np.clip(planted(7, d, 16, 1e-3, scale, float), -FLOAT32_MAX, FLOAT32_MAX).astype(np.float32)
    how = arguments(0.05 * scale, d)
    out = np.full_like(w, np.nan)
    done = collapse.prox_collapsed(w, *how, out, 2)
    assert done or not 1e-26 <= scale <= 1e30, "only at the ends of float32 may it give up"
    if done:
        assert out.tobytes() == by_rows(w, how).tobytes()


@pytest.mark.parametrize("scale", [1e-290, 1.0, 1e290])
def test_collapse_of_float64_agrees_to_rounding(scale):
    d = 100_000
    w = planted(8, d, 16, 1e-3, scale, np.float64)
    how = arguments(0.05 * scale, d)
    out = np.empty_like(w)
    assert collapse.prox_collapsed(w, *how, out, 2)
    assert np.abs(out - by_rows(w, how)).max() <= 1e-12 * scale


@pytest.mark.parametrize("make", [np.random.Generator.normal, np.random.Generator.random], ids=["normal", "uniform"])
@pytest.mark.parametrize("strength", [1e-4, 0.01, 0.1])
def test_where_no_clusters_form_it_gives_up_before_it_looks_at_all_weights(make, strength):
    """Whatever stands outside of the sample, infinite or NaN, is not even read; nothing is written."""
    d = 200_000
    w = make(np.random.default_rng(1), size=d).astype(np.float32)
    seen = np.zeros(d, bool)
    seen[:: (d // min(collapse.SAMPLE, d // 32)) | 1] = True
    assert seen.mean() < 0.1
    w[~seen] = np.nan
    out = np.full_like(w, 7.0)
    assert collapse.prox_collapsed(w, *arguments(strength, d), out, 2) is False
    assert (out == 7.0).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 54321, 99_999])
def test_a_weight_that_is_not_finite_is_noticed_on_every_path(bad, place):
    d = 100_000
    w = planted(3, d)
    w[place] = bad
    how, out = arguments(0.05, d), np.empty_like(w)
    assert collapse.prox_collapsed(planted(3, d), *how, out, 2), "the finite weights beside it would be collapsed"
    try:
        noticed = not collapse.prox_collapsed(w, *how, out, 2)  # a sample that is not finite may end the attempt
    except NotFiniteError:
        noticed = True
    assert noticed
    for threads in (1, 3):
        with pytest.raises(NotFiniteError):
            prox_long(w, *how, out, threads)


@given(case=long_cases(), how=HOW, threads=st.integers(1, 4))
def test_regions_write_the_bits_of_one_pass(case, how, threads):
    w, strength = case
    how = arguments(strength, w.size, *how)
    out = np.full_like(w, np.nan)
    prox_long(w, *how, out, threads)
    assert out.tobytes() == by_rows(w, how).tobytes()


@pytest.mark.parametrize("threads", [1, 2, 3, 4])
@pytest.mark.parametrize("strength", [0.0, 1e-3, 0.7, 50.0])
@pytest.mark.parametrize("kind", ["equal", "two values", "one outlier", "sorted", "reversed", "outside of the sample"])
def test_pivots_may_tie_and_regions_may_be_empty(kind, strength, threads):
    d = 9000
    w = np.zeros(d, np.float32)
    if kind == "two values":
        w[::2] = 1.0
    elif kind == "one outlier":
        w[17] = 1e6
    elif kind == "outside of the sample":  # the sample sees every third weight only
        w = np.random.default_rng(0).normal(size=d).astype(np.float32)
        w[::3] = 5.0
    elif kind != "equal":
        w = np.linspace(-1, 1, d, dtype=np.float32)[:: -1 if kind == "reversed" else 1].copy()
    how, out = arguments(strength, d), np.full_like(w, np.nan)
    prox_long(w, *how, out, threads)
    assert out.tobytes() == by_rows(w, how).tobytes()
