"""The engine starts without what it does not need, and takes nothing away from others."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROGRAM = """
import sys
from gui.model.engine import load_engine
load_engine()
assert "numba" in sys.modules and "PySide6" not in sys.modules
assert "scipy.linalg" not in sys.modules, "half a second for nothing"
from particles import Particles, simulate
assert simulate(Particles([0.0, 1.0], [1.0, -1.0])).merge_times[0] == 0.5
import scipy.linalg
assert scipy.linalg.det([[2.0]]) == 2.0
"""


def test_the_engine_loads_no_linear_algebra_and_leaves_it_to_others():
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
