"""benchmarks/gpu.sh keeps its promises, with stand-ins for the programs that it runs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TABLE = "# The prox beside torch.sort: Some GPU\n- commit unknown, today\n"
PROGRAMS = {  # by name: what it does with its arguments, which it logs first
    "nvidia-smi": "echo 'Some GPU'",
    "python3": """case "$*" in
        *pytest*) exit $PYTEST ;;
        *bench*cuda*) echo "$TABLE"; sleep "$BENCH"; exit $FAILS ;;
        *) echo versions ;;
    esac""",
    "compute-sanitizer": 'shift 6; "$@"',
}


@pytest.fixture
def script(tmp_path):
    """A function (seconds for the benchmark, ...) -> the finished process, and the programs as they were called."""
    programs = tmp_path / "bin"
    programs.mkdir()
    log = tmp_path / "log"
    for name, body in PROGRAMS.items():
        (programs / name).write_text(f'#!/bin/bash\necho "{name} $*" >> "$LOG"\n{body}\n')
        (programs / name).chmod(0o755)

    def run(*, without=(), **settings):
        for name in without:
            (programs / name).unlink()
        log.write_text("")
        path = f"{programs}:{os.environ['PATH']}"
        variables = {"PYTEST": "0", "BENCH": "0", "FAILS": "0", "TABLE": TABLE, "LOG": str(log), "PATH": path}
        variables = {**os.environ, **variables, "OUT": str(tmp_path / "a b"), **settings}
        for name in ("PYTHON", "COMMIT", "LIMIT", "CUDA_HOME", "CUDA_PATH"):
            variables.pop(name, None) if name not in settings else None
        bash = shutil.which("bash")
        done = subprocess.run(
            [bash, "benchmarks/gpu.sh"], cwd=ROOT, env=variables, capture_output=True, text=True, timeout=60
        )
        return done, log.read_text()

    return run


def tables(tmp_path):
    return [path.name for path in (tmp_path / "a b").iterdir()]


def test_all_stages_run_and_the_table_is_named_after_the_device(script, tmp_path):
    done, log = script(COMMIT="abc1234")
    assert (done.returncode, done.stderr) == (0, "")
    assert "all passed" in done.stdout
    for called in (
        "small_calls.py first calls",
        "pytest -q",
        "small_calls.py memcheck",
        "racecheck",
        "synccheck",
        "prox bench --device cuda",
    ):
        assert called in log
    (name,) = tables(tmp_path)
    assert name.startswith("gpu-some-gpu-20")
    assert "- commit abc1234, today" in (tmp_path / "a b" / name).read_text()


def test_a_failing_stage_is_reported_and_the_others_run(script, tmp_path):
    done, log = script(PYTEST="1")
    assert done.returncode == 1
    assert "FAILED: tests (status 1)" in done.stdout
    assert "prox bench" in log
    assert len(tables(tmp_path)) == 1


@pytest.mark.parametrize("how", [{"FAILS": "2"}, {"BENCH": "50", "LIMIT": "8"}], ids=["fails", "takes too long"])
def test_a_benchmark_that_does_not_end_well_leaves_no_table(script, tmp_path, how):
    done, _ = script(**how)
    assert done.returncode == 1
    assert "FAILED: benchmark (status" in done.stdout
    assert tables(tmp_path) == []


def test_without_the_sanitizer_it_says_so(script):
    done, log = script(without=["compute-sanitizer"])
    assert done.returncode == 0
    assert "compute-sanitizer is not here" in done.stdout
    assert "memcheck" not in log


def test_without_a_gpu_it_is_one_sentence(script, tmp_path):
    (tmp_path / "bin" / "nvidia-smi").write_text("#!/bin/bash\necho 'no driver'\nexit 9\n")
    done, log = script()
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "benchmarks/gpu.sh needs an NVIDIA GPU, and nvidia-smi shows none\n"
    assert "python3" not in log
