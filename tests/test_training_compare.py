"""A comparison: strengths chosen by validation, runs in processes of their own, taken up again, a failed one named."""

import json

import pytest
from one_sentence import refused

from training import comparison_runs
from training.arguments import Parser
from training.compare import Plan, _parser, main
from training.comparison_report import Comparison, as_markdown, choose, grid_table, table
from training.comparison_runs import Outcome, Run, command, run_all
from training.presets import configured
from training.run_log import write_json
from training.tables import aligned, markdown, spread

pytestmark = pytest.mark.torch  # the networks are built with it
TOLD = {"command": "it", "machine": ["one"], "seeds": 2, "epochs": 2, "rule": "the best on the validation split"}


def plan(*words, out="somewhere"):
    return Plan(_parser().parse_args(["digits-torus-quick", "--out", out, *words]))


def stage(accuracy, distinct=100, loss=1.0):
    small = {"numel": 100, "distinct": distinct, "sparsity": 0.5, "bits": 4.0}
    large = {"numel": 300, "distinct": 2 * distinct, "sparsity": 0.1, "bits": 8.0}
    scores = {"valid_accuracy": accuracy, "test_accuracy": accuracy, "valid_loss": loss, "translation": None}
    return scores | {"tensors": {"fc1.weight": small, "fc2.weight": large}}


def outcome(method, accuracy, tmp_path, *, seed=0, strength=(1e-3, 1e-4), failure=None):
    changes = {"seed": seed, "epochs": 2} | ({"strength": strength} if strength else {})
    run = Run("digits-torus-quick", method, changes, tmp_path / method)
    report = None if failure else {"stages": {"trained": stage(accuracy)}, "seconds": 2.0}
    return Outcome(run, report, failure)


def test_each_method_tries_the_strengths_of_its_grid_and_a_row_without_a_penalty_none():
    found = plan("--methods", "none,wsr-latent,l1,cnn", "--grid", "l1=1,2", "--grid-epochs", "3", "--seeds", "2")
    grid = [(run.method, run.changes["strength"], run.changes["epochs"]) for run in found.grid_runs()]
    latent = [(9e-4, 9e-5), (3e-3, 3e-4), (9e-3, 9e-4)]
    assert grid == [("wsr-latent", s, 3) for s in latent] + [("l1", (3e-4,), 3), ("l1", (6e-4,), 3)]
    chosen = {"none": None, "wsr-latent": latent[0], "l1": (6e-4,), "cnn": None}
    runs = found.seed_runs(chosen)
    assert [(run.method, run.changes["seed"]) for run in runs] == [
        (method, seed) for method in chosen for seed in (0, 1)
    ]
    assert {run.changes["epochs"] for run in runs} == {20}
    assert len({run.folder for run in found.grid_runs() + runs}) == 5 + 8


def test_a_run_of_the_grid_is_also_that_of_its_seed_where_the_epochs_agree():
    found = plan("--methods", "l1", "--seeds", "1")
    assert found.seed_runs({"l1": (3e-4,)})[0] in found.grid_runs()


def test_settings_that_are_given_count_for_all_rows_and_are_refused_where_a_row_has_its_own():
    found = plan("--methods", "wsr,none", "--dropout", "0.25", "--lr", "0.125", "--rewind", "0")
    for run in found.seed_runs({"wsr": None, "none": None}):
        assert (run.config()["dropout"], run.config()["lr"], run.config()["rewind"]) == (0.25, 0.125, 0.0)
    words = ("--methods", "none,wsr,wsr-rewind,cnn", "--rewind", "0.5")
    refused(ValueError, lambda: plan(*words), "--rewind 0.5", "wsr (0.0), wsr-rewind (1.0)", "--methods")
    refused(ValueError, lambda: plan("--methods", "wsr,cnn", "--dropout", "0.25"), "--dropout 0.25", "cnn (0.0)")


def test_other_layers_keep_their_strengths_and_projections_by_name():
    found = plan("--methods", "none,wsr-latent,l1", "--layers", "fc2.weight")
    latent = [(run.config()["strength"], run.config()["project"]) for run in found.grid_runs()[:3]]
    assert latent == [([9e-5], [8192]), ([3e-4], [8192]), ([9e-4], [8192])]
    turned = configured("digits-torus", layers=("fc2.weight", "fc1.weight"))
    assert (turned.strength, turned.project) == ((1e-4, 1e-3), (8192, 512))
    without = {"layers": ("fc1.weight", "fc3.weight")}
    refused(ValueError, lambda: configured("digits-torus", **without), "no strength for fc3.weight", "fc1.weight, fc2")
    assert configured("digits-torus", **without, strength=(1.0,)).project == (512, 0)


