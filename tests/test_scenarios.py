"""Every scenario runs, is deterministic, and comes out as its answer says."""

import subprocess
import sys

import numpy as np
import pytest

from particles import scenarios, simulate
from particles.catalogue import FIXED, SIZED
from particles.trained import SIZE, evenly_by_rank, trained_layer

RELATIVE = 1e-9  # answers in closed form, against sums of up to 1e5 rounded terms
WEIGHTS = [name for name in scenarios.names() if name.endswith("-weights")]
CASES = [
    (name, n)
    for name in scenarios.names()
    for n in sorted({*scenarios.sizes(name)[:2], 3} - ({3} if name in FIXED else set()))
]


def check_answer(scenario):
    history, answer = simulate(scenario.particles), scenario.answer
    if answer.merge_times is not None:
        never = np.isinf(answer.merge_times)
        assert (np.isinf(history.merge_times) == never).all()
        np.testing.assert_allclose(history.merge_times[~never], answer.merge_times[~never], rtol=RELATIVE, atol=0)
    if answer.first_merge is not None:
        assert history.merge_times.min() == pytest.approx(answer.first_merge, rel=RELATIVE)
    if answer.last_merge is not None:
        assert history.last_collision == pytest.approx(answer.last_merge, rel=RELATIVE)
    final = history.clusters(history.last_collision)
    assert len(final) == answer.clusters
    np.testing.assert_allclose(final.velocity, answer.final_velocity, rtol=RELATIVE, atol=1e-12)


def test_at_least_sixteen_scenarios_with_distinct_names_and_one_sentence_each():
    names = scenarios.names()
    assert len(names) == len(set(names)) >= 16
    for name in names:
        sentence = scenarios.why(name)
        assert sentence.endswith(".")
        assert ". " not in sentence


@pytest.mark.parametrize(("name", "n"), CASES)
def test_every_scenario_runs_and_comes_out_as_its_answer_says(name, n):
    scenario = scenarios.get(name, n, seed=5)
    assert (scenario.name, scenario.n, len(scenario.particles)) == (name, n, n)
    assert 0 < scenario.horizon < np.inf
    assert scenario.seed == (5 if name in SIZED and SIZED[name].seeded else None)
    if scenario.answer is None:
        assert name == "random-masses"
        assert len(simulate(scenario.particles).clusters(scenario.horizon)) <= n
    else:
        check_answer(scenario)


@pytest.mark.parametrize("name", [name for name in scenarios.names() if scenarios.sizes(name)[2] > 1e5])
def test_scenarios_of_any_size_run_with_1e5_particles(name):
    scenario = scenarios.get(name, n=100_000, seed=1)
    if scenario.answer is not None:
        check_answer(scenario)
    assert len(simulate(scenario.particles, scenario.horizon).clusters(scenario.horizon)) <= 100_000


@pytest.mark.parametrize("name", FIXED)
def test_fixed_scenarios_are_exact_to_the_last_bit(name):
    scenario = scenarios.get(name)
    history = simulate(scenario.particles)
    np.testing.assert_array_equal(history.merge_times, scenario.answer.merge_times)
    np.testing.assert_array_equal(history.clusters(scenario.horizon).velocity, scenario.answer.final_velocity)


@pytest.mark.parametrize("name", ["two-equal", "chain", "converging-fan", "snow-plough", "gaussian-weights"])
def test_the_check_of_an_answer_notices_a_wrong_one(name):
    scenario = scenarios.get(name)
    wrong = type(scenario.answer)(**{**vars(scenario.answer), "last_merge": scenario.answer.last_merge * (1 + 1e-7)})
    with pytest.raises(AssertionError):
        check_answer(scenarios.Scenario(**{**vars(scenario), "answer": wrong}))


