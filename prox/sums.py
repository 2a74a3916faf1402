"""Sums over ranges of ranks, and the end of the range with the least average.

A range is known by two numbers: its mass, and its sum of mass times position.  They stand together on the first
axis of an array, so ``touching(*left, *right)`` compares two ranges, or many pairs of ranges at once.

A range's sums are always built by adding its own members, never as the difference of two longer sums: their rounding
error is then a few ulps of the members themselves, however heavy or far away the rest is, and small integers are
exact.
"""

from __future__ import annotations

import numpy as np

from particles.state import Particles, touching

NEVER = np.array([1.0, np.inf])  # what a missing item weighs: infinitely far right, so nobody touches it


def moments(particles: Particles, time: float) -> np.ndarray:
    """Mass, and mass times position after free flight, of each particle: (2, n)."""
    flown = particles.position + time * particles.velocity
    return np.stack((particles.mass, particles.mass * flown))


def running(items: np.ndarray) -> np.ndarray:
    """Running sums along the last axis, in a tree: work O(m), depth O(log m), rounding error O(log m) ulps.

    The sums up to every second item are the running sums of the pairs; each of the others adds one item to them.
    """
    m = items.shape[-1]
    if m < 2:
        return items.copy()
    up_to_pair = running(items[..., : m - m % 2 : 2] + items[..., 1::2])
    sums = np.empty_like(items)
    sums[..., 0] = items[..., 0]
    sums[..., 1::2] = up_to_pair
    sums[..., 2::2] = up_to_pair[..., : (m - 1) // 2] + items[..., 2::2]
    return sums


def last_argmin(before: np.ndarray, items: np.ndarray) -> np.ndarray:
    """The last item at whose end the running average is least, by a tournament: work O(m), depth O(log m).

    ``items`` (2, ..., m) holds the sums of the items, ``before`` (2, ..., m) those of everything up to the end of
    each item; m is a power of two (fill up with ``NEVER``).  Returns (...) indices.

    Of two candidate ends the later one wins iff the range up to the earlier one touches the range between them:
    then, and only then, taking in the latter does not raise the average.  So no average is ever computed.
    Each player carries the sums from the left end of its part of the draw to its own end (``head``), and from
    there to the right end (``rest``).
    """
    winner = np.broadcast_to(np.arange(items.shape[-1]), items.shape[1:])
    head, rest = items, np.zeros_like(items)
    while winner.shape[-1] > 1:
        between = rest[..., 0::2] + head[..., 1::2]
        later = touching(*before[..., 0::2], *between)
        head = head[..., 0::2] + np.where(later, between, 0.0)
        rest = np.where(later, 0.0, between) + rest[..., 1::2]
        winner = np.where(later, winner[..., 1::2], winner[..., 0::2])
        before = np.where(later, before[..., 1::2], before[..., 0::2])
    return winner[..., 0]


def filled(items: np.ndarray, size: int) -> np.ndarray:
    """``items`` (2, m) with missing items appended, (2, size)."""
    missing = np.broadcast_to(NEVER[:, None], (2, size - items.shape[1]))
    return np.concatenate((items, missing), axis=1)
