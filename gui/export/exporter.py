"""Exports beside the window: a process of their own draws and writes, so that the window never waits."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

import gui
from gui.window.afterwards import afterwards

from .job import Job, write_job

PATIENCE = 5000  # milliseconds for a cancelled export to clean up


class Exporter(QObject):
    """Carries out one job at a time.

    ``progressed(done, total)`` tells how far it is; then one of ``finished(path, note)``, ``failed(sentence)`` and
    ``cancelled()`` follows.
    """

    progressed = Signal(int, int)
    finished = Signal(str, str)
    failed = Signal(str)
    cancelled = Signal()

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._process: QProcess | None = None
        self._stop = QTimer(self, singleShot=True, interval=PATIENCE)
        self._stop.timeout.connect(self.kill)

    @property
    def running(self) -> bool:
        """Is a job being carried out?"""
        return self._process is not None

    def start(self, session, job: Job) -> None:
        """Begin.  RuntimeError while another job is running; OSError where it cannot be handed over."""
        if self.running:
            raise RuntimeError("an export is still running: wait for it, or cancel it")
        self._folder = tempfile.TemporaryDirectory(prefix="stickyweights-")
        write_job(self._folder.name, session, job)
        self._job, self._said, self._rest, self._asked_to_stop = job, {}, b"", False
        process = self._process = QProcess(self)
        process.setProcessEnvironment(_environment())
        process.setProcessChannelMode(QProcess.ProcessChannelMode.SeparateChannels)
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._drain)
        process.finished.connect(self._end)
        process.errorOccurred.connect(self._not_started)
        process.start(sys.executable, ["-m", "gui.export", self._folder.name])

    def cancel(self) -> None:
        """Stop; no file is left.  ``cancelled`` follows."""
        if self.running:
            self._asked_to_stop = True
            self._process.closeWriteChannel()
            self._stop.start()

    def closing(self) -> None:
        """Nobody looks any more: stop, without a word and without waiting for it."""
        if self.running:
            self.cancel()
            self.blockSignals(True)
            self.setParent(None)  # it has to outlive the dialog
            afterwards(self._cleaned_up)

    def _cleaned_up(self) -> bool:
        if self.running and not self._process.waitForFinished(1500):
            self.kill()
        return True

    def kill(self) -> None:
        """Stop at once; for what is written to a place that nobody sees."""
        if self.running:
            self._asked_to_stop = True
            process = self._process
            process.kill()
            process.waitForFinished(1000)

    def _read(self) -> None:
        self._rest += bytes(self._process.readAllStandardOutput())
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            try:
                said = json.loads(line)
            except ValueError:
                continue
            if "done" in said:
                self.progressed.emit(said["done"], said["total"])
            else:
                self._said = said

    def _drain(self) -> None:
        self._process.readAllStandardError()

    def _end(self, code: int, _status) -> None:
        self._read()
        said = self._said
        self._clear()
        if self._asked_to_stop and "note" not in said:
            self.cancelled.emit()
        elif "note" in said and code == 0:
            self.finished.emit(str(self._job.path), said["note"])
        else:
            sentence = said.get("error", f"the process that writes {self._job.path.name} ended without a word")
            self.failed.emit(sentence)

    def _not_started(self, error) -> None:
        if error == QProcess.ProcessError.FailedToStart and self.running:
            self._clear()
            self.failed.emit(f"{Path(sys.executable).name} could not be started to write the file")

    def _clear(self) -> None:
        self._stop.stop()
        self._process.deleteLater()
        self._process = None
        self._folder.cleanup()


def _environment() -> QProcessEnvironment:
    environment = QProcessEnvironment.systemEnvironment()
    root = str(Path(gui.__file__).parent.parent)
    paths = [root, *filter(None, [environment.value("PYTHONPATH")])]
    environment.insert("PYTHONPATH", os.pathsep.join(paths))
    environment.insert("QT_QPA_PLATFORM", "offscreen")
    return environment
