"""How columns of numbers share the width there is: who needs little leaves the rest to the others."""

from __future__ import annotations


def shared(needs: list[int], least: list[int], room: int) -> list[int]:
    """Widths in pixels, together ``room`` unless the ``least`` are more already.

    Where there is enough, what is left over is split evenly; else the widest are cut down to one common width.
    """
    cap = max(needs)
    while sum(min(need, cap) for need in needs) > room and cap > 1:
        cap -= 1
    widths = [max(min(need, cap), floor) for need, floor in zip(needs, least, strict=True)]
    each, more = divmod(max(room - sum(widths), 0), len(widths))
    return [width + each + (place < more) for place, width in enumerate(widths)]
