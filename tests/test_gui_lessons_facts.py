"""What lessons say in words, recomputed; and what they say was measured, compared with the tables of the benchmarks."""

import re
from pathlib import Path

import numpy as np

from gui.lessons.shelf import lesson_named
from particles import scenarios
from prox.solvers import trace

MEASURED = (Path(__file__).parent.parent / "benchmarks" / "training.md").read_text(encoding="utf-8")


def row(heading: str, method: str) -> list[str]:
    """The cells of a method in the first table under a heading of benchmarks/training.md."""
    table = MEASURED.partition(f"## {heading}")[2]
    found = next(line for line in table.splitlines() if line.startswith(f"| {method} |"))
    return [cell.strip() for cell in found.strip("|").split("|")]


def test_the_measured_numbers_are_those_of_the_runs_that_the_lesson_names():
    mnist = {method: row("mnist-torus at a laptop size", method) for method in ("none", "wsr", "cnn")}
    digits = {method: row("digits-torus, five seeds", method) for method in ("none", "wsr", "cnn")}
    test, translation = 3, 8
    wanted = [mnist[method][test] for method in ("none", "wsr", "cnn")]
    for method in ("none", "wsr"):
        wanted += digits[method][test].split(" +- ")
    wanted.append(digits["cnn"][test].split(" +- ")[0])
    wanted += [table[method][translation].split(" +- ")[0] for table in (mnist, digits) for method in ("wsr", "none")]
    claims = lesson_named("filters-like-a-convolution").scenes[-1].claims
    stated = [claim.stated.text.removesuffix(" %") for claim in claims if claim.quantity is None]
    rounded = [f"{float(cell):.{len(text.partition('.')[2])}f}" for text, cell in zip(stated, wanted, strict=True)]
    assert stated == rounded
    plain, shared, convolution = map(float, stated[:3])
    assert shared - plain > convolution - shared, "most of the gap"


def test_the_lesson_says_what_the_benchmarks_say():
    text = " ".join(lesson_named("filters-like-a-convolution").scenes[-1].text.paragraphs)
    for words in ("closes most of the gap", "bands that repeat at other heights", "splits clusters faster"):
        assert words in re.sub(r"\s+", " ", MEASURED)
        assert words.replace("closes", "closed") in text


def particles_of(name: str, at: int):
    cast = lesson_named(name).scenes[at].cast
    return cast.particles, cast.subject.history


def test_the_far_weight_pulls_the_cluster_of_near_ones():
    _, history = particles_of("weights-are-particles", 2)
    assert history.velocities(0.0)[2] == 0.0
    assert history.velocities(2.0)[:4].tolist() == [0.25] * 4
    assert "rests at first" in lesson_named("weights-are-particles").scenes[2].question.then.paragraphs[0]


def test_the_groups_that_are_found_are_those_that_the_noise_was_added_to():
    particles, history = particles_of("sharing-saves-bits", 1)
    places = np.linspace(-1, 1, 16)
    made_from = np.abs(particles.position[:, None] - places).argmin(axis=1)
    assert np.array_equal(history.clusters(0.8).start, np.flatnonzero(np.diff(made_from, prepend=-1)))


def test_the_fan_and_the_dust_are_what_the_text_says():
    fan, _ = particles_of("order-and-ties", 2)
    assert np.array_equal(fan.velocity, -fan.position)
    dust, history = particles_of("unequal-masses", 3)
    assert dust.mass[9] == 3 * dust.mass[10:].sum()
    assert np.isinf(history.merge_times[:9]).all(), "the dust behind is left in peace"
    assert history.merge_times[9:].max() < 1.4


def test_the_film_with_the_same_end_is_three_times_as_fast_and_far():
    (first, _), (other, _) = particles_of("time-runs-backwards", 0), particles_of("time-runs-backwards", 1)
    assert np.array_equal(other.position, 3 * first.position)
    assert np.array_equal(other.velocity, 3 * first.velocity)
    chain, history = particles_of("time-runs-backwards", 3)
    assert 1 < np.unique(chain.mass).size < len(chain)
    assert np.unique(history.merge_times).size == 4, "one after the other"


def test_the_edges_of_the_string_have_the_slopes_of_the_text():
    particles, _ = particles_of("taut-string", 0)
    for time in (0.0, 2.0):
        centre = np.average(particles.position + time * particles.velocity, weights=particles.mass)
        assert centre == 0.0, "only then is the slope of an edge a position"
    flown = particles.position + 2 * particles.velocity
    assert flown[0] > flown[1]


def test_each_row_of_the_table_is_the_one_above_moved_by_a_pixel_until_it_is_mixed_up():
    lesson = lesson_named("filters-like-a-convolution")
    values = np.array([-60, -20, 20, 60])
    tables = []
    for scene in lesson.scenes[:2]:
        weights = scene.cast.weights
        tables.append(values[np.abs(weights[:, None] - values).argmin(axis=1)].reshape(4, 4))
    moved = [[np.array_equal(np.roll(table[i - 1], 1), table[i]) for i in range(4)] for table in tables]
    assert moved == [[True] * 4, [False] * 4]
    assert sorted(lesson.scenes[0].cast.weights) == sorted(lesson.scenes[1].cast.weights)


def test_imminent_takes_many_rounds_on_a_trained_layer():
    layer = scenarios.get("trained-layer", 1024, 0)
    rounds = {solver: len(list(trace(layer.particles, layer.horizon / 2, solver))) for solver in ("imminent", "steps")}
    assert rounds["imminent"] > 3 * rounds["steps"]


def test_the_race_of_the_plough_can_be_watched():
    lesson = lesson_named("snow-plough")
    for scene in (scene for scene in lesson.scenes if scene.view == "algorithms"):
        particles = scene.cast.particles
        flown = particles.position + scene.time * particles.velocity
        gaps = np.diff(np.sort(flown)) / np.ptp(flown)
        assert gaps.min() > 0.03, "a lane of 480 pixels shows each particle beside its neighbour"
    (plough, _), (fan, _) = particles_of("snow-plough", 1), particles_of("snow-plough", 2)
    assert plough.mass[0] == 12 * plough.mass[1]
    assert len(plough) == len(fan)
    steps = {len(list(trace(cast, time, "steps"))) for cast, time in ((plough, 18.0), (fan, 1.2))}
    assert len(steps) == 1, "on the fan it takes just as many"
