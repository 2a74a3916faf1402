"""The mass strip: mass per column of pixels as bars on a log scale, for more clusters than can be told apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor

from particles.compiled import compiled

from .palette import Colours
from .raster import log_steps

SHADES = 12  # colours of the mass ramp for marks drawn one by one


@dataclass(frozen=True)
class LogScale:
    """Heights in 0 .. 1 for masses from ``low`` to ``high``; what is lighter than ``low`` still shows a little."""

    low: float
    high: float

    LEAST = 0.04

    @staticmethod
    def of(masses: np.ndarray) -> LogScale:
        """From half the lightest particle to all the mass: nothing ever leaves the scale."""
        return LogScale(0.5 * float(masses.min()), float(masses.sum()))

    def height(self, mass):
        """The height of a bar of ``mass`` > 0 (a number or an array)."""
        span = max(np.log(self.high / self.low), 1e-9)
        return np.clip(np.log(np.asarray(mass) / self.low) / span, self.LEAST, 1.0)

    def ticks(self, count: int) -> list[float]:
        """At most ``count`` powers of ten within the scale."""
        first, last = int(np.ceil(np.log10(self.low))), int(np.floor(np.log10(self.high)))
        step = max(-(-(last - first + 1) // max(count, 1)), 1)
        return [10.0**power for power in range(first, last + 1, step)]


def mass_shades(colours: Colours) -> list[QColor]:
    """The colours of the mass ramp for marks drawn one by one."""
    return [colours.mass_colour(shade / (SHADES - 1)) for shade in range(SHADES)]


def shade_index(masses: np.ndarray, scale: LogScale) -> np.ndarray:
    """The place of each mass in ``mass_shades``."""
    return (log_steps(masses, scale.low, scale.high) - 1) * SHADES // 255


def column_masses(
    position: np.ndarray, mass: np.ndarray, columns: int, low: float = 0.0, columns_a_unit: float = 1.0
) -> np.ndarray:
    """Mass in each of ``columns`` pixel columns, (columns,); ``low`` is the position of their left edge."""
    masses = np.zeros(columns)
    position, mass = position.view(), mass.view()
    for values in (position, mass):
        values.setflags(write=False)  # one kernel, and not another to compile for each kind of array
    _add_columns(masses, position, mass, low, columns_a_unit)
    return masses


def bars(masses: np.ndarray, height: int, scale: LogScale, table: np.ndarray, downward: bool = False) -> np.ndarray:
    """Pixels (height, columns) of bars that stand on the lower edge (or hang from the upper one).

    ``table`` is a ramp of 256 pixels by mass; pixels without a bar are transparent (0).
    """
    pixels = np.zeros((height, masses.size), dtype=np.uint32)
    lit = np.flatnonzero(masses)
    if lit.size:
        tall = np.rint(scale.height(masses[lit]) * height).astype(np.int64)
        _fill(pixels, lit, tall, table[log_steps(masses[lit], scale.low, scale.high)], downward)
    return pixels


@compiled
def _add_columns(masses, position, mass, low, columns_a_unit):
    for i in range(position.size):
        place = (position[i] - low) * columns_a_unit
        if 0.0 <= place < masses.size:  # not where it is NaN
            masses[int(place)] += mass[i]


@compiled
def _fill(pixels, columns, tall, inks, downward):
    height = pixels.shape[0]
    for row in range(height):  # row by row, as the pixels lie in memory
        from_foot = row if downward else height - 1 - row
        for i in range(columns.size):
            if from_foot < tall[i]:
                pixels[row, columns[i]] = inks[i]
