"""The row of the dialog that says where to write."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from .request import SUFFIXES
from .target import Targets, with_ending


class FileRow(QWidget):
    """``edited`` tells a name that was typed or chosen; ``targets`` what may be replaced.

    A name is proposed in the folder of the session's last export, at first in the user's own.
    """

    edited = Signal(str)

    def __init__(self, session):
        super().__init__()
        self._session, self.targets, self._proposal = session, Targets(), ""
        self.path = QLineEdit()
        self.path.setAccessibleName("File")
        self.choose = QPushButton("Choose…", autoDefault=False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.path, 1)
        row.addWidget(self.choose)
        self.path.textEdited.connect(self.edited)
        self.choose.clicked.connect(self._choose)

    def wanted(self, form: str) -> Path:
        """What the user has typed, or else a name that is free, with the ending of the format; shown from now on."""
        name = self.path.text().strip()
        if name and name != self._proposal:
            path = with_ending(Path(name).expanduser(), form)
        else:
            path = self.targets.free(self._folder() / (self._name() + SUFFIXES[form]))
            self._proposal = str(path)
        self.path.setText(str(path))
        return path

    def written(self, path: Path) -> None:
        """The export is there."""
        self.targets.allow(path)
        self._session.export_folder = path.parent

    def _folder(self) -> Path:
        last = self._session.export_folder
        return last if last is not None and last.is_dir() else Path.home()

    def _name(self) -> str:
        told = "".join(c if c.isalnum() or c in "-_ " else "-" for c in self._session.document.system.name)
        return told.strip(" -")[:60] or "figure"

    def _choose(self) -> None:
        path, _kind = QFileDialog.getSaveFileName(self, "Export to", self.path.text())
        if path:
            self.path.setText(path)
            self.targets.allow(Path(path))  # whether to replace it has been asked
            self.edited.emit(path)
