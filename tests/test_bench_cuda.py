"""The GPU benchmark's logic, on CPU tensors: it checks before it times, and leaves out what takes too much."""

import time

import numpy as np
import pytest

from prox import bench, bench_cuda, prox_weight_sharing, torch_check
from prox.torch_check import fault, fault_without_solver
from prox.torch_timing import Place

pytestmark = pytest.mark.torch
D = 600


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def by_clock(work):
    begin = time.perf_counter()
    result = work()
    return 1e3 * (time.perf_counter() - begin), result


def in_place(work):
    answer = work()
    return lambda: answer.copy_(work()), answer


def place(milliseconds=by_clock, cache=5000):
    """The CPU, where a call takes 3 bytes a weight beside its output."""
    return Place("cpu", ["Some CPU, 1 core", "no CUDA"], cache, milliseconds, in_place, lambda work: 7 * work().numel())


@pytest.fixture(autouse=True)
def fallback_is_here(monkeypatch):
    monkeypatch.setattr(bench_cuda, "_here", bench_cuda._array_level)


def table(capsys, *sizes, repeats=1, cases=None, names=None, on=None):
    """What is printed, and the rows by size and case."""
    bench_cuda.run_bench(sizes or [D], repeats, cases, names, on or place())
    printed = capsys.readouterr().out
    rows = {}
    for block in printed.split("\n## d = ")[1:]:
        d = int(block.partition("\n")[0].replace(",", ""))
        lines = [line.strip("| ").split(" | ") for line in block.splitlines() if line.startswith("| ")]
        rows[d] = {cells[0]: dict(zip(lines[0][1:], cells[1:], strict=True)) for cells in lines[1:]}
    return printed, rows


def test_a_row_for_every_case_and_a_ratio_for_every_way(capsys):
    printed, rows = table(capsys, 12_000, cases=["1000 values + noise", "all equal"])
    assert list(rows[12_000]) == ["1000 values + noise", "all equal"]
    for cells in rows[12_000].values():
        assert list(cells) == [*bench_cuda.ways(place()), "bytes/weight"]
        assert cells.pop("torch.sort").endswith(" ms")
        assert cells.pop("bytes/weight") == "3.0"
        assert all(float(cell.removesuffix("x")) >= 0 for cell in cells.values())
    assert printed.startswith("# The prox beside torch.sort: Some CPU\n\n- Some CPU, 1 core\n- no CUDA\n")
    assert "commit " in printed
    assert "Aims" not in printed


def test_the_inputs_are_those_of_the_cpu_benchmark(capsys):
    assert bench_cuda.CASES.keys() <= {name for name, *_ in bench.inputs(10_000)}
    assert list(table(capsys, names=["copy"])[1][D]) == [n for n, *_ in bench.inputs(D) if n in bench_cuda.CASES]


def off_by(amount, places):
    """An answer that is wrong at some places."""

    def here(w, strength):
        answer = prox_weight_sharing(w, strength)
        answer[places] += amount
        return answer

    return here


@pytest.mark.parametrize("compared", [D, D - 1], ids=["with the CPU's", "by the conditions"])
@pytest.mark.parametrize("amount", [1e-5, float("nan")])
@pytest.mark.parametrize("name", ["here", "here, in a graph"])
def test_a_wrong_answer_raises_and_no_time_is_printed(monkeypatch, capsys, name, amount, compared):
    monkeypatch.setattr(torch_check, "COMPARED", compared)
    monkeypatch.setattr(bench_cuda, "_here", off_by(amount, 17))
    with pytest.raises(RuntimeError, match=rf"^{name} is wrong at d = 600, heavy tail: .+"):
        table(capsys, cases=["heavy tail"], names=[name])
    assert "| heavy tail" not in capsys.readouterr().out


def test_an_answer_of_earlier_weights_is_found_out(capsys):
    """A graph that reads other memory than it should, say."""

    def stale(work):
        kept = work().clone()
        answer = kept.clone()
        return lambda: answer.copy_(kept), answer

    with pytest.raises(RuntimeError, match="here, in a graph is wrong"):
        table(capsys, names=["here, in a graph"], cases=["heavy tail"], on=place()._replace(capture=stale))


def test_the_last_timed_answer_is_checked_too(monkeypatch, capsys):
    calls = []

    def fails_later(w, strength):
        calls.append(w.data_ptr())
        return off_by(1.0 if len(calls) == 6 else 0.0, 0)(w, strength)

    monkeypatch.setattr(bench_cuda, "_here", fails_later)
    table(capsys, names=["here"], cases=["all equal"], repeats=2)  # warm, two checked, two timed, then memory
    calls.clear()
    with pytest.raises(RuntimeError, match="here is wrong"):
        table(capsys, names=["here"], cases=["all equal"], repeats=3)


