"""Long work in threads: the newest of a kind wins, late results reach nobody, errors become messages."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from .afterwards import afterwards
from .errors import one_sentence

THREADS = 2
WAIT_MS = 2000


class CancelledError(Exception):
    """Raised inside of work whose result nobody waits for any more."""


@dataclass(eq=False)
class Task:
    """One piece of work under way.  Work that takes an argument is given its task."""

    what: str
    work: Callable
    then: Callable
    failed: Callable | None = None
    progress: Callable[[float], None] | None = None
    key: Hashable = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _report: Callable[[Task, float], None] | None = None

    @property
    def cancelled(self) -> bool:
        return self._stop.is_set()

    def cancel(self) -> None:
        self._stop.set()

    def report(self, share: float) -> None:
        """Say from inside the work how much of it is done, 0 to 1; raises CancelledError where nobody waits for it."""
        if self.cancelled:
            raise CancelledError
        if self._report is not None:
            try:
                self._report(self, float(share))
            except RuntimeError:  # the window is gone, and the signal with it
                self.cancel()
                raise CancelledError from None


class _Run(QRunnable):
    def __init__(self, task: Task, post: Callable):
        super().__init__()
        self.task, self.post = task, post

    def run(self) -> None:
        task, result, error = self.task, None, None
        if not task.cancelled:
            try:
                result = task.work(task) if _takes_task(task.work) else task.work()
            except CancelledError:
                task.cancel()
            except BaseException as trouble:  # also SystemExit: a thread must not end the window
                error = trouble
        with suppress(RuntimeError):  # the window is gone, and the signal with it
            self.post(task, result, error)


class Workers(QObject):
    """A pool of threads.  ``run`` can stand in for ``Document.run``."""

    busy = Signal(str)  # what is being done now, "" for nothing
    _done = Signal(object, object, object)
    _progressed = Signal(object, float)

    def __init__(self, parent: QObject | None = None, tell: Callable[..., None] | None = None):
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(THREADS)
        self._tell = tell
        self._tasks: dict[Hashable, Task] = {}
        self._all: set[Task] = set()
        self._closed = False
        self._done.connect(self._finished)
        self._progressed.connect(self._told_progress)

    def run(self, work, then, what: str, *, progress=None, failed=None, key: Hashable = None) -> Task:
        """Do ``work()`` (or ``work(task)``) in a thread, then call ``then(result)`` here.

        ``what`` says in a few words what is being done.  Newer work of the same ``key`` (default: ``what``) cancels
        older.  ``progress(share)`` is called here for each ``task.report(share)``; ``failed(error)`` instead of a
        message where the work raises.
        """
        key = what if key is None else key
        self._forget(key)
        task = Task(what, work, then, failed, progress, key)
        task._report = self._progressed.emit
        if self._closed:
            task.cancel()
            return task
        self._tasks[key] = task
        self._all.add(task)
        self._pool.start(_Run(task, self._done.emit))
        self.busy.emit(self.doing)
        return task

    def cancel(self, key: Hashable = None) -> None:
        """Forget the work of that key, or all work: its result will reach nobody."""
        for found in [key] if key is not None else list(self._tasks):
            self._forget(found)
        self.busy.emit(self.doing)

    def _forget(self, key: Hashable) -> None:
        task = self._tasks.pop(key, None)
        if task is not None:
            task.cancel()

    def forget(self, what: str) -> None:
        """Cancel all work that is called so."""
        for key in [key for key, task in self._tasks.items() if task.what == what]:
            self.cancel(key)

    @property
    def doing(self) -> str:
        """What is being done now, "" for nothing that needs a word."""
        return next((task.what for task in reversed(self._tasks.values()) if task.what), "")

    def has(self, key: Hashable) -> bool:
        """Is somebody waiting for work of that key?"""
        return key in self._tasks

    @property
    def running(self) -> int:
        """Threads still at work, those included whose result nobody waits for."""
        return len(self._all)

    def closing(self) -> None:
        """Cancel everything."""
        self._closed = True
        self.cancel()
        self._pool.clear()
        afterwards(self.wait)

    def wait(self) -> bool:
        """Wait at most two seconds; whether all threads ended."""
        try:
            return self._pool.waitForDone(WAIT_MS)
        except RuntimeError:  # Qt has deleted the pool, which waits for its threads
            return True

    @Slot(object, object, object)
    def _finished(self, task: Task, result, error) -> None:
        self._all.discard(task)
        if self._tasks.get(task.key) is task:
            del self._tasks[task.key]
        if not task.cancelled:
            if error is None:
                task.then(result)
            elif task.failed is not None:
                task.failed(error)
            elif self._tell is not None:
                self._tell(one_sentence(error, task.what))
        self.busy.emit(self.doing)

    @Slot(object, float)
    def _told_progress(self, task: Task, share: float) -> None:
        if task.progress is not None and not task.cancelled:
            task.progress(share)


def _takes_task(work: Callable) -> bool:
    try:
        parameters = inspect.signature(work).parameters.values()
    except (TypeError, ValueError):
        return False
    return any(p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)
