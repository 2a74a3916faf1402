"""The oracle: sticky particles in exact fractions, as slow as it likes, sharing no code with the project.

``mass`` must be positive, positions ascending.  Floats are taken at their exact value.
"""

from __future__ import annotations

from fractions import Fraction


def clusters(position, velocity, mass, time) -> tuple[list[int], list[Fraction]]:
    """First ranks and positions of the clusters at ``time``: merge touching neighbours until there are none."""
    found = [
        [rank, Fraction(m), Fraction(m) * (Fraction(x) + Fraction(time) * Fraction(v))]
        for rank, (x, v, m) in enumerate(zip(position, velocity, mass, strict=True))
    ]
    place = 0
    while place + 1 < len(found):
        (first, mass_left, sum_left), (_, mass_right, sum_right) = found[place], found[place + 1]
        if sum_left / mass_left >= sum_right / mass_right:
            found[place : place + 2] = [[first, mass_left + mass_right, sum_left + sum_right]]
            place = 0  # look at everybody again: slow, and beyond doubt
        else:
            place += 1
    return [first for first, _, _ in found], [total / m for _, m, total in found]


def merge_times(position, velocity, mass) -> list[Fraction | None]:
    """When each of the n - 1 gaps closes, None for never: find the next contact, merge, and again.

    Coincident neighbours merge at 0 unless they move apart.
    """
    times: list[Fraction | None] = [None] * max(len(position) - 1, 0)
    # A cluster: its first rank, its mass, and its straight line x + v t (the line its centre has always been on).
    line = [
        (rank, Fraction(m), Fraction(x), Fraction(v))
        for rank, (x, v, m) in enumerate(zip(position, velocity, mass, strict=True))
    ]
    while True:
        contacts = [
            (when, place)
            for place in range(len(line) - 1)
            if (when := _contact(line[place], line[place + 1])) is not None
        ]
        if not contacts:
            return times
        when, place = min(contacts)
        left, right = line[place], line[place + 1]
        times[right[0] - 1] = when
        total = left[1] + right[1]
        centre = [(left[1] * left[k] + right[1] * right[k]) / total for k in (2, 3)]
        line[place : place + 2] = [(left[0], total, *centre)]


def _contact(left, right) -> Fraction | None:
    gap, closing = right[2] - left[2], left[3] - right[3]
    if gap == 0:
        return Fraction(0) if closing >= 0 else None
    return gap / closing if closing > 0 else None
