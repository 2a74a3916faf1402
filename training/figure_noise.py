"""When does a cluster hold together against the noise of the gradients?  Where strength x share > 1.2533 sigma.

A step of gradient noise with standard deviation sigma (times the learning rate) spreads a cluster that holds the share
f of all weights; a prox of strength lambda (times the learning rate) then pulls neighbours together, with a velocity
that falls by 2 lambda f times the density of the spread cluster.  For Gaussian noise that density is at most
1 / (sigma sqrt(2 pi)), so nothing closes again unless lambda f > sqrt(pi / 2) sigma; a little above, most of it does.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from particles.colours import Theme
from particles.style import dress_ticks, entitle, label_axis
from prox import prox_weight_sharing

from .figure_frontier import MARKERS
from .figure_learning import ink

THRESHOLD = math.sqrt(math.pi / 2)
SHARES = (0.05, 0.2, 1.0)
RATIOS = tuple(THRESHOLD * 10 ** np.linspace(-0.7, 0.7, 15))


class Kept(NamedTuple):
    """What is left of a cluster: ``kept`` is its largest piece as a share of it, after ``steps`` of noise and prox
    at ``ratio`` = strength x share / sigma.  ``label`` tells where the numbers are from."""

    label: str
    ratio: float
    kept: float


def noise_experiment(
    *, shares=SHARES, ratios=RATIOS, weights: int = 20_000, steps: int = 5, seed: int = 0
) -> list[Kept]:
    """Steps of Gaussian noise and prox, from a cluster that holds a share of ``weights``, the others far apart.

    The others lie evenly from -1 to 1, so far apart that none joins; the noise has standard deviation 1e-6.
    """
    found = []
    for share in shares:
        members = round(share * weights)
        for ratio in ratios:
            random = np.random.default_rng(seed)
            w = np.concatenate((np.zeros(members), np.linspace(-1, 1, weights - members)))
            sigma = 1e-6
            for _ in range(steps):
                w[:members] += sigma * random.standard_normal(members)
                w = prox_weight_sharing(w, ratio * sigma / share)
            largest = np.unique(w[:members], return_counts=True)[1].max()
            found.append(Kept(f"{100 * share:g}% of the weights", float(ratio), float(largest / members)))
    return found


def draw_noise(figure, table: list[Kept], theme: Theme) -> None:
    """Draw into ``figure``; see ``figures.noise_threshold``."""
    axes = figure.subplots()
    axes.axvline(THRESHOLD, color=theme.accent, linewidth=1.2, linestyle=(0, (5, 3)), gid="threshold")
    axes.annotate(
        "$\\sqrt{\\pi/2}$ = 1.2533", (THRESHOLD, 1), (5, -4), xycoords=("data", "axes fraction"),
        textcoords="offset points", va="top", fontsize=8, color=theme.accent,
    )  # fmt: skip
    for place, label in enumerate(dict.fromkeys(row.label for row in table)):
        rows = sorted(row for row in table if row.label == label)
        look = ink(place, theme) | {"marker": MARKERS[place % len(MARKERS)], "markersize": 5, "linewidth": 1.2}
        axes.plot([row.ratio for row in rows], [100 * row.kept for row in rows], label=label, **look, gid=label)
    axes.set_xscale("log")
    axes.set_ylim(-3, 106)
    axes.grid(axis="y", color=theme.grid, linewidth=0.7)
    label_axis(axes.yaxis, "largest piece of the cluster (%)", theme, ticks=5)
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("strength x share of the weights / standard deviation of the gradient noise")
    for which in ("major", "minor"):
        dress_ticks(axes.xaxis, theme, which)
    axes.legend(loc="center left", title="a cluster of", title_fontsize=8, alignment="left")
    note = "what a few steps of gradient noise and prox leave of a cluster"
    entitle(axes, "Unless strength x share exceeds 1.25 sigma, gradient noise splits every cluster", note, theme)
