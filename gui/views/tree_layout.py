"""Where the branches of a merge tree stand: at most some hundreds, whatever the number of particles."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from particles import History
from particles.figure_branches import Branches, Strays, find_branches, find_strays
from particles.tree import MergeTree

COLUMNS = 400  # clusters of less than this part of the particles in view are not told apart
WAITS = 50_000  # more particles than this are laid out while the window goes on


class Layout(NamedTuple):
    """``branches`` and, where small clusters are collapsed (``smallest`` > 1), hairlines for those that join late."""

    branches: Branches
    strays: Strays | None
    smallest: int


def smallest_shown(n: int, part: float) -> int:
    """How many particles a cluster has to have to be shown, where a ``part`` of all n is in view.

    Rounded down to a power of two once the view is zoomed in, so that few layouts serve all zooms.
    """
    whole = -(-n // COLUMNS)
    if part >= 1.0 or whole <= 1:
        return max(whole, 1)
    return max(1 << int(np.log2(max(whole * part, 1.0))), 1)


def lay_out(history: History, horizon: float, smallest: int) -> Layout:
    """The branches of at least ``smallest`` particles up to ``horizon``."""
    n = len(history.particles)
    branches = find_branches(history.tree, horizon, smallest)
    if smallest == 1:
        return Layout(branches, None, smallest)
    columns = min(COLUMNS * max(-(-n // COLUMNS) // smallest, 1), 8 * COLUMNS)
    ranks = ((np.arange(columns) + 0.5) / columns * n).astype(np.int64)
    return Layout(branches, find_strays(history.tree, branches, horizon, ranks), smallest)


def uprights(layout: Layout) -> np.ndarray:
    """A line for each branch, (b, 4): place, born, place, died."""
    b = layout.branches
    return np.column_stack((b.place, b.born, b.place, b.died))


def bars(layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    """From the top of each branch that ends in another a line to it, (s, 4), and which branches these are (s,)."""
    b = layout.branches
    ending = np.flatnonzero(b.above >= 0)
    return np.column_stack((b.place[ending], b.died[ending], b.place[b.above[ending]], b.died[ending])), ending


def wedges(layout: Layout, history: History) -> tuple[np.ndarray, np.ndarray]:
    """The collapsed bottoms of branches as triangles on time 0, (w, 3) ranks with their foot's time (w,), by branch."""
    b, tree = layout.branches, history.tree
    shut = np.flatnonzero(b.collapsed)
    bottom = b.bottom[shut]
    return np.column_stack((tree.first[bottom] - 0.5, b.place[shut], tree.last[bottom] + 0.5)), shut


def stray_lines(layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    """Hairlines of the small clusters that join late or never, (s, 4), and the node of each."""
    s, b = layout.strays, layout.branches
    joining = np.flatnonzero(s.branch >= 0)
    up = np.column_stack((s.rank, np.zeros(s.rank.size), s.rank, s.time))
    over = np.column_stack((s.rank[joining], s.time[joining], b.place[s.branch[joining]], s.time[joining]))
    return np.concatenate((up, over)), np.concatenate((s.node, s.node[joining]))


def life(tree: MergeTree, node: int) -> tuple[float, float]:
    """From when to when the cluster of a node exists (inf: for ever)."""
    n, parent = tree.first.size - tree.time.size, tree.parent[node]
    born = 0.0 if node < n else float(tree.time[node - n])
    return born, float("inf") if parent < 0 else float(tree.time[parent - n])


def branch_near(layout: Layout, rank: float, t: float, reach: float) -> int | None:
    """The branch that stands within ``reach`` ranks of ``rank`` at time t, the nearest; None if there is none."""
    b = layout.branches
    alive = np.flatnonzero((b.born <= t) & (t <= b.died))
    if not alive.size:
        return None
    nearest = alive[np.abs(b.place[alive] - rank).argmin()]
    return int(nearest) if abs(b.place[nearest] - rank) <= reach else None


def stands(layout: Layout, node: int) -> bool:
    """Has the node a branch of its own?"""
    of_node = layout.branches.of_node
    return node < of_node.size and of_node[node] >= 0
