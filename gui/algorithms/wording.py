"""The race in words: what each solver is, what came of it, and by how much the answers differ."""

from __future__ import annotations

from typing import NamedTuple

from .lane import Lane
from .race import Race, differences


class About(NamedTuple):
    """A solver for the reader: its idea in one sentence, and its cost."""

    title: str
    idea: str
    cost: str


ABOUT = {
    "sequential": About("sequential", "From left to right with a stack: pool what touches.", "work n, depth n"),
    "steps": About("steps", "Join blocks of 1, 2, 4, … by their bridge.", "work n log n, depth log³ n"),
    "end": About("end", "Find one final cluster after the other, from the left.", "work n K, depth K log n"),
    "imminent": About("imminent", "Merge all that touch, and look again.", "up to n rounds of depth log n"),
    "search": About(
        "search", "Join blocks; bisect for the left end of each new cluster.", "work n log² n, depth log³ n"
    ),
    "cuda": About("cuda", "The twin of steps on a graphics processor.", "work n, depth log³ n"),
}

ORDINALS = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 5: "5th"}
COUNTER = {"step": "steps", "depth": "depth", "work": "work"}  # what each clock counts


def question(n: int, when: str) -> str:
    """What the race is about; ``when`` is its time, in words."""
    if n == 0:
        return "No particles: there is nothing to solve."
    if n == 1:
        return "One particle: there is nothing to put together."
    return f"The same question to all: which of {n:,} particles are together at {when}?"


def without_steps(lane: Lane) -> str:
    """Why a lane shows no steps."""
    if lane.refusal:
        return lane.refusal[0].upper() + lane.refusal[1:] + "."
    if lane.solver != "cuda":
        return "It needs no step here."
    return f"Its answer after {seconds(lane.seconds)}. It shows no steps; steps takes the same ones."


def arrived(lane: Lane, place: int, clock: str) -> str:
    """What is said of a solver that is done: its place counts what the clock counts, and not time."""
    return f"✓ {ORDINALS[place]} by {COUNTER[clock]} · took {seconds(lane.seconds)}"


def described(solver: str, lane: Lane | None, clock: str) -> str:
    """A solver in a few sentences, and how its time was measured."""
    said = f"{ABOUT[solver].idea} Cost: {ABOUT[solver].cost}."
    if lane is None or not lane.runs:
        return said
    runs = f"the best of {lane.runs} runs" if lane.runs > 1 else "that of one run, after one that was not timed"
    said += f" The time, {seconds(lane.seconds)}, is {runs} on this machine, without stopping at each step."
    return said + f" The place in the race counts {COUNTER[clock]}, not time." if lane.steps else said


def verdict(race: Race) -> str:
    """By how much the solvers differ, in a sentence or two."""
    found = differences(race)
    if not found:
        return "Only one solver ran: there is nothing to compare."
    names = f"All {len(found) + 1} solvers"
    apart = [difference for difference in found if difference.borders.size]
    farthest = max(found, key=lambda difference: difference.ulps)
    if apart:
        first = apart[0]
        return (
            f"Not the clusters of sequential: {_listed([difference.solver for difference in apart])}. They differ "
            f"first at rank {first.borders[0]:,} ({first.borders.size:,} borders in all): two clusters touch there to "
            f"within rounding. Largest difference of positions: {farthest.ulps:,.0f} ulp."
        )
    if farthest.ulps == 0:
        return f"{names} find the same clusters, and the same positions to the last bit."
    largest = f"{farthest.ulps:,.0f} ulp ({farthest.solver})"
    return f"{names} find the same clusters. Largest difference of positions: {largest}."


def seconds(value: float) -> str:
    """A duration in a unit that suits it."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3)):
        if value >= scale:
            return f"{value / scale:.3g} {unit}"
    return f"{value / 1e-6:.3g} µs"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
