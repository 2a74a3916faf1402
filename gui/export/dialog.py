"""The export dialog: what is to be written on the right, how it will look on the left."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLayout,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from gui.draw.palette import Colours
from gui.window.errors import one_sentence

from .exporter import Exporter
from .file_row import FileRow
from .form import Form
from .own_session import own_session
from .preview import Preview
from .request import TITLES, job_of, summary

WIDE = QSize(1060, 680)


class ExportDialog(QDialog):
    """Pictures, films and tables of a session.  The window goes on while a process of its own writes them.

    ``view_classes`` are the views that can be chosen, by their ``name`` and ``title``.
    """

    def __init__(self, session, view_classes, colours: Colours, parent: QWidget | None = None):
        super().__init__(parent)
        self.setWindowTitle("Export")
        self._session = session
        self._stack = ExitStack()  # what is left to end, the last first; ended once, though a close is told twice
        self._own = self._stack.enter_context(own_session(session))
        self.exporter = Exporter(self)
        self._agreed = False  # to replace what is there
        self.form = Form(self._own, view_classes, colours)
        self.preview = Preview(self._own, colours)
        self._lay_out()
        self._connect()
        for end in (self.preview.close_page, self.exporter.closing):
            self._stack.callback(end)
        self._stack.callback(session.document.changed.disconnect, self._follow)
        self._fit()
        self._choose_kind("picture")

    def _lay_out(self) -> None:
        side = QWidget()
        side.setFixedWidth(340)
        right = QVBoxLayout(side)
        right.setSpacing(10)
        right.setContentsMargins(0, 0, 0, 0)
        right.addLayout(self._make_switch())
        right.addWidget(self.form)
        right.addStretch(1)
        self._add_file(right)
        self._add_outcome(right)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(18, 18, 18, 18)
        whole.setSpacing(18)
        whole.addWidget(self.preview, 1)
        whole.addWidget(side)

    def _fit(self) -> None:
        """Room for the largest form from the beginning: the dialog never grows under the mouse."""
        self.layout().setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        for part in self.findChildren(QWidget):
            part.ensurePolished()  # the style sheet has a say in sizes
        least = QSize()
        for kind in TITLES:
            self.form.show_kind(kind)
            least = least.expandedTo(self.layout().minimumSize())
        self.setMinimumSize(least)
        self.resize(WIDE.expandedTo(least))

    def _make_switch(self) -> QHBoxLayout:
        self.kinds = {}
        self._kind_group = QButtonGroup(self)
        switch = QHBoxLayout()
        for kind, title in TITLES.items():
            button = QToolButton(text=title, checkable=True)
            button.setProperty("mode", True)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setAccessibleName(f"Export a {title.lower()}")
            self._kind_group.addButton(button)
            self.kinds[kind] = button
            switch.addWidget(button, 1)
        return switch

    def _add_file(self, column: QVBoxLayout) -> None:
        heading = QLabel("File")
        heading.setProperty("role", "heading")
        self.file = FileRow(self._session)
        self.path = self.file.path
        self.facts = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.facts.setProperty("role", "quiet")
        column.addWidget(heading)
        column.addWidget(self.file)
        column.addWidget(self.facts)

    def _add_outcome(self, column: QVBoxLayout) -> None:
        self.told = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.told.setMinimumHeight(36)
        self.progress = QProgressBar(textVisible=False)
        self.progress.setAccessibleName("Progress")
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        self.progress.hide()
        self.write = QPushButton("Export", default=True)
        self.write.setProperty("primary", True)
        self.leave = QPushButton("Close", autoDefault=False)
        buttons = QHBoxLayout()
        buttons.addWidget(self.leave)
        buttons.addStretch(1)
        buttons.addWidget(self.write)
        column.addWidget(self.progress)
        column.addWidget(self.told)
        column.addLayout(buttons)

    def _connect(self) -> None:
        for kind, button in self.kinds.items():
            button.clicked.connect(lambda _on, kind=kind: self._choose_kind(kind))
        self.form.changed.connect(self._changed)
        self._session.document.changed.connect(self._follow)
        self.file.edited.connect(self._name_typed)
        self.write.clicked.connect(self.start)
        self.leave.clicked.connect(self._leave)
        self.exporter.progressed.connect(self._progressed)
        self.exporter.finished.connect(self._finished)
        self.exporter.failed.connect(lambda sentence: self._stopped(sentence, "bad"))
        self.exporter.cancelled.connect(lambda: self._stopped("Cancelled; no file was left.", "quiet"))

    def _choose_kind(self, kind: str) -> None:
        self.kinds[kind].setChecked(True)
        self.form.show_kind(kind)
        self._changed()

    def _changed(self) -> None:
        """The form says something else: so do the file's name, the preview and the facts."""
        self._ask_no_more()
        try:
            job = job_of(self.form, self.file.wanted(self.form.format), self._own)
        except (ValueError, RuntimeError, OSError) as error:
            self._say(one_sentence(error), "bad")
            self.facts.setText("")
            self.write.setEnabled(False)
            return
        self._say("", "quiet")
        self.write.setEnabled(not self.exporter.running)
        self.facts.setText(summary(job, self._own))
        if job.kind in ("picture", "film"):
            self._own.clock.t = job.time
            self.preview.show_page(job.look.view, job.look.size, Colours.of(job.look.theme))
        else:
            self.preview.tell(summary(job, self._own))

    def _follow(self) -> None:
        self.form.follow(self._own.clock)
        self._changed()

    def _name_typed(self, name: str) -> None:
        self._ask_no_more()
        self.write.setEnabled(not self.exporter.running)
        self.form.choose_suffix(Path(name).suffix.lower())

    def start(self) -> None:
        """Begin to write; where a file from elsewhere is in the way, only when asked for it a second time."""
        try:
            job = job_of(self.form, self.file.wanted(self.form.format), self._own)
            if self.file.targets.asks_first(job.path) and not self._agreed:
                self._ask(job.path)
                return
            self._ask_no_more()
            self.exporter.start(self._own, job)
        except (ValueError, RuntimeError, OSError) as error:
            self._say(one_sentence(error), "bad")
            return
        self.progress.setRange(0, 0)
        self.progress.show()
        self.write.setEnabled(False)
        self.leave.setText("Cancel")
        self._say("Starting…", "quiet")

    def _ask(self, path: Path) -> None:
        self._agreed = True
        self.write.setText("Replace")
        self._say(f"{path.name} is already there: replace it, or give another name.", "bad")

    def _ask_no_more(self) -> None:
        self._agreed = False
        self.write.setText("Export")

    def _leave(self) -> None:
        if self.exporter.running:
            self._say("Stopping…", "quiet")
            self.exporter.cancel()
        else:
            self.close()

    def _progressed(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        self._say(f"{done:,} of {total:,}", "quiet")

    def _finished(self, path: str, note: str) -> None:
        self.file.written(Path(path))
        self._stopped(f"Written: {path}" + (f"\n{note}" if note else ""), "good")

    def _stopped(self, sentence: str, role: str) -> None:
        self.progress.hide()
        self.write.setEnabled(True)
        self.leave.setText("Close")
        self._say(sentence, role)

    def _say(self, sentence: str, role: str) -> None:
        self.told.setProperty("role", role)
        self.told.style().unpolish(self.told)
        self.told.style().polish(self.told)
        self.told.setText(sentence)
        self.told.setAccessibleName(sentence)

    def done(self, result: int) -> None:
        """Escape, or the button: stop, end the views, let go of the document."""
        self._stack.close()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        self._stack.close()
        super().closeEvent(event)
