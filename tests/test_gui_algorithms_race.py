"""The race shows what the solvers do: their steps, their costs and their answers, forwards and backwards."""

import numpy as np
import pytest

from gui.algorithms import lane as lanes
from gui.algorithms import race as racing
from gui.algorithms.lane import Stopped, record
from gui.algorithms.picture import picture, reach
from gui.algorithms.player import STEP, WHOLE, Player
from gui.algorithms.race import CLOCKS, Race, differences, prepared, run
from gui.algorithms.wording import ABOUT, arrived, described, seconds, verdict
from particles import Particles, scenarios
from particles.state import Clusters
from prox import SOLVERS, solve
from prox.solvers import trace

NAMES = ("chain", "converging-fan", "snow-plough", "random-masses", "coincident-start", "gaussian-weights")
TRACED = [name for name in SOLVERS if name != "cuda"]


def scene(name):
    scenario = scenarios.get(name)
    return scenario.particles, 0.7 * scenario.horizon


@pytest.mark.parametrize("solver", TRACED)
@pytest.mark.parametrize("name", NAMES)
def test_a_lane_is_in_the_state_of_the_trace_after_every_step(name, solver):
    particles, time = scene(name)
    lane = record(particles, time, solver)
    steps = list(trace(particles, time, solver))
    assert lane.steps == len(steps)
    np.testing.assert_array_equal(lane.start(0), np.arange(len(particles)))
    for number, step in enumerate(steps, 1):
        np.testing.assert_array_equal(lane.start(number), step.start)
        assert lane.what[number - 1] == step.what
    assert [lane.comparisons[-1], lane.work[-1], lane.depth[-1]] == [
        sum(getattr(step, cost) for step in steps) for cost in ("comparisons", "work", "depth")
    ]
    np.testing.assert_array_equal(lane.final.start, solve(particles, time, solver).start)


@pytest.mark.parametrize("clock", CLOCKS)
def test_every_lane_ends_within_the_length_and_the_longest_ends_at_it(clock):
    race = run(*scene("random-masses"))
    length = race.length(clock)
    assert {race.step_at(lane, clock, length) for lane in race.running} == {lane.steps for lane in race.running}
    assert any(race.step_at(lane, clock, length - 0.5) < lane.steps for lane in race.running)
    assert all(race.step_at(lane, clock, 0) == 0 for lane in race.running)
    assert min(race.places(clock).values()) == 1


@pytest.mark.parametrize("clock", CLOCKS)
def test_stepping_visits_every_step_and_back_again(clock):
    race = run(*scene("chain"))
    moments, now = [0], 0
    while (following := race.moment(clock, now, +1)) != now:
        moments.append(now := following)
    assert now == race.length(clock)
    seen = {lane.solver: {race.step_at(lane, clock, moment) for moment in moments} for lane in race.running}
    assert all(seen[lane.solver] == set(range(lane.steps + 1)) for lane in race.running)
    back = [now]
    while (before := race.moment(clock, now, -1)) != now:
        back.append(now := before)
    assert back == moments[::-1]


def test_half_way_through_a_step_what_merges_is_between_its_two_places():
    race = run(*scene("gaussian-weights"))
    lane = race.running[1]
    last = lane.steps - 1
    before, half, after = (picture(race, lane, "step", last + share) for share in (0.0, 0.65, 1.0))
    np.testing.assert_array_equal(half.start, before.start)
    goal = after.position[np.searchsorted(after.start, half.start, side="right") - 1]
    assert ((half.position - before.position) * (goal - half.position) >= 0).all()
    assert half.busy.any()
    assert not np.array_equal(half.position, before.position)
    low, high = reach(race)
    assert low <= half.position.min() <= half.position.max() <= high


def test_no_more_take_part_than_can_be_followed():
    n = 3 * racing.MOST - 1
    particles = Particles(np.arange(n), np.zeros(n))
    chosen, stride = prepared(particles)
    assert (len(chosen), stride) == (racing.MOST, 3)
    assert prepared(chosen) == (chosen, 1)


@pytest.mark.parametrize("n", [0, 1])
def test_a_race_of_nobody_is_over_at_once(n):
    race = run(Particles(np.zeros(n), np.zeros(n)), 1.0)
    assert all(race.length(clock) <= 3 for clock in CLOCKS)
    assert all(len(picture(race, lane, "step", 0).start) == n for lane in race.running)
    assert "same clusters" in verdict(race)
    assert reach(race)[0] < reach(race)[1]


