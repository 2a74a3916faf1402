"""A device for prox.cuda.launch that runs the kernels on the host, and the solver's two calls on NumPy arrays."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from cuda_host import build

from particles.state import gather
from prox.cuda import launch, shapes

POISON = 0xCD  # what memory holds before a kernel writes to it
SMALL = shapes.Shape(slot_bits=13, tile_chunks=32, sort_threads=32, sort_items=2, frame_weights=64)


@cache
def kernels(macros: tuple, sources=shapes.SOURCES, optimize: str | None = None, sanitize: bool = False):
    """Optimized, which takes 5 s instead of 1 and lets them run 3 times as fast, are the kinds that most tests run."""
    kind = dict(macros)
    pays = kind["DTYPE"] == 2 or (kind["DTYPE"] == 3 and not kind["SEGMENTED"])
    return build(list(sources), dict(macros), optimize=optimize or ("-O1" if pays else "-O0"), sanitize=sanitize)


class HostDevice:
    """``schedule`` 0 forward, 1 backward, 2 random; ``blocks``: of how many blocks a grid is made at most.

    ``build``: keywords of ``kernels``.  ``launched``: the kernels so far; ``memory``: the last workspace.
    """

    def __init__(self, schedule: int = 0, blocks: int = 3, shape=SMALL, seed: int = 1, **build):
        self.schedule, self.blocks, self.shape, self.seed, self.build = schedule, blocks, shape, seed, build
        self.launched, self.memory = [], {}

    def workspace(self, sizes):
        self.memory = {name: np.full(size, POISON, np.uint8) for name, size in sizes.items()}
        return self.memory

    def launch(self, macros, kernel, grid, block, shared, arguments):
        host = kernels(tuple(sorted(macros.items())), **self.build)
        host.schedule, host.seed = self.schedule, self.seed
        self.launched.append(kernel)
        host.launch(kernel, grid, block, shared, list(arguments))


def memory(array):
    """An array's bytes, as the kernels see them."""
    return array.reshape(-1).view(np.uint8)


class Group(NamedTuple):
    """``weights`` (rows, d), bfloat16 as uint16; each row shares by itself."""

    weights: np.ndarray
    strength: float
    l1: float = 0.0
    rewind: float = 0.0


def prox_of_groups(device, groups, *, mass=None, details=None, least_frame=shapes.LEAST_FRAME):
    """The prox of each row of each group, by one sequence of launches; ``details``: a ``Details`` of arrays to fill."""
    inputs = [np.ascontiguousarray(group.weights) for group in groups]
    before = [w.tobytes() for w in inputs]
    room = [np.full(w.nbytes + 16, POISON, np.uint8) for w in inputs]  # 8 bytes on either side are nobody's
    segments = [
        launch.Segments(memory(w), out[8:-8], *w.shape, group.strength, group.l1, group.rewind)
        for group, w, out in zip(groups, inputs, room, strict=True)
    ]
    dtype = "bfloat16" if inputs[0].dtype == np.uint16 else inputs[0].dtype.name
    masses = None if mass is None else memory(np.ascontiguousarray(mass, np.float64))
    passed = None if details is None else launch.Details(*(memory(a) for a in details))
    launch.solve_segments(device, dtype, segments, masses=masses, details=passed, least_frame=least_frame)
    assert [w.tobytes() for w in inputs] == before
    assert all((out[:8] == POISON).all() and (out[-8:] == POISON).all() for out in room)
    return [out[8:-8].view(w.dtype).reshape(w.shape).copy() for out, w in zip(room, inputs, strict=True)]


def prox(device, w, strength, *, rewind=0.0, l1=0.0, mass=None, least_frame=shapes.LEAST_FRAME):
    """The prox of each row of ``w`` (rows, d)."""
    return prox_of_groups(device, [Group(w, strength, l1, rewind)], mass=mass, least_frame=least_frame)[0]


def prox_with_details(device, w, strength, *, rewind=0.0, l1=0.0, mass=None):
    """The prox of each row of ``w`` (rows, d), and its ``Details``."""
    mean, pull, weight = (np.full(w.size, np.nan) for _ in range(3))
    details = launch.Details(mean, pull, weight, np.full(w.size, 9, np.uint8), np.zeros(w.size, np.uint32))
    return prox_of_groups(device, [Group(w, strength, l1, rewind)], mass=mass, details=details)[0], details


def clusters(device, particles, time, stop=shapes.EVERYTHING):
    """The clusters once every block of 2^stop ranks is solved: first ranks, and sums of m, m x and m v (3, k)."""
    n = len(particles)
    arrays = [memory(np.array(a)) for a in (particles.position, particles.velocity, particles.mass)]
    found = [np.full(n, 9, np.uint8), *(np.full(n, np.nan) for _ in range(3))]
    launch.solve_particles(device, arrays, time, n, [memory(a) for a in found], stop)
    assert found[0].max(initial=0) <= 1
    start = np.flatnonzero(found[0])
    assert np.isnan(np.delete(found[1:], start, axis=1)).all()
    return start, np.array(found[1:])[:, start]


def begins(device, particles, time, stop=shapes.EVERYTHING):
    """The first ranks of the clusters once every block of 2^stop ranks is solved."""
    return clusters(device, particles, time, stop)[0]


def solve(device, particles, time):
    return gather(particles, begins(device, particles, time), time)
