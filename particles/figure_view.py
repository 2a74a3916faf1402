"""What a figure shows of a history: which stretch of time, which moment, in which theme; and the ink of a cluster."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb

from .colours import Theme, theme_named
from .history import History
from .state import Clusters
from .style import mix

MANY_COLOURS = 12  # with more final clusters than this, colour by mass


@dataclass(frozen=True, eq=False)
class View:
    """The times 0 .. ``until`` of a history; ``time`` is the marked moment, None where the caller marked none."""

    history: History
    time: float | None
    until: float
    theme: Theme

    @classmethod
    def of(cls, history: History, time: float | None, until: float | None, theme: str) -> View:
        """Check the arguments of a figure and fill in the defaults."""
        colours = theme_named(theme)
        if until is None:
            until = max(default_until(history), time or 0.0)
        elif not 0 <= until < math.inf:
            raise ValueError(f"until is {until}: give a finite time >= 0")
        history.count([until if time is None else time, until])  # raises for a time outside the history
        if time is not None and time > until:
            raise ValueError(f"time {time:g} is past the end of the figure: until is {until:g}")
        return cls(history, None if time is None else float(time), float(until), colours)

    @property
    def moment(self) -> float:
        """The marked moment, or the middle of the time shown."""
        return 0.5 * self.until if self.time is None else self.time

    @property
    def time_limits(self) -> tuple[float, float]:
        """Limits of a time axis."""
        return (0.0, self.until) if self.until > 0 else (0.0, 1.0)

    @property
    def final(self) -> Clusters:
        """The clusters at the end of the time shown."""
        return self.history.clusters(self.until)


def default_until(history: History) -> float:
    """The end of the history if it has one; else a little past the last collision; else, if nobody ever collides,
    the time in which the particles move apart by twice the width of their start."""
    if math.isfinite(history.until):
        return history.until
    if history.last_collision > 0:
        return 1.08 * history.last_collision
    position, velocity = history.particles.position, history.particles.velocity
    if position.size == 0:
        return 1.0
    reach = np.ptp(position) or 1.0
    speed = np.ptp(velocity) or np.abs(velocity).max() or 1.0
    return float(2 * reach / speed)


def widths(view: View, mass: np.ndarray) -> np.ndarray:
    """Line widths in points: the square root of a cluster's share of all mass, from a hairline to a rope."""
    return np.maximum(7.0 * np.sqrt(mass / max(view.history.particles.mass.sum(), 1e-300)), 0.5)


def by_final_cluster(view: View) -> bool:
    """Are clusters coloured by the final cluster they end in?  Else, where that tells little, by mass."""
    final = view.final
    shared = np.count_nonzero(final.sizes(len(view.history.particles)) > 1)
    return len(final) > 1 and 0 < shared <= MANY_COLOURS


def colours(view: View, first: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """RGBA (k, 4) of clusters with these first ranks and masses.

    By the final cluster they end in, light ones paler (particles that stay alone are grey); or by mass.
    """
    if first.size == 0:
        return np.empty((0, 4))
    theme, smallest = view.theme, view.history.particles.mass.min()
    if not by_final_cluster(view):
        ramp = LinearSegmentedColormap.from_list("mass", theme.mass)
        return ramp(_log_share(mass, smallest, view.history.particles.mass.sum()))
    final = view.final
    shared = final.sizes(len(view.history.particles)) > 1
    palette = np.array([to_rgb(colour) for colour in theme.clusters])
    inks = palette[np.maximum(np.cumsum(shared) - 1, 0) % len(palette)]
    inks[~shared] = to_rgb(theme.quiet)
    end = np.searchsorted(final.start, first, side="right") - 1
    return mix(inks[end], theme.background, 0.55 + 0.45 * _log_share(mass, smallest, final.mass[end]))


def ink_note(view: View) -> str:
    """What width and colour say, in words."""
    return "width: mass, colour: final cluster" if by_final_cluster(view) else "width and colour: mass"


def counted(number: int, thing: str) -> str:
    """'1 cluster', '1,000,000 clusters'."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def say_empty(axes, theme: Theme) -> None:
    """An empty system says so instead of showing a bare frame."""
    axes.text(0.5, 0.5, "no particles", transform=axes.transAxes, ha="center", va="center", color=theme.quiet)


def _log_share(mass, smallest, largest) -> np.ndarray:
    """Where a mass lies between the smallest and the largest on a log scale, 0 .. 1 (1 where there is no range)."""
    span = np.log(largest / smallest)
    place = np.log(mass / smallest)
    return np.clip(np.where(span > 0, place / np.where(span > 0, span, 1.0), 1.0), 0.0, 1.0)