def test_a_race_can_be_stopped_and_tells_how_far_it_is():
    shares = []
    run(*scene("chain"), progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    with pytest.raises(Stopped):
        run(*scene("chain"), stopped=lambda: True)


def test_a_solver_without_a_gpu_says_why(monkeypatch):
    def refuse(particles, time, solver):
        raise RuntimeError("no GPU here")

    monkeypatch.setattr(lanes, "solve", refuse)
    lane = record(*scene("chain"), "cuda")
    assert (lane.refusal, lane.final, lane.steps) == ("no GPU here", None, 0)


def test_a_solver_on_a_gpu_takes_part_with_its_answer_and_its_time(monkeypatch):
    """Its place is taken by another solver, as this has to hold on any machine."""
    monkeypatch.setattr(lanes, "solve", lambda particles, time, solver: solve(particles, time, "steps"))
    lane = record(*scene("chain"), "cuda")
    assert (lane.refusal, lane.steps) == ("", 0)
    assert lane.seconds > 0
    race = Race(*scene("chain"), (record(*scene("chain"), "sequential"), lane))
    assert [lane.solver for lane in race.running] == ["sequential"]
    assert verdict(race) == "All 2 solvers find the same clusters, and the same positions to the last bit."


def slow_at_first(monkeypatch, durations):
    """``solve`` and the wall clock of ``lane``: each run takes the next of ``durations``, then the last."""
    clock, left = [0.0], list(durations)

    def counted(particles, time, solver):
        clock[0] += left.pop(0) if len(left) > 1 else left[0]
        return solve(particles, time, "sequential")

    monkeypatch.setattr(lanes, "solve", counted)
    monkeypatch.setattr(lanes.wall, "perf_counter", lambda: clock[0])


@pytest.mark.parametrize(
    ("durations", "seconds", "runs"),
    [([9.0, 0.141, 0.0104, 0.02], 0.0104, 5), ([9.0, 1e-4], 1e-4, lanes.MOST_RUNS), ([9.0, 3.0], 3.0, 1)],
)
def test_the_time_of_a_solver_is_that_of_its_least_disturbed_run(monkeypatch, durations, seconds, runs):
    slow_at_first(monkeypatch, durations)
    lane = record(*scene("chain"), "steps")
    assert (lane.seconds, lane.runs) == (pytest.approx(seconds), runs)
    said = described("steps", lane, "depth")
    assert (f"best of {runs} runs" if runs > 1 else "one run") in said


def test_a_solver_that_is_timed_can_be_stopped(monkeypatch):
    slow_at_first(monkeypatch, [1e-4])
    with pytest.raises(Stopped):
        record(*scene("chain"), "cuda", lambda: True)


def test_a_place_in_the_race_is_not_one_by_time():
    lane = record(*scene("chain"), "steps")
    for clock, counted in (("step", "steps"), ("depth", "depth"), ("work", "work")):
        assert arrived(lane, 5, clock).startswith(f"✓ 5th by {counted} · ")
        assert f"counts {counted}, not time" in described("steps", lane, clock)


def forged(final):
    """A race in which "end" gives the answer ``final`` instead of its own."""
    particles = Particles([0.0, 1.0, 2.0], [0.0, 0.0, 0.0])
    right, wrong = record(particles, 1.0, "sequential"), record(particles, 1.0, "end")
    object.__setattr__(wrong, "final", final)
    return Race(particles, 1.0, (right, wrong))


def test_differences_are_counted_in_units_in_the_last_place():
    moved = np.array([0.0, np.nextafter(1.0, 2.0), 2.0 + 2 * np.spacing(2.0)])
    race = forged(Clusters(np.arange(3), moved, np.zeros(3), np.ones(3)))
    (found,) = differences(race)
    assert found.ulps == 2
    assert found.borders.size == 0
    assert verdict(race).endswith("2 ulp (end).")


def test_differences_of_partitions_are_told_with_their_rank():
    race = forged(Clusters(np.array([0, 2]), np.array([0.5, 2.0]), np.zeros(2), np.array([2.0, 1.0])))
    assert differences(race)[0].borders.tolist() == [1]
    assert "Not the clusters of sequential: end. They differ first at rank 1" in verdict(race)


def test_a_position_that_cancels_to_nearly_0_is_not_far_off():
    race = forged(Clusters(np.arange(3), np.array([1e-16, 1.0, 2.0]), np.zeros(3), np.ones(3)))
    assert differences(race)[0].ulps < 1


def test_the_player_takes_the_same_time_for_every_long_race_and_ends_at_the_end():
    player = Player()
    player.start(run(*scene("gaussian-weights")))
    for clock in CLOCKS:
        player.choose(clock)
        player.play()
        assert player.tick(WHOLE / 2)
        assert player.now == pytest.approx(player.length / 2)
        player.tick(WHOLE)
        assert player.over
        assert not player.moving


def test_a_step_of_the_player_lands_on_the_moment_and_a_second_does_not_wait():
    player = Player()
    player.start(run(*scene("chain")))
    player.step(+1)
    player.tick(STEP / 2)
    assert player.now == pytest.approx(0.5)
    player.step(+1)
    player.tick(2 * STEP)
    assert player.now == 2.0
    player.step(-1)
    player.tick(2 * STEP)
    assert player.now == 1.0
    player.play()
    player.go(1e9)
    assert (player.now, player.playing) == (player.length, False)


def test_every_solver_is_described():
    assert set(ABOUT) == set(SOLVERS)
    assert [seconds(value) for value in (2.0, 0.0123, 4.56e-6)] == ["2 s", "12.3 ms", "4.56 µs"]
