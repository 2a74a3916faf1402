"""Value-monotone bins for a long vector: fine where there are many weights, by a sample."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from particles.compiled import compiled

CELLS = 4096  # equal cells over the range of values; one more at either end takes the extreme ones
FINE_BINS = 8192  # shared out among the cells by their weight


class Bins(NamedTuple):
    """Value-monotone bins.  The cell of a weight w is (w - lo) * cells, clamped; a cell has a left ``edge``, a
    ``scale`` (bins per length), a ``first`` bin, and ``last`` + 1 bins.  Members of a bin lie in [lower, upper]."""

    lo: np.floating
    cells: np.floating
    edge: np.ndarray
    scale: np.ndarray
    last: np.ndarray
    first: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def make_bins(sample, least, most):
    """Bins that are fine where the sample has many weights; None at the ends of the dtype's range."""
    n, limits = sample.size, np.finfo(sample.dtype)
    low, high = float(sample[n // 256]), float(sample[n - 1 - n // 256])
    width = (high - low) / CELLS or 1.0
    if max(abs(float(least)), abs(float(most))) > limits.max / 4 or width < float(limits.tiny) * 2.0**24:
        return None
    slack = max(4 * float(limits.eps), 2.0**-36) * (high - low + abs(low) + abs(high))
    table, borders = _cells(sample, low, width)
    edge, scale, last, first = table.astype(sample.dtype)
    lower, upper = borders[0] - slack, borders[1] + slack
    lower[0], upper[-1] = min(least, lower[0]), max(most, upper[-1])
    real = sample.dtype.type
    return Bins(real(low - width), real(1 / width), edge, scale, last, first.astype(np.int32), lower, upper)


@compiled
def _cells(sample, low, width):
    """Of each cell the left edge, bins per length, last bin and first bin; the lower and upper borders of all bins.

    The fine bins of a cell span what the sample has there and a little more; two wide bins take what is beside.
    """
    n = sample.size
    first_sample = np.full(CELLS + 3, n, np.int64)
    for i in range(n - 1, -1, -1):
        first_sample[min(max(int((sample[i] - low) / width + 1.0), 0), CELLS + 1)] = i
    table = np.zeros((4, CELLS + 2))
    borders = np.empty((2, 4 * (CELLS + 2) + FINE_BINS))
    b = 0
    for cell in range(CELLS + 1, -1, -1):
        first_sample[cell] = min(first_sample[cell], first_sample[cell + 1])
    for cell in range(CELLS + 2):
        left, right = low + (cell - 1) * width, low + cell * width
        begin, end = first_sample[cell], first_sample[cell + 1]
        table[3, cell] = b
        if end - begin > 1 and 0 < cell <= CELLS:
            fine = 2 + FINE_BINS * (end - begin) // n
            spread = max((1.25 + 12.0 / (end - begin)) * (sample[end - 1] - sample[begin]), width / 1024)
            size = spread / fine
            edge = 0.5 * (sample[begin] + sample[end - 1]) - 0.5 * spread - size
            table[0, cell], table[1, cell], table[2, cell] = edge, 1.0 / size, fine + 1
            for k in range(fine + 2):
                borders[0, b + k], borders[1, b + k] = max(edge + k * size, left), min(edge + (k + 1) * size, right)
            borders[0, b], borders[1, b + fine + 1] = left, right
            b += fine + 2
        else:
            borders[0, b], borders[1, b] = left, right
            b += 1
    return table, borders[:, :b]


@compiled
def histogram(w, bins, ids):
    """(bins, 2): sum and count of the weights in each bin; ids[i] becomes the bin of weight i.

    Three passes, the first two of which the compiler turns into vector code; two copies of the sums take turns,
    so that equal weights in a row do not wait for one another.
    """
    real = w.dtype.type
    zero, last_cell = real(0), real(bins.edge.size - 1)
    for i in range(w.size):
        ids[i] = np.uint16(np.int32(min(max((w[i] - bins.lo) * bins.cells, zero), last_cell)))
    edge, scale, last, first = bins.edge, bins.scale, bins.last, bins.first
    for i in range(w.size):
        cell = np.uintp(ids[i])
        inside = min(max((w[i] - edge[cell]) * scale[cell], zero), last[cell])
        ids[i] = np.uint16(first[cell] + np.int32(inside))
    sums = np.zeros((2, 2 * bins.lower.size))
    if w.itemsize == 4:
        for i in range(w.size):
            b = np.uintp(ids[i]) << np.uintp(1)
            sums[i & 1, b] += w[i]
            sums[i & 1, b + 1] += 1.0
        return (sums[0] + sums[1]).reshape(-1, 2)
    # A float64 sum has no spare bits for float64 weights: sum the small distances to the bin's border.
    for i in range(w.size):
        b = np.uintp(ids[i])
        sums[i & 1, 2 * b] += w[i] - bins.lower[b]
        sums[i & 1, 2 * b + 1] += 1.0
    both = (sums[0] + sums[1]).reshape(-1, 2)
    both[:, 0] += both[:, 1] * bins.lower
    return both


@compiled
def collect(w, place, ids, opened, members, places):
    """Copy the members of opened bins, and their places in the whole vector."""
    j = 0
    for i in range(w.size):
        if opened[np.uintp(ids[i])]:
            members[j], places[j] = w[i], place + i
            j += 1


@compiled
def write_bins(ids, of_bin, out):
    for i in range(ids.size):
        out[i] = of_bin[np.uintp(ids[i])]
