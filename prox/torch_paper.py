"""The paper's parallel algorithms as array-level torch: what the GPU solver is measured against.

Both take the weights to where free flight would bring them, z_i = x_i + strength v_i in ascending order of x, and
then merge neighbours; sums are float64.  They are written the straightforward way, for a device with many threads,
and are there to be timed: the solver in use is another one.
Source: arXiv 2311.03096, algorithms SearchCollisions and ImminentCollisions; written afresh from the description.
"""

from __future__ import annotations

from particles.state import touching


def search_prox(w, strength: float):
    """The prox of a flat float32 or float64 tensor by SearchCollisions; the same kind of tensor comes back.

    Blocks of 1, 2, 4, ... ranks are solved.  Two of them are joined by at most one new cluster: its left end is found
    by binary search, and each probe finds the right end that belongs to it, the last argmin of the running average.
    The scans are made once a level.  Work O(d log^2 d), depth O(log^3 d); no host synchronisation.
    """
    import torch

    places, flown = _flown(w, strength)
    d = w.numel()
    n = 1 << max(d - 1, 0).bit_length()
    z = torch.nn.functional.pad(flown, (0, n - d), value=float("inf"))  # infinitely far right: touches nobody
    first = torch.arange(n, device=w.device)
    clusters = (first, first + 1, z.clone())
    size = 1
    while size < d:
        clusters = _joined(clusters, z, size)
        size *= 2
    first, stop, sums = (array[:d] for array in clusters)
    return _in_place(w, places, sums[first] / (stop - first))


def _joined(clusters, z, size):
    """``clusters`` = (first, stop, sums): the ends of the cluster of each rank, and its sum at its first rank."""
    first, stop, sums = clusters
    rank = first.new_ones(first.shape).cumsum(0) - 1
    border = rank[size :: 2 * size]
    left, right = z.view(-1, 2, size).unbind(1)
    of_left = left.flip(1).cumsum(1)
    of_right = right.cumsum(1).flip(1)  # the longest first: the first argmin is the last end
    right_mass = rank[:size].flip(0) + 1

    def swept_up(begin):
        """The end with the least average from each rank ``begin`` on: (number of ranks of the right block, sum)."""
        mass = (border - begin)[:, None]
        ranges = of_left.gather(1, mass - 1) + of_right
        best = (ranges / (mass + right_mass)).argmin(1, keepdim=True)
        return size - best[:, 0], ranges.gather(1, best)[:, 0]

    count = border * 0
    stride = size
    while stride:
        further = (count + stride).clamp(max=size)
        begin = first[border - further]
        in_right, total = swept_up(begin)
        # A cluster touches what it sweeps up iff that does not raise its average.
        crosses = touching(stop[begin] - begin, sums[begin], border + in_right - begin, total)
        count = further.where(crosses, count)
        stride //= 2

    bridged = count > 0
    begin = first[border - count.clamp(min=1)]
    in_right, _ = swept_up(begin)
    end = stop[border + in_right - 1]  # the end of a cluster; rounding may have placed it inside
    last = (size - (end - border))[:, None]
    total = (of_left.gather(1, (border - begin - 1)[:, None]) + of_right.gather(1, last))[:, 0]
    begin = begin.where(bridged, border)
    sums[begin] = total.where(bridged, sums[border])
    inside = (rank.view(-1, 2 * size) >= begin[:, None]) & (rank.view(-1, 2 * size) < end[:, None]) & bridged[:, None]
    first = begin[:, None].where(inside, first.view(inside.shape)).view(-1)
    return first, end[:, None].where(inside, stop.view(inside.shape)).view(-1), sums


def imminent_prox(w, strength: float, max_rounds: int | None = None):
    """The prox of a flat float32 or float64 tensor by ImminentCollisions; the same kind of tensor comes back.

    Rounds: every maximal run of touching neighbours becomes one cluster, until nobody touches.  A round is O(k) work
    for k clusters, waits once for the device, and there may be d - 1 of them.
    Raises RuntimeError where more than ``max_rounds`` rounds of merging are needed.
    """
    import torch

    places, sums = _flown(w, strength)
    mass = torch.ones_like(sums)
    rounds = 0
    while sums.numel() > 1:
        apart = ~touching(mass[:-1], sums[:-1], mass[1:], sums[1:])
        group = torch.nn.functional.pad(apart.cumsum(0), (1, 0))
        left = int(group[-1]) + 1
        if left == sums.numel():
            break
        if rounds == max_rounds:
            raise RuntimeError(
                f"imminent has not ended after max_rounds = {max_rounds} rounds: {sums.numel()} clusters of "
                f"{w.numel()} weights are left and some touch; allow more rounds or take another solver"
            )
        rounds += 1
        sums, mass = (torch.zeros_like(sums[:left]).index_add_(0, group, array) for array in (sums, mass))
    return _in_place(w, places, (sums / mass).repeat_interleave(mass.long()))


def _flown(w, strength):
    """The place in ``w`` of each rank, and each rank's position after free flight, float64."""
    import torch

    if w.ndim != 1 or w.dtype not in (torch.float32, torch.float64):
        raise ValueError(
            f"w is a tensor of {w.dtype}, shape {tuple(w.shape)}: pass one dimension of float32 or float64"
        )
    d = w.numel()
    x, places = w.detach().sort(stable=True)
    rank = torch.arange(d, device=w.device)
    return places, x.double() + strength * ((d - 1 - 2 * rank).double() / max(d - 1, 1))


def _in_place(w, places, values):
    """The values of the ranks where the weights were, in their dtype."""
    return w.new_empty(w.shape).scatter_(0, places, values.to(w.dtype))
