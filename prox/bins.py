"""Value-monotone bins for a long vector: of equal width where that is enough, fine where the weights are otherwise."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from particles.compiled import compiled

UNIFORM = 65534  # at most so many bins of equal width: with one at either end, a uint16 can number them
CELLS = 4096  # where they are too wide: equal cells, with two wide bins and a share of the fine bins each
FINE_BINS = 8192
TWO_COPIES = 20000  # bins
SMALLEST = np.finfo(np.float64).tiny


class Bins(NamedTuple):
    """Bin b takes weights in [borders[b] - slack, borders[b + 1] + slack], in ascending order of b.

    The cell of a weight w is (w - lo) * cells, clamped.  If the bins are uniform, that is its bin, and the rest is
    empty.  Otherwise a cell has a left ``edge``, a ``scale`` (bins per length), a ``first`` bin and ``last`` + 1 bins.
    """

    lo: np.floating
    cells: np.floating
    last_cell: np.floating
    edge: np.ndarray
    scale: np.ndarray
    last: np.ndarray
    first: np.ndarray
    borders: np.ndarray
    slack: float


def make_bins(sample, width):
    """Bins no wider than ``width`` where the ascending sample has its weights, as far as bins can be had.

    None at the ends of the dtype's range.  The extreme weights of the sample, and what is beyond, have wide bins.
    """
    n, limits, real = sample.size, np.finfo(sample.dtype), sample.dtype.type
    low, high = float(sample[n // 2048]), float(sample[n - 1 - n // 2048])
    uniform = (high - low) / UNIFORM <= width
    number = int(min(max(4 * (high - low) / max(width, SMALLEST), CELLS), UNIFORM)) if uniform else CELLS
    cell = (high - low) / number or min(width / 4, max(abs(float(sample[0])), abs(float(sample[-1])))) or 1.0
    if max(abs(low), abs(high)) > limits.max / 4 or cell < float(limits.tiny) * (4.0 if uniform else 2.0**24):
        return None
    slack = max(4 * float(limits.eps), 2.0**-36) * (high - low + abs(low) + abs(high))
    if uniform:
        table, borders = np.empty((4, 0)), low + cell * np.arange(-1, number + 2)
    else:
        table, borders = _cells(sample, low, cell)
    borders[0], borders[-1] = min(borders[0], float(sample[0])), max(borders[-1], float(sample[-1]))
    edge, scale, last, first = table.astype(sample.dtype)
    lo, cells, last_cell = real(low - cell), real(1 / cell), real(number + 1)
    return Bins(lo, cells, last_cell, edge, scale, last, first.astype(np.int32), borders, slack)


@compiled
def _cells(sample, low, width):
    """Of each cell the left edge, bins per length, last bin and first bin; and the borders of all bins.

    The fine bins of a cell span what the sample has there and a little more; two wide bins take what is beside.
    """
    n = sample.size
    first_sample = np.full(CELLS + 3, n, np.int64)
    for i in range(n - 1, -1, -1):
        first_sample[min(max(int((sample[i] - low) / width + 1.0), 0), CELLS + 1)] = i
    for cell in range(CELLS + 1, -1, -1):
        first_sample[cell] = min(first_sample[cell], first_sample[cell + 1])
    table = np.zeros((4, CELLS + 2))
    borders = np.empty(4 * (CELLS + 2) + FINE_BINS + 1)
    b = 0
    for cell in range(CELLS + 2):
        left = low + (cell - 1) * width
        begin, end = first_sample[cell], first_sample[cell + 1]
        borders[b], table[3, cell] = left, b
        if end - begin > 1 and 0 < cell <= CELLS:
            fine = 2 + FINE_BINS * (end - begin) // n
            spread = max((1.25 + 12.0 / (end - begin)) * (sample[end - 1] - sample[begin]), width / 1024)
            size = spread / fine
            edge = 0.5 * (sample[begin] + sample[end - 1]) - 0.5 * spread - size
            table[0, cell], table[1, cell], table[2, cell] = edge, 1.0 / size, fine + 1
            for k in range(1, fine + 2):
                borders[b + k] = min(max(edge + k * size, left), left + width)
            b += fine + 2
        else:
            b += 1
    borders[b] = low + (CELLS + 1) * width
    return table, borders[: b + 1]


@compiled
def histogram(w, bins, ids):
    """(bins, 2): sum and count of the weights in each bin; ids[i] becomes the bin of weight i.

    Separate passes, because the compiler turns the first ones into vector code.  Two copies of the sums take turns,
    so that equal weights in a row do not wait for one another, as long as both fit into the cache.
    """
    zero = w.dtype.type(0)
    for i in range(w.size):
        ids[i] = np.uint16(np.int32(min(max((w[i] - bins.lo) * bins.cells, zero), bins.last_cell)))
    if bins.edge.size > 0:
        for i in range(w.size):
            cell = np.uintp(ids[i])
            inside = min(max((w[i] - bins.edge[cell]) * bins.scale[cell], zero), bins.last[cell])
            ids[i] = np.uint16(bins.first[cell] + np.int32(inside))
    number = bins.borders.size - 1
    other = 1 if number <= TWO_COPIES else 0
    sums = np.zeros((1 + other, 2 * number))
    if w.itemsize == 4:
        for i in range(w.size):
            b = np.uintp(ids[i]) << np.uintp(1)
            sums[i & other, b] += w[i]
            sums[i & other, b + 1] += 1.0
    else:  # a float64 sum has no spare bits for float64 weights: sum the small distances to the bin's border
        for i in range(w.size):
            b = np.uintp(ids[i])
            sums[i & other, 2 * b] += w[i] - bins.borders[b]
            sums[i & other, 2 * b + 1] += 1.0
    if other:
        sums[0] += sums[1]
    both = sums[0].reshape(number, 2)
    if w.itemsize == 8:
        both[:, 0] += both[:, 1] * bins.borders[:-1]
    return both


@compiled
def collect(w, place, ids, opened, members, places):
    """Copy the members of opened bins, and their places in the whole vector, of which ``w`` begins at ``place``."""
    j = 0
    for i in range(w.size):
        if opened[np.uintp(ids[i])]:
            members[j], places[j] = w[i], place + i
            j += 1


@compiled
def write_bins(ids, of_bin, out):
    """out[i] = of_bin[ids[i]]."""
    for i in range(ids.size):
        out[i] = of_bin[np.uintp(ids[i])]
