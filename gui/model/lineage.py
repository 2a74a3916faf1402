"""Who descends from whom: colours that follow the heavier parent, and the node of a cluster at a time."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from particles import History
from particles.compiled import compiled

COLOURS = 6
_known: WeakKeyDictionary[History, np.ndarray] = WeakKeyDictionary()


def colours(history: History) -> np.ndarray:
    """The palette index (0 .. 5) of each node of ``history.tree``, (n + k,) uint8, in O(n + k).

    A cluster has the colour of its heavier parent (of the left one if both weigh the same), and at every time
    neighbouring clusters differ.  Where it can be, a particle has the colour rank % 6, so that colours hardly
    change while a particle is dragged.  They are kept for as long as the history lives.
    """
    if history not in _known:
        tree = history.tree
        found = _colours(len(history.particles), tree.left, tree.right, tree.first, tree.last, tree.mass)
        found.setflags(write=False)
        _known[history] = found
    return _known[history]


def nodes_at(history: History, t: float) -> np.ndarray:
    """The node of each cluster of ``history.clusters(t)``, from left to right, (k,) int64, in O(n)."""
    tree, n = history.tree, len(history.particles)
    born = n + int(np.searchsorted(tree.time, t, side="right"))
    return _alive(n, born, tree.parent, tree.first)


def node_at(history: History, rank: int, t: float) -> int:
    """The node of the cluster that holds the particle of that rank at time t, in O(n)."""
    tree, n = history.tree, len(history.particles)
    if not 0 <= rank < n:
        raise ValueError(f"there is no particle of rank {rank}: ranks are 0 to {n - 1}")
    born = n + int(np.searchsorted(tree.time, t, side="right"))
    holding = (tree.first[:born] <= rank) & (tree.last[:born] >= rank)
    return int(np.flatnonzero(holding)[-1])


@compiled
def _alive(n, born, parent, first):
    """The nodes below ``born`` whose parent is not, by their first rank."""
    node_of = np.full(n, -1, np.int64)
    count = 0
    for node in range(born):
        if parent[node] < 0 or parent[node] >= born:
            node_of[first[node]] = node
            count += 1
    nodes = np.empty(count, np.int64)
    k = 0
    for i in range(n):
        if node_of[i] >= 0:
            nodes[k] = node_of[i]
            k += 1
    return nodes


@compiled
def _colours(n, left, right, first, last, mass):
    """Run the film backwards: where a cluster splits, its heavier part keeps its colour, the lighter part takes one
    that differs from both of its neighbours."""
    total = n + left.size
    heavy_leaf = np.empty(total, np.int32)  # the rank whose colour a node would like to have
    is_root = np.ones(total, np.bool_)
    for i in range(n):
        heavy_leaf[i] = i
    for k in range(left.size):
        a, b = left[k], right[k]
        heavy_leaf[n + k] = heavy_leaf[a] if mass[a] >= mass[b] else heavy_leaf[b]
        is_root[a] = is_root[b] = False
    colour = np.empty(total, np.uint8)
    at_end = np.zeros(n, np.uint8)  # the colour at both end ranks of each cluster of the moment
    root_at = np.full(n, -1, np.int32)
    for node in range(total):
        if is_root[node]:
            root_at[first[node]] = node
    before = COLOURS
    for i in range(n):
        if root_at[i] >= 0:
            node = root_at[i]
            chosen = heavy_leaf[node] % COLOURS
            if chosen == before:
                chosen = (chosen + 1) % COLOURS
            colour[node] = chosen
            at_end[first[node]] = at_end[last[node]] = before = chosen
    for k in range(left.size - 1, -1, -1):
        node, a, b = n + k, left[k], right[k]
        keeps, other = (a, b) if mass[a] >= mass[b] else (b, a)
        outer = last[other] + 1 if other == b else first[other] - 1
        beside = at_end[outer] if 0 <= outer < n else COLOURS
        chosen = heavy_leaf[other] % COLOURS
        while chosen == colour[node] or chosen == beside:
            chosen = (chosen + 1) % COLOURS
        colour[keeps], colour[other] = colour[node], chosen
        at_end[first[keeps]] = at_end[last[keeps]] = colour[node]
        at_end[first[other]] = at_end[last[other]] = chosen
    return colour
