"""The two themes of ``particles.colours`` as QColors, and as tables of pixels for rasters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from PySide6.QtGui import QColor

from particles.colours import Theme, theme_named

STEPS = 256  # colours in a ramp


@dataclass(frozen=True, eq=False)
class Colours:
    """Colours by what they are for.

    ``panel`` is the ground of side panels, ``background`` of drawings, ``ink`` for text and main marks, ``quiet`` for
    what stands back, ``grid`` for guide lines, ``accent`` for what the user has hold of (time cursor, selection),
    ``kinetic`` and ``heat`` for the two forms of energy, ``good`` and ``bad`` for a check that holds or does not.
    ``clusters`` are the six colours of lineage; ``mass`` is a ramp from the lightest cluster to the heaviest.
    """

    name: str
    background: QColor
    panel: QColor
    ink: QColor
    quiet: QColor
    grid: QColor
    accent: QColor
    kinetic: QColor
    heat: QColor
    good: QColor
    bad: QColor
    clusters: tuple[QColor, ...]
    mass: tuple[QColor, ...]

    @staticmethod
    def of(name: str) -> Colours:
        """The colours of the theme "light" or "dark"; ValueError for any other name."""
        return _of(name)

    @property
    def dark(self) -> bool:
        """Whether light marks stand on a dark ground."""
        return self.name == "dark"

    @cached_property
    def mass_pixels(self) -> np.ndarray:
        """The mass ramp as 0xAARRGGBB, (256,) uint32: the pixels of QImage.Format_ARGB32_Premultiplied."""
        return ramp_pixels(self.mass)

    @cached_property
    def density_pixels(self) -> np.ndarray:
        """A ramp from the background through the mass ramp, (256,) uint32: index 0 is the background itself."""
        return ramp_pixels((self.background, *self.mass))

    def mass_colour(self, fraction: float) -> QColor:
        """The colour of the mass ramp at ``fraction`` in [0, 1]."""
        return QColor.fromRgb(int(self.mass_pixels[round(min(max(fraction, 0.0), 1.0) * (STEPS - 1))]))

    def faded(self, colour: QColor, strength: float) -> QColor:
        """``colour`` mixed into the background: 1 is the colour itself, 0 the background. Opaque."""
        return mixed(self.background, colour, strength)


def mixed(first: QColor, second: QColor, share: float) -> QColor:
    """The opaque colour a ``share`` of the way from ``first`` to ``second``."""
    return QColor.fromRgbF(
        *(a + (b - a) * share for a, b in zip(first.getRgbF()[:3], second.getRgbF()[:3], strict=True))
    )


def with_alpha(colour: QColor, alpha: float) -> QColor:
    """A copy of ``colour`` with opacity ``alpha`` in [0, 1]."""
    copy = QColor(colour)
    copy.setAlphaF(min(max(alpha, 0.0), 1.0))
    return copy


def ramp_pixels(stops: tuple[QColor, ...]) -> np.ndarray:
    """256 colours evenly through ``stops``, as 0xAARRGGBB, (256,) uint32."""
    at = np.linspace(0, len(stops) - 1, STEPS)
    channels = np.array([stop.getRgb()[:3] for stop in stops], dtype=np.float64)
    red, green, blue = (
        np.rint(np.interp(at, np.arange(len(stops)), channels[:, i])).astype(np.uint32) for i in range(3)
    )
    return np.uint32(0xFF000000) | red << np.uint32(16) | green << np.uint32(8) | blue


@lru_cache(maxsize=8)
def faded_pixels(colours: Colours, strength: float) -> np.ndarray:
    """The mass ramp mixed into the background, (256,) uint32; see ``Colours.faded``."""
    return ramp_pixels(tuple(colours.faded(stop, strength) for stop in colours.mass))


@lru_cache(maxsize=8)
def _of(name: str) -> Colours:
    theme: Theme = theme_named(name)
    dark = theme.name == "dark"
    return Colours(
        name=theme.name,
        background=QColor(theme.background),
        panel=QColor("#151b23" if dark else "#f6f7f9"),
        ink=QColor(theme.ink),
        quiet=QColor(theme.quiet),
        grid=QColor(theme.grid),
        accent=QColor(theme.accent),
        kinetic=QColor(theme.kinetic),
        heat=QColor(theme.heat),
        good=QColor("#1fae86" if dark else "#00755a"),
        bad=QColor("#ff7d5c" if dark else "#b8321a"),
        clusters=tuple(map(QColor, theme.clusters)),
        mass=tuple(map(QColor, theme.mass)),
    )
