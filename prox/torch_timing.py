"""How work on a GPU is timed: by events of the device, eagerly or inside a CUDA graph; and how much memory it takes."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from typing import NamedTuple


class Place(NamedTuple):
    """Where work runs, and how it is measured there.

    ``description``: lines that tell the device and versions.  ``cache``: bytes that are enough to fill its caches.
    ``milliseconds(work)``: how long it takes, and what it returns.  ``capture(work)``: a function that runs it once
    more, and the tensor in which its result stands then.  ``most_allocated(work)``: bytes asked for at most while
    it runs, beyond those before.
    """

    device: str
    description: list[str]
    cache: int
    milliseconds: Callable
    capture: Callable
    most_allocated: Callable


def gpu(what: str) -> Place:
    """The current CUDA device.  RuntimeError (one sentence) where it, torch or CuPy is missing; ``what`` needs it."""
    try:
        import torch
    except ImportError:
        raise RuntimeError(f"{what} needs PyTorch, whose sort is the yardstick: pip install torch") from None
    if not torch.cuda.is_available():
        raise RuntimeError(
            f"{what} needs an NVIDIA GPU, and torch {torch.__version__} sees none: check nvidia-smi, and that torch is "
            "built for CUDA"
        )
    from .cuda.device import require_gpu

    cupy = require_gpu()
    properties = torch.cuda.get_device_properties(torch.cuda.current_device())
    description = [
        f"{properties.name}, {properties.multi_processor_count} multiprocessors, "
        f"{properties.total_memory / 2**30:.0f} GiB; driver {_driver()}",
        f"CUDA {torch.version.cuda} (torch) and {_version(cupy.cuda.runtime.runtimeGetVersion())} (CuPy); "
        f"torch {torch.__version__}, CuPy {cupy.__version__}",
    ]
    return Place("cuda", description, 2 * properties.L2_cache_size, _milliseconds, captured, _most_allocated)


def _milliseconds(work):
    """From an idle GPU on, so that the launches are part of it."""
    import torch

    start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    torch.cuda.synchronize()
    start.record()
    result = work()
    stop.record()
    stop.synchronize()
    return start.elapsed_time(stop), result


def captured(work):
    import torch

    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        work()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        result = work()
    return graph.replay, result


def _most_allocated(work) -> int:
    import torch

    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_stats()["requested_bytes.all.current"]
    work()
    return torch.cuda.memory_stats()["requested_bytes.all.peak"] - before


def _driver() -> str:
    tool = shutil.which("nvidia-smi")
    if not tool:
        return "unknown"
    asked = [tool, "--query-gpu=driver_version", "--format=csv,noheader"]
    told = subprocess.run(asked, capture_output=True, text=True)
    return told.stdout.splitlines()[0].strip() if told.returncode == 0 and told.stdout.strip() else "unknown"


def _version(number: int) -> str:
    return f"{number // 1000}.{number % 1000 // 10}"
