"""Accuracy against what is left of the weights: the frontier between the two, and where each strength lies on it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from particles.colours import Theme
from particles.style import dress_ticks, entitle, label_axis

from .figure_learning import ink, label_axis_log

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


class Trained(NamedTuple):
    """One trained network in a frontier: its method, what multiplied its penalty (0: none), the accuracy in [0, 1],
    and the distinct values of its regularized tensors together."""

    method: str
    strength: float
    accuracy: float
    distinct: int


def draw_frontier(figure, table: list[Trained], theme: Theme) -> None:
    """Draw into ``figure``; see ``figures.frontier``."""
    panels = figure.subplots(1, 2, sharey=True, width_ratios=(1.2, 1))
    for place, method in enumerate(dict.fromkeys(row.method for row in table)):
        rows = [row for row in table if row.method == method]
        _draw_method(panels, method, rows, ink(place, theme), MARKERS[place % len(MARKERS)])
    for axes in panels:
        axes.set_xscale("log")
        axes.grid(color=theme.grid, linewidth=0.7)
    label_axis(panels[0].yaxis, "accuracy (%)", theme, ticks=6)
    label_axis_log(panels[0].xaxis, "distinct values of the regularized tensors", theme)
    label_axis_log(panels[1].xaxis, "strength (horizontal: without a penalty)", theme, "{x:g}")
    dress_ticks(panels[1].yaxis, theme)
    if table:
        panels[0].legend(loc="best", frameon=True, facecolor=theme.background, edgecolor="none", framealpha=0.8)
    entitle(
        panels[0],
        _title(table),
        "each point is one trained network; lines join the means at a method's strengths",
        theme,
    )


def _draw_method(panels, method: str, rows: list[Trained], line: dict, marker: str) -> None:
    """Points for the networks; a line through the mean at each strength, a horizontal one where there is no penalty."""
    strengths = sorted({row.strength for row in rows})
    at = {strength: [row for row in rows if row.strength == strength] for strength in strengths}
    means = [np.mean([(row.distinct, 100 * row.accuracy) for row in at[strength]], axis=0) for strength in strengths]
    points = {"color": line["color"], "marker": marker, "s": 30, "linewidths": 0, "alpha": 0.75}
    panels[0].plot(*np.transpose(means), **line, marker=marker, markersize=6, linewidth=1.1, label=method, gid=method)
    panels[0].scatter([row.distinct for row in rows], [100 * row.accuracy for row in rows], **points)
    if strengths == [0.0]:
        panels[1].axhline(means[0][1], **line, linewidth=1.0, alpha=0.7)
        return
    panels[1].plot(strengths, [mean[1] for mean in means], **line, marker=marker, markersize=6, linewidth=1.1)
    panels[1].scatter([row.strength for row in rows], [100 * row.accuracy for row in rows], **points)


def _title(table: list[Trained]) -> str:
    if not table:
        return "No network has been trained yet"
    best = max(table, key=lambda row: row.accuracy)
    sentence = f"Best network: {best.method} with {100 * best.accuracy:.1f}% and {best.distinct:,} values"
    near = [row for row in table if row.accuracy >= best.accuracy - 0.01 and row.distinct < best.distinct]
    if near:
        few = min(near, key=lambda row: row.distinct)
        sentence += f"; within a point of it {few.method} has {few.distinct:,}"
    return sentence
