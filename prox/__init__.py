"""The weight-sharing penalty, its proximal map, and the collision solvers that compute it."""

from .many import prox_many
from .penalty import WeightSharing, weight_sharing
from .proximal import prox_weight_sharing
from .solvers import SOLVERS, solve, trace

__all__ = ["SOLVERS", "WeightSharing", "prox_many", "prox_weight_sharing", "solve", "trace", "weight_sharing"]
