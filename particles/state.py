"""The vocabulary: particles on a line, the clusters they form, and the one contact predicate.

Units, written once: positions are in units of the weights, time is the regularization strength, velocities
are lengths per unit of time.  Ranks count the particles from the left, starting at 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .compiled import compiled

MASS_RANGE = (1e-100, 1e100)  # products of two masses stay clear of under- and overflow


def touching(mass_left, sum_left, mass_right, sum_right):
    """The contact predicate: is the left cluster's position at or beyond the right neighbour's?

    ``sum`` is the mass-weighted sum of positions at the time in question, so position = sum / mass; the
    comparison is cross-multiplied, which needs no division.  Equality counts as contact.  Every solver and the
    simulator decide with this expression, on scalars, arrays or compiled.
    """
    return sum_left * mass_right >= sum_right * mass_left


@dataclass(frozen=True, eq=False)
class Particles:
    """n sticky particles on a line, in ascending order of position (equal positions are allowed).

    Shapes: ``position``, ``velocity``, ``mass`` are (n,) float64, read-only; ``mass`` defaults to ones.
    CuPy arrays stay where they are, on their GPU, which is waited for (they are not made read-only).
    Raises ValueError naming the first offending index for unsorted or non-finite values, non-positive masses,
    lengths that differ, more than one dimension, or sums that would overflow float64; TypeError for values
    that are not real numbers.
    """

    position: np.ndarray
    velocity: np.ndarray
    mass: np.ndarray | None = None

    def __post_init__(self):
        position = _vector("position", self.position)
        velocity = _vector("velocity", self.velocity)
        mass = np.ones_like(position) if self.mass is None else _vector("mass", self.mass)
        for name, values in (("velocity", velocity), ("mass", mass)):
            if values.size != position.size:
                raise ValueError(
                    f"{name} has {values.size} values but position has {position.size}: give one for each particle"
                )
        _check_order(position)
        _check_mass(mass)
        _check_magnitude(position, velocity, mass)
        for name, values in (("position", position), ("velocity", velocity), ("mass", mass)):
            if isinstance(values, np.ndarray):
                values.setflags(write=False)
            object.__setattr__(self, name, values)

    @classmethod
    def from_weights(cls, weights) -> Particles:
        """The weights of a layer, sorted, with the velocities that the weight-sharing penalty gives them.

        v_i = (d - 1 - 2 i) / (d - 1) for rank i of d (arXiv 2311.03096, section 4); unit masses.  Any shape.
        """
        weights = _vector("weights", (weights if _on_gpu(weights) else np.asarray(weights)).ravel())
        d = weights.size
        velocity = (d - 1 - 2.0 * np.arange(d, like=weights)) / max(d - 1, 1)
        return cls(np.sort(weights), velocity)

    def __len__(self) -> int:
        return self.position.size

    def __repr__(self) -> str:
        return f"Particles(n={len(self)})"


@dataclass(frozen=True, eq=False)
class Clusters:
    """The partition of n ranked particles into k clusters at one time, and the state of each cluster.

    Shapes: ``start`` (k,) int64, the first rank of each cluster (``start[0] == 0``, strictly ascending);
    ``position``, ``velocity``, ``mass`` (k,) float64.  A cluster is the ranks start[c] .. start[c + 1] - 1.
    """

    start: np.ndarray
    position: np.ndarray
    velocity: np.ndarray
    mass: np.ndarray

    def __len__(self) -> int:
        return self.start.size

    def __repr__(self) -> str:
        return f"Clusters(k={len(self)})"

    def sizes(self, n: int) -> np.ndarray:
        """Number of particles in each cluster, (k,) int64, of ``n`` particles in all."""
        return np.diff(self.start, append=n)

    def labels(self, n: int) -> np.ndarray:
        """The cluster number of each rank, (n,) int64."""
        begins = np.zeros(n, np.int64, like=self.start)
        begins[self.start] = 1
        return np.cumsum(begins) - 1

    def expand(self, values: np.ndarray, n: int) -> np.ndarray:
        """One value per cluster -> one value per rank, (n,)."""
        return values[self.labels(n)]


def gather(particles: Particles, start: np.ndarray, time: float) -> Clusters:
    """The state at ``time`` of the clusters that begin at the ranks ``start``.

    A cluster's centre of mass moves on a straight line from time 0, whatever its members did before:
    position = mean_m(x) + time * mean_m(v).  So any two algorithms that find the same partition report the
    same bits.  The means are kept between the extremes of the members: members at one place stay exactly there.
    """
    start = np.asarray(start, dtype=np.int64)
    if len(particles) == 0:
        return Clusters(start, np.empty(0), np.empty(0), np.empty(0))
    return Clusters(start, *_gather(particles.position, particles.velocity, particles.mass, start, float(time)))


def _vector(name: str, values) -> np.ndarray:
    """A fresh float64 vector of finite values, or one sentence that says what is wrong."""
    if isinstance(values, np.ma.MaskedArray):
        raise TypeError(f"{name} is a masked array: fill it or compress it first")
    try:
        array = values if _on_gpu(values) else np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} must be a flat sequence of numbers, got rows of different lengths") from None
    if array.size and array.dtype.kind not in "fiu":
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}: convert it to float64")
    if array.ndim != 1:
        raise ValueError(f"{name} must have one dimension, got shape {array.shape}: pass a flat sequence of numbers")
    array = array.astype(np.float64, order="C")
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        raise ValueError(f"{name}[{bad[0]}] is {array[bad[0]]}: every value must be finite")
    return array


def _on_gpu(values) -> bool:
    """Is it a CuPy array?  NumPy's functions below hand such arrays to CuPy by themselves."""
    return type(values).__module__.partition(".")[0] == "cupy"


