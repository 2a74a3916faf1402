"""What becomes of the weights: the clusters of a strength, drawn towards 0 by l1 and rewound, as they are saved."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from particles import Clusters, Particles
from particles.state import gather
from prox.minorant import placed_values


class Amounts(NamedTuple):
    """The arguments of ``prox_weight_sharing``."""

    strength: float
    rewind: float = 0.0
    l1: float = 0.0


def outcome(particles: Particles, clusters: Clusters, amounts: Amounts) -> Clusters:
    """The ``clusters`` at this strength with the values of the prox; those that l1 has made zero are one.

    With both rewind and l1 the values need not ascend.
    """
    strength, rewind, l1 = amounts
    if not len(clusters) or rewind == l1 == 0.0:
        return clusters
    mean = gather(particles, clusters.start, 0.0).position
    shift = strength * clusters.velocity
    value = placed_values(mean, shift, rewind, l1)
    zero = (placed_values(mean, shift, 0.0, l1) == 0.0) & (l1 > 0.0)
    kept = np.append(True, ~(zero[1:] & zero[:-1]))
    return Clusters(clusters.start[kept], value[kept], clusters.velocity[kept], clusters.mass[kept])