def test_validation_chooses_and_never_the_test_split(tmp_path):
    tried = [outcome("l1", accuracy, tmp_path, strength=(s,)) for s, accuracy in ((0.1, 0.5), (0.2, 0.7), (0.3, 0.6))]
    for worst in tried:
        worst.report["stages"]["trained"]["test_accuracy"] = 1 - worst.report["stages"]["trained"]["valid_accuracy"]
    failed = outcome("l1", 0.0, tmp_path, strength=(0.4,), failure="the loss is nan at step 3")
    assert choose([failed, *tried]).run.changes["strength"] == (0.2,)
    regression = [
        Outcome(o.run, {"stages": {"trained": stage(None, loss=loss)}})
        for o, loss in zip(tried, (3, 2, 1), strict=True)
    ]
    assert choose(regression).run.changes["strength"] == (0.3,)
    assert choose([failed]) is None
    with pytest.raises(RuntimeError, match=r"no run of l1 ended: l1 0\.4 seed 0, 2 epochs: the loss is nan at step 3"):
        plan("--methods", "l1").choice([failed])


def test_the_table_has_mean_and_sample_deviation_and_says_how_many_seeds_ended(tmp_path):
    runs = [outcome("wsr", accuracy, tmp_path, seed=seed) for seed, accuracy in enumerate((0.5, 0.6, 0.7))]
    runs += [
        outcome("none", 0.4, tmp_path, strength=None),
        outcome("none", 0, tmp_path, seed=1, strength=None, failure="out of memory"),
    ]
    comparison = Comparison("digits-torus-quick", {}, runs[:1], {"none": None, "wsr": (1e-3, 1e-4)}, runs)
    header, none, wsr = table(comparison)
    cells = dict(zip(header, wsr, strict=True))
    assert cells["strength"] == "0.001, 0.0001"
    assert (cells["test %"], cells["projected"]) == ("60.00 +- 10.00", "-")
    assert (cells["distinct"], cells["zeros %"], cells["bits"]) == ("300 +- 0", "20.00 +- 0.00", "7.00 +- 0.00")
    assert dict(zip(header, none, strict=True))["seeds"] == "1 of 2"
    assert grid_table(comparison)[1][-1] == "yes"
    assert [failed.run.label for failed in comparison.failures] == ["none seed 1, 2 epochs"]


def test_a_strength_at_the_edge_of_its_grid_is_marked(tmp_path):
    def comparison(chosen):
        tried = [outcome("l1", 0.5, tmp_path, strength=(s,)) for s in (0.1, 0.2, 0.3)]
        return Comparison("digits-torus-quick", TOLD, tried, {"l1": (chosen,)}, tried[:1])

    assert [comparison(s).at_edge("l1") for s in (0.1, 0.2, 0.3)] == [True, False, True]
    assert table(comparison(0.3))[1][1] == "0.3 (edge)"
    assert [row[-1] for row in grid_table(comparison(0.3))[1:]] == ["", "", "yes, at the edge"]
    assert "a better one may lie beyond" in as_markdown(comparison(0.1), [])
    assert "(edge)" not in as_markdown(comparison(0.2), [])


def test_the_page_says_what_was_trained_and_what_choosing_has_seen(tmp_path):
    def page(**changes):
        runs = [outcome(method, 0.5, tmp_path) for method in ("wsr", "cnn")]
        for one in runs:
            one.run.changes.update(changes)
        return as_markdown(Comparison("digits-torus", TOLD, runs[:1], {"wsr": (1e-3, 1e-4), "cnn": None}, runs), [])

    text = page(batch=25)
    assert "| wsr | sgd | 0.5, cosine | 25 | 2 | 512, 8,192 | 3 epochs at 0.05 |" in text
    assert "| cnn | sgd | 0.5, cosine | 25 | 2 | - | - |" in text
    assert "Each seed divides the digits anew: test digits of one seed may have helped" in text
    assert "chosen on the test split itself" in page(validate_on_test=True)


def test_the_command_line_of_a_run_gives_exactly_its_configuration():
    run = plan("--methods", "wsr-latent", "--batch", "25", "--project", "32,64").grid_runs()[0]
    words = command(run, "data")
    assert words[2:6] == ["training", "run", "digits-torus-quick", "--method"]
    assert words[-2:] == ["--data", "data"]
    from training.__main__ import _new
    from training.__main__ import _parser as commands

    assert _new(commands().parse_args(words[3:]))[0].to_json() == run.config()


