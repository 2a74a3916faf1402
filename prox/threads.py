"""A few threads for kernels that release the GIL."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from functools import cache

WEIGHTS_PER_THREAD = 1 << 16  # below this, starting a thread costs more than it brings
MOST_THREADS = 8  # the passes are bound by memory, not by arithmetic


def thread_count(weights: int) -> int:
    """Threads worth using for an array of that many weights; ``STICKYWEIGHTS_THREADS`` sets the most."""
    most = os.environ.get("STICKYWEIGHTS_THREADS", "")
    if most and not (most.isdecimal() and int(most) > 0):
        raise ValueError(f"STICKYWEIGHTS_THREADS is {most!r}: set it to a whole number >= 1 or unset it")
    if weights < 2 * WEIGHTS_PER_THREAD:
        return 1
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(int(most) if most else min(cpus, MOST_THREADS), weights // WEIGHTS_PER_THREAD)


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="stickyweights")


if hasattr(os, "register_at_fork"):  # a forked child has the pool but not its threads
    os.register_at_fork(after_in_child=_pool.cache_clear)


@contextmanager
def workers(count: int) -> Iterator[Callable[[Callable, int], list]]:
    """Yields ``run(task, parts) -> [task(0), ..., task(parts - 1)]`` on ``count`` threads, the caller's included."""
    if count == 1:
        yield lambda task, parts: [task(part) for part in range(parts)]
        return
    pool = _pool(count - 1)

    def run(task, parts):
        others = []
        try:
            with suppress(RuntimeError):  # the interpreter is shutting down: no new threads, so all is done here
                others.extend(pool.submit(task, part) for part in range(1, parts))
            first = task(0)
            # A thread may wake up late: what has not begun by now is done here.
            done = [task(i + 1) if other.cancel() else other.result() for i, other in enumerate(others)]
            return [first, *done, *(task(part) for part in range(1 + len(done), parts))]
        finally:
            for other in others:
                other.cancel()
            wait(others)  # whatever happens, nobody works on after the call

    yield run
