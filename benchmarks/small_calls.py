"""Short calls of every kernel, of which the first compile it: answers are checked.

    python benchmarks/small_calls.py "first calls"
    compute-sanitizer --tool TOOL python benchmarks/small_calls.py TOOL    # "racecheck", the slowest, gets fewer calls

Each array is an allocation of its own, so that nobody reads a neighbour's memory unseen.
"""

import sys

import numpy as np

from particles import Particles
from prox import bench, prox_weight_sharing, solve
from prox.cuda.device import require_gpu
from prox.cuda.shapes import LEAST_FRAME


def main(tool: str) -> None:
    cupy = require_gpu()
    cupy.cuda.set_allocator(None)
    sizes = (1, 33, 2049) if tool == "racecheck" else (1, 31, 33, 2047, 2049, 20_001)
    for d in sizes:
        for dtype in ("float16", "float32", "float64"):
            w = np.random.default_rng(d).normal(size=d).astype(dtype)
            check(cupy, w, 0.9)
            check(cupy, np.stack([w, np.roll(w, 1), -w]), 0.9, scope="row")
        particles = Particles.from_weights(np.random.default_rng(d).normal(size=d))
        assert np.array_equal(solve(particles, 1.1, "cuda").start, solve(particles, 1.1).start)
    for name, w, strength in bench.inputs(LEAST_FRAME):
        if name in ("16 values + noise", "Gaussian, half merge") and (tool != "racecheck" or "16" in name):
            check(cupy, w, strength)
    cupy.cuda.Device().synchronize()
    print(f"{tool}: the answers are right")


def check(cupy, w, strength, **options) -> None:
    found = cupy.asnumpy(prox_weight_sharing(cupy.asarray(w), strength, **options)).astype(float)
    expected = prox_weight_sharing(w.astype(float), strength, **options)
    allowed = {"float16": 1e-3, "float32": 1e-6, "float64": 1e-12}[w.dtype.name] * (np.abs(w).max() + strength)
    worst = np.abs(found - expected).max()
    assert worst <= allowed, f"{w.shape} {w.dtype}: wrong by {worst:g}"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python benchmarks/small_calls.py TOOL")
    try:
        main(sys.argv[1])
    except RuntimeError as error:
        sys.exit(f"error: {error}")
