"""The proximal map of the weight-sharing penalty: the data path from one array of weights to another."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from particles.state import MASS_RANGE, Clusters, Particles, gather

from .arrays import WeightArray, as_rows, from_rows, on_gpu, open_array
from .collapse import prox_collapsed
from .minorant import placed_values
from .solvers import SOLVERS, solve
from .sorting import NotFiniteError, clusters_of_row, prox_long, prox_rows
from .threads import thread_count

LONG = 1 << 17  # from this many weights on, collapsing and threads are worth trying
SCOPES = ("tensor", "row", "column")


class Options(NamedTuple):
    """What is asked for beside the weights; the fields are those of ``prox_weight_sharing``."""

    strength: float
    rewind: float
    l1: float
    mass: np.ndarray | None
    solver: str
    scope: str


class Sharing(NamedTuple):
    """The prox with its partition.  ``values`` and ``labels`` are shaped like the weights; a label is the number of
    the weight's cluster, counted through all rows.  ``clusters`` has one entry a row, ``zero`` one a cluster: is it
    one that l1 has made zero?"""

    values: np.ndarray
    labels: np.ndarray
    clusters: list[Clusters]
    zero: np.ndarray


def prox_weight_sharing(
    w, strength, *, rewind=0.0, l1=0.0, mass=None, solver="auto", scope="tensor", return_clusters=False
):
    """The proximal map of ``strength`` R + ``l1`` |.|_1 at ``w``, with R(w) = 1/(d-1) sum_{i>j} |w_i - w_j|.

    ``w``: NumPy array, CuPy array or torch tensor (CPU or CUDA) of any shape, stride and float dtype.  The result is a
    new array of the same kind, shape, dtype and device; the members of a cluster are bit-equal in it.  Gradients flow
    to ``w`` through torch autograd (the Jacobian averages within a cluster).

    ``rewind`` in [0, 1] undoes this share of the clusters' displacement and keeps the sharing; clusters and zeros
    are decided as without.  ``mass`` (positive, shaped like ``w``) turns the penalty into
    1/(d-1) sum_{i>j} m_i m_j |w_i - w_j|, l1 into sum m_i |w_i|, and weighs the squared distance to ``w`` by the
    same masses.  ``scope``:
    the whole "tensor" shares, or each "row" (index of the first dimension) or "column" (of the second) by itself.
    ``solver`` is "auto" or a name in SOLVERS.

    With ``return_clusters`` the result is (array, clusters): ``Clusters`` by rank for scope "tensor", a list of
    them otherwise; their positions are the values in the result before rounding to its dtype.

    On a GPU the call only queues work on the current stream and can be captured in a CUDA graph (after a first call,
    which compiles), unless ``mass`` or ``return_clusters`` is given; a row with a NaN or infinite weight, or with sums
    beyond float64, comes back as NaN instead of an error, since to look for it would be to wait.

    Raises TypeError for what is not an array of a float dtype, ValueError (one sentence) for NaN or infinite
    weights, named by index, and for a strength, l1, rewind, mass, scope or solver out of range.
    Source: arXiv 2311.03096, sections 3 to 5 (there the rewinding is called rho).
    """
    options = Options(
        check_amount("strength", strength), check_rewind(rewind), check_amount("l1", l1), mass, solver, scope
    )
    check_scope(scope)
    if not isinstance(solver, str) or (solver != "auto" and solver not in SOLVERS):
        raise ValueError(f"unknown solver {solver!r}: the known ones are auto, {', '.join(SOLVERS)}")
    if type(w) is not np.ndarray and on_gpu(w):
        from .cuda.proximal import prox_on_gpu

        return prox_on_gpu(w, options, return_clusters)
    if solver == "cuda":
        from .cuda.device import require_gpu

        require_gpu()  # also where there is nothing to solve
    array = open_array(w)
    if mass is not None:
        options = options._replace(mass=_opened_mass(mass, array))
    if array.wants_gradient:
        from .autograd import prox_with_gradient

        result, clusters = prox_with_gradient(array, options)
    elif return_clusters:
        sharing = prox_and_sharing(array, options)
        result, clusters = array.close(sharing.values), sharing.clusters
    else:
        return array.close(prox_values(array, options))
    if not return_clusters:
        return result
    return result, clusters[0] if scope == "tensor" else clusters


def prox_values(array: WeightArray, options: Options) -> np.ndarray:
    """The values of the prox, shaped like the weights, by the fastest way that serves the options."""
    strength, rewind, l1, mass, solver, scope = options
    if mass is not None or solver != "auto":
        return prox_and_sharing(array, options).values
    rows = as_rows(array.values, scope)
    out = np.empty(rows.shape, array.result_dtype)
    d = rows.shape[1]
    try:
        if strength == 0.0 or d < 2:
            if not np.isfinite(rows).all():
                raise NotFiniteError
            mean = rows.reshape(-1).astype(np.float64)
            out.reshape(-1)[:] = placed_values(mean, np.zeros(mean.size), rewind, l1)
        elif rows.shape[0] > 1 or d < LONG:
            prox_rows(rows, strength / (d - 1), rewind, l1, out, min(thread_count(rows.size), rows.shape[0]))
        else:
            _prox_of_long(rows[0], (strength / (d - 1), rewind, l1), out[0])
    except NotFiniteError:
        raise_not_finite(array.values, "w")
    return from_rows(out, array.values.shape, scope)


def _prox_of_long(w, how, out):
    threads = thread_count(w.size)
    if prox_collapsed(w, *how, out, threads):
        return
    if w.dtype == np.float32:
        prox_long(w, *how, out, threads)
    else:
        prox_rows(w[None], *how, out[None])


def prox_and_sharing(array: WeightArray, options: Options) -> Sharing:
    """The values of the prox and who shares with whom, row by row."""
    if not np.isfinite(array.values).all():
        raise_not_finite(array.values, "w")
    rows = as_rows(array.values, options.scope)
    masses = None if options.mass is None else as_rows(options.mass, options.scope)
    out, labels = np.empty(rows.shape, array.result_dtype), np.empty(rows.shape, np.int64)
    found, zero, count = [], [np.empty(0, bool)], 0
    for row in range(rows.shape[0]):
        try:
            start, mean, pull, mass, places = _partition(rows[row], None if masses is None else masses[row], options)
        except NotFiniteError:
            raise_not_finite(array.values, "w")
        shift = options.strength / max(places.size - 1, 1) * pull
        value = placed_values(mean, shift, options.rewind, options.l1)
        if options.rewind == 0.0 or options.l1 == 0.0:
            value = np.maximum.accumulate(value)  # rounding cannot put a cluster left of its left neighbour
        clusters = Clusters(start, value, pull / max(places.size - 1, 1), mass)
        sizes = clusters.sizes(places.size)
        out[row, places] = np.repeat(value, sizes)
        labels[row, places] = np.repeat(np.arange(count, count + len(clusters)), sizes)
        found.append(clusters)
        zero.append((options.l1 > 0) & (placed_values(mean, shift, 0.0, options.l1) == 0.0))
        count += len(clusters)
    shape = array.values.shape
    zero = np.concatenate(zero)
    return Sharing(from_rows(out, shape, options.scope), from_rows(labels, shape, options.scope), found, zero)


def _partition(w, mass, options):
    """The clusters of one row: start, mean of the weights, pull, mass; and the place of each rank in the row.

    The pull is the mass on the right minus that on the left, 0 exactly for one cluster of all; velocity x (d - 1).
    """
    d = w.size
    if mass is None and options.solver == "auto" and d > 1 and options.strength > 0:
        start, mean, places = clusters_of_row(w, options.strength / (d - 1))
        stop = np.append(start[1:], d)
        return start, mean, (d - start - stop).astype(np.float64), (stop - start).astype(np.float64), places
    places = np.argsort(w, kind="stable")
    # Equal weights always merge, so a solver gets them as one particle: rounding cannot part them.
    x, first = np.unique(w[places], return_index=True)
    mass = np.add.reduceat(np.ones(d) if mass is None else mass[places], first) if d else np.empty(0)
    borders = np.concatenate(([0.0], np.cumsum(mass)))
    particles = Particles(x, (borders[-1] - borders[1:] - borders[:-1]) / max(d - 1, 1), mass)
    at_once = options.strength == 0  # then only equal weights share: not left to rounding either
    begin = np.arange(x.size) if at_once else solve(particles, options.strength, options.solver).start
    ends = borders[np.append(begin, x.size)]
    found = gather(particles, begin, 0.0)
    return first[begin], found.position, ends[-1] - ends[1:] - ends[:-1], found.mass, places


def _opened_mass(mass, array: WeightArray) -> np.ndarray:
    opened = open_array(mass, "mass").values.astype(np.float64)
    if opened.shape != array.values.shape:
        raise ValueError(f"mass has shape {opened.shape} but w has {array.values.shape}: give one mass for each weight")
    if not np.isfinite(opened).all():
        raise_not_finite(opened, "mass")
    low, high = MASS_RANGE
    outside = np.argwhere((opened < low) | (opened > high))
    if outside.size or (opened.ndim == 0 and not low <= opened <= high):
        where = outside[0]
        raise ValueError(
            f"mass{where.tolist() or ''} is {opened[tuple(where)]:g}: every mass must be positive, "
            f"from {low:g} to {high:g}"
        )
    return opened


def check_amount(name: str, value) -> float:
    """A finite number >= 0 as a float, or one sentence."""
    try:
        amount = None if isinstance(value, str | bytes) or getattr(value, "ndim", 0) else float(value)
    except (TypeError, ValueError):
        amount = None
    except OverflowError:
        amount = math.inf
    if amount is None:
        raise TypeError(f"{name} is a {type(value).__name__}: give a finite number >= 0")
    if not (math.isfinite(amount) and amount >= 0):
        raise ValueError(f"{name} is {amount}: give a finite number >= 0")
    return amount


def check_rewind(rewind) -> float:
    if check_amount("rewind", rewind) > 1:
        raise ValueError(f"rewind is {float(rewind)}: give a number from 0 (none) to 1 (all of the displacement)")
    return float(rewind)


def check_scope(scope) -> None:
    if not isinstance(scope, str) or scope not in SCOPES:
        raise ValueError(f"unknown scope {scope!r}: the known ones are {', '.join(SCOPES)}")


def raise_not_finite(values, name):
    """Say which value is NaN or infinite, or, where none is, that their sums would be."""
    bad = ~np.isfinite(values)
    if not bad.any():
        raise ValueError(
            f"{name} reaches {np.abs(values).max():g}, and sums of so many such values overflow float64: divide "
            f"{name} and the strength by one factor"
        )
    index = np.argwhere(bad)[0]
    where = f"{name}{index.tolist()}" if index.size else name
    raise ValueError(f"{where} is {values[tuple(index)]}: every value must be finite")
