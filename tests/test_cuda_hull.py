"""The kernels' convex minorant of particles is that of `steps`, step by step, for any size, input and launch."""

import numpy as np
import problems
import pytest
from checks import assert_same_clusters
from cuda_device import SMALL, HostDevice, begins, clusters, solve
from cuda_host import SCHEDULES, needs_compiler
from hypothesis import given
from hypothesis import strategies as st

from particles.state import Particles, gather
from prox import sequential, steps
from prox.cuda.shapes import CHUNK, MERGE_LEVELS

pytestmark = needs_compiler

TILE = CHUNK * SMALL.tile_chunks
SEVERAL_LAUNCHES = TILE * (2**MERGE_LEVELS + 1) + 5  # more tiles than one launch joins
SIZES = (0, 1, 31, 32, 33, TILE - 1, TILE, TILE + 1, 2 * TILE - 1, 2 * TILE, 2 * TILE + 1, SEVERAL_LAUNCHES)
SIDE_BY_SIDE = st.lists(st.one_of(problems.dyadic(), problems.ties(), problems.KNOWN), min_size=1, max_size=6)
DEVICES = st.builds(HostDevice, st.sampled_from(SCHEDULES), st.sampled_from([1, 3, 100]), seed=st.integers(1, 99))


def assert_agrees_with_steps(device, problem):
    """After the levels 5, 6, ..., which the kernels can stop after, and in the end."""
    particles, time, exact = problem.particles, problem.time, problem.exact
    states = [np.arange(len(particles)), *(step.start for step in steps.trace(particles, time))]
    for level in range(5, max(len(states), 6)):
        found, expected = begins(device, particles, time, level), states[min(level, len(states) - 1)]
        if exact:
            assert np.array_equal(found, expected), f"after level {level}"
        else:
            here, there = (gather(particles, start, time) for start in (found, expected))
            assert_same_clusters(here, there, particles, time)
    assert_same_clusters(
        solve(device, particles, time), sequential.solve(particles, time), particles, time, exact=exact
    )


def side_by_side(parts, n: int, seed: int) -> problems.Problem:
    """Random ones of the small exact problems on one line, drifting into one another, at time 1; about n ranks."""
    rng, columns, count, end = np.random.default_rng(seed), [], 0, 0
    parts = [part for part in parts if len(part.particles)] or [problems.snow_plough(3, 4)]
    while count < n:
        particles, time, _, _ = parts[rng.integers(len(parts))]
        position = particles.position - np.floor(particles.position[0]) + end
        columns.append((position, time * particles.velocity + rng.integers(-30, 31), particles.mass))
        count, end = count + len(particles), np.ceil(position[-1]) + rng.integers(0, 3)
    return problems.Problem(Particles(*np.concatenate(columns, axis=1)), 1.0, True)


@given(problem=problems.ANY, device=DEVICES)
def test_small_problems(problem, device):
    assert_agrees_with_steps(device, problem)


@given(parts=SIDE_BY_SIDE, n=st.sampled_from([50, 300, 1000, 3000]), seed=st.integers(0, 999), device=DEVICES)
def test_small_problems_side_by_side_on_one_line(parts, n, seed, device):
    assert_agrees_with_steps(device, side_by_side(parts, n, seed))


def mirrored(problem):
    particles = problem.particles
    turned = Particles(-particles.position[::-1], -particles.velocity[::-1], particles.mass[::-1])
    return problem._replace(particles=turned)


def landing(landed, mass=None):
    """Particles at 0, 1, 2, ... that would stand at ``landed`` at time 1 if they flew freely."""
    landed = np.array(landed, float)
    position = np.arange(landed.size)
    return problems.Problem(Particles(position, landed - position, mass), 1.0, True)


