"""World lines of a crowd as a raster: the mass in each pixel of space and time, on the log scale of the mass strip.

Each row of pixels is the strip of mass at the row's time, so a row holds all the mass there is.
"""

from __future__ import annotations

import numpy as np

from particles.compiled import compiled

from .heavy_paths import Lines

BUDGET = 1_500_000  # pixels that lines may pass through in a frame while the view moves
AT_REST = 2  # times as many when it has come to rest
ON_PAPER = 40  # times as many in a picture that is written to a file


def mass_raster(lines: Lines, mass: np.ndarray, shape: tuple[int, int], window) -> np.ndarray:
    """Mass in each pixel, (h, w) float64, of ``lines`` with a mass each.

    ``window`` is ((x low, x high), (u low, u high)); the upper edge of the raster is at u high.
    """
    (x_low, x_high), (u_low, u_high) = window
    height, width = shape
    total = np.zeros(shape)
    scale = (x_low, width / (x_high - x_low), u_high, height / (u_high - u_low))
    _deposit(total, (lines.x0, lines.u0, lines.x1, lines.u1), mass, scale)
    return total


def cost(lines: Lines, rows: float, window) -> float:
    """About how many pixels the lines pass through, where the whole axis of time has ``rows`` of them."""
    (x_low, x_high), (u_low, u_high) = window
    some = slice(None, None, max(len(lines) // 16_384, 1))
    x0, x1 = lines.x0[some], lines.x1[some]
    seen = (np.minimum(x0, x1) <= x_high) & (np.maximum(x0, x1) >= x_low)
    tall = np.minimum(lines.u1[some], u_high) - np.maximum(lines.u0[some], u_low)
    return float((np.maximum(tall, 0.0) * rows)[seen].sum()) * len(lines) / max(x0.size, 1)


@compiled
def _deposit(total, ends, mass, scale):
    """Put each line's mass into every row whose middle it passes, shared out over the pixels that it crosses there."""
    height, width = total.shape
    x_low, x_scale, u_high, u_scale = scale
    x0s, u0s, x1s, u1s = ends
    for i in range(mass.size):
        bottom = (u_high - u0s[i]) * u_scale  # in rows from the top, downward
        top = (u_high - u1s[i]) * u_scale
        first = max(int(np.ceil(max(top, 0.0) - 0.5)), 0)
        last = min(int(np.ceil(min(bottom, height + 1.0) - 0.5)), height)
        if last <= first:
            continue
        begin, end = (x0s[i] - x_low) * x_scale, (x1s[i] - x_low) * x_scale
        if not (np.isfinite(begin) and np.isfinite(end)):
            continue
        if (begin < 0.0 and end < 0.0) or (begin >= width and end >= width):
            continue
        slope = (begin - end) / (bottom - top)  # pixels a row, downward
        half = 0.5 * abs(slope)
        for row in range(first, last):
            middle = end + (row + 0.5 - top) * slope
            if half <= 0.5:
                if 0.0 <= middle < width:
                    total[row, int(middle)] += mass[i]
                continue
            left, right = np.floor(middle - half), np.floor(middle + half)
            share = mass[i] / (right - left + 1.0)
            for column in range(int(max(left, 0.0)), int(min(right, width - 1.0)) + 1):
                total[row, column] += share
