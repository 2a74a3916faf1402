"""What is asked to stop when a window closes, and waited for when nobody sees it any more."""

from __future__ import annotations

from collections.abc import Callable

_waits: list[Callable[[], bool]] = []


def afterwards(wait: Callable[[], bool]) -> None:
    """After the window: ``wait()`` waits for something to end, as long as is right, and tells whether it has."""
    _waits.append(wait)


def wait_for_all() -> bool:
    """Whether all has ended."""
    ended = True
    while _waits:
        ended = _waits.pop(0)() and ended
    return ended
