"""Work in other threads: its results arrive in the main thread or nowhere, its errors are one sentence."""

import threading
import time

import pytest

pytest.importorskip("PySide6")


from gui.window.errors import one_sentence
from gui.window.workers import CancelledError, Task, Workers, _Run

pytestmark = pytest.mark.qt


@pytest.fixture
def workers(qapp, nothing_left):
    told = []
    made = Workers(None, told.append)
    made.told = told
    yield made
    made.closing()


def test_the_newest_of_a_key_wins_and_the_result_arrives_in_this_thread(workers, qtbot):
    gate, got = threading.Event(), []
    workers.run(lambda: gate.wait(5) and "old", got.append, "waiting", key="k")
    workers.run(lambda: "new", lambda result: got.append((result, threading.current_thread())), "waiting", key="k")
    qtbot.waitUntil(lambda: len(got) == 1)
    gate.set()
    qtbot.waitUntil(lambda: workers.running == 0)
    assert got == [("new", threading.main_thread())]


def test_a_result_or_report_that_comes_after_the_window_is_gone_reaches_nobody(qapp):
    from shiboken6 import delete

    gone = Workers()
    reports, results = gone._progressed.emit, gone._done.emit
    delete(gone)
    for work in (lambda: 1, lambda task: task.report(0.5)):
        task = Task("late", work, print, _report=reports)
        _Run(task, results).run()
    assert task.cancelled


def test_work_reports_progress_and_notices_that_nobody_waits(workers, qtbot):
    shares, ended, started = [], [], threading.Event()

    def work(task):
        try:
            for step in range(10_000):
                task.report(step / 10_000)
                started.set()
                time.sleep(0.001)
        except CancelledError:
            ended.append("cancelled")
            raise

    workers.run(work, ended.append, "counting", progress=shares.append)
    assert workers.doing == "counting"
    qtbot.waitUntil(lambda: len(shares) > 3)
    workers.cancel()
    qtbot.waitUntil(lambda: ended == ["cancelled"])
    assert shares == sorted(shares)
    assert workers.doing == ""
    assert workers.told == []


@pytest.mark.parametrize("error", [ValueError("bad file: a.json"), MemoryError(), SystemExit(3), KeyError("x")])
def test_an_exception_of_a_worker_is_one_sentence(workers, qtbot, error):
    def work():
        raise error

    workers.run(work, lambda _: None, "reading a.json")
    qtbot.waitUntil(lambda: len(workers.told) == 1)
    assert workers.told[0].endswith(".")
    assert "\n" not in workers.told[0]


def test_a_sentence_keeps_the_names_of_files():
    assert one_sentence(ValueError("a.json: not a\nscenario")) == "a.json: not a scenario."
    assert one_sentence(OSError("could not write x")) == "Could not write x."
    assert one_sentence(KeyError("x"), "reading").startswith("Reading went wrong: ")
