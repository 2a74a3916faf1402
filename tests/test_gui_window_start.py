"""How the program starts: the command line, what is missing, and a window on a real display."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("PySide6")

from gui import command
from gui.window import start_up

pytestmark = pytest.mark.qt
ROOT = Path(__file__).parent.parent


def python(*argv, cwd=ROOT, **environment):
    without = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    variables = {k: v for k, v in os.environ.items() if k not in without} | {"PYTHONPATH": str(ROOT)} | environment
    return subprocess.run(
        [sys.executable, *map(str, argv)], cwd=cwd, env=variables, capture_output=True, text=True, timeout=120
    )


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_load_no_qt(argument):
    program = (
        "import sys; from gui.command import main; rc = main([sys.argv[1]]); "
        "print(rc, sorted({'PySide6', 'numpy', 'numba', 'pyqtgraph'} & sys.modules.keys()))"
    )
    done = python("-c", program, argument)
    assert done.stdout.splitlines()[-1] == "0 []"
    assert len(done.stdout.splitlines()) > 1


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["", "--snapshot", "a.png"], "an empty name is none"),
        (["--n", "-3"], "'-3' is not a whole number"),
        (["--n", "0"], "'0' is not a number of particles: give 1 to 2,147,483,647"),
        (["--n", "1e10"], "'1e10' is not a number of particles"),
        (["--lesson", "taut-string", "--snapshot", "a.png"], "a lesson needs one"),
        (["--lesson", "taut-strin", "--snapshot", "a.png"], "did you mean 'taut-string'"),
        (["--n", "x"], "'x' is not a whole number"),
        (["--n", "inf"], "'inf' is not a whole number"),
        (["--time", "nan"], "'nan' is not a time"),
        (["--size", "12"], "'12' is not a size"),
        (["--size", "5x5"], "each side can have"),
        (["--snapshot", "a.txt"], "must end in .png or .svg or .pdf"),
        (["--film", "a.png"], "must end in .mp4 or .gif"),
        (["two-equal", "--snapshot", "a.png", "--fps", "30"], "give --film"),
        (["two-equal", "--snapshot", "a.png", "--seconds", "3"], "give --film"),
        (["--fps", "0"], "'0' is not above 0"),
        (["--theme", "pink"], "invalid choice"),
        (["--play", "--pause"], "not allowed with"),
        (["--nonsense"], "unrecognized arguments"),
    ],
)
def test_wrong_arguments_are_one_sentence(capsys, argv, words):
    assert command.main(argv) == 2
    told = capsys.readouterr().err
    assert words in told
    assert told.startswith("error: ")
    assert told.count("\n") == 1


def test_whole_numbers_are_exact():
    args = command._parser().parse_args(["--n", "1e6", "--seed", "9007199254740993"])
    assert (args.n, args.seed) == (10**6, 9007199254740993)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ImportError("libEGL.so.1: cannot open shared object file: No such file"), ["libEGL.so.1", "sh .ci/system"]),
        (ModuleNotFoundError("No module named 'PySide6'", name="PySide6"), ["PySide6", ".[gui]"]),
        (ModuleNotFoundError("No module named 'pyqtgraph'", name="pyqtgraph"), ["pyqtgraph", ".[gui]"]),
    ],
)
def test_what_is_missing_is_named_with_what_to_type(error, words):
    told = start_up.explained(error)
    assert all(word in told for word in words)
    assert "\n" not in told


def test_a_release_of_pyside_that_loses_references_is_refused(monkeypatch):
    start_up.check_references()
    counts = iter((10_000, 9_800))
    monkeypatch.setattr(start_up.sys, "getrefcount", lambda _: next(counts))
    with pytest.raises(start_up.CannotStartError, match="loses references"):
        start_up.check_references()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are named on Linux only")
def test_no_window_is_tried_where_none_can_appear(monkeypatch, tmp_path):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert start_up.why_no_window() == "there is no display"
    monkeypatch.setenv("DISPLAY", ":4999")
    assert "does not answer" in start_up.why_no_window()
    monkeypatch.setenv("WAYLAND_DISPLAY", str(tmp_path / "nobody-listens"))
    assert "does not answer" in start_up.why_no_window()
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert "nobody sees" in start_up.why_no_window()
    monkeypatch.setenv("QT_QPA_PLATFORM", "vnc")
    assert start_up.why_no_window() == ""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are named on Linux only")
def test_where_no_display_answers_a_picture_and_a_film_are_written(tmp_path):
    size = ("--size", "320x240", "--seconds", "0.3", "--fps", "10")
    done = python(ROOT / "app.py", "two-equal", *size, cwd=tmp_path, DISPLAY=":4999")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sticky-weights.gif", "sticky-weights.png"]
    assert "the display :4999 does not answer" in done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are named on Linux only")
def test_a_lesson_without_a_display_is_refused(tmp_path):
    done = python(ROOT / "app.py", "--lesson", "taut-string", cwd=tmp_path, DISPLAY=":4999")
    assert (done.returncode, list(tmp_path.iterdir()), done.stderr.count("\n")) == (2, [], 1)
    assert "the display :4999 does not answer: a lesson needs one" in done.stderr


def test_ctrl_c_ends_a_program_that_is_not_a_window_yet(tmp_path):
    """Qt's event handlers swallow a KeyboardInterrupt: the window then opened all the same."""
    program = (
        "import os, signal; from gui import command; from gui.window import application; "
        "application.make_window = lambda *_: os.kill(os.getpid(), signal.SIGINT); "
        "application.run(command._parser().parse_args([]))"
    )
    done = python("-c", program, QT_QPA_PLATFORM="offscreen", XDG_CONFIG_HOME=tmp_path)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")


