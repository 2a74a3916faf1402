"""Ticks of a time axis, of all of it or of the part that is in sight."""

from __future__ import annotations

from .linked_axes import round_ticks

FINEST = 400  # ticks asked of the whole axis, at most


def time_ticks(axis, low: float, high: float, count: int) -> list[tuple[float, str]]:
    """About ``count`` (place, text) between the places ``low`` and ``high`` (0 .. 1) of ``axis``."""
    times = float(axis.inverse(low)), float(axis.inverse(high))
    if axis.kind == "linear":
        return [(float(axis.forward(t)), text) for t, text in round_ticks(*times, count)]
    asked = min(int(count / max(high - low, 1e-9)), FINEST)
    seen = [(u, text) for u, text in axis.ticks(asked) if low <= u <= high]
    if len(seen) >= 2 or axis.kind == "merges":
        return seen
    return [(float(axis.forward(t)), text) for t, text in round_ticks(*times, count)]
