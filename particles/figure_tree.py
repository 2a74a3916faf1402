"""The merge tree of a history, its small subtrees collapsed where there are more than a picture can show."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection

from .figure_branches import Branches, find_branches, find_strays
from .figure_view import View, colours, counted, ink_note, say_empty, widths
from .style import entitle, label_axis, mix

COLUMNS = 400  # clusters of less than this part of all particles are not told apart


def draw_tree(figure, view: View) -> None:
    """Draw into ``figure``; see ``figures.tree``."""
    axes, theme, n = figure.add_subplot(), view.theme, len(view.history.particles)
    label_axis(axes.xaxis, "rank of the particle, from the left", theme, integer=True)
    label_axis(axes.yaxis, "time = strength", theme)
    axes.set_ylim(*view.time_limits)
    axes.set_xlim(-0.5 - 0.01 * n, max(n, 1) - 0.5 + 0.01 * n)
    axes.grid(axis="y", color=theme.grid, linewidth=0.7)
    smallest = -(-n // COLUMNS)
    if n == 0:
        say_empty(axes, theme)
    else:
        branches = find_branches(view.history.tree, view.until, smallest)
        _draw_wedges(axes, view, branches)
        if smallest > 1:
            _draw_strays(axes, view, branches)
        _draw_branches(axes, view, branches)
    if view.time is not None:
        axes.axhline(view.time, color=theme.accent, linewidth=1.1, linestyle=(0, (5, 3)), zorder=4, gid="cursor")
    trees = int(view.history.count(view.until))
    title = "Merge tree: all meet" if trees == 1 and n > 1 else f"Merge tree: {counted(trees, 'tree')}"
    note = ink_note(view)
    if smallest > 1:
        note += f"; wedges and hairlines stand for clusters of fewer than {smallest:,}"
    entitle(axes, title, note, theme)


def _draw_branches(axes, view: View, branches: Branches) -> None:
    """Upright lines for the branches, and from the top of each a bar to the branch that it ends in."""
    tree, place = view.history.tree, branches.place
    mass = tree.mass[branches.top]
    ink, thickness = colours(view, tree.first[branches.top], mass), 0.75 * widths(view, mass)
    ending = np.flatnonzero(branches.above >= 0)
    uprights = _segments(place, branches.born, place, branches.died)
    bars = _segments(
        place[ending], branches.died[ending], place[branches.above[ending]], branches.died[ending]
    )  # fmt: skip
    for gid, segments, branch in (("bars", bars, ending), ("branches", uprights, np.arange(mass.size))):
        style = {"linewidths": thickness[branch], "colors": ink[branch], "capstyle": "projecting", "gid": gid}
        axes.add_collection(LineCollection(segments, **style), autolim=False)


def _draw_wedges(axes, view: View, branches: Branches) -> None:
    """A wedge from the ranks of a branch's first cluster at time 0 to the branch: what is in it is not shown."""
    tree, theme = view.history.tree, view.theme
    bottom, foot = branches.bottom[branches.collapsed], branches.born[branches.collapsed]
    if bottom.size == 0:
        return
    place, ground = branches.place[branches.collapsed], np.zeros(bottom.size)
    corners = ((tree.first[bottom] - 0.5, ground), (place, foot), (tree.last[bottom] + 0.5, ground))
    wedges = np.stack([np.column_stack(corner) for corner in corners], axis=1)
    ink = colours(view, tree.first[bottom], tree.mass[bottom])[:, :3]
    ink = mix(ink, theme.background, np.full(bottom.size, 0.4))
    axes.add_collection(PolyCollection(wedges, facecolors=ink, linewidths=0, gid="wedges"), autolim=False)


def _draw_strays(axes, view: View, branches: Branches) -> None:
    """Hairlines for the small clusters that join a branch on its way, or none: one for each column of ranks."""
    tree, n = view.history.tree, len(view.history.particles)
    ranks = ((np.arange(COLUMNS) + 0.5) / COLUMNS * n).astype(np.int64)
    strays = find_strays(tree, branches, view.until, ranks)
    joining = strays.branch >= 0
    uprights = _segments(strays.rank, np.zeros(strays.rank.size), strays.rank, strays.time)
    place = branches.place[strays.branch[joining]]
    bars = _segments(strays.rank[joining], strays.time[joining], place, strays.time[joining])
    ink = colours(view, tree.first[strays.node], tree.mass[strays.node])
    style = {"linewidths": 0.4, "colors": np.concatenate((ink, ink[joining])), "zorder": 1, "gid": "strays"}
    axes.add_collection(LineCollection(np.concatenate((uprights, bars)), **style), autolim=False)


def _segments(x0, y0, x1, y1) -> np.ndarray:
    return np.stack((np.column_stack((x0, y0)), np.column_stack((x1, y1))), axis=1)