def _check_order(position: np.ndarray) -> None:
    bad = np.flatnonzero(position[1:] < position[:-1])
    if bad.size:
        i = bad[0] + 1
        raise ValueError(
            f"position[{i}] = {float(position[i]):g} is left of position[{i - 1}] = {float(position[i - 1]):g}: "
            "sort the particles by position (Particles.from_weights sorts)"
        )


def _check_mass(mass: np.ndarray) -> None:
    bad = np.flatnonzero(~(mass > 0))
    if bad.size:
        raise ValueError(f"mass[{bad[0]}] is {float(mass[bad[0]]):g}: every mass must be positive")
    bad = np.flatnonzero((mass < MASS_RANGE[0]) | (mass > MASS_RANGE[1]))
    if bad.size:
        raise ValueError(
            f"mass[{bad[0]}] is {float(mass[bad[0]]):g}: masses must lie between {MASS_RANGE[0]:g} and "
            f"{MASS_RANGE[1]:g}, multiply them all by one factor (the motion stays the same)"
        )


def _check_magnitude(position: np.ndarray, velocity: np.ndarray, mass: np.ndarray) -> None:
    with np.errstate(over="ignore"):
        for name, values in (("position", position), ("velocity", velocity)):
            if not np.isfinite(mass.sum() * (mass * np.abs(values)).sum()):
                raise ValueError(
                    f"{name} times mass, summed over all particles, overflows float64 (largest |{name}| is "
                    f"{float(np.abs(values).max()):g}): rescale the problem"
                )


@compiled
def _gather(position, velocity, mass, start, time):
    """Position, velocity and mass of each cluster, in one pass."""
    k, n = start.size, position.size
    moved, mean_velocity, total = np.empty(k), np.empty(k), np.empty(k)
    reached = -np.inf
    for c in range(k):
        first, end = start[c], start[c + 1] if c + 1 < k else n
        if end - first == 1:
            weight, centre, speed = mass[first], position[first], velocity[first]
        else:
            weight, moment, momentum = _sums(position, velocity, mass, first, end)
            centre = min(max(moment / weight, position[first]), position[end - 1])
            speed = momentum / weight
        if speed != 0.0:  # at the end of time what moves is at infinity
            centre += time * speed
        reached = max(reached, centre)
        moved[c], mean_velocity[c], total[c] = reached, speed, weight
    return moved, mean_velocity, total


@compiled
def _sums(position, velocity, mass, first, end):
    """Mass, mass x position and mass x velocity of the ranks first .. end - 1, each nearly as if added exactly."""
    weight = moment = momentum = 0.0
    lost_weight = lost_moment = lost_momentum = 0.0
    for i in range(first, end):
        weight, lost_weight = _add(weight, lost_weight, mass[i])
        moment, lost_moment = _add(moment, lost_moment, mass[i] * position[i])
        momentum, lost_momentum = _add(momentum, lost_momentum, mass[i] * velocity[i])
    return weight + lost_weight, moment + lost_moment, momentum + lost_momentum


@compiled
def _add(total, lost, value):
    """``total`` + ``value``, and what rounding has taken from the sum so far (Knuth's exact sum of two)."""
    new = total + value
    of_value = new - total
    return new, lost + ((total - (new - of_value)) + (value - of_value))
