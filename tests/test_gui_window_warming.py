"""What a first visit to a page, and a first crowd, would otherwise have to wait for."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

pytest.importorskip("PySide6")

ROOT = Path(__file__).parents[1]
PROGRAM = """
import sys, threading, time
off = []  # what was imported in other threads
class Watch:
    def find_spec(self, name, path=None, target=None):
        if threading.current_thread() is not threading.main_thread():
            off.append(name)
sys.meta_path.insert(0, Watch())
from pathlib import Path
from gui import command
from gui.window import application
from gui.window.settings import Settings
from gui.window.warming import Warming
app = application.make_application()
args = command._parser().parse_args(["--pause"])
window = application.make_window(args, Settings(Path(sys.argv[1]) / "s.ini"), None)
application.open_subject(window, args)
window.show()
warming = Warming(window.workers, window)
until = time.monotonic() + 60
while not warming.done and time.monotonic() < until:
    app.processEvents()
window.filing.load_scenario("random-masses", 20_000, 1)  # a crowd, in a worker
while window.workers.running and time.monotonic() < until:
    app.processEvents()
for page in ("weights", "algorithms", "training"):
    assert f"gui.{page}.page" in sys.modules, page
    assert window.pages.built(page), page
from gui.draw.strip import _add_columns
from gui.draw.world_raster import _deposit
from gui.views.hull_diagram import _extremes
for kernel in (_add_columns, _deposit, _extremes):
    assert kernel.signatures, kernel
assert "torch" not in sys.modules
window.close()
def of_qt(name):
    uses = [getattr(value, "__module__", "") or "" for value in vars(sys.modules[name]).values()]
    return name.startswith("gui.") and any(str(use).startswith(("PySide6", "pyqtgraph")) for use in uses)
roots = ("PySide6", "shiboken6", "pyqtgraph")
print([name for name in off if name.partition(".")[0] in roots or name in sys.modules and of_qt(name)])
print("prox" in off, file=sys.stderr)
"""


@pytest.mark.qt
def test_pages_are_imported_ahead_and_nothing_of_qt_off_the_main_thread(tmp_path):
    """Classes of Qt that are made in one thread while another uses Qt end the program now and then."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], capture_output=True, text=True, timeout=90, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]", done.stdout
    assert "True" in done.stderr  # what computes is imported in a worker, and the watch sees it


@pytest.mark.qt
def test_a_crowd_that_is_opened_before_that_brings_its_kernels(window, qtbot, monkeypatch):
    from gui.window import warming

    order = []
    monkeypatch.setattr(warming, "load_kernels", lambda: order.append(threading.current_thread()))
    window.session.document.run(lambda: order.append("work"), lambda _: order.append("shown"), "simulating")
    qtbot.waitUntil(lambda: "shown" in order)
    assert order[0] is not threading.main_thread()
    assert order[1:] == ["work", "shown"]
