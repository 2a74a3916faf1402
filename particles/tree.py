"""The merge tree of a history: who merged with whom, when, and the straight lines they moved on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .compiled import compiled
from .state import Particles


class MergeTree(NamedTuple):
    """Nodes 0 .. n - 1 are the particles; collision k, in order of time, makes node n + k.

    Shapes: ``left``, ``right``, ``time`` (k,) for the k collisions; ``first``, ``last`` (ranks, inclusive),
    ``mass``, ``moment`` (sum of mass x position at time 0), ``momentum``, ``parent`` (-1: none) (n + k,).
    """

    left: np.ndarray
    right: np.ndarray
    time: np.ndarray
    first: np.ndarray
    last: np.ndarray
    mass: np.ndarray
    moment: np.ndarray
    momentum: np.ndarray
    parent: np.ndarray


class Events(NamedTuple):
    """The collisions in order of time, each array (k,): cluster ``left`` (ranks first .. middle) meets cluster
    ``right`` (ranks middle + 1 .. last) at ``position``; velocities are those before, ``energy_lost`` >= 0."""

    time: np.ndarray
    position: np.ndarray
    first: np.ndarray
    middle: np.ndarray
    last: np.ndarray
    mass_left: np.ndarray
    mass_right: np.ndarray
    velocity_left: np.ndarray
    velocity_right: np.ndarray
    energy_lost: np.ndarray


class WorldLines(NamedTuple):
    """Straight segments, each array (s,): a cluster of the ranks first .. last, of ``mass``, lives from ``born``
    to ``died``, and moves from ``position`` to ``end``."""

    born: np.ndarray
    died: np.ndarray
    position: np.ndarray
    end: np.ndarray
    first: np.ndarray
    last: np.ndarray
    mass: np.ndarray


def build_tree(particles: Particles, merge_times: np.ndarray) -> MergeTree:
    """Replay the finite merge times in order; O(n log n) for the sort, then one pass."""
    n = len(particles)
    gaps = np.flatnonzero(np.isfinite(merge_times))
    gaps = gaps[np.argsort(merge_times[gaps], kind="stable")]
    left, right, first, last, parent = _join(n, gaps)
    sums = (particles.mass.copy(), particles.mass * particles.position, particles.mass * particles.velocity)
    mass, moment, momentum = (_node_sums(values, left, right) for values in sums)
    return MergeTree(left, right, merge_times[gaps], first, last, mass, moment, momentum, parent)


def events_of(tree: MergeTree) -> Events:
    """Everything about each collision, from the sums of its partners."""
    n = tree.first.size - tree.time.size
    velocity = tree.momentum / tree.mass
    left, right = tree.left, tree.right
    reduced_mass = tree.mass[left] * tree.mass[right] / tree.mass[n:]
    return Events(
        time=tree.time,
        position=tree.moment[n:] / tree.mass[n:] + tree.time * velocity[n:],
        first=tree.first[left],
        middle=tree.last[left],
        last=tree.last[right],
        mass_left=tree.mass[left],
        mass_right=tree.mass[right],
        velocity_left=velocity[left],
        velocity_right=velocity[right],
        energy_lost=0.5 * reduced_mass * (velocity[left] - velocity[right]) ** 2,
    )


def world_lines_of(tree: MergeTree, until: float) -> WorldLines:
    """The segments of all nodes that exist for longer than an instant before ``until``."""
    n = tree.first.size - tree.time.size
    born = np.concatenate((np.zeros(n), tree.time))
    died = np.full(born.size, until, dtype=np.float64)
    merged = tree.parent >= 0
    died[merged] = np.minimum(tree.time[tree.parent[merged] - n], until)
    alive = np.flatnonzero(died > born)
    born, died = born[alive], died[alive]
    centre, velocity = tree.moment[alive] / tree.mass[alive], tree.momentum[alive] / tree.mass[alive]
    position, end = centre + born * velocity, centre + died * velocity
    return WorldLines(born, died, position, end, tree.first[alive], tree.last[alive], tree.mass[alive])


@compiled
def _join(n, gaps):
    """Close the gaps in the given order; the tree's links and each node's first and last rank."""
    k = gaps.size
    left, right = np.empty(k, np.int32), np.empty(k, np.int32)
    first, last = np.empty(n + k, np.int32), np.empty(n + k, np.int32)
    parent = np.full(n + k, -1, np.int32)
    node_of = np.arange(n).astype(np.int32)  # valid at both end ranks of a living cluster
    for i in range(n):
        first[i] = last[i] = i
    for j in range(k):
        a, b, node = node_of[gaps[j]], node_of[gaps[j] + 1], n + j
        left[j], right[j] = a, b
        parent[a] = parent[b] = node
        first[node], last[node] = first[a], last[b]
        node_of[first[a]] = node_of[last[b]] = node
    return left, right, first, last, parent


@compiled
def _node_sums(leaves, left, right):
    """A value of the particles, summed over the particles of every node."""
    n = leaves.size
    sums = np.empty(n + left.size)
    sums[:n] = leaves
    for j in range(left.size):
        sums[n + j] = sums[left[j]] + sums[right[j]]
    return sums