@pytest.mark.parametrize("name", scenarios.names())
def test_the_same_arguments_give_the_same_particles_and_another_seed_others(name):
    first, again, other = (scenarios.get(name, seed=seed) for seed in (7, 7, 8))
    for field in ("position", "velocity", "mass"):
        np.testing.assert_array_equal(getattr(first.particles, field), getattr(again.particles, field))
    same = np.array_equal(first.particles.position, other.particles.position)
    assert same == (first.seed is None)


def test_the_plough_merges_at_the_triangular_numbers():
    assert simulate(scenarios.get("snow-plough", 6).particles).merge_times.tolist() == [1, 3, 6, 10, 15]


def test_the_pancake_forms_at_time_one_as_n_grows():
    first = [simulate(scenarios.get("zeldovich", n).particles).merge_times.min() for n in (10, 100, 1000)]
    assert first[0] > first[1] > first[2] > 1
    assert first[2] < 1 + 1e-5


def test_coincident_particles_of_the_dust_never_occur():
    assert (np.diff(scenarios.get("heavy-through-dust", 10_000).particles.position) > 0).all()


def test_the_trained_layer_belongs_to_a_network_that_reads_digits():
    layer = trained_layer(0)
    assert layer.accuracy > 0.85  # on images that it did not see; guessing gives 0.1
    assert layer.weights.size == SIZE
    assert not layer.weights.flags.writeable


def test_n_takes_weights_of_the_trained_layer_evenly_by_rank():
    assert evenly_by_rank(np.arange(101.0), 5).tolist() == [0, 25, 50, 75, 100]
    few, whole = scenarios.get("trained-layer", 9).particles.position, scenarios.get("trained-layer").particles.position
    assert len(whole) == SIZE
    assert set(few) <= set(whole)
    assert (few[0], few[-1]) == (whole[0], whole[-1])


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_move_with_the_velocities_of_the_penalty(name):
    particles = scenarios.get(name, 5).particles
    assert particles.velocity.tolist() == [1, 0.5, 0, -0.5, -1]
    assert particles.mass.tolist() == [1] * 5


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("snow-plow",), "unknown scenario 'snow-plow': did you mean 'snow-plough'.*list"),
        (("zzz",), r"unknown scenario 'zzz': `python -m particles list` shows all \d+$"),
        ((None,), "unknown scenario None"),
        (("chain", 6), "'chain' takes exactly 5 particles, got n = 6"),
        (("explosion", 1), "'explosion' takes 2 to 2147483647 particles, got n = 1"),
        (("trained-layer", SIZE + 1), f"takes 2 to {SIZE} particles"),
        (("explosion", 0), "n is 0: give a whole number from 1"),
        (("explosion", -3), "n is -3: give a whole number"),
        (("explosion", 2**31), "n is 2147483648: give a whole number from 1 to 2147483647"),
        (("explosion", 2.5), "n is 2.5: give a whole number"),
        (("explosion", "9"), "n is '9': give a whole number"),
        (("explosion", True), "n is True: give a whole number"),
        (("explosion", 9, -1), "seed is -1: give a whole number from 0 to 4294967295"),
        (("explosion", 9, 2**32), "seed is 4294967296: give"),
        (("explosion", 9, 0.5), "seed is 0.5: give"),
    ],
)
def test_a_scenario_that_cannot_be_is_refused_in_one_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        scenarios.get(*arguments)
    assert "\n" not in str(caught.value)


def test_numpy_integers_are_numbers_of_particles():
    assert scenarios.get("explosion", np.int64(4), np.uint8(3)).n == 4


def test_scenarios_load_scikit_learn_only_to_train():
    code = "import sys; from particles.scenarios import get; get('zeldovich'); assert 'sklearn' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("seed", range(4))
def test_clustered_weights_close_when_their_sentence_says(seed):
    history = simulate(scenarios.get("clustered-weights", seed=seed).particles)
    assert len(history.clusters(0.2)) > 60  # not yet
    assert len(history.clusters(0.5)) <= 21  # nearly the sixteen
    assert len(history.clusters(0.99)) > 1
    assert len(history.clusters(1.2)) == 1
