"""Configurations: what does not fit is refused by name, and nothing is lost on the way to a file and back."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from one_sentence import refused

from training import config, presets
from training.config import Config, parse_value


def test_configurations_and_presets_load_no_torch():
    code = "import sys, training.presets; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent.parent).returncode == 0


@pytest.mark.parametrize("name", presets.PRESETS)
@pytest.mark.parametrize("method", presets.METHODS)
def test_every_preset_takes_every_method_and_survives_a_file(name, method):
    if method == "cnn":
        pytest.importorskip("torch")  # which models have a partner is known where the models are
    if (name, method) == ("linear", "cnn"):
        refused(ValueError, lambda: presets.configured(name, method), "linear", "partner")
        return
    made = presets.configured(name, method, seed=3)
    assert Config.from_json(json.loads(json.dumps(made.to_json()))) == made
    assert (made.preset, made.seed) == (name, 3)


@pytest.mark.parametrize("name", presets.PRESETS)
def test_every_preset_names_itself_and_says_what_it_is_for(name):
    assert presets.PRESETS[name].config.preset == name
    assert presets.PRESETS[name].sentence.endswith((".", "?"))


def test_every_method_is_described():
    assert presets.METHODS.keys() == presets.DESCRIPTIONS.keys()


@pytest.mark.torch
def test_the_models_of_a_configuration_are_those_there_are():
    from training.models import MODELS

    assert tuple(MODELS) == config.MODELS


def test_the_own_changes_win_over_those_of_the_method():
    made = presets.configured("digits-torus", "wsr-latent", strength=(0.5,), mode="step")
    assert (made.method, made.mode, made.strength) == ("wsr", "step", (0.5,))


def test_group_lasso_leaves_out_the_biases_of_the_papers_layers():
    made = presets.configured("mnist-torus", "group-lasso")
    assert made.layers == ("fc1.weight", "fc2.weight")
    assert made.project == tuple(values for values in presets.PRESETS["mnist-torus"].config.project if values)


def test_one_number_stands_for_all_and_zero_projects_nothing():
    made = Config(strength=1, l1=0, width=7, project=0)
    assert (made.strength, made.l1, made.width, made.project) == ((1.0,), (0.0,), (7,), ())
    assert made.for_each("strength", ("a", "b")) == (1.0, 1.0)
    assert Config(project=(0, 5)).project == (0, 5)
    refused(ValueError, lambda: Config(strength=(1, 2, 3)).for_each("strength", ("a", "b")), "strength has 3 values")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("strength", "1e-3,1e-4", (1e-3, 1e-4)),
        ("layers", "fc1.weight, fc1.bias", ("fc1.weight", "fc1.bias")),
        ("layers", "none", ()),
        ("epochs", "1e2", 100),
        ("stop", "none", None),
        ("stop", "20", 20),
        ("augment", "False", False),
        ("data", "mnist", "mnist"),
    ],
)
def test_values_are_read_from_text(name, text, value):
    assert parse_value(name, text) == value


@pytest.mark.parametrize(
    ("name", "text"), [("epochs", "1.5"), ("epochs", "inf"), ("lr", "fast"), ("augment", "1"), ("project", "2,x")]
)
def test_text_that_is_no_value_is_refused(name, text):
    refused(ValueError, lambda: parse_value(name, text), name)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lr": -1.0}, ("lr is -1.0", "above 0")),
        ({"lr": float("nan")}, ("lr is nan",)),
        ({"batch": 0}, ("batch is 0", "above 0")),
        ({"strength": (1e-3, -1.0)}, ("strength is -1.0", "0 or more")),
        ({"strength": ()}, ("strength", "at least one")),
        ({"dropout": 1.0}, ("dropout", "below 1")),
        ({"rewind": 1.5}, ("rewind", "[0, 1]")),
        ({"method": "wrs"}, ("method 'wrs'", "wsr")),
        ({"model": "resnet"}, ("model 'resnet'", "torus-mlp")),
        ({"device": "gpu"}, ("device 'gpu'", "cuda")),
        ({"mode": "latent", "every": 2}, ("every is 2", "latent")),
        ({"mode": "latent", "method": "subgradient"}, ("subgradient", "mode step")),
        ({"start": 5, "stop": 4}, ("stop is 4", "start")),
        ({"start": 5, "stop": 5}, ("stop is 5", "start")),
        ({"layers": ("a", "b", "a")}, ("layers", "a twice")),
        ({"stop": -1}, ("stop is -1",)),
    ],
)
def test_values_that_do_not_fit_are_refused_by_name(changes, words):
    refused(ValueError, lambda: Config(**changes), *words)


@pytest.mark.parametrize("changes", [{"epochs": 1.0}, {"epochs": True}, {"augment": 1}, {"data": 3}, {"lr": "fast"}])
def test_values_of_another_type_are_refused_by_name(changes):
    refused(TypeError, lambda: Config(**changes), *changes, "it must be")


def test_unknown_and_missing_settings_are_refused():
    refused(ValueError, lambda: presets.configured("digits-torus", lr_schedul="cosine"), "lr_schedul", "'lr_schedule'?")
    refused(ValueError, lambda: presets.configured("digits"), "digits-torus")
    refused(ValueError, lambda: presets.configured("digits-torus", "wrs"), "wsr-latent")
    fields = Config().to_json()
    refused(ValueError, lambda: Config.from_json({**fields, "depth": 3}), "depth", "unknown")
    del fields["lr"]
    refused(ValueError, lambda: Config.from_json(fields), "lr", "missing")