def blocks_reversed(n, size):
    """Each block of so many ranks becomes one cluster, and stays away from the next."""
    rank = np.arange(n)
    return landing(rank // size * 2 * size + size - rank % size)


def swept(n):
    """Singles at rest, one unit apart; a blob of half of them from the left ends exactly where it touches its last."""
    blob = n // 4
    gathered = (n - blob) // 2
    # The k-th single is touched iff mean(blob's landing places, singles before it) >= its own place.
    reach = np.full(n, -1.0)
    reach[blob:] = np.arange(n - blob)
    needed = gathered * (blob + gathered) - gathered * (gathered - 1) // 2  # sum of the blob's landing places
    if blob:
        reach[:blob] = needed // blob
        reach[0] += needed - reach[:blob].sum()
    return landing(reach)


def near_critical(n):
    """Gaps of about the width at which neighbours touch, to rounding, and a heavy blob that meets them all."""
    rng = np.random.default_rng(n)
    position = np.sort(np.cumsum(1 + 1e-15 * rng.integers(-4, 5, n)))
    velocity = -np.arange(n) * 1.0
    mass = np.ones(n)
    velocity[: n // 3], mass[: n // 3] = 2.0 * n, 3.0
    return problems.Problem(Particles(position, velocity, mass), 1.0, False)


def lopsided(n):
    rng = np.random.default_rng(n)
    mass = 10.0 ** rng.integers(-6, 7, n)
    return problems.Problem(Particles(np.sort(rng.normal(size=n)), rng.normal(size=n), mass), 0.5, False)


def gaussian(n):
    return problems.Problem(Particles.from_weights(np.random.default_rng(n).normal(size=n)), 1.2, False)


FAMILIES = {
    "one giant cluster": lambda n: landing(np.arange(n)[::-1]),
    "sqrt(n) clusters": lambda n: blocks_reversed(n, max(1, int(n**0.5))),
    "plough from the left": lambda n: problems.snow_plough(max(n, 1), n * n // 8) if n else landing([]),
    "plough from the right": lambda n: mirrored(FAMILIES["plough from the left"](n)),
    "plough that stops at a touch": lambda n: landing([(n // 2) * (n // 2 + 1) // 2, *range(1, n)][:n]),
    "swept by a blob": swept,
    "swept by a blob from the right": lambda n: mirrored(swept(n)),
    "near-critical singles": near_critical,
    "all ties": lambda n: problems.Problem(Particles(np.zeros(n), np.arange(n) % 7 - 3.0), 1.0, True),
    "none collide": lambda n: landing(2 * np.arange(n)),
    "a fan at its moment": lambda n: landing(np.zeros(n)),
    "lopsided masses": lopsided,
    "gaussian weights": gaussian,
}


@pytest.mark.parametrize("family", FAMILIES)
def test_adversarial_inputs_of_adversarial_sizes(family):
    for number, n in enumerate(SIZES):
        problem = FAMILIES[family](n)
        assert len(problem.particles) == n
        assert_agrees_with_steps(HostDevice(number % 3, (1, 3, 100)[number // 2 % 3]), problem)


def test_the_families_are_what_they_are_called():
    def count(family, n=2000):
        return len(begins(HostDevice(), FAMILIES[family](n).particles, 1.0))

    assert count("one giant cluster") == count("a fan at its moment") == 1
    assert count("sqrt(n) clusters") == -(-2000 // 44)
    assert count("none collide") == 2000
    assert 2000 - count("plough from the left") == 2000 - count("plough from the right") > 900
    assert count("plough that stops at a touch") == 1000
    assert count("swept by a blob") == count("swept by a blob from the right") == 2000 - 500 - 750


def test_clusters_that_begin_and_end_near_the_borders_of_chunks_and_tiles():
    rng = np.random.default_rng(0)
    for _ in range(100):
        n = TILE * rng.integers(3, 8)
        begin, end = np.sort(rng.choice(np.arange(1, n // TILE), 2, replace=False)) * TILE + rng.integers(-40, 40, 2)
        landed = 4.0 * np.arange(n)
        landed[begin:end] = landed[begin:end][::-1]
        particles = landing(landed).particles
        start, sums = clusters(HostDevice(), particles, 1.0)
        assert np.array_equal(start, np.delete(np.arange(n), np.arange(begin + 1, end)))
        assert np.array_equal(sums[1], np.add.reduceat(particles.position, start))


def test_as_many_particles_as_need_three_launches_of_joins():
    n = TILE * 4**MERGE_LEVELS + 7
    device = HostDevice(blocks=200)
    for problem in (gaussian(n), blocks_reversed(n, 1 << 19)):
        found = solve(device, problem.particles, problem.time)
        reference = sequential.solve(problem.particles, problem.time)
        assert_same_clusters(found, reference, problem.particles, problem.time, exact=problem.exact)
    assert device.launched.count("join_blocks") == 6


@pytest.mark.parametrize("family", ["gaussian weights", "lopsided masses", "near-critical singles", "sqrt(n) clusters"])
def test_launches_and_shapes_of_tiles_leave_every_bit_as_it_is(family):
    particles, time, _, _ = FAMILIES[family](5000)
    start, sums = clusters(HostDevice(), particles, time)
    for chunks in (32, 64, 128):
        for schedule, blocks in zip((0, 1, 2, 2), (1, 100, 3, 2), strict=True):
            device = HostDevice(schedule, blocks, SMALL._replace(tile_chunks=chunks), seed=blocks, optimize="-O0")
            found = clusters(device, particles, time)
            assert np.array_equal(found[0], start)
            assert found[1].tobytes() == sums.tobytes()


@given(parts=SIDE_BY_SIDE, seed=st.integers(0, 999))
def test_the_sums_of_clusters_are_those_of_their_members(parts, seed):
    particles, time, _, _ = side_by_side(parts, 1500, seed)
    start, sums = clusters(HostDevice(), particles, time)
    mass, position, velocity = particles.mass, particles.position, particles.velocity
    expected = [np.add.reduceat(values, start) for values in (mass, mass * position, mass * velocity)]
    assert np.array_equal(sums, expected)
