"""Who ends the program by a signal is asked nothing; what runs is stopped, what is unsaved kept, no file is left."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("PySide6")

pytestmark = pytest.mark.qt
ROOT = Path(__file__).parent.parent
PROGRAM = """
import os, signal, sys
from PySide6.QtCore import QTimer
from gui import command
from gui.model import edits
from gui.training.page import TrainingPage
from gui.window import application, main
def shown(window):
    document = window.session.document
    document.edit(edits.mirrored(document.latest), "Mirror")
    window.pages.show("training")
    TrainingPage.closing = lambda page: print("closing")
    if sys.argv[2] == "asked":
        QTimer.singleShot(0, window.close)
        QTimer.singleShot(300, lambda: os.kill(os.getpid(), int(sys.argv[1])))
    else:
        os.kill(os.getpid(), int(sys.argv[1]))
main.MainWindow.finish = shown
sys.exit(application.run(command._parser().parse_args(["two-equal", "--pause"])))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize(("name", "when"), [("SIGTERM", "at once"), ("SIGHUP", "asked")])
def test_the_pages_close_what_is_unsaved_is_kept_and_no_picture_is_left(tmp_path, name, when):
    """At once, or while the question about unsaved changes is on the screen."""
    number = getattr(signal, name)
    for folder in ("temporary", "data"):
        (tmp_path / folder).mkdir()
    places = {"TMPDIR": tmp_path / "temporary", "XDG_DATA_HOME": tmp_path / "data", "XDG_CONFIG_HOME": tmp_path}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(number.value), when],
        env=os.environ | {variable: str(place) for variable, place in places.items()},
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.stdout, done.returncode) == ("closing\n", 0), done.stderr
    assert not list((tmp_path / "temporary").glob("stickyweights-*"))
    assert len(list((tmp_path / "data").rglob("*.swap"))) == 1
