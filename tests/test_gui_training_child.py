"""A run in a process of its own: how it is asked for, how it ends, what it says."""

import signal
import subprocess
import sys

import pytest
from written_runs import write_run

from gui.training import child, choices
from gui.training.child import Child, ending, last_lines
from gui.training.choices import OWN, Request, arguments_of, trouble_with
from training.__main__ import _parser


@pytest.fixture
def request_for(tmp_path):
    return lambda **given: Request("digits-torus-quick", OWN, "", 3, 7, tmp_path / "run")._replace(**given)


def test_every_preset_and_method_makes_arguments_that_training_takes(request_for):
    for preset in choices.presets():
        for method in choices.methods(preset):
            words = arguments_of(request_for(preset=preset, method=method, strength="1e-3, 2e-3"))
            args = _parser().parse_args(words)
            assert (args.preset_name, args.epochs, args.seed, args.snapshot_every) == (preset, 3, 7, 1)
            assert getattr(args, "method", OWN) == method
            assert args.strength == (1e-3, 2e-3)


def test_methods_are_offered_only_where_they_fit():
    assert "cnn" not in choices.methods("linear")
    assert "cnn" in choices.methods("digits-torus")
    assert choices.usual_strength("digits-torus-quick", OWN) == "0.003, 0.0003"
    assert choices.usual_strength("digits-torus-quick", "l1") == "0.0003"


@pytest.mark.parametrize("strength", ["-1", "x", "nan", "1e-3,", ","])
def test_a_strength_that_cannot_be_is_one_sentence(request_for, strength):
    assert repr(strength) in trouble_with(request_for(strength=strength))


def test_a_folder_that_is_not_empty_is_refused_before_a_process_is_made(request_for, tmp_path):
    assert trouble_with(request_for()) == ""
    (tmp_path / "run").mkdir()
    assert trouble_with(request_for()) == ""
    (tmp_path / "run" / "x").touch()
    assert "not empty" in trouble_with(request_for())
    assert "is a file" in trouble_with(request_for(folder=tmp_path / "run" / "x"))


def test_the_usual_folder_is_a_new_one(request_for, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = choices.usual_folder(request_for(method="wsr"))
    assert first == tmp_path / "runs" / "digits-torus-quick-wsr-7"
    first.mkdir(parents=True)
    assert choices.usual_folder(request_for(method="wsr")).name == "digits-torus-quick-wsr-7-2"


def test_what_is_missing_is_said_with_what_to_install(monkeypatch):
    monkeypatch.setattr(choices, "find_spec", lambda name: None if name == "torch" else object())
    assert "needs torch, not installed here: python -m pip install -e '.[train]'" in choices.missing_packages()


def test_asking_for_a_run_loads_no_torch():
    program = (
        "import sys, gui.training.choices, gui.training.follower, gui.training.child; print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=child._ROOT)
    assert done.stdout == "False\n"


def test_a_run_that_fails_is_told_with_its_last_words(tmp_path):
    run = Child(["run", "no-such-preset"], tmp_path / "run")
    assert run.wait(60)
    assert run.ending().startswith("The run failed: there is no preset 'no-such-preset'")


def test_a_process_that_was_killed_is_told_and_asked_twice_it_ends_at_once(tmp_path):
    run = Child(["list"], tmp_path / "run")
    for _ in range(3):
        run.stop()
    assert run.wait(60)
    assert run.code() != 0
    assert run.asked_to_stop == 3


@pytest.mark.parametrize(
    ("code", "asked", "last", "sentence"),
    [
        (0, 0, "done", ""),
        (130, 1, "stopped after step 3 and saved; go on with: x", ""),
        (130, 1, "interrupted", "The run was stopped before it had anything to save."),
        (130, 2, "interrupted", "The run was stopped at once; its last checkpoint, if there is one, stands."),
        (-signal.SIGKILL, 3, "", "The run was killed; its last checkpoint stands."),
        (-signal.SIGSEGV, 0, "epoch 3", "The run was killed (SIGSEGV) after it said: epoch 3."),
        (1, 0, "ZeroDivisionError: division by zero", "The run failed: ZeroDivisionError: division by zero."),
        (5, 0, "", "The run failed without a word (exit status 5)."),
    ],
)
def test_every_end_is_at_most_one_sentence(code, asked, last, sentence):
    assert ending(code, asked, ["before", last] if last else []) == sentence


@pytest.mark.parametrize(("status", "said"), [("finished", ""), ("running", "The run was stopped before")])
def test_a_stop_after_the_end_of_the_run_is_no_trouble(tmp_path, status, said):
    """Its process still draws the figures of the report then."""
    run = Child(["list"], write_run(tmp_path / "run", 1, status=status))
    assert run.wait(60)
    run.asked_to_stop, run.code = 1, lambda: 130
    assert run.ending().startswith(said)
    assert bool(run.ending()) == bool(said)


def test_the_last_lines_are_read_of_words_of_any_length(tmp_path):
    path = tmp_path / "run.log"
    assert last_lines(path) == []
    path.write_bytes(b"x" * 100_000 + b"\nprogress 1\rprogress 2\r\n\xff\n\nlast")
    assert last_lines(path) == ["progress 2", "�", "last"]
    assert last_lines(path, count=1) == ["last"]
