"""Accuracy against what is left of the weights: the frontier between the two, and where each strength lies on it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from particles.style import Theme, dress_ticks, entitle, label_axis

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
    methods = list(dict.fromkeys(row.method for row in table))
    for place, method in enumerate(methods):
        rows = sorted((row for row in table if row.method == method), key=lambda row: row.strength)
        accuracy = [100 * row.accuracy for row in rows]
        look = ink(place, theme) | {"marker": MARKERS[place % len(MARKERS)], "linewidth": 1.1, "markersize": 6}
        panels[0].plot([row.distinct for row in rows], accuracy, label=method, **look, gid=f"distinct {method}")
        some = [(row.strength, value) for row, value in zip(rows, accuracy, strict=True) if row.strength > 0]
        if some:
            panels[1].plot(*np.transpose(some), **look, gid=f"strength {method}")
        for row, value in zip(rows, accuracy, strict=True):
            if row.strength == 0:  # a horizontal line: what the others are measured against
                panels[1].axhline(value, **ink(place, theme), linewidth=1.0, alpha=0.7)
    for axes in panels:
        axes.set_xscale("log")
        axes.grid(color=theme.grid, linewidth=0.7)
    label_axis(panels[0].yaxis, "accuracy (%)", theme, ticks=6)
    label_axis_log(panels[0].xaxis, "distinct values of the regularized tensors", theme)
    panels[1].set_xlabel("strength (horizontal: without a penalty)")
    for which in ("major", "minor"):
        dress_ticks(panels[1].xaxis, theme, which)
    dress_ticks(panels[1].yaxis, theme)
    panels[0].legend(loc="best", frameon=True, facecolor=theme.background, edgecolor="none", framealpha=0.8)
    entitle(panels[0], _title(table), "each point is one trained network; lines join one method's strengths", theme)


def _title(table: list[Trained]) -> str:
    if not table:
        return "No network has been trained yet"
    best = max(table, key=lambda row: row.accuracy)
    sentence = f"Best: {best.method} with {100 * best.accuracy:.1f}% and {best.distinct:,} values"
    near = [row for row in table if row.accuracy >= best.accuracy - 0.01 and row.distinct < best.distinct]
    if near:
        few = min(near, key=lambda row: row.distinct)
        sentence += f"; within a point of it {few.method} has {few.distinct:,}"
    return sentence
