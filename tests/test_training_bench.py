"""The benchmark of a training step checks the hook before it times it, and prints what it found."""

import json
import re

import pytest

pytestmark = pytest.mark.torch
pytest.importorskip("torch")

from training import bench  # noqa: E402
from training.launch import Ranks, choose_device  # noqa: E402
from training.models import MODELS  # noqa: E402
from training.presets import PRESETS, configured  # noqa: E402


def cpu():
    return choose_device("cpu", Ranks())


def quick(**changes):
    return configured("digits-torus-quick", None, batch=10, **changes)


@pytest.mark.parametrize("mode", bench.MODES)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"l1": 1e-3, "rewind": 0.5},
        {"scope": "row", "strength": 0.1},
        {"optimizer": "adamw", "lr": 1e-2},
        {"layers": ("fc1.weight", "fc1.bias"), "strength": (3e-3, 3e-4), "momentum": 0.9},
    ],
    ids=str,
)
def test_the_hook_gives_the_weights_of_the_prox_by_hand(mode, changes):
    config = quick(**changes)
    bench.check(config, *bench._real_model(config, cpu()), mode)


@pytest.mark.parametrize("mode", bench.MODES)
def test_a_hook_that_is_wrong_is_not_timed(mode, monkeypatch):
    right = bench.prox_weight_sharing
    monkeypatch.setattr(
        bench, "prox_weight_sharing", lambda w, strength, **options: right(w, 1.01 * strength, **options)
    )
    with pytest.raises(RuntimeError, match=r"digits-torus-quick, .* mode: fc1\.weight after step 1 is not its prox"):
        bench.time_preset(quick(), cpu(), 1, 0.0)


def test_every_preset_has_a_shape_that_its_model_takes():
    for name, preset in PRESETS.items():
        small = {"linear": (10,)}.get(preset.config.model, (1, 2))
        config = preset.config.replace(width=small, batch=2)
        model, inputs, targets = bench._real_model(config, cpu())
        assert model(inputs).shape[0] == len(targets) == 2, name
        assert type(model) is MODELS[config.model]


def test_the_table_and_the_json_hold_both_modes_and_the_papers_way(tmp_path, capsys):
    assert bench.main(["linear", "--repeats", "2", "--device", "cpu", "--json", str(tmp_path / "t.json")]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"^linear +step +1,000 +50 .*%", printed, re.M)
    assert re.search(r"^linear +latent +1,000 +50 .*%", printed, re.M)
    assert "torch" in printed and "commit" in printed  # noqa: PT018
    rows = json.loads((tmp_path / "t.json").read_text())["rows"]
    assert [row["mode"] for row in rows] == ["step", "latent"]
    assert all(row[part] > 0 for row in rows for part in ("forward", "backward", "optimizer", "paper"))


def test_the_papers_way_is_left_out_where_it_would_take_too_long():
    config = quick(width=(4, 8))
    assert bench._paper_milliseconds(config, bench._real_model(config, cpu())[0], 1e-6) is None


@pytest.mark.parametrize("words", [["--repeats", "0"], ["--cap", "-1"]])
def test_bad_arguments_are_one_sentence(words, capsys):
    with pytest.raises(SystemExit):
        bench.main(words)
    assert capsys.readouterr().err.startswith("error: --repeats must be 1 or more")


def test_an_unknown_preset_is_one_sentence():
    with pytest.raises(ValueError, match="there is no preset 'digits': take one of digits-torus"):
        bench.main(["digits", "--device", "cpu"])
