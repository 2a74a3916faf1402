"""The vocabulary of the lessons: each phrase with the formula by which the engine computes it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from particles import History, Particles, simulate
from particles.diagnostics import snapshot
from prox import prox_weight_sharing, weight_sharing
from prox.solvers import trace


@dataclass(frozen=True, eq=False)
class Subject:
    """The particles of which a quantity is computed, with their history (simulated once, to the end of time)."""

    particles: Particles

    @cached_property
    def history(self) -> History:
        return simulate(self.particles)


def _time_of_merge(subject, which):
    times = subject.history.tree.time
    return times[which] if times.size else math.inf


def _cluster(field):
    return lambda subject, cluster, time: getattr(subject.history.clusters(time), field)[cluster]


def _diagnosis(field):
    return lambda subject, time: getattr(snapshot(subject.history, time), field)


def _heat_share(subject, time):
    state = snapshot(subject.history, time)
    return state.heat / (state.heat + state.kinetic_energy)


def _bits(subject, time):
    return math.ceil(math.log2(len(subject.history.clusters(time))))


def _height(subject, vertex, time, position):
    """Sum of mass x position, from the centre of mass, over the first ``vertex`` particles: as the hull view draws."""
    centre = snapshot(subject.history, time).centre_of_mass
    return np.concatenate(([0.0], np.cumsum(subject.particles.mass * (position - centre))))[vertex]


def _polygon(subject, vertex, time):
    particles = subject.particles
    return _height(subject, vertex, time, particles.position + time * particles.velocity)


def _string(subject, vertex, time):
    return _height(subject, vertex, time, subject.history.positions(time))


def _prox(subject, strength, rewind=0.0, l1=0.0):
    return prox_weight_sharing(np.array(subject.particles.position), strength, rewind=rewind, l1=l1)


def _cost(field):
    return lambda subject, solver, time: sum(getattr(step, field) for step in trace(subject.particles, time, solver))


FORMULAS = {
    "time of the first merge": lambda subject: _time_of_merge(subject, 0),
    "time of the last merge": lambda subject: _time_of_merge(subject, -1),
    "merge time of gap {gap}": lambda subject, gap: subject.history.merge_times[gap],
    "mass of particle {rank}": lambda subject, rank: subject.particles.mass[rank],
    "position of particle {rank} at {time}": lambda subject, rank, time: subject.history.positions(time)[rank],
    "velocity of particle {rank} at {time}": lambda subject, rank, time: subject.history.velocities(time)[rank],
    "position of cluster {cluster} at {time}": _cluster("position"),
    "velocity of cluster {cluster} at {time}": _cluster("velocity"),
    "mass of cluster {cluster} at {time}": _cluster("mass"),
    "particles": lambda subject: len(subject.particles),
    "clusters at {time}": _diagnosis("clusters"),
    "particles in the largest cluster at {time}": _diagnosis("largest"),
    "momentum at {time}": _diagnosis("momentum"),
    "centre of mass at {time}": _diagnosis("centre_of_mass"),
    "kinetic energy at {time}": _diagnosis("kinetic_energy"),
    "heat at {time}": _diagnosis("heat"),
    "share of heat at {time}": _heat_share,
    "information lost at {time}": _diagnosis("information_lost"),
    "height of the polygon at vertex {vertex} at {time}": _polygon,
    "height of the string at vertex {vertex} at {time}": _string,
    "penalty at {time}": lambda subject, time: weight_sharing(subject.history.positions(time)),
    "bits a weight at {time}": _bits,
    "weight {rank} at strength {strength}": lambda subject, rank, **how: _prox(subject, **how)[rank],
    "weight {rank} at strength {strength} rewind {rewind}": lambda subject, rank, **how: _prox(subject, **how)[rank],
    "weight {rank} at strength {strength} l1 {l1}": lambda subject, rank, **how: _prox(subject, **how)[rank],
    "weight {rank} at strength {strength} rewind {rewind} l1 {l1}": (
        lambda subject, rank, **how: _prox(subject, **how)[rank]
    ),
    "zeros at strength {strength} l1 {l1}": lambda subject, **how: np.count_nonzero(_prox(subject, **how) == 0),
    "rounds of {solver} at {time}": lambda subject, solver, time: len(list(trace(subject.particles, time, solver))),
    "comparisons of {solver} at {time}": _cost("comparisons"),
    "work of {solver} at {time}": _cost("work"),
    "depth of {solver} at {time}": _cost("depth"),
}
