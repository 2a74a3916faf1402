"""Which branches of a merge tree a picture can show, and where its small clusters join them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .tree import MergeTree


class Branches(NamedTuple):
    """A branch is a large cluster while it meets no other large one; what it absorbs besides is part of it.

    Arrays (b,): ``top`` is its last node in the merge tree, ``bottom`` its first; it lives from ``born`` to
    ``died``, stands at the rank ``place``, and ends in the branch ``above`` (-1: in none).  ``collapsed``: at
    its bottom is a subtree of several particles that has no large cluster.  ``of_node``: the branch of each node,
    -1: none.
    """

    top: np.ndarray
    bottom: np.ndarray
    born: np.ndarray
    died: np.ndarray
    place: np.ndarray
    above: np.ndarray
    collapsed: np.ndarray
    of_node: np.ndarray


class Strays(NamedTuple):
    """Small clusters, arrays (s,): the one that holds a sampled rank joins ``branch`` (-1: never) at ``time``;
    ``node`` is the cluster just before that."""

    rank: np.ndarray
    node: np.ndarray
    time: np.ndarray
    branch: np.ndarray


def find_branches(tree: MergeTree, until: float, smallest: int) -> Branches:
    """The branches up to ``until``, large meaning ``smallest`` particles or more.

    With ``smallest = 1`` they are the whole forest, one branch a node.  A cluster that exists for an instant
    only, within a collision of several, is no branch: what it is made of ends in what the collision makes.
    """
    n = tree.first.size - tree.time.size
    nodes = n + int(np.searchsorted(tree.time, until, side="right"))
    first, last, parent = tree.first[:nodes], tree.last[:nodes], tree.parent[:nodes]
    left, right = tree.left[: nodes - n], tree.right[: nodes - n]
    parent = np.where(parent < nodes, parent, -1)
    born = np.concatenate((np.zeros(n), tree.time))[:nodes]
    large = last - first + 1 >= smallest
    forks = np.concatenate((np.zeros(n, dtype=bool), large[left] & large[right]))
    bottom_of = np.arange(nodes)
    follows = ~forks[n:] & (large[left] | large[right])
    bottom_of[n:][follows] = np.where(large[left], left, right)[follows]
    bottom_of = _followed(bottom_of)
    top = np.flatnonzero(large & ((parent < 0) | forks[parent]))
    bottom = bottom_of[top]
    died = np.where(parent[top] >= 0, born[parent[top]], until)
    row = np.full(nodes, -1)
    row[bottom] = np.arange(top.size)  # the fork under a branch is its bottom
    above = np.where(parent[top] >= 0, row[parent[top]], -1)
    # Look through the branches of an instant; those at the very end of time are kept: they are the outcome.
    instant = (died <= born[bottom]) & (above >= 0)
    through = np.append(_followed(np.where(instant, above, np.arange(top.size))), top.size)
    kept = np.flatnonzero(~instant)
    number = np.full(top.size + 1, -1)  # the last entry of both stands for "none"
    number[kept] = np.arange(kept.size)
    above = np.where(above >= 0, number[through[above]], -1)[kept]
    of_node = np.where(large, row[bottom_of], -1)
    of_node = np.where(of_node >= 0, number[through[of_node]], -1)
    top, bottom, died = top[kept], bottom[kept], died[kept]
    place = 0.5 * (first[top] + last[top])
    collapsed = ~forks[bottom] & (last[bottom] > first[bottom])
    return Branches(top, bottom, born[bottom], died, place, above, collapsed, of_node)


def find_strays(tree: MergeTree, branches: Branches, until: float, ranks: np.ndarray) -> Strays:
    """Where the particles of the given ``ranks`` join a branch, leaving out those inside a collapsed bottom."""
    n, nodes = tree.first.size - tree.time.size, branches.of_node.size
    node = ranks.copy()
    while True:
        parent = tree.parent[node]
        free = (parent >= 0) & (parent < nodes)
        free[free] = branches.of_node[parent[free]] < 0
        free &= branches.of_node[node] < 0
        if not free.any():
            break
        node[free] = parent[free]
    outside = branches.of_node[node] < 0
    rank, node = ranks[outside], node[outside]
    parent = tree.parent[node]
    joins = (parent >= 0) & (parent < nodes)
    time, branch = np.full(node.size, until), np.full(node.size, -1)
    time[joins] = tree.time[parent[joins] - n]
    branch[joins] = branches.of_node[parent[joins]]
    hidden = joins & (branch >= 0)
    of = branch[hidden]
    hidden[hidden] = (parent[hidden] == branches.bottom[of]) & branches.collapsed[of]
    return Strays(*(values[~hidden] for values in (rank, node, time, branch)))


def _followed(link: np.ndarray) -> np.ndarray:
    """Where the links lead in the end; each round doubles the distance looked ahead."""
    while not np.array_equal(further := link[link], link):
        link = further
    return link