def test_the_first_start_plays_and_an_unknown_scenario_is_told(make_window):
    first = make_window("--play")
    assert first.session.document.system.name == "clustered-weights"
    assert first.session.clock.playing
    first.close()
    other = make_window("two-equa")
    assert "did you mean 'two-equal'" in other.messages.text
    assert len(other.session.document.system) > 0
    third = make_window("missing.json")
    assert "missing.json" in third.messages.text
    assert len(third.session.document.system) > 0


def test_the_command_line_reaches_the_window(make_window):
    window = make_window("random-masses", "--n", "31", "--seed", "5", "--time", "0.3", "--theme", "dark")
    system = window.session.document.system
    assert (system.name, len(system), system.seed) == ("random-masses", 31, 5)
    assert window.session.clock.t == 0.3
    assert window.colours.dark


def test_the_first_window_loads_nothing_that_it_does_not_show():
    program = (
        "import sys; from gui.command import _parser; from gui.window import application as a\n"
        "from gui.window.settings import Settings; import pathlib, tempfile\n"
        "folder = pathlib.Path(tempfile.mkdtemp()); app = a.make_application()\n"
        "w = a.make_window(_parser().parse_args([]), Settings(folder / 's.ini'), None)\n"
        "a.open_subject(w, _parser().parse_args([])); w.grab()\n"
        "print(sorted({'matplotlib', 'sklearn', 'torch', 'cupy', 'PIL', 'pyqtgraph', 'imageio_ffmpeg'} & "
        "sys.modules.keys())); w.close()"
    )
    done = python("-c", program, QT_QPA_PLATFORM="offscreen")
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stderr


DRIVEN = """
import sys
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox
from gui import command

def drive():
    window = next(w for w in QApplication.topLevelWidgets() if hasattr(w, "transport"))
    if window.docks.readouts is None:
        QTimer.singleShot(50, drive)
        return
    line, clock = window.transport.timeline, window.session.clock
    middle = line.height() // 2
    QTest.mousePress(line, Qt.MouseButton.LeftButton, pos=QPoint(20, middle))
    QTest.mouseMove(line, QPoint(line.width() // 4, middle))
    QTest.mouseMove(line, QPoint(line.width() // 2, middle))
    QTest.mouseRelease(line, Qt.MouseButton.LeftButton, pos=QPoint(line.width() // 2, middle))
    print("platform", QGuiApplication.platformName())
    print("time", round(clock.t, 2))
    window.activateWindow()
    window.setFocus()
    QTest.qWaitForWindowActive(window, 5000)
    QTest.keyClick(window, Qt.Key.Key_End)
    print("end", clock.t)
    picture = window.screen().grabWindow(window.winId()).toImage()
    colours = {picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7)}
    print("colours", len(colours))
    question = QMessageBox(window)
    question.setStandardButtons(QMessageBox.StandardButton.Save | QMessageBox.StandardButton.Discard)
    print("icons", sum(not button.icon().isNull() for button in question.buttons()))
    window.close()

from gui.window import application
made = application.make_application
def make():
    app = made()
    QTimer.singleShot(200, drive)
    return app
application.make_application = make
sys.exit(command.main(["two-equal", "--pause", "--size", "900x600"]))
"""


@pytest.mark.xvfb
def test_a_real_window_is_dragged_typed_into_looked_at_and_closed(tmp_path):
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1200x900x24", "-nolisten", "tcp"],
        pass_fds=(writer,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        display = ":" + os.read(reader, 16).decode().strip()
        began = time.monotonic()
        done = python("-c", DRIVEN, DISPLAY=display, XDG_CONFIG_HOME=str(tmp_path), XDG_DATA_HOME=str(tmp_path))
        assert time.monotonic() - began < 60
    finally:
        os.close(reader)
        server.terminate()
        server.wait(10)
    assert done.returncode == 0, done.stderr
    told = dict(re.findall(r"^(\w+) (.+)$", done.stdout, re.MULTILINE))
    assert told["platform"] == "xcb"
    assert float(told["time"]) == pytest.approx(1.0, abs=0.05)
    assert float(told["end"]) == 2.0
    assert int(told["colours"]) > 20
    assert told["icons"] == "0", "the platform's own pictures on buttons"
    assert "Traceback" not in done.stderr
