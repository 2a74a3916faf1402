"""What a first visit to a page, and a first crowd, would otherwise have to wait for."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

pytest.importorskip("PySide6")

ROOT = Path(__file__).parents[1]
PROGRAM = """
import sys
from gui.window.application import make_application
app = make_application()
from gui.window.warming import warm_up
from gui.window.workers import Workers
workers = Workers()
warm_up(workers)
while workers.running:
    app.processEvents()
from gui.draw.strip import _add_columns
from gui.draw.world_raster import _deposit
from gui.views.hull_diagram import _extremes
for page in ("weights", "algorithms", "training"):
    assert f"gui.{page}.page" in sys.modules, page
for kernel in (_add_columns, _deposit, _extremes):
    assert kernel.signatures, kernel
assert "torch" not in sys.modules
workers.closing()
"""


@pytest.mark.qt
def test_pages_and_the_kernels_of_a_crowd_are_loaded_in_a_worker():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert done.returncode == 0, done.stderr


@pytest.mark.qt
def test_a_crowd_that_is_opened_before_that_brings_its_kernels(window, qtbot, monkeypatch):
    from gui.window import warming

    order = []
    monkeypatch.setattr(warming, "load_kernels", lambda: order.append(threading.current_thread()))
    window.session.document.run(lambda: order.append("work"), lambda _: order.append("shown"), "simulating")
    qtbot.waitUntil(lambda: "shown" in order)
    assert order[0] is not threading.main_thread()
    assert order[1:] == ["work", "shown"]
