"""Kernels compile once, say so when they do, and work where no cache can be written."""

import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba import njit

from particles.compiled import compiled

ROOT = Path(__file__).resolve().parents[1]


def test_a_function_without_a_cacheable_file_is_compiled_all_the_same():
    space = {}
    exec("def double(x):\n    return 2.0 * x", space)
    with pytest.raises(RuntimeError, match="cache"):  # numba alone refuses it
        njit(space["double"], cache=True)
    assert compiled(space["double"])(3.0) == 6.0


def test_a_first_call_that_compiles_says_so_and_a_cached_one_is_silent(tmp_path):
    program = "from particles import Particles, simulate; print(simulate(Particles([0, 1], [1, -1])).merge_times[0])"
    environment = {"NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT), "PATH": ""}
    runs = [
        subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert [run.stdout for run in runs] == ["0.5\n", "0.5\n"]
    assert "compiling particles.simulate._merge_times for this machine" in runs[0].stderr
    assert runs[1].stderr == ""


def test_other_peoples_kernels_are_not_announced(caplog):
    with caplog.at_level(logging.DEBUG):
        assert njit(lambda x: x + 1)(np.float32(1)) == 2
    assert "compiling" not in caplog.text
