"""The look of the figures: a context in which matplotlib follows a theme.

Every line is also told by its width, not by its colour alone.
"""

from __future__ import annotations

from contextlib import contextmanager

import matplotlib.style
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from .colours import Theme


@contextmanager
def styled(theme: Theme):
    """Within this context matplotlib follows the theme, from its own defaults; the caller's settings come back."""
    with matplotlib.style.context(["default", _settings(theme)]):
        yield


def _settings(theme: Theme) -> dict:
    return {
        "figure.facecolor": theme.background,
        "axes.facecolor": theme.background,
        "axes.edgecolor": theme.quiet,
        "axes.labelcolor": theme.ink,
        "axes.titlecolor": theme.ink,
        "axes.titlelocation": "left",
        "axes.titlesize": 11,
        "axes.titleweight": "bold",
        "axes.titlepad": 20,
        "axes.labelsize": 9,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "text.color": theme.ink,
        "font.size": 9,
        "lines.solid_capstyle": "round",
        "legend.frameon": False,
        "legend.fontsize": 8,
        "hatch.linewidth": 0.5,
        "svg.fonttype": "none",
        "svg.hashsalt": "stickyweights",  # the same figure gives the same file
        "pdf.fonttype": 42,
    }


class UnitFormatter(ScalarFormatter):
    """Ticks whose power of ten or offset stands in the axis label, where it collides with nothing."""

    def __init__(self, label: str):
        super().__init__(useOffset=True, useMathText=True)
        self.label = label
        self.set_powerlimits((-3, 4))

    def set_locs(self, locs):
        super().set_locs(locs)
        factor = super().get_offset()
        self.axis.set_label_text(f"{self.label}   {factor}" if factor else self.label)

    def get_offset(self):
        return ""


def label_axis(axis, label: str, theme: Theme, *, ticks: int = 7, integer: bool = False) -> None:
    """Label one axis and dress its ticks; colours are given outright because ticks are made after the context."""
    axis.set_major_locator(MaxNLocator(ticks, integer=integer, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(UnitFormatter(label))
    axis.set_label_text(label)
    dress_ticks(axis, theme)


def dress_ticks(axis, theme: Theme, which: str = "major") -> None:
    """Colour, size and length of an axis' ticks."""
    length = 3 if which == "major" else 1.5
    axis.set_tick_params(
        which=which, color=theme.quiet, labelcolor=theme.ink, labelsize=8, length=length, width=0.8, direction="out"
    )


def entitle(axes, title: str, note: str, theme: Theme) -> None:
    """A title, and under it in small type how to read the picture."""
    axes.set_title(title)
    text = axes.annotate(
        note, (0, 1), (0, 6), xycoords="axes fraction", textcoords="offset points", color=theme.quiet, fontsize=7.5
    )
    text.set_in_layout(False)  # a long note must not squeeze the axes


def limits(low: float, high: float, margin: float = 0.04) -> tuple[float, float]:
    """Axis limits around low .. high that are never empty, at whatever scale."""
    width, size = high - low, max(abs(low), abs(high))
    if width <= 1e-13 * size:
        width = 0.2 * size or 1.0
        margin = 0.5
    return low - margin * width, high + margin * width


def mix(colours, background: str, share) -> np.ndarray:
    """RGBA (k, 4): ``colours`` (k, 3), let fade into the background as ``share`` (k,) falls from 1 to 0."""
    share = np.asarray(share)[:, None]
    rgb = share * np.asarray(colours) + (1 - share) * np.asarray(to_rgb(background))
    return np.column_stack((rgb, np.ones(len(rgb))))