def test_a_call_never_gets_the_input_of_the_call_before_and_all_do_not_fit_into_the_cache(monkeypatch, capsys):
    seen = []
    monkeypatch.setattr(bench_cuda, "_here", lambda w, s: seen.append(w.data_ptr()) or bench_cuda._array_level(w, s))
    table(capsys, names=["here"], cases=["heavy tail"], repeats=7)
    timed = seen[3:-1]
    assert all(here != before for here, before in zip(timed[1:], timed, strict=False))
    assert len(set(timed)) * 4 * D > place().cache
    w = np.arange(D, dtype=np.float32)
    inputs = bench_cuda._inputs(place(), w).numpy()
    assert [np.array_equal(np.roll(w, k), row) for k, row in enumerate(inputs)] == [True] * 3


def test_imminent_is_left_out_where_it_needs_many_rounds_and_then_for_more_weights(monkeypatch, capsys):
    tried = []
    imminent = bench_cuda.imminent_prox
    monkeypatch.setattr(bench_cuda, "ROUNDS", 5)
    monkeypatch.setattr(
        bench_cuda, "imminent_prox", lambda w, s, **k: tried.append(w.numel()) or imminent(w, s, max_rounds=5)
    )
    _, rows = table(capsys, D, 2 * D, cases=["critical grid"], names=["imminent", "here"])
    assert [rows[d]["critical grid"]["imminent"] for d in (D, 2 * D)] == ["-", "-"]
    assert set(tried) == {D}


def test_what_needs_too_much_memory_is_left_out_but_not_the_yardstick(torch, monkeypatch, capsys):
    def greedy(w, strength):
        raise torch.cuda.OutOfMemoryError("no memory left")

    monkeypatch.setattr(bench_cuda, "search_prox", greedy)
    assert table(capsys, cases=["all equal"])[1][D]["all equal"]["search"] == "-"
    monkeypatch.setattr(bench_cuda, "ways", lambda place: {"torch.sort": bench_cuda._direct(greedy)})
    with pytest.raises(torch.cuda.OutOfMemoryError):
        table(capsys, cases=["all equal"])


def test_what_takes_long_is_run_once(monkeypatch, capsys):
    calls = []

    def clock(work):
        calls.append(1)
        return 1e3 * bench.ROUND, work()

    table(capsys, names=["here"], cases=["all equal"], repeats=50, on=place(clock))
    assert len(calls) == 2


def test_the_aims_are_told_from_ten_million_weights_on(monkeypatch, capsys):
    monkeypatch.setattr(bench_cuda, "AIMED", D)
    everything_alike = place(lambda work: (1.0, work()))
    printed, _ = table(capsys, D // 2, D, names=["here"], on=everything_alike)
    aims = printed.partition("## Aims\n\n")[2].splitlines()
    assert "- heavy tail, d = 600: here 1.00x, at most 1.3x is aimed at: met" in aims
    assert "- all equal, d = 600: here 1.00x, at most 0.5x is aimed at: not met" in aims
    assert len(aims) == 6


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match=r"unknown case 'flat': the known ones are Gaussian, few merge; "):
        bench_cuda.run_bench([D], 1, ["flat"], None, place())
    with pytest.raises(ValueError, match=r"unknown column 'auto': the known ones are torch\.sort; copy; here"):
        bench_cuda.run_bench([D], 1, None, ["auto"], place())


# ---- is an answer the prox?


@pytest.mark.parametrize("d", [2, 3, 64, 10_000, 200_000])
def test_the_prox_passes_both_checks_and_that_of_another_strength_neither(torch, d):
    for name, w, strength in bench.inputs(d):
        tensor, expected = torch.from_numpy(w), torch.from_numpy(prox_weight_sharing(w.astype(float), strength))
        right = prox_weight_sharing(tensor, strength)
        assert fault(right, expected, tensor, strength) is None
        assert fault_without_solver(right, tensor, strength) is None
        if np.unique(right).size == 1:  # one cluster stays where it is at any strength
            continue
        other = prox_weight_sharing(tensor, 1.001 * strength)
        assert fault(other, expected, tensor, strength), name
        assert fault_without_solver(other, tensor, strength), name


def test_each_condition_of_optimality_is_looked_at(torch):
    x = torch.tensor([0.0, 0.0, 1.0, 1.125, 4.0])
    right = prox_weight_sharing(x, 0.5)
    assert right.tolist() == [0.375, 0.375, 0.9375, 0.9375, 3.5]  # flown: 0.5, 0.25, 1.0, 0.875, 3.5
    for wrong, words in {
        (0.375, 0.375, 0.9375, 0.9375, 0.9): "order",
        (0.375, 0.375, 0.9375, 0.9375, float("nan")): "not finite",
        (0.25, 0.5, 0.9375, 0.9375, 3.5): "equal weights",
        (0.375, 0.375, 0.9375, 0.9375, 3.6): "from its mean",
        (0.375, 0.375, 1.0, 1.0, 3.5): "from its mean",
        (0.65625, 0.65625, 0.65625, 0.65625, 3.5): "come apart",
    }.items():
        assert words in fault_without_solver(torch.tensor(wrong), x, 0.5)
        assert fault(torch.tensor(wrong), right.double(), x, 0.5)
