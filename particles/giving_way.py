"""Loops of Python in a worker: the main thread, which draws a window perhaps, gets its turn."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

AFTER = 1e-3  # seconds of work
PAUSE = 5e-4  # seconds in which the main thread wakes up

T = TypeVar("T")


def giving_way(items: Iterable[T]) -> Iterator[T]:
    """The items; between them a thread other than the main one rests now and then.

    Without that, calls that let go of Python's lock for a moment (files, NumPy) take it back before a thread that
    waits for it wakes, and because it was let go the interpreter does not insist: the main thread waits for long.
    """
    if threading.get_ident() == threading.main_thread().ident:
        yield from items
        return
    due = time.monotonic() + AFTER
    for item in items:
        yield item
        if time.monotonic() > due:
            time.sleep(PAUSE)
            due = time.monotonic() + AFTER
