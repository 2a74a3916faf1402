"""The figures of one tensor of weights: how many values it holds, how they are shared, what it takes to store.

Values are compared bit for bit, through integers that stand in the order of the floats; -0.0 counts as 0.0.
"""

from __future__ import annotations

import math
import sys
from dataclasses import asdict, dataclass

import numpy as np

from prox.arrays import check_dtype, check_layout, is_cupy

LARGEST_SIZES = 8  # so many cluster sizes are kept


@dataclass(frozen=True)
class Figures:
    """What ``measure`` finds in a tensor of n weights with k distinct values, of which a cluster is all weights of one.

    ``numel`` n; ``distinct`` k; ``distinct_nonzero`` k without the zero; ``sparsity`` the share of exact zeros and
    ``largest`` the share of the largest cluster, both in [0, 1]; ``sizes`` the up to eight largest cluster sizes,
    descending; ``balance`` the entropy of the cluster sizes over log k, in [0, 1] (0 where k < 2); ``bits`` a weight,
    stored as codebook and packed indices, or plainly where that is smaller; ``penalty`` R, NaN or inf where the
    weights are not finite.  Fields are also found by name: ``figures["distinct"]``.
    """

    numel: int
    distinct: int
    distinct_nonzero: int
    sparsity: float
    largest: float
    sizes: tuple[int, ...]
    balance: float
    bits: float
    penalty: float

    def __getitem__(self, name: str):
        if name not in self.__dataclass_fields__:
            raise KeyError(f"no figure {name!r}: there are {', '.join(self.__dataclass_fields__)}")
        return getattr(self, name)

    def to_json(self) -> dict:
        """The fields as numbers and a list; a penalty that is not finite, which JSON cannot say, as None."""
        fields = asdict(self) | {"sizes": list(self.sizes)}
        return fields | {"penalty": self.penalty if math.isfinite(self.penalty) else None}


def measure(w) -> Figures:
    """The figures of a torch tensor or NumPy array of any shape, device and float dtype (bfloat16 included).

    O(n log n); a tensor on a GPU is sorted there, and only its distinct values are copied.  Raises TypeError for
    anything else and ValueError for a sparse layout.
    """
    bits, dtype = ordered_bits(w)
    keys, counts = _distinct(bits)
    n, k = int(counts.sum()), keys.size
    zeros = int(counts[keys == 0].sum())
    return Figures(
        numel=n,
        distinct=k,
        distinct_nonzero=k - (zeros > 0),
        sparsity=zeros / max(n, 1),
        largest=int(counts.max(initial=0)) / max(n, 1),
        sizes=tuple(np.sort(counts)[::-1][:LARGEST_SIZES].tolist()),
        balance=_balance(counts),
        bits=8 * min(stored_bytes(n, k, keys.itemsize), n * keys.itemsize) / max(n, 1),
        penalty=_penalty(_floats(keys, dtype), counts),
    )


def moves(before, after) -> tuple[int, int]:
    """(merges, splits) between two states of one tensor, of any same shape and float dtype.

    With m the number of different pairs (value before, value after) over the places of the tensor, merges = m - the
    distinct values after, and splits = m - those before.  So two clusters that become one are one merge, a cluster
    that falls into three is two splits, and clusters that only move are nothing.
    """
    if tuple(before.shape) != tuple(after.shape):
        raise ValueError(f"before has shape {tuple(before.shape)}, after {tuple(after.shape)}: compare states of one")
    (old, k_old), (new, k_new) = _labels(before), _labels(after)
    if type(old) is not type(new):  # one on a GPU, one not
        old, new = (x if isinstance(x, np.ndarray) else x.cpu().numpy() for x in (old, new))
    pairs = old * max(k_new, 1) + new
    m = _starts(np.sort(pairs)).size if isinstance(pairs, np.ndarray) else pairs.unique().numel()
    return m - k_new, m - k_old


