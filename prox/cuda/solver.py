"""The solver "cuda": the clusters of any particles at one time, on a GPU.

The algorithm is that of ``steps``, by blocks of 32, 64, ... ranks; see hull.cu.  Work O(n), depth O(log^3 n).
"""

from __future__ import annotations

import numpy as np

from particles.state import Clusters, Particles, gather

from ..arrays import is_cupy
from ..trace import check_time
from . import launch
from .device import gpu_for_cupy, require_gpu


def solve(particles: Particles, time: float) -> Clusters:
    """The clusters at ``time``: CuPy arrays for particles in CuPy arrays.

    Particles in NumPy arrays are copied to the current GPU, and the partition back.  Raises RuntimeError where there is
    no GPU, ValueError when ``time`` is negative, not finite, or so large that the sums overflow float64.
    """
    cupy = require_gpu()
    if not is_cupy(particles.position):
        time = check_time(particles, time)
        begins, _ = _solved(cupy, cupy.cuda.Device().id, _on_device(cupy, particles), time)
        return gather(particles, np.flatnonzero(cupy.asnumpy(begins)), time)
    number = particles.position.device.id
    with cupy.cuda.Device(number):
        time = check_time(particles, time)
        begins, sums = _solved(cupy, number, _on_device(cupy, particles), time)
        return _gathered(cupy, particles, cupy.flatnonzero(begins), sums, time)


def _on_device(cupy, particles: Particles):
    return [cupy.asarray(values) for values in (particles.position, particles.velocity, particles.mass)]


def _solved(cupy, number: int, arrays, time: float):
    """Where clusters begin, (n,) uint8, and by first rank their mass, and sums of mass times position and velocity."""
    count = len(arrays[0])
    if count > launch.LARGEST:
        raise ValueError(f"{count} particles are too many for the GPU: {launch.LARGEST} at most")
    begins, sums = cupy.zeros(count, "uint8"), [cupy.empty(count) for _ in range(3)]
    if count:
        gpu = gpu_for_cupy(number)
        addresses = [np.uint64(array.data.ptr) for array in (*arrays, begins, *sums)]
        launch.solve_particles(gpu, addresses[:3], time, count, addresses[3:])
    return begins, sums


def _gathered(cupy, particles: Particles, start, sums, time: float) -> Clusters:
    """``gather`` of particles/state.py, with the sums that the kernels have added up."""
    mass, position, velocity = (values[start] for values in sums)
    if not start.size:
        return Clusters(start, position, velocity, mass)
    stop = cupy.append(start[1:], len(particles))
    first, last = particles.position[start], particles.position[stop - 1]
    centre = cupy.minimum(cupy.maximum(position / mass, first), last)
    mean_velocity = cupy.where(stop - start == 1, particles.velocity[start], velocity / mass)
    moved = cupy.where(mean_velocity == 0.0, centre, centre + time * mean_velocity)
    reach = 1
    while reach < start.size:  # the running maximum: rounding cannot put a cluster left of its left neighbour
        moved[reach:] = cupy.maximum(moved[reach:], moved[:-reach])
        reach *= 2
    return Clusters(start, moved, mean_velocity, mass)
