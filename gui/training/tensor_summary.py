"""What is kept of one tensor at one moment of a run: a fine histogram and its shared values, not the weights."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

BINS = 4096  # of the fine histogram, over the tensor's own range
MOST_VALUES = 160  # shared values that are followed from moment to moment
SHARE = 1 / 2000  # of a tensor: a value that fewer weights share is not followed
LARGEST_SORTED = 2**22  # weights: of a larger tensor only the histogram is kept
_CHUNK = 2**20


class TensorSummary(NamedTuple):
    """One tensor at one moment; small, whatever the size of the tensor.

    ``counts`` (BINS,) is the histogram over [low, high]; ``values`` (k,), ascending, are those that many weights
    share, ``sizes`` (k,) how many do; ``distinct`` is the number of all distinct values and ``shared`` that of all
    weights whose value another one has too, both -1 where they were not counted; ``broken`` is the number of weights
    that are not finite, which are in no bin and are not followed.
    """

    shape: tuple[int, ...]
    low: float
    high: float
    counts: np.ndarray
    values: np.ndarray
    sizes: np.ndarray
    distinct: int
    shared: int
    broken: int

    @property
    def numel(self) -> int:
        """The number of weights."""
        return int(np.prod(self.shape, dtype=np.int64))


class Links(NamedTuple):
    """World lines between two moments: ``weights`` (l,) many went from value ``before`` (l,) to ``after`` (l,)."""

    before: np.ndarray
    after: np.ndarray
    weights: np.ndarray


NO_LINKS = Links(np.empty(0), np.empty(0), np.empty(0, np.int64))


def summarize(weights: np.ndarray) -> tuple[TensorSummary, np.ndarray | None]:
    """The summary, and the place in ``values`` of each weight, (numel,) int16: -1 for a value that is not followed.

    The places are None for a tensor that is too large to be sorted.  ValueError where ``weights`` are no numbers.
    """
    if weights.dtype.kind not in "fiu":
        raise ValueError(f"it holds {weights.dtype}, not numbers")
    flat = weights.reshape(-1)
    low, high, broken = _range(flat)
    counts = _histogram(flat, low, high)
    if flat.size > LARGEST_SORTED:
        none = np.empty(0)
        return TensorSummary(weights.shape, low, high, counts, none, none.astype(np.int64), -1, -1, broken), None
    found, sizes = np.unique(flat, return_counts=True)
    distinct, shared = found.size, int(sizes[sizes > 1].sum())
    values, sizes = _followed(found, sizes, flat.size)
    places = _places(values, flat)
    return TensorSummary(weights.shape, low, high, counts, values, sizes, distinct, shared, broken), places


def link(
    before: TensorSummary, places_before: np.ndarray | None, after: TensorSummary, places_after: np.ndarray | None
) -> Links:
    """Which followed values of one moment became which of the next, by the weights that they have in common."""
    if places_before is None or places_after is None or places_before.size != places_after.size:
        return NO_LINKS
    both = (places_before >= 0) & (places_after >= 0)
    width = len(after.values)
    pairs = places_before[both].astype(np.int64) * width + places_after[both]
    weights = np.bincount(pairs, minlength=len(before.values) * width)
    found = np.flatnonzero(weights >= max(2, SHARE * places_after.size))
    return Links(before.values[found // max(width, 1)], after.values[found % max(width, 1)], weights[found])


def rebinned(summary: TensorSummary, edges: np.ndarray) -> np.ndarray:
    """The histogram over other bins, (len(edges) - 1,) float64; exact to the width of a fine bin.

    Weights beyond the edges are left out.  ``edges`` ascend.
    """
    if not summary.counts.any():
        return np.zeros(len(edges) - 1)
    own = 2 * np.linspace(summary.low / 2, summary.high / 2, BINS + 1)  # the whole width can be beyond float64
    if summary.high <= summary.low:  # one value: all in the bin that holds it
        place = np.searchsorted(edges, summary.low, side="right") - 1
        counts = np.zeros(len(edges) - 1)
        if 0 <= place < counts.size or summary.low == edges[-1]:
            counts[min(place, counts.size - 1)] = summary.counts.sum()
        return counts
    below = np.concatenate(([0.0], np.cumsum(summary.counts)))
    return np.diff(np.interp(edges, own, below))


def _range(flat: np.ndarray) -> tuple[float, float, int]:
    """The smallest and the largest finite weight, and how many are not finite; 0, 0 where there is none."""
    low, high, broken = np.inf, -np.inf, 0
    for start in range(0, flat.size, _CHUNK):
        chunk = flat[start : start + _CHUNK]
        finite = chunk[np.isfinite(chunk)]
        broken += chunk.size - finite.size
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    return (low, high, broken) if low <= high else (0.0, 0.0, broken)


def _histogram(flat: np.ndarray, low: float, high: float) -> np.ndarray:
    """Counts in BINS equal bins over [low, high]; in pieces, since a tensor may fill half of the memory."""
    counts = np.zeros(BINS, np.int64)
    half = high / 2 - low / 2 or 1.0  # the whole width can be beyond float64
    for start in range(0, flat.size, _CHUNK):
        chunk = flat[start : start + _CHUNK]
        finite = chunk[np.isfinite(chunk)].astype(np.float64)
        place = ((finite / 2 - low / 2) / half * BINS).astype(np.int64)
        counts += np.bincount(np.minimum(place, BINS - 1), minlength=BINS)
    return counts.astype(np.uint32)


def _followed(found: np.ndarray, sizes: np.ndarray, numel: int) -> tuple[np.ndarray, np.ndarray]:
    """Of all distinct values and their sizes those that are followed, ascending."""
    kept = np.flatnonzero(np.isfinite(found) & (sizes >= max(2, SHARE * numel)))
    if kept.size > MOST_VALUES:
        kept = np.sort(kept[np.argsort(-sizes[kept], kind="stable")[:MOST_VALUES]])
    return found[kept].astype(np.float64), sizes[kept]


def _places(values: np.ndarray, flat: np.ndarray) -> np.ndarray:
    """The place in ``values`` of each weight, -1 where it is not there."""
    places = np.full(flat.size, -1, np.int16)
    if values.size:
        found = np.searchsorted(values, flat)
        found[found == values.size] = 0
        same = values[found] == flat
        places[same] = found[same]
    return places