def ordered_bits(w):
    """(integers, dtype name): the weights, flat, as signed integers of their width in the order of the floats.

    The map is one to one: 0.0 is 0, -0.0 is -1.  NumPy, or torch where ``w`` is a tensor on a GPU; a new array.
    """
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(w, torch.Tensor):
        dtype = str(w.dtype).removeprefix("torch.")
        check_dtype(dtype, "w", "w.to(torch.float32)")
        check_layout(w, "w")
        bits = w.detach().reshape(-1).contiguous().view(getattr(torch, f"int{8 * w.element_size()}"))
        bits = bits.numpy() if bits.device.type == "cpu" else bits
    elif isinstance(w, np.ndarray) and not is_cupy(w):
        dtype = w.dtype.name
        check_dtype(dtype, "w", "w.astype(np.float32)")
        native = w.astype(w.dtype.newbyteorder("="), copy=False)
        bits = np.ascontiguousarray(native).reshape(-1).view(f"i{w.dtype.itemsize}")
    else:
        raise TypeError(f"w is a {type(w).__name__}: pass a torch tensor or a NumPy array of a float dtype")
    return _reordered(bits), dtype


def from_ordered_bits(bits):
    """The inverse of ``ordered_bits``: the bits of the floats, as signed integers; NumPy or torch."""
    return _reordered(bits)  # the sign bit does not change, so the map undoes itself


def stored_bytes(numel: int, distinct: int, itemsize: int) -> int:
    """The bytes of a codebook of ``distinct`` values and ``numel`` indices of ceil(log2 distinct) bits each."""
    return distinct * itemsize + -(-numel * index_bits(distinct) // 8)


def index_bits(distinct: int) -> int:
    """The bits of an index into ``distinct`` values, ceil(log2 distinct): 0 for one value."""
    return max(distinct - 1, 0).bit_length()


def _reordered(bits):
    """Negative floats grow with falling bits: turn the bits behind the sign over."""
    width = 8 * bits.itemsize
    return bits ^ ((bits >> (width - 1)) & (2 ** (width - 1) - 1))


def _distinct(bits) -> tuple[np.ndarray, np.ndarray]:
    """The distinct values, ascending, with -0.0 as 0.0, and how often each occurs."""
    bits[bits == -1] = 0
    if not isinstance(bits, np.ndarray):
        keys, counts = bits.unique(return_counts=True)
        return keys.cpu().numpy(), counts.cpu().numpy()
    bits.sort()
    starts = _starts(bits)
    return bits[starts], np.diff(starts, append=bits.size)


def _starts(ascending: np.ndarray) -> np.ndarray:
    """The places where a new value begins."""
    new = np.ones(ascending.size, bool)
    np.not_equal(ascending[1:], ascending[:-1], out=new[1:])
    return np.flatnonzero(new)


def _labels(w):
    """(for each place the rank of its value among the distinct ones, int64; their number)."""
    bits, _ = ordered_bits(w)
    bits[bits == -1] = 0
    if not isinstance(bits, np.ndarray):
        keys, labels = bits.unique(return_inverse=True)
        return labels, keys.numel()
    ascending = np.sort(bits)
    keys = ascending[_starts(ascending)]
    return np.searchsorted(keys, bits), keys.size


def _balance(counts: np.ndarray) -> float:
    if counts.size < 2:
        return 0.0
    share = counts / counts.sum()
    return min(1.0, float(-(share @ np.log(share)) / math.log(counts.size)))


def _floats(keys: np.ndarray, dtype: str) -> np.ndarray:
    """The values of the keys in float64."""
    bits = from_ordered_bits(keys)
    if dtype == "bfloat16":  # the upper half of a float32
        return (bits.astype(np.int32) << 16).view(np.float32).astype(np.float64)
    return bits.view(dtype).astype(np.float64)


def _penalty(values: np.ndarray, counts: np.ndarray) -> float:
    """R over the gaps of the distinct values; see ``prox.weight_sharing``."""
    d = int(counts.sum())
    if d < 2:
        return 0.0
    below = np.cumsum(counts)[:-1].astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.diff(values) @ (below * (d - below)) / (d - 1)) if np.isfinite(values).all() else math.nan
