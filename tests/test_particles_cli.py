"""The command line: what it prints, writes and refuses, and how it ends."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest

from particles import __main__ as command_line
from particles import bench, measure, scenarios, simulate
from particles.__main__ import main
from particles.files import read_history, read_scenario, write_scenario
from particles.history import History

PYTHON = [sys.executable, "-m", "particles"]


def outcome(capsys, *arguments):
    """Exit status, stdout and stderr of a command."""
    status = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def printed(capsys, *arguments):
    status, out, err = outcome(capsys, *arguments)
    assert (status, err) == (0, "")
    return out


def test_list_shows_every_scenario_within_the_width_of_the_terminal(capsys, monkeypatch):
    for width in (70, 100):
        monkeypatch.setenv("COLUMNS", str(width))
        lines = printed(capsys, "list").splitlines()
        assert [line.split()[0] for line in lines[1:-2] if not line.startswith(" ")] == scenarios.names()
        assert max(map(len, lines[:-2])) <= width


def test_run_prints_what_happened(capsys):
    out = printed(capsys, "run", "chain", "--at", 5)
    assert "5 particles, 4 collisions" in out
    assert "the first at t = 1, the last at t = 10" in out
    assert "1 cluster in the end" in out
    table = {line[:22].strip(): line[22:].split() for line in out.splitlines() if len(line) > 44 and line[:1] != "k"}
    assert table[""] == ["t", "=", "5", "t", "=", "10"]
    assert table["clusters"] == ["3", "1"]
    assert table["largest"] == ["3", "particles", "5", "particles"]
    assert table["heat"] == ["1.5", "(25.0", "%)", "2.875", "(47.9", "%)"]
    assert table["momentum"] == ["-10", "-10"]


def test_run_takes_size_seed_and_end(capsys):
    out = printed(capsys, "run", "gaussian-weights", "--n", "1e3", "--seed", 4, "--until", 0.5)
    merged = simulate(scenarios.get("gaussian-weights", 1000, 4).particles, 0.5)
    assert f"1,000 particles, {np.isfinite(merged.merge_times).sum():,} collisions" in out
    assert "t = 0.5" in out


def test_run_of_an_explosion_tells_that_nobody_meets(capsys):
    assert "0 collisions; nobody meets" in printed(capsys, "run", "explosion")


def test_what_run_saves_run_reads(capsys, tmp_path):
    saved = tmp_path / "saved.npz"
    printed(capsys, "run", "random-masses", "--n", 30, "--save", saved)
    expected = simulate(scenarios.get("random-masses", 30).particles)
    np.testing.assert_array_equal(read_history(saved).merge_times, expected.merge_times)
    assert "saved\n30 particles" in printed(capsys, "run", saved)


def test_what_export_writes_run_reads(capsys, tmp_path):
    assert printed(capsys, "export", "chain", "--to", tmp_path / "c.json") == f"{tmp_path / 'c.json'}\n"
    assert read_scenario(tmp_path / "c.json").answer.last_merge == 10
    assert "the last at t = 10" in printed(capsys, "run", tmp_path / "c.json")
    printed(capsys, "export", tmp_path / "c.json", "--to", tmp_path / "h.npz", "--until", 3)
    assert read_history(tmp_path / "h.npz").until == 3
    printed(capsys, "export", tmp_path / "h.npz", "--to", tmp_path / "e.csv")
    assert len((tmp_path / "e.csv").read_text().splitlines()) == 3


@pytest.mark.parametrize("figure", command_line.FIGURE_NAMES)
def test_plot_writes_every_figure(figure, capsys, tmp_path):
    out = tmp_path / "f.png"
    printed(capsys, "plot", "mirrored-pair", "--figure", figure, "--out", out, "--width", 10, "--dpi", 20, "--at", 1)
    data = out.read_bytes()
    assert data.startswith(b"\x89PNG")
    assert int.from_bytes(data[16:20], "big") == 200  # 10 inches at 20 dots


def test_the_figures_on_offer_are_those_that_exist():
    from particles.figures import FIGURES

    assert {*command_line.FIGURE_NAMES} == {*FIGURES, "all"}


def test_plot_names_its_file_after_its_subject(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    scenario = scenarios.get("chain")
    write_scenario("mine.json", scenarios.Scenario(**{**vars(scenario), "name": "../elsewhere"}))
    assert printed(capsys, "plot", "mine.json", "--figure", "line", "--theme", "dark") == "mine-line.png\n"
    assert sorted(os.listdir()) == ["mine-line.png", "mine.json"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("", "the following arguments are required: COMMAND"),
        ("dance", "invalid choice: 'dance'"),
        ("run", "the following arguments are required: NAME_OR_FILE"),
        ("run snow-plow", "unknown scenario 'snow-plow': did you mean 'snow-plough'"),
        ("run chain --n 9", "'chain' takes exactly 5 particles, got n = 9"),
        ("run explosion --n 1.5", "'1.5' is not a whole number"),
        ("run explosion --n inf", "'inf' is not a whole number"),
        ("run explosion --n 2147483647", "give a smaller n"),
        ("run explosion --seed -1", "seed is -1"),
        ("run explosion --until nan", "'nan' is not a time"),
        ("run explosion --until -1", "'-1' is not a time"),
        ("run explosion --at inf", "'inf' is not a time to look at"),
        ("run explosion --at 3 --until 2", "--at 3 is after the end of the simulation"),
        ("run gone.json", "could not read gone.json: No such file"),
        ("run gone.npz", "could not read gone.npz: No such file"),
        ("run some/where", "some/where is neither a scenario .json nor a history .npz"),
        ("run h.npz --n 3", "h.npz is a finished history"),
        ("run c.json --n 3", "c.json holds its particles"),
        ("run bad.json", "bad.json: not whole JSON, line 1"),
        ("run chain --save x.txt", "'x.txt' must end in .npz"),
        ("run chain --save gone/h.npz", "could not write gone/h.npz: No such file or directory; nothing was changed"),
        ("plot chain --figure pie", "invalid choice: 'pie'"),
        ("plot chain --out x.gif", "'x.gif' must end in .png or .svg or .pdf"),
        ("plot chain --dpi 0", "'0' is not above 0"),
        ("plot chain --width 2", "the page is too small for its text"),
        ("export chain --to x.txt", "'x.txt' must end in .json or .npz or .csv"),
        ("export h.npz --to x.json", "h.npz is a history, which holds no scenario"),
        ("export chain --to x.json --until 2", "leave out --until"),
        ("bench --repeats 0", "at least 1 repeat"),
        ("bench --sizes 1", "at least 2 particles"),
    ],
)
def test_errors_are_one_sentence_and_status_2(arguments, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.json").write_text("{")
    write_scenario("c.json", scenarios.get("chain"))
    before = sorted(os.listdir())
    status, out, err = outcome(capsys, *arguments.split())
    assert (status, out if "--save" not in arguments else "") == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert sentence in err
    assert sorted(os.listdir()) == before


def test_control_c_ends_with_130_and_without_a_word(capsys, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line, "history_of", interrupted)
    assert outcome(capsys, "run", "chain") == (130, "", "")


def test_help_ends_with_0(capsys):
    status, out, _ = outcome(capsys, "--help")
    assert status == 0
    assert "COMMAND" in out


def test_a_reader_that_leaves_is_no_error():
    reading, writing = os.pipe()
    os.close(reading)
    child = subprocess.run([*PYTHON, "list"], stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert (child.returncode, child.stderr) == (141, "")


def test_stages_are_told_only_to_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    _, _, err = outcome(capsys, "run", "chain")
    assert re.search(r"simulating 5 particles \.\.\.\n  \d+\.\d\d s\n", err)


def test_bench_prints_a_row_for_each_size_measured_in_a_fresh_process(capsys):
    header, table = printed(capsys, "bench", "--sizes", "500", "5e4", "--repeats", 1).split("\n\n")
    assert "numba" in header
    rows = [line.split() for line in table.splitlines()[1:]]
    assert [row[:2] for row in rows] == [["500", "499"], ["50000", "49999"]]
    assert rows[0].count("-") == 2  # too few particles to tell their memory
    if measure.can_forget_peak():
        assert 24 + 8 < float(rows[1][5]) < 250  # at least the particles and the merge times


def test_bench_notices_a_wrong_cluster():
    history = simulate(scenarios.get("gaussian-weights", 1000).particles)
    times = [0.1, history.last_collision]
    bench.check_clusters(history, times)
    wrong = history.merge_times.copy()
    wrong[np.searchsorted(np.sort(wrong), 0.1)] *= 1.5
    wrong[500] = history.last_collision * 1.01
    with pytest.raises(RuntimeError, match="wrong clusters at t = "):
        bench.check_clusters(History(history.particles, wrong), times)
