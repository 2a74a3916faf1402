"""At the very first start a small window shows that the engine is compiled, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.qt
pytest.importorskip("PySide6")

from PySide6.QtCore import QTimer  # noqa: E402

from gui.window import first_start  # noqa: E402
from gui.window.first_start import FirstStart  # noqa: E402

SLOW = "import time; print('compiling particles.tree._join for this machine', flush=True); time.sleep({})"


@pytest.fixture
def small(qapp, nothing_left, monkeypatch):
    def make(program):
        monkeypatch.setattr(first_start, "PROGRAM", program)
        return FirstStart("dark")

    return make


def test_it_ends_with_its_process_and_tells_what_is_compiled(small, qapp):
    window = small(SLOW.format(0.5))
    seen = []
    QTimer.singleShot(0, lambda: seen.append(window.isVisible()))
    window.now.setText = seen.append
    assert window.done()
    assert seen == [True, "Compiling particles.tree.join"]


def test_a_process_that_fails_does_not_keep_the_app_from_starting(small):
    assert small("raise SystemExit(3)").done()


def test_who_closes_it_ends_the_process_and_gets_no_app(small, qapp):
    window = small(SLOW.format(60))
    QTimer.singleShot(300, window.close)
    assert not window.done()


def test_the_program_is_one_that_compiles_what_the_first_window_takes(tmp_path):
    """It ends well here, where all is compiled; a cold cache takes too long for a test."""
    done = subprocess.run(
        [sys.executable, "-c", first_start.PROGRAM, str(tmp_path / "first.png")],
        cwd=first_start.ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "first.png").stat().st_size > 1000


def test_without_machine_code_on_disk_the_engine_says_so_and_compiles_nothing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "from gui.model.engine import load_engine; print(load_engine())"],
        cwd=Path(__file__).parent.parent,
        env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "False\n", done.stderr
    assert "compiling" not in done.stderr
