"""The weights of a tensor: how many lie where, and on which values the clusters stand."""

from __future__ import annotations

import numpy as np

from particles.colours import Theme
from particles.style import entitle, label_axis, limits

from .figure_learning import label_axis_log

BINS = 160
NAMED = 4  # clusters whose value is written beside them


def draw_histogram(figure, weights, name: str, theme: Theme) -> None:
    """Draw into ``figure``; see ``figures.weight_histogram``."""
    flat = np.asarray(weights, dtype=np.float64).ravel() + 0.0  # -0.0 becomes 0.0
    if not np.isfinite(flat).all():
        raise ValueError(f"{name} holds NaN or infinity: a histogram needs finite weights")
    axes = figure.subplots()
    if flat.size == 0:
        axes.text(0.5, 0.5, "no weights", transform=axes.transAxes, ha="center", va="center", color=theme.quiet)
        entitle(axes, f"{name} is empty", "", theme)
        return
    values, sizes = np.unique(flat, return_counts=True)
    low, high = limits(values[0], values[-1])
    alone = sizes == 1
    edges = np.linspace(low, high, BINS + 1)
    axes.hist(flat, edges, color=theme.grid, histtype="stepfilled", label="all weights, by bin", gid="all")
    axes.hist(values[alone], edges, color=theme.quiet, histtype="stepfilled", label="those that share with nobody")
    axes.set_yscale("log")
    axes.set_ylim(0.7, 5 * max(sizes.max(), np.histogram(flat, edges)[0].max()))
    axes.set_xlim(low, high)
    _draw_clusters(axes, values[~alone], sizes[~alone], theme)
    label_axis(axes.xaxis, "weight", theme)
    label_axis_log(axes.yaxis, "number of weights", theme)
    figure.legend(loc="outside lower center", ncols=4)
    entitle(axes, _title(name, flat.size, values, sizes), _note(flat.size, values, sizes), theme)


def _draw_clusters(axes, values, sizes, theme: Theme) -> None:
    """A line for each value that weights share, as high as weights have it; zero stands out."""
    zero = values == 0
    for which, colour, width, label in (
        (~zero, theme.clusters[0], 0.8, "a shared value"),
        (zero, theme.accent, 2.0, "zero"),
    ):
        if which.any():
            axes.vlines(values[which], 0.7, sizes[which], color=colour, linewidth=width, label=label, gid=label)
            few = 12 if which.sum() > 200 else 30
            axes.scatter(values[which], sizes[which], s=few, color=colour, linewidths=0, zorder=3)
    total = sizes.sum()
    span = np.diff(axes.get_xlim())[0]
    written: list[float] = []
    for place in np.argsort(-sizes, kind="stable"):
        if len(written) == NAMED or sizes[place] < max(3, 0.01 * total):
            break
        if all(abs(values[place] - other) > 0.09 * span for other in written):
            written.append(values[place])
            text = "zero" if values[place] == 0 else f"{values[place]:.3g}"
            axes.annotate(
                f"{text}\n{sizes[place]:,}", (values[place], sizes[place]), (0, 5), textcoords="offset points",
                ha="center", va="bottom", fontsize=7.5, color=theme.accent if values[place] == 0 else theme.ink,
            )  # fmt: skip


def _title(name: str, n: int, values, sizes) -> str:
    if values.size == n:
        return f"{name}: no two of its {n:,} weights are equal"
    if values.size == 1:
        return f"{name}: all {n:,} weights are {values[0]:.3g}"
    largest = int(np.argmax(sizes))
    which = "at zero" if values[largest] == 0 else f"at {values[largest]:.3g}"
    return f"{name}: {values.size:,} values for {n:,} weights, {100 * sizes[largest] / n:.3g}% of them {which}"


def _note(n: int, values, sizes) -> str:
    shared = int(sizes[sizes > 1].sum())
    clusters = int((sizes > 1).sum())
    return f"{clusters:,} values are shared, by {100 * shared / n:.3g}% of the weights; heights on a log scale"
