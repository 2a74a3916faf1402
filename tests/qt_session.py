"""Fixtures for tests of the window: isolated settings, nothing left behind, and an event loop that is never held up.

``tests/conftest.py`` makes them known to every test.  Qt is imported inside of them only.
"""

from __future__ import annotations

import gc
import itertools
import multiprocessing
import os
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

LONGEST_BLOCK = 0.1  # seconds
BEAT_MS = 5


def children() -> set[int]:
    """The processes that this one has started and that still run (Linux; elsewhere those of multiprocessing)."""
    found = {child.pid for child in multiprocessing.active_children()}
    for tasks in Path("/proc/self/task").glob("*/children"):
        for number in _text(tasks).split():
            if _text(Path(f"/proc/{number}/stat")).rpartition(")")[2].split()[:1] not in ([], ["Z"]):
                found.add(int(number))
    return found


def _text(file: Path) -> str:
    """What a file of /proc says; nothing where its thread or process has just ended."""
    try:
        return file.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def left_over(app, before) -> list[str]:
    """What a test has left: active timers, threads, processes and windows that were not there before."""
    from PySide6.QtCore import QThread, QThreadPool, QTimer

    threads, processes, widgets = before
    found = [f"thread {thread.name}" for thread in threading.enumerate() if thread not in threads and not thread.daemon]
    found += [f"process {number}" for number in children() - processes]
    for widget in app.topLevelWidgets():
        if id(widget) not in widgets and widget.isVisible():
            found.append(f"window {type(widget).__name__} {widget.windowTitle()!r}")
    kinds = (QTimer, QThread, QThreadPool)
    for thing in [thing for thing in gc.get_objects() if issubclass(type(thing), kinds)]:
        with suppress(RuntimeError):  # Qt has deleted it
            found += _running(thing, app)
    return found


def _running(thing, app) -> list[str]:
    from PySide6.QtCore import QThread, QTimer

    if isinstance(thing, QTimer):
        return [f"timer of {type(thing.parent()).__name__}, {thing.interval()} ms"] if thing.isActive() else []
    if isinstance(thing, QThread):
        return [f"QThread {type(thing).__name__}"] if thing.isRunning() and thing is not app.thread() else []
    return [f"{thing.activeThreadCount()} jobs in a pool"] if thing.activeThreadCount() else []


@pytest.fixture
def nothing_left(qapp):
    """Fails the test that leaves a timer, a thread, a job, a process or a window."""
    before = set(threading.enumerate()), children(), {id(widget) for widget in qapp.topLevelWidgets()}
    yield
    until = time.monotonic() + 3
    while (found := left_over(qapp, before)) and time.monotonic() < until:
        qapp.processEvents()
        time.sleep(0.02)
    assert not found, "the test leaves " + ", ".join(found)


@pytest.fixture
def make_window(qapp, nothing_left, tmp_path):
    """Makes windows with settings of their own: ``make_window("--theme", "dark", "two-equal")``.

    They are not shown; ``answers`` of the question about unsaved changes is "discard".
    """
    from PySide6.QtCore import QCoreApplication, QEvent

    from gui.command import _parser
    from gui.window import application, filing
    from gui.window.afterwards import wait_for_all
    from gui.window.settings import Settings

    application.make_application()
    windows = []
    asked = filing.ask_unsaved
    filing.ask_unsaved = _discards

    def make(*argv: str):
        args = _parser().parse_args([*argv] if "--play" in argv else [*argv, "--pause"])
        window = application.make_window(args, Settings(tmp_path / "settings.ini"), tmp_path / "unsaved")
        application.open_subject(window, args)
        windows.append(window)
        return window

    yield make
    for window in windows:
        window.close()
        assert wait_for_all()
        window.deleteLater()
    filing.ask_unsaved = asked
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _discards(_window, _name):
    from PySide6.QtWidgets import QMessageBox

    return QMessageBox.StandardButton.Discard


@pytest.fixture
def window(make_window, qtbot):
    """A window that is shown, whole, paused, with two-equal in it."""
    made = make_window("two-equal", "--size", "1200x800")
    made.show()
    qtbot.waitUntil(lambda: made.docks.readouts is not None, timeout=10_000)
    return made


@pytest.fixture
def watchdog(qapp):
    """``with watchdog(): ...`` asserts that the event loop was never blocked for more than 100 ms inside.

    A timer beats every 5 ms; the longest time between two beats is the longest block.  Work of the test itself
    counts too, so what is inside should only start things and wait with qtbot.  Time that this thread stood ready
    while other processes had the cores does not count; waiting for a lock, a file or another thread's Python does.
    """
    from PySide6.QtCore import Qt, QTimer

    @contextmanager
    def watching():
        gc.collect()
        gc.freeze()  # as the app does at its start: what earlier tests have left is none of this one's business
        with _own_time() as clock:
            beats = [clock()]
            timer = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
            timer.timeout.connect(lambda: beats.append(clock()))
            timer.start()
            try:
                yield
                beats.append(clock())
            finally:
                timer.stop()
                gc.unfreeze()
        worst = max((after - before for before, after in itertools.pairwise(beats)), default=0.0)
        assert worst <= LONGEST_BLOCK, f"the event loop was blocked for {worst * 1000:.0f} ms"

    return watching


@contextmanager
def _own_time():
    """A clock of this thread: wall time, less the time it stood in the queue for a core (where Linux tells)."""
    queue = Path("/proc/thread-self/schedstat")
    if not queue.exists():
        yield time.perf_counter
        return
    with queue.open("rb", buffering=0) as file:
        yield lambda: time.perf_counter() - int(os.pread(file.fileno(), 100, 0).split()[1]) / 1e9
