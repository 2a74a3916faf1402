"""The claims of scenes of up to 64 particles again, in exact fractions, by the oracle: no code in common."""

from fractions import Fraction
from math import inf

import oracle
import pytest

from gui.lessons.shelf import lessons

LARGEST = 64
HALF = Fraction(1, 2)


class Exact:
    """The particles of a scene in exact fractions; those of weights have their exact velocities."""

    def __init__(self, cast):
        p, d = cast.particles, len(cast.particles)
        self.x, self.m = [Fraction(v) for v in p.position.tolist()], [Fraction(v) for v in p.mass.tolist()]
        self.v = [Fraction(v) for v in p.velocity.tolist()]
        if cast.weights is not None:
            self.v = [Fraction(d - 1 - 2 * i, max(d - 1, 1)) for i in range(d)]

    def clusters(self, t):
        """(mass, velocity, position, number of particles) of each cluster at t."""
        start, place = oracle.clusters(self.x, self.v, self.m, t)
        found = []
        for first, stop, position in zip(start, [*start[1:], len(self.x)], place, strict=True):
            mass = sum(self.m[first:stop])
            momentum = sum(m * v for m, v in zip(self.m[first:stop], self.v[first:stop], strict=True))
            found.append((mass, momentum / mass, position, stop - first))
        return found

    def each(self, t, field):
        return [cluster[field] for cluster in self.clusters(t) for _ in range(cluster[3])]

    def merges(self):
        return [inf if time is None else time for time in oracle.merge_times(self.x, self.v, self.m)]

    def energy(self, time):
        return sum(HALF * mass * velocity**2 for mass, velocity, _, _ in self.clusters(time))

    def initial_energy(self):
        return sum(HALF * m * v**2 for m, v in zip(self.m, self.v, strict=True))

    def centre(self, time):
        return sum(m * (x + time * v) for m, x, v in zip(self.m, self.x, self.v, strict=True)) / sum(self.m)

    def penalty(self, time):
        place = self.each(time, 2)
        pairs = sum(abs(a - b) for i, a in enumerate(place) for b in place[:i])
        return pairs / (len(place) - 1)

    def weights(self, strength, rewind=Fraction(0), l1=Fraction(0)):
        place, first = [], 0
        for _, _, position, size in self.clusters(strength):
            mean = sum(self.x[first : first + size]) / size
            first += size
            z = max(abs(position) - l1, Fraction(0)) * (1 if position > 0 else -1)
            place += [z if z == 0 and l1 > 0 else mean + (1 - rewind) * (z - mean)] * size
        return place

    def height(self, vertex, t, place):
        return sum(m * (x - self.centre(t)) for m, x in list(zip(self.m, place, strict=True))[:vertex])


FORMULAS = {
    "time of the first merge": lambda e: min(e.merges()),
    "time of the last merge": lambda e: max(time for time in e.merges() if time != inf),
    "merge time of gap {gap}": lambda e, gap: e.merges()[gap],
    "mass of particle {rank}": lambda e, rank: e.m[rank],
    "position of particle {rank} at {time}": lambda e, rank, time: e.each(time, 2)[rank],
    "velocity of particle {rank} at {time}": lambda e, rank, time: e.each(time, 1)[rank],
    "position of cluster {cluster} at {time}": lambda e, cluster, time: e.clusters(time)[cluster][2],
    "velocity of cluster {cluster} at {time}": lambda e, cluster, time: e.clusters(time)[cluster][1],
    "mass of cluster {cluster} at {time}": lambda e, cluster, time: e.clusters(time)[cluster][0],
    "particles": lambda e: len(e.x),
    "clusters at {time}": lambda e, time: len(e.clusters(time)),
    "particles in the largest cluster at {time}": lambda e, time: max(size for *_, size in e.clusters(time)),
    "momentum at {time}": lambda e, time: sum(mass * velocity for mass, velocity, _, _ in e.clusters(time)),
    "centre of mass at {time}": Exact.centre,
    "kinetic energy at {time}": Exact.energy,
    "heat at {time}": lambda e, time: e.initial_energy() - e.energy(time),
    "share of heat at {time}": lambda e, time: 1 - e.energy(time) / e.initial_energy(),
    "penalty at {time}": Exact.penalty,
    "bits a weight at {time}": lambda e, time: (len(e.clusters(time)) - 1).bit_length(),
    "height of the polygon at vertex {vertex} at {time}": lambda e, vertex, time: e.height(
        vertex, time, [x + time * v for x, v in zip(e.x, e.v, strict=True)]
    ),
    "height of the string at vertex {vertex} at {time}": lambda e, vertex, time: e.height(
        vertex, time, e.each(time, 2)
    ),
    "weight {rank} at strength {strength}": lambda e, rank, **how: e.weights(**how)[rank],
    "weight {rank} at strength {strength} rewind {rewind}": lambda e, rank, **how: e.weights(**how)[rank],
    "weight {rank} at strength {strength} l1 {l1}": lambda e, rank, **how: e.weights(**how)[rank],
    "weight {rank} at strength {strength} rewind {rewind} l1 {l1}": lambda e, rank, **how: e.weights(**how)[rank],
    "zeros at strength {strength} l1 {l1}": lambda e, **how: e.weights(**how).count(0),
}
CLAIMS = [
    (scene, claim)
    for lesson in lessons()
    for scene in lesson.scenes
    if len(scene.cast.particles) <= LARGEST
    for claim in scene.claims
    if claim.quantity is not None and claim.quantity.phrase in FORMULAS
]


@pytest.mark.parametrize("scene", list(dict.fromkeys(scene for scene, _ in CLAIMS)), ids=lambda scene: scene.title)
def test_exact_fractions_confirm_every_exact_claim(scene):
    exact = Exact(scene.cast)
    for claim in (claim for owner, claim in CLAIMS if owner is scene):
        value = FORMULAS[claim.quantity.phrase](exact, **dict(claim.quantity.arguments))
        if claim.stated.half_unit is None:
            assert value == claim.stated.value, f"{claim.quantity.text} is {value}"
        else:
            assert abs(value - claim.stated.value) <= claim.stated.half_unit


def test_exact_fractions_confirm_every_right_choice():
    asked = [s for lesson in lessons() for s in lesson.scenes if s.question is not None and s.question.choices]
    for scene in (s for s in asked if len(s.cast.particles) <= LARGEST and s.question.quantity.phrase in FORMULAS):
        quantity = scene.question.quantity
        value = FORMULAS[quantity.phrase](Exact(scene.cast), **dict(quantity.arguments))
        relations = {"=": value.__eq__, "<": value.__lt__, ">": value.__gt__}
        holds = [bool(relations[choice.relation](choice.stated.value)) for choice in scene.question.choices]
        assert holds.index(True) == scene.question.right_choice(scene.cast.subject)
        assert sum(holds) == 1


def test_most_claims_are_proved_exactly():
    everything = [claim for lesson in lessons() for scene in lesson.scenes for claim in scene.claims]
    assert len(CLAIMS) > 0.75 * len(everything)
