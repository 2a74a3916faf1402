"""A scenario is read back from its JSON to the same bits; anything else is refused in one sentence."""

import json

import numpy as np
import pytest
from refusals import refused, same_particles

from particles import scenarios
from particles.files import read_scenario, write_scenario

SCENARIOS = ["chain", "explosion", "coincident-start", "heavy-through-dust", "random-masses", "gaussian-weights"]


@pytest.fixture
def document(tmp_path):
    """The fields of a valid scenario file."""
    write_scenario(tmp_path / "valid.json", scenarios.get("chain"))
    return json.loads((tmp_path / "valid.json").read_text())


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_is_read_back_to_the_same_bits(name, tmp_path):
    scenario = scenarios.get(name)
    write_scenario(tmp_path / "s.json", scenario)
    back = read_scenario(tmp_path / "s.json")
    assert same_particles(back.particles, scenario.particles)
    for field in ("name", "why", "horizon", "n", "seed"):
        assert getattr(back, field) == getattr(scenario, field)
    assert (back.answer is None) == (scenario.answer is None)
    if scenario.answer is not None:
        for field, value in vars(scenario.answer).items():
            np.testing.assert_array_equal(getattr(back.answer, field), value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": "something"}, "not a stickyweights-scenario file: its format is 'something'"),
        ({"version": 2}, "version 2 is unknown: this program reads version 1"),
        ({"version": True}, "version True is unknown"),
        ({"colour": 1}, "unknown field 'colour', known are format, version"),
        ({"horizon": ...}, "field 'horizon' is missing"),
        ({"horizon": 0}, "horizon is 0.0: it must be > 0"),
        ({"horizon": "1"}, "horizon is '1': it must be a number"),
        ({"horizon": 10**400}, "horizon is beyond the range of float64"),
        ({"seed": -1}, "seed is -1: it must be a whole number from 0"),
        ({"seed": 1.5}, "seed is 1.5: it must be a whole number"),
        ({"name": ""}, "name must be one line"),
        ({"name": "\x1b[2J"}, "name must be one line"),
        ({"name": "\ud800"}, "name must be one line"),
        ({"why": "x" * 1001}, "why must be one line"),
        ({"why": None}, "why must be one line"),
        ({"position": {}}, "position holds an object: it must be a list of numbers"),
        ({"position": [0, 1, "2", 3, 4]}, "position[2] is '2': it must be a number"),
        ({"position": [0, 1, True, 3, 4]}, "position[2] is True: it must be a number"),
        ({"position": [0, 1, [2], 3, 4]}, "position[2] is list: it must be a number"),
        ({"position": [0, 1, None, 3, 4]}, "position[2] is None: it must be a number"),
        ({"position": [0, 1, 2, 3, 10**400]}, "position[4] is beyond the range of float64"),
        ({"position": [0, 2, 1, 3, 4]}, "position[2] = 1 is left of position[1] = 2"),
        ({"mass": [1, 1, 1, 1, 0]}, "mass[4] is 0: every mass must be positive"),
        ({"velocity": [1]}, "velocity has 1 values but position has 5"),
        ({"position": [], "velocity": [], "mass": []}, "a scenario needs at least one particle"),
        ({"answer": 3}, "answer holds a single value: it must be null or an object"),
        ({"answer": {}}, "field of answer 'merge_times' is missing"),
    ],
)
def test_a_scenario_with_a_wrong_field_is_refused(change, sentence, document, tmp_path):
    fields = {name: value for name, value in (document | change).items() if value is not ...}
    (tmp_path / "bad.json").write_text(json.dumps(fields))
    assert sentence in refused(read_scenario, tmp_path / "bad.json")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"merge_times": [1, 2, 3]}, "answer.merge_times must hold 4 times"),
        ({"merge_times": [1, 2, 3, -1]}, "answer.merge_times must hold 4 times"),
        ({"merge_times": "1"}, "answer.merge_times holds text"),
        ({"clusters": 6}, "answer.clusters is 6: it must be a whole number from 1 to 5"),
        ({"final_velocity": [1, 2]}, "answer.final_velocity holds 2 values for 1 clusters"),
        ({"last_merge": "x"}, "answer.last_merge is 'x'"),
        ({"more": 1}, "unknown field of answer 'more'"),
    ],
)
def test_a_scenario_with_a_wrong_answer_is_refused(change, sentence, document, tmp_path):
    document["answer"] |= change
    (tmp_path / "bad.json").write_text(json.dumps(document))
    assert sentence in refused(read_scenario, tmp_path / "bad.json")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "not whole JSON, line 1 column 1"),
        (b'{"format": "stickyw', "not whole JSON, line 1"),
        (b"[1, 2]", "it holds a list, not an object of fields"),
        (b"3", "it holds a single value"),
        (b'{"format": "\xff"}', "byte 12 is not UTF-8 text"),
        (b'{"horizon": NaN}', "NaN is not a number in JSON"),
        (b'{"horizon": -Infinity}', "-Infinity is not a number in JSON"),
        (b'{"n": 1, "n": 2}', "field 'n' is given twice"),
        (b"[" * 100_000, "brackets are nested too deeply"),
        (b'{"a":' * 100_000, "brackets are nested too deeply"),
        (b'{"horizon": ' + b"1" * 5000 + b"}", "Exceeds the limit"),
        (b'{"format": "' + b"x" * 5000 + b'"}', "its format is 'xxx"),
    ],
)
def test_text_that_is_no_scenario_is_refused(text, sentence, tmp_path):
    (tmp_path / "bad.json").write_bytes(text)
    assert sentence in refused(read_scenario, tmp_path / "bad.json")


def test_a_scenario_cut_off_anywhere_is_refused(tmp_path):
    write_scenario(tmp_path / "whole.json", scenarios.get("chain"))
    whole = (tmp_path / "whole.json").read_bytes().rstrip()
    for length in range(0, len(whole), 7):
        (tmp_path / "cut.json").write_bytes(whole[:length])
        refused(read_scenario, tmp_path / "cut.json")


def test_a_literal_beyond_float64_is_refused(document, tmp_path):
    text = json.dumps(document).replace("7.0", "7e999")
    (tmp_path / "bad.json").write_text(text)
    assert "position[4] is beyond the range of float64" in refused(read_scenario, tmp_path / "bad.json")
