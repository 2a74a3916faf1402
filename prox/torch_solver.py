"""The prox as array-level torch, on any device: blocks of 1, 2, 4, ... joined by bridges, many probes at a time.

Idea: the one of ``steps``, with another search.  Two solved blocks are joined by at most one new cluster, which
straddles their border; seen from the border outwards, the clusters of the left block that belong to it answer yes,
yes, ..., no, no, and so do those of the right block.  Here three rounds of size**(1/3) probes each find the last yes,
and each probe of the left block holds such a search of the right one.  Clusters are looked up by rank, so that no
array ever changes its shape, and the host never waits for a value, as a CUDA graph demands.
Invariant: after level l, every block of 2**l ranks is solved as if it were alone; equal weights at a border that is
past are in one cluster.
Sums: a range is known by its mass m and by X = sum m x of its weights x.  Two neighbours are compared from their
common border, where all that is left of the one and right of the other cancels:

    X_l + a m_l^2   against   X_r - a m_r^2,     a = strength / (d - 1).

A range's sums are added up from its own members, in a tree that only the ranks determine: their rounding error is
O(log d) ulps of the members, and the same input gives the same bits.
Cost: work O(d log d), and the sort; ceil(log2 d) levels of at most 450 array operations, which are elementwise,
look-ups, or maxima over the probes of a round.  Memory: about 220 bytes a weight, d rounded up to a power of two.
Source: arXiv 2311.03096, section 4, for the particles; the bridges are those of ``steps``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from particles.state import touching


class Shared(NamedTuple):
    """The prox of each row with its partition; tensors (rows, d) on the device of the weights.

    In the places of the weights: ``values``, in their dtype, and ``labels`` (int64), row * d + the first rank of the
    weight's cluster.  By rank, each member of a cluster showing what is its cluster's, float64: ``mean`` of the
    weights, ``pull`` (mass on the right minus mass on the left) and ``mass``; ``is_start`` (bool): is it the first?
    """

    values: Any
    labels: Any
    mean: Any
    pull: Any
    mass: Any
    is_start: Any


class Blocks(NamedTuple):
    """Solved blocks of n ranks in all, one row of weights a row.

    ``rank`` (n,).  ``first`` and ``last`` (rows, n) int64: the ends of the cluster of each rank.  Mass and X on the
    first axis: ``own`` (2, rows, n), the sums of a cluster, at its first rank; ``before`` and ``beyond``
    (2, rows, n), those of all ranks of the block left and right of a rank; ``total`` (2, rows, blocks).
    """

    rank: Any
    first: Any
    last: Any
    own: Any
    before: Any
    beyond: Any
    total: Any


def prox_rows(rows, strength: float, rewind=0.0, l1=0.0, mass=None, solver: str = "steps") -> Shared:
    """The prox of each row of a (rows, d) torch tensor of a float dtype; ``prox_weight_sharing`` states it.

    ``mass`` is None or float64, positive, shaped like ``rows``.  The numbers are taken as checked.  A row with a NaN
    or infinite weight, or with sums that overflow float64, comes back as NaN; nothing is checked on the host.
    Raises ValueError for a solver other than "steps" (or "auto", which is the same here).
    """
    if solver not in ("steps", "auto"):
        raise ValueError(f"solver {solver!r} does not run on torch tensors: choose 'steps' or 'auto'")
    rows, d = rows.detach(), rows.shape[1]
    a = strength / max(d - 1, 1)
    rows, mass, broken = _without_broken_rows(rows, mass, a)
    sorted_weights, places = rows.sort(dim=1, stable=True)
    x = sorted_weights.double()
    if rows.numel() == 0:
        return Shared(rows.clone(), places, x, x.clone(), x.clone(), x.bool())
    blocks = _solved(x, mass.gather(1, places), a)
    first, last = blocks.first[:, :d], blocks.last[:, :d]
    own = _at(blocks.own, first)
    mean = (own[1] / own[0]).clamp(x.gather(1, first), x.gather(1, last)).masked_fill(broken, float("nan"))
    pull = _at(blocks.beyond[0], last) - _at(blocks.before[0], first)
    values = _placed(mean, a * pull, rewind, l1).masked_fill(broken, float("nan")).to(rows.dtype)
    row = _counting(rows.shape[0], rows)[:, None]
    return Shared(
        values=values.new_empty(values.shape).scatter_(1, places, values),
        labels=places.new_empty(places.shape).scatter_(1, places, first + d * row),
        mean=mean,
        pull=pull,
        mass=own[0],
        is_start=first == blocks.rank[:d],
    )


def _without_broken_rows(rows, mass, a):
    """Rows and masses with harmless numbers in the rows that have no answer, and which these are, (rows, 1)."""
    import torch

    mass = torch.ones_like(rows, dtype=torch.float64) if mass is None else mass
    total = mass.sum(1, keepdim=True)
    reach = (mass * (rows.double().abs() + a * total)).sum(1, keepdim=True)
    broken = ~(total * reach).isfinite()
    return rows.masked_fill(broken, 0.0), mass.masked_fill(broken, 1.0), broken


def _solved(x, mass, a) -> Blocks:
    """The clusters of ascending weights ``x`` (rows, d), in one block a row."""
    import torch

    rows, d = x.shape
    missing = (1 << (d - 1).bit_length()) - d  # a whole number of pairs at each level; searches stop before them
    items = torch.nn.functional.pad(torch.stack((mass, mass * x)), (0, missing))
    rank = _counting(d + missing, x)
    alone = rank.expand(rows, -1)
    blocks = Blocks(rank, alone, alone, items, torch.zeros_like(items), torch.zeros_like(items), items.clone())
    equal = torch.nn.functional.pad(x[:, 1:] == x[:, :-1], (1, missing))
    for level in range((d - 1).bit_length()):
        size = 1 << level
        blocks = _joined(blocks, size, _bridges(blocks, size, equal[:, size :: 2 * size], d, a))
    return blocks


def _bridges(blocks: Blocks, size: int, equal, d: int, a: float):
    """The first ranks of the leftmost and the rightmost cluster that each border between blocks unites.

    (rows, pairs) each; where the border holds, both are the first rank right of it.  ``equal`` (rows, pairs): are
    the weights at the border equal?  They always merge: moved by falling velocities, they cannot but touch, however
    the sums are rounded.
    """
    import torch

    border = blocks.rank[size :: 2 * size, None]
    on_left = (border[:, 0] < d) * size
    on_right = (d - border).clamp(1, size)

    def sweep(left):
        """The last cluster of the right block that the sums ``left``, next to the border, take in on their way."""

        def takes_in(count):
            cluster = _at(blocks.first, border[..., None] + count - 1)
            return _touch(left[..., None] + _at(blocks.before, cluster), _at(blocks.own, cluster), a)

        count = _largest(torch.ones_like(left[0], dtype=torch.int64), on_right, size - 1, takes_in)
        return _at(blocks.first, border + count - 1)

    def is_part(count):
        """Does the cluster of the rank ``count`` places left of the border touch what it sweeps up?"""
        alone, rest = _seen_from_border(blocks, border - count)
        cluster = sweep(alone + rest)
        return _touch(alone, rest + (_at(blocks.before, cluster) + _at(blocks.own, cluster)), a)

    count = equal.long()
    if a > 0:
        count = count.maximum(_largest(count * 0, on_left, size, is_part))
    rank = border - count[..., None]
    start = _at(blocks.first, rank)[..., 0]
    if a == 0:  # equal weights only
        return start, border[:, 0].expand_as(start)
    alone, rest = _seen_from_border(blocks, rank)
    return start, sweep(alone + rest)[..., 0].where(count > 0, border[:, 0])


def _seen_from_border(blocks: Blocks, rank):
    """The sums of the cluster of a rank left of the border, and of everything between it and the border."""
    return _at(blocks.own, _at(blocks.first, rank)), _at(blocks.beyond, _at(blocks.last, rank))


def _joined(blocks: Blocks, size: int, bridge) -> Blocks:
    """Blocks of twice the size, with everything from the first to the second cluster of each bridge united."""
    rank, first, last, own, before, beyond, total = blocks
    start, to = bridge
    stop = _at(last, to)
    of_left, of_right = total[..., 0::2], total[..., 1::2]
    left = _at(own, start) + _at(beyond, _at(last, start))
    right = _at(before, to) + _at(own, to)
    united = (left + right).where(start < rank[size :: 2 * size], _at(own, to))
    own.scatter_(2, start.expand(united.shape), united)

    ranks = rank.reshape(-1, 2 * size)
    inside = (ranks >= start[..., None]) & (ranks <= stop[..., None])  # where the border holds: the cluster it begins
    first = start[..., None].where(inside, first.reshape(inside.shape)).reshape(first.shape)
    last = stop[..., None].where(inside, last.reshape(inside.shape)).reshape(first.shape)

    halves = (*total.shape[:2], -1, 2, size)
    before.view(halves)[..., 1, :] += of_left[..., None]
    beyond.view(halves)[..., 0, :] += of_right[..., None]
    return Blocks(rank, first, last, own, before, beyond, of_left + of_right)


def _largest(known, limit, most: int, holds: Callable):
    """The largest k in known .. limit for which ``holds(k)`` is true, for all pairs of blocks at once.

    ``holds`` takes and gives one axis more, the probes; it is true up to some k and false beyond, and is taken to be
    true for ``known``.  limit - known is at most ``most``; three rounds at most, of about most**(1/3) probes each.
    """
    bits = (most.bit_length() + 2) // 3
    for stride in (1 << 2 * bits, 1 << bits, 1):
        if stride <= most:
            offset = stride * (1 + _counting(most // stride, known))
            k = (known[..., None] + offset).minimum(limit[..., None])
            known = known.maximum((k * holds(k)).amax(-1))
            most = stride - 1
    return known


def _at(array, rank):
    """``array`` (..., rows, n) at a tensor of ranks (rows, ...), for each row its own."""
    flat = rank.reshape(rank.shape[0], -1).expand(*array.shape[:-1], -1)
    return array.gather(-1, flat).reshape(*array.shape[:-1], *rank.shape[1:])


def _touch(left, right, a):
    """The contact predicate for neighbouring ranges, (2, ...) sums each, seen from their common border."""
    m_l, m_r = left[0], right[0]
    return touching(m_l, left[1] + a * m_l * m_l, m_r, right[1] - a * m_r * m_r)


def _counting(n: int, like):
    """0 .. n - 1 on the device of another tensor."""
    import torch

    return torch.arange(n, device=like.device)


def _placed(mean, shift, rewind, l1):
    """``placed`` of prox/minorant.py, and its rule that rounding cannot put a cluster left of its left neighbour."""
    z = mean + shift + 0.0
    if l1 > 0:
        z = (z - l1).clamp(min=0.0).where(z > 0, (z + l1).clamp(max=0.0)) + 0.0
    values = z if rewind == 0 else mean + (1.0 - rewind) * (z - mean)
    if rewind > 0 and l1 > 0:
        return values.masked_fill(z == 0, 0.0)
    return values.cummax(1).values
