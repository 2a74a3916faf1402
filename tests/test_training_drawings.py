"""The figures of training draw every case, say what is there, and are written with a report for every run."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from one_sentence import refused

from particles.checked_file import write_npz
from training import figures
from training.figure_filters import families
from training.figure_noise import THRESHOLD
from training.presets import configured
from training.report import main as report
from training.run_log import RunFolder, append_line, snapshot_path, write_json
from training.translation import as_images

ROOT = Path(__file__).parent.parent


def run_folder(folder, *, epochs=3, accuracy=0.5, regression=False, finished=True, **changes):
    """A run as the loop leaves it, without its training."""
    config = configured("digits-torus-quick", None, **changes).to_json()
    (folder / "snapshots").mkdir(parents=True)
    write_json(folder / "config.json", config)
    write_json(folder / "status.json", {"status": "finished" if finished else "running", "message": ""})
    random = np.random.default_rng(0)
    weights = {"fc1.weight": random.choice([-0.1, 0.0, 0.2, 0.3], (16, 64)).astype(np.float32)}
    tensor = {
        "numel": 1024,
        "distinct": 4,
        "sparsity": 0.25,
        "largest": 0.26,
        "balance": 0.99,
        "bits": 2.1,
        "penalty": 9.0,
    }
    for epoch in range(1, epochs + 1):
        score = None if regression else accuracy * epoch / epochs
        line = {
            "epoch": epoch,
            "step": 20 * epoch,
            "lr": 0.5,
            "train_loss": 1.0,
            "valid_loss": 2.0 / epoch,
            "seconds": 1.0,
        }
        line |= {"train_accuracy": score, "valid_accuracy": score, "tensors": {"fc1.weight": tensor}}
        append_line(folder / "metrics.jsonl", line)
    for step in (0, 20 * epochs):
        write_npz(snapshot_path(folder, step), {**weights, "step": np.int64(step), "epoch": np.int64(step // 20)})
    if finished:
        stage = {"valid_loss": 1.0, "test_loss": 1.1, "valid_accuracy": accuracy, "test_accuracy": accuracy - 0.03}
        stage |= {"translation": 0.123, "tensors": {"fc1.weight": tensor}}
        size = {"bytes": 1000, "dense_bytes": 8000, "bits": {}}
        write_json(folder / "report.json", {"stages": {"untrained": stage, "trained": stage}, "shared_file": size})
    return RunFolder(folder)


def words(figure):
    figure.set_dpi(40)
    figure.canvas.draw()
    return " | ".join(
        text.get_text() for axes in figure.axes for text in axes.findobj(lambda o: hasattr(o, "get_text"))
    )


def lines(figure):
    return {line.get_gid(): line for axes in figure.axes for line in axes.lines}


def test_learning_shows_accuracy_in_percent_and_distinct_values_of_each_run(tmp_path):
    runs = {"plain": run_folder(tmp_path / "a", accuracy=0.4), "shared": run_folder(tmp_path / "b", accuracy=0.6)}
    figure = figures.learning(runs)
    assert "shared ends best on the validation split, at 60.0%" in words(figure)
    assert lines(figure)["valid plain"].get_ydata()[-1] == pytest.approx(40)
    assert list(lines(figure)["fc1.weight shared"].get_ydata()) == [4, 4, 4]


def test_learning_of_one_run_of_a_regression_and_of_one_without_epochs(tmp_path):
    assert "a loss of 0.667" in words(figures.learning(run_folder(tmp_path / "a", regression=True)))
    assert "No epoch has ended yet" in words(figures.learning(run_folder(tmp_path / "b", epochs=0, finished=False)))


def test_the_histogram_names_zero_and_draws_each_shared_value_as_high_as_it_is_shared():
    w = np.repeat([-0.5, 0.0, 0.25, 1.0, 2.0], [3, 7, 5, 1, 1])
    figure = figures.weight_histogram(w, name="fc1.weight")
    told = words(figure)
    assert "fc1.weight: 5 values for 17 weights, 41.2% of them at zero" in told
    assert "3 values are shared, by 88.2% of the weights" in told
    tops = {}
    for collection in figure.axes[0].collections:
        if collection.get_gid():
            tops |= {path.vertices[1][0]: path.vertices[1][1] for path in collection.get_paths()}
    assert tops == {-0.5: 3, 0.0: 7, 0.25: 5}


@pytest.mark.parametrize(
    ("w", "said"),
    [
        (np.empty(0), "is empty"),
        (np.array([0.0, -0.0]), "all 2 weights are 0"),
        (np.full((3, 3), 1e-30), "all 9 weights are 1e-30"),
        (np.arange(5.0), "no two of its 5 weights are equal"),
        (np.array([1e30, -1e30, 1e30], np.float32), "2 values for 3 weights"),
    ],
    ids=["empty", "zero", "tiny", "all distinct", "huge"],
)
def test_the_histogram_draws_every_edge_case(w, said):
    assert said in words(figures.weight_histogram(w, theme="dark"))


def test_rows_of_filters_are_translated_copies_that_the_shifts_bring_together():
    random = np.random.default_rng(0)
    kernels = random.normal(size=(8, 6, 7))
    order = random.permutation(np.repeat(np.arange(8), 12))
    images = as_images([np.roll(kernels[k], random.integers(0, 6, 2), (0, 1)) for k in order])
    rows, shifts, cosines = families(images)
    assert all(len(set(order[row])) == 1 for row in rows)
    assert cosines == pytest.approx(1, abs=1e-5)
    for row, shift in zip(rows, shifts, strict=True):
        for i, by in zip(row, shift, strict=True):
            assert np.allclose(np.roll(images[i], by, (-2, -1)), images[row[0]])
    assert np.unique(rows).size == rows.size
    assert "fc1: translation score 1.00" in words(figures.filters(images.reshape(96, 42), (6, 7), name="fc1"))


@pytest.mark.parametrize("shape", [(1, 1), (5, 3), (3, 4, 4)])
@pytest.mark.parametrize("number", [0, 1, 2, 11])
def test_filters_of_any_shape_and_number_are_drawn(number, shape):
    words(figures.filters(np.random.default_rng(0).normal(size=(number, int(np.prod(shape)))), shape, theme="dark"))


def test_rows_that_are_no_images_are_one_sentence():
    refused(ValueError, lambda: figures.filters(np.zeros((4, 10)), (3, 3)), "(4, 10)", "(3, 3)")
    refused(ValueError, lambda: figures.weight_histogram(np.array([np.nan]), name="fc1"), "fc1", "NaN")
    refused(ValueError, lambda: figures.frontier([], theme="sepia"), "sepia", "light, dark")


def test_the_frontier_tells_the_best_and_what_is_nearly_as_good_with_fewer_values():
    table = [("none", 0.0, 0.54, 9000), ("wsr", 1e-3, 0.60, 8000), ("wsr", 1e-2, 0.595, 70), ("wsr", 1e-1, 0.1, 1)]
    figure = figures.frontier(table)
    assert "wsr with 60.0% and 8,000 values; within a point of it wsr has 70" in words(figure)
    assert list(lines(figure)["wsr"].get_xdata()) == [8000, 70, 1]
    words(figures.frontier([]))


def test_noise_splits_clusters_below_the_threshold_and_hardly_above():
    table = figures.noise_experiment(shares=(0.1, 1.0), ratios=(0.5 * THRESHOLD, 2 * THRESHOLD), weights=10_000)
    kept = {(row.label, row.ratio > THRESHOLD): row.kept for row in table}
    assert len(kept) == 4
    assert all((share > 0.9) if above else (share < 0.02) for (_, above), share in kept.items())
    assert "1.2533" in words(figures.noise_threshold(table))


def test_a_report_is_written_with_all_figures_and_printed(tmp_path, capsys):
    folder = tmp_path / "run"
    run_folder(folder, strength=(1e-3, 1e-4), lr=0.25)
    assert report([str(folder), "--out", str(tmp_path / "all.png")]) == 0
    printed = capsys.readouterr().out
    assert not [word for word in ("as trained", "47.00", "0.123") if word not in printed]
    text = (folder / "report.md").read_text()
    drawn = {path.name for path in (folder / "figures").iterdir()}
    assert drawn == {"learning.png", "weights-fc1.weight.png", "filters.png", "filters-untrained.png"}
    assert all(f"(figures/{name})" in text for name in drawn)
    assert not [word for word in ("12.5 %", "| lr | 0.25 |") if word not in text]
    assert "dropout" not in text
    assert (tmp_path / "all.png").stat().st_size > 10_000


def test_a_run_that_has_not_ended_is_reported_as_far_as_it_is(tmp_path, capsys):
    for name, epochs in (("young", 0), ("half", 2)):
        run_folder(tmp_path / name, epochs=epochs, finished=False)
        assert report([str(tmp_path / name)]) == 0
    assert "running after 2 of 20 epochs" in capsys.readouterr().out


def test_what_is_no_run_is_one_sentence(tmp_path):
    refused(FileNotFoundError, lambda: report([str(tmp_path)]), "is not the folder of a run")


@pytest.mark.torch
def test_shuffled_pixels_are_put_back_before_filters_are_drawn(tmp_path):
    from training.data import pixel_order

    run = run_folder(tmp_path / "run", shuffle_pixels=True, seed=5)
    weights = run.weights(run.snapshots()[-1])
    images, shape = figures.filters_of(run, weights)
    assert shape == (1, 8, 8)
    assert np.array_equal(images.reshape(16, 64)[:, pixel_order(64, 5).numpy()], weights["fc1.weight"])


def test_figures_and_reports_load_no_torch():
    code = "import sys, training.figures, training.report; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