def test_finished_runs_are_not_run_again_and_others_are_named_when_they_fail(tmp_path, monkeypatch):
    runs = [outcome("none", 0.5, tmp_path / str(seed), seed=seed, strength=None).run for seed in range(3)]
    for run in runs[:1]:
        run.folder.mkdir(parents=True)
        write_json(run.folder / "config.json", run.config())
        write_json(run.folder / "status.json", {"status": "finished"})
        write_json(run.folder / "report.json", {"stages": {"trained": stage(0.5)}})
    program = "import sys; print('some warning', file=sys.stderr); sys.exit('error: the loss is nan at step 7')"
    monkeypatch.setattr(comparison_runs, "command", lambda run, data: [comparison_runs.sys.executable, "-c", program])
    told = []
    found = run_all(runs, jobs=2, data_folder=None, tell=lambda outcome, done, of: told.append((done, of)))
    assert [o.failure for o in found] == [None, *["the loss is nan at step 7"] * 2]
    assert found[0].report == {"stages": {"trained": stage(0.5)}}
    assert told == [(1, 2), (2, 2)]


def test_a_folder_with_another_configuration_is_refused(tmp_path):
    run = outcome("none", 0.5, tmp_path, strength=None).run
    run.folder.mkdir()
    write_json(run.folder / "config.json", configured("digits-torus-quick", "none", lr=0.25).to_json())
    refused(ValueError, run.report, "lr 0.25, not 0.5", "take another --out")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--methods", "wrs"], "there is no method 'wrs': take some of none"),
        (["--methods", ","], "no method is named"),
        (["--seeds", "0"], "'0' is not a whole number above 0"),
        (["--grid", "wsr=0,1"], "'wsr=0,1' is not METHOD=FACTOR,FACTOR with factors above 0"),
        (["--strength", "1"], "unrecognized arguments: --strength 1"),
        (["--lr", "fast"], "lr is 'fast': it must be a number"),
    ],
)
def test_bad_arguments_are_one_sentence(words, sentence, capsys):
    with pytest.raises(SystemExit):
        main(["digits-torus-quick", "--out", "x", *words])
    told = capsys.readouterr().err
    assert sentence in told
    assert told.count("\n") == 1


def test_the_linear_problem_has_no_convolutional_partner():
    with pytest.raises(ValueError, match="has no convolutional partner: leave out cnn"):
        Plan(_parser().parse_args(["linear", "--out", "x", "--methods", "cnn"]))


def test_a_comparison_from_end_to_end_and_again_without_training(tmp_path, capsys, monkeypatch):
    out = tmp_path / "out"
    words = ["digits-torus-quick", "--methods", "wsr-latent", "--grid", "wsr-latent=1", "--seeds", "1", "--epochs", "1"]
    words += ["--train-size", "100", "--width", "1,2", "--finetune-epochs", "1", "--out", str(out), "--quiet"]
    assert main(words) == 0
    printed = capsys.readouterr().out
    assert "0.003, 0.0003" in printed
    found = json.loads((out / "compare.json").read_text())
    assert found["chosen"] == {"wsr-latent": [0.003, 0.0003]}
    assert found["runs"][0]["report"]["stages"].keys() >= {"trained", "projected", "finetuned"}
    text = (out / "compare.md").read_text()
    for name in ("learning", "frontier", "filters-wsr-latent"):
        assert (out / "figures" / f"{name}.png").exists()
        assert f"figures/{name}.png" in text
    monkeypatch.setattr(comparison_runs, "command", lambda *_: pytest.fail("a finished run was started again"))
    runs = Plan(_parser().parse_args(words)).seed_runs({"wsr-latent": (3e-3, 3e-4)})
    assert run_all(runs, jobs=1, data_folder=None, tell=None)[0].report == found["runs"][0]["report"]


def test_tables_are_aligned_and_escape_what_markdown_takes_for_borders():
    rows = [["a", "n"], ["long name", "1"], ["b|c", "1,000"]]
    assert aligned(rows).splitlines() == ["a              n", "long name      1", "b|c        1,000"]
    assert markdown(rows).splitlines()[-1] == "| b\\|c | 1,000 |"
    assert spread([1.0, None, 3.0], "{:.2f}".format) == "2.00 +- 1.41"
    assert spread([2.0], "{:.2f}".format) == "2.00"
    assert spread([None], str) == "-"
    assert issubclass(type(_parser()), Parser)
