"""``python -m prox``: what it prints is computed, and what goes wrong is one sentence."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from prox import bench, bench_cuda, prox_weight_sharing
from prox.__main__ import main
from prox.cuda import device


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "weights.npy"
    np.save(path, np.random.default_rng(0).normal(size=(20, 30)).astype(np.float32))
    return path


def test_solve_writes_the_prox_and_tells_what_changed(weights, tmp_path, capsys):
    out = tmp_path / "shared.npy"
    assert main(["solve", str(weights), "--strength", "1.1", "--l1", "0.1", "--out", str(out)]) == 0
    expected = prox_weight_sharing(np.load(weights), 1.1, l1=0.1)
    assert np.array_equal(np.load(out), expected)
    printed = capsys.readouterr().out
    assert "600 weights float32 (20, 30)" in printed
    assert f"-> {np.unique(expected).size:,}" in printed


def broken(tmp_path, content):
    path = tmp_path / "broken.npy"
    path.write_bytes(content)
    return str(path)


def test_errors_are_one_sentence_and_status_2(weights, tmp_path, capsys):
    integers = tmp_path / "integers.npy"
    np.save(integers, np.arange(4))
    objects = tmp_path / "objects.npy"
    np.save(objects, np.array([{}]), allow_pickle=True)
    whole = weights.read_bytes()
    cases = {
        "absent.npy": "No such file",
        str(integers): "int64",
        str(objects): "not a whole .npy file",
        broken(tmp_path, whole[:-100]): "not a whole .npy file",
    }
    for path, words in cases.items():
        assert main(["solve", path, "--strength", "1"]) == 2
        err = capsys.readouterr().err
        assert err.startswith("error: ")
        assert err.count("\n") == 1
        assert words in err
    assert main(["solve", str(weights), "--strength", "-1"]) == 2
    assert "strength is -1.0" in capsys.readouterr().err
    assert main(["solve", str(weights), "--strength", "1", "--out", str(tmp_path / "out.txt")]) == 2
    assert "ends in .npy" in capsys.readouterr().err
    assert main(["solve", str(weights), "--strength", "1", "--out", str(tmp_path / "no" / "out.npy")]) == 2
    assert "could not write" in capsys.readouterr().err


def test_bench_prints_a_ratio_for_every_input_and_column(capsys):
    assert main(["bench", "--sizes", "500", "--repeats", "1", "--columns", "auto", "steps"]) == 0
    table = capsys.readouterr().out.split("d = 500\n")[1].splitlines()
    assert table[0].split() == ["np.sort", "scipy", "auto", "steps"]
    names = [name for name, *_ in bench.inputs(500)]
    assert [line[:22].strip() for line in table[1:]] == names
    assert all(line.count("x") >= 3 for line in table[1:])


def test_bench_checks_the_answers_before_it_times():
    (_, w, strength), *_ = bench.inputs(100)
    with pytest.raises(RuntimeError, match="wrong is wrong by"):
        bench._measure(w, strength, {"wrong": lambda w, s: w + np.float32(1e-3)}, 1)


def test_memory_is_within_the_promise():
    assert bench._memory_in_fresh_process("Gaussian, half merge") < 40


@pytest.mark.torch
def test_bench_on_a_gpu_is_one_sentence_where_there_is_none(monkeypatch, capsys):
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert main(["bench", "--device", "cuda"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: bench --device cuda needs an NVIDIA GPU")
    assert printed.err.count("\n") == 1


def test_bench_on_a_gpu_says_that_torch_or_cupy_is_missing(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert main(["bench", "--device", "cuda"]) == 2
    assert "needs PyTorch" in capsys.readouterr().err
    torch = SimpleNamespace(cuda=SimpleNamespace(is_available=lambda: True))
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setattr(device, "find_spec", lambda name: None)
    assert main(["bench", "--device", "cuda"]) == 2
    assert "needs CuPy" in capsys.readouterr().err


def test_bench_takes_its_options_to_the_device(monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(bench_cuda, "run_bench", lambda *given: asked.append(given))
    assert main(["bench", "--device", "cuda", "--sizes", "1e5", "--cases", "all equal", "--columns", "here"]) == 0
    assert asked == [([100_000], 15, ["all equal"], ["here"])]
    assert main(["bench", "--cases", "all equal"]) == 2
    assert "--cases goes with --device cuda" in capsys.readouterr().err
