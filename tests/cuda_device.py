"""A device for prox.cuda.launch that runs the kernels on the host, and the solver's two calls on NumPy arrays."""

from __future__ import annotations

from functools import cache

import numpy as np
from cuda_host import build

from particles.state import gather
from prox.cuda import launch, shapes

POISON = 0xCD  # what memory holds before a kernel writes to it
SMALL = shapes.Shape(slot_bits=13, tile_chunks=32, sort_threads=32, sort_items=4)


@cache
def kernels(macros: tuple, sources=shapes.SOURCES, optimize: str = "-O1", sanitize: bool = False):
    return build(list(sources), dict(macros), optimize=optimize, sanitize=sanitize)


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


def prox(device, w, strength, *, rewind=0.0, l1=0.0, mass=None, details=False, least_frame=shapes.LEAST_FRAME):
    """The prox of each row of ``w`` (rows, d); bfloat16 comes and goes as uint16."""
    w = np.ascontiguousarray(w)
    dtype = "bfloat16" if w.dtype == np.uint16 else w.dtype.name
    out = np.full(w.nbytes, POISON, np.uint8).view(w.dtype).reshape(w.shape)
    groups = [launch.Segments(memory(w), memory(out), *w.shape, strength, l1, rewind)]
    masses = None if mass is None else memory(np.ascontiguousarray(mass, np.float64))
    found = None
    if details:
        mean, pull, weight = (np.full(w.size, np.nan) for _ in range(3))
        found = (mean, pull, weight, np.zeros(w.size, np.uint8), np.zeros(w.size, np.uint32))
    passed = None if found is None else launch.Details(*(memory(a) for a in found))
    launch.solve_segments(device, dtype, groups, masses=masses, details=passed, least_frame=least_frame)
    return (out, launch.Details(*found)) if details else out


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
