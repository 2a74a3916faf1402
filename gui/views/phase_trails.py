"""The way of clusters through phase space (position, velocity) during the last moments, exactly.

Between collisions a cluster keeps its velocity, so it moves on a level line; at a collision both partners jump to the
common velocity at the place where they meet.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from particles import History

MOST = 4_000  # segments


class Trails(NamedTuple):
    """Segments, arrays (s,): from (x0, v0) to (x1, v1); ``age`` is the time since their end; ``node``: of the tree."""

    x0: np.ndarray
    v0: np.ndarray
    x1: np.ndarray
    v1: np.ndarray
    age: np.ndarray
    node: np.ndarray


def trails(history: History, nodes: np.ndarray, t: float, span: float) -> Trails:
    """Where the clusters ``nodes``, those at t, and what they are made of were between t - span and t.

    At most about ``MOST`` segments: the collisions nearest to t come first.
    """
    tree, n = history.tree, len(history.particles)
    since = max(t - span, 0.0)
    first, end = (int(np.searchsorted(tree.time, when, side="right")) for when in (since, t))
    recent = np.arange(max(first, end - MOST // 4), end)
    partners = np.concatenate((tree.left[recent], tree.right[recent]))
    made_of = np.concatenate((nodes, partners))
    died = np.concatenate((np.full(nodes.size, t), tree.time[recent], tree.time[recent]))
    born = np.where(made_of < n, 0.0, tree.time[np.maximum(made_of - n, 0)] if tree.time.size else 0.0)
    centre, velocity = tree.moment[made_of] / tree.mass[made_of], tree.momentum[made_of] / tree.mass[made_of]
    begin = np.maximum(born, since)
    level = Trails(centre + begin * velocity, velocity, centre + died * velocity, velocity, t - died, made_of)
    after = np.concatenate((recent, recent)) + n
    common = tree.momentum[after] / tree.mass[after]
    meets = level.x1[nodes.size :]
    jumps = Trails(meets, velocity[nodes.size :], meets, common, level.age[nodes.size :], partners)
    return Trails(*(np.concatenate(pair) for pair in zip(level, jumps, strict=True)))
