"""The very first start: a small window, while a process of its own compiles the kernels for this machine."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QEventLoop, QProcess, QProcessEnvironment, Qt
from PySide6.QtWidgets import QApplication, QLabel, QProgressBar, QVBoxLayout, QWidget

from .theme import apply_theme

ROOT = Path(__file__).parents[2]
# What the first window draws: with few particles, and with so many that they are drawn as rasters.
PROGRAM = """
import sys
from gui.command import main
for n in ("256", "3000"):
    main(["gaussian-weights", "--n", n, "--snapshot", sys.argv[1], "--size", "900x600"])
"""


class FirstStart(QWidget):
    """``done()`` shows it until the kernels are on disk: True, or False if the user closed it before.

    Where compiling fails the window that follows compiles for itself, so that is no reason to stop.
    """

    def __init__(self, theme: str):
        super().__init__()
        apply_theme(self, theme)
        self.setWindowTitle("Sticky Weights")
        self.setFixedWidth(440)
        heading = QLabel("The first start")
        heading.setProperty("role", "heading")
        words = QLabel("The engine is compiled for this machine. It takes less than a minute, once.")
        words.setWordWrap(True)
        self.now = QLabel("Loading", textFormat=Qt.TextFormat.PlainText)
        self.now.setProperty("role", "quiet")
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName("Compiling")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(28, 24, 28, 24)
        layout.setSpacing(12)
        for part in (heading, words, bar, self.now):
            layout.addWidget(part)
        self._loop, self._closed = QEventLoop(self), False
        self._child = QProcess(self)
        self._child.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        self._child.readyRead.connect(self._tell)
        self._child.finished.connect(self._loop.quit)
        self._child.errorOccurred.connect(self._loop.quit)

    def done(self) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            environment = QProcessEnvironment.systemEnvironment()
            environment.insert("PYTHONPATH", os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])))
            self._child.setProcessEnvironment(environment)
            self._child.start(sys.executable, ["-c", PROGRAM, str(Path(folder) / "first.png")])
            self.show()
            self._loop.exec()
            if self._child.state() != QProcess.ProcessState.NotRunning:
                self._child.kill()
                self._child.waitForFinished(2000)
        stay_open = QApplication.quitOnLastWindowClosed()
        QApplication.setQuitOnLastWindowClosed(False)  # the main window is still to come
        self.hide()
        QApplication.setQuitOnLastWindowClosed(stay_open)
        self.deleteLater()
        return not self._closed

    def closeEvent(self, event):  # noqa: N802
        self._closed = True
        self._loop.quit()
        super().closeEvent(event)

    def keyPressEvent(self, event):  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _tell(self) -> None:
        lines = bytes(self._child.readAll()).decode(errors="replace").splitlines()
        compiling = [line.split()[1] for line in lines if line.startswith("compiling ")]
        if compiling:
            self.now.setText(f"Compiling {compiling[-1].replace('._', '.')}")
