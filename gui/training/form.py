"""The form that starts a run: preset, method, strength, epochs, seed and folder, each with what it means."""

from __future__ import annotations

import shlex
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.draw.spin_box import WholeBox
from particles.scenarios import LARGEST_SEED

from . import choices
from .choices import Request
from .column_area import ColumnArea
from .own_run import BUSY

_WIDTH = 660


class RunForm(QWidget):
    """``tried`` tells that a run is asked for, and ``asked`` the request where it is sound; ``follow_asked`` that a
    folder is to be chosen; ``left`` that the form is left."""

    tried = Signal()
    asked = Signal(object)
    follow_asked = Signal()
    left = Signal()

    def __init__(self):
        super().__init__()
        self._folder_is_own = True  # until the user types another
        self.preset, self.method = QComboBox(), QComboBox()
        self.strength, self.folder = QLineEdit(), QLineEdit()
        self.epochs, self.seed = WholeBox(), WholeBox()
        self.epochs.setRange(1, 100_000)
        self.seed.setRange(0, LARGEST_SEED)
        self.browse = QPushButton("Choose…")
        self.start = QPushButton("Train")
        self.start.setProperty("primary", True)
        self.follow, self.back = QPushButton("Follow a run folder…"), QPushButton("Back to the run")
        self._preset_why, self._method_why, self.trouble, self._command = (
            QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText) for _ in range(4)
        )
        for label in (self._preset_why, self._method_why, self._command):
            label.setProperty("role", "quiet")
            label.setMinimumWidth(440)  # what wraps asks for the height that it has at this width
        self.trouble.setProperty("role", "bad")
        self._command.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._lay_out()
        self._connect()
        for name, sentence in choices.presets().items():
            self.preset.addItem(name)
            self.preset.setItemData(self.preset.count() - 1, sentence, Qt.ItemDataRole.ToolTipRole)
        self.preset.setCurrentText("digits-torus-quick")
        self.set_running(False)

    def request(self) -> Request:
        """What the form asks for now."""
        for box in (self.epochs, self.seed):
            box.interpretText()  # also what is still being typed
        folder = Path(self.folder.text().strip() or ".")
        with suppress(RuntimeError):  # ~somebody who has no home here: then it is a name as any other
            folder = folder.expanduser()
        folder = folder.absolute()
        text = self.strength.text().strip()
        usual = choices.usual_strength(self.preset.currentText(), self._method())
        strength = "" if text == usual else text
        return Request(
            self.preset.currentText(),
            self._method(),
            strength,
            self.epochs.value(),
            self.seed.value(),
            folder,
        )

    def set_running(self, running: bool, shown: bool = False) -> None:
        """Whether a run of this window trains now, and whether there is a run to go back to."""
        missing = choices.missing_packages()
        self.back.setVisible(shown)
        self.start.setEnabled(not missing and not running)
        self.say(missing or (BUSY if running else ""))
        if not running and self._folder_is_own:
            self._fill_folder()

    def say(self, trouble: str) -> None:
        """Say what is in the way; "" for nothing."""
        self.trouble.setText(trouble)
        self.trouble.setVisible(bool(trouble))

    def submit(self) -> None:
        """Ask for the run, or say what is wrong with the form."""
        self.tried.emit()
        request = self.request()
        self.say(choices.missing_packages() or choices.trouble_with(request))
        if not self.trouble.text():
            self.asked.emit(request)

    def _lay_out(self) -> None:
        title, what = QLabel("Train a network"), QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        title.setStyleSheet("font-size: 20px; font-weight: 600")
        what.setText("The run is a process of its own: you watch its weights merge here, look back, stop it and go on.")
        what.setProperty("role", "quiet")
        buttons = QHBoxLayout()
        for button in (self.start, self.follow, self.back):
            buttons.addWidget(button)
        buttons.addStretch()
        fields, column = QWidget(), QWidget()
        inside = QVBoxLayout(fields)
        inside.setSpacing(10)
        for widget in (title, what):
            inside.addWidget(widget)
        inside.addSpacing(6)
        inside.addLayout(self._rows())
        column.setMaximumWidth(_WIDTH)
        all_of_it = QVBoxLayout(column)
        all_of_it.setSpacing(10)
        self.area = ColumnArea(fields)
        for widget in (self.area, self.trouble):
            all_of_it.addWidget(widget)
        all_of_it.addLayout(buttons)
        all_of_it.addStretch()
        outside = QHBoxLayout(self)
        outside.setContentsMargins(24, 24, 24, 12)
        outside.addStretch(1)
        outside.addWidget(column, 100)
        outside.addStretch(1)

    def _rows(self) -> QFormLayout:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setVerticalSpacing(8)
        place = QHBoxLayout()
        place.addWidget(self.folder, 1)
        place.addWidget(self.browse)
        for text, field in (
            ("&Preset", self.preset),
            ("", self._preset_why),
            ("&Method", self.method),
            ("", self._method_why),
            ("&Strength", self.strength),
            ("&Epochs", self.epochs),
            ("See&d", self.seed),
            ("F&older", place),
            ("", self._command),
        ):
            form.addRow(text, field)
            if isinstance(field, QWidget) and text:
                field.setAccessibleName(text.replace("&", ""))
        self.folder.setAccessibleName("Folder")
        form.labelForField(place).setBuddy(self.folder)
        return form

    def _connect(self) -> None:
        self.preset.currentTextChanged.connect(self._chose_preset)
        self.method.currentIndexChanged.connect(self._chose_method)
        self.seed.valueChanged.connect(self._changed)
        self.epochs.valueChanged.connect(self._changed)
        self.strength.textChanged.connect(self._changed)
        self.folder.textEdited.connect(self._typed_folder)
        self.folder.textChanged.connect(self._show_command)
        self.browse.clicked.connect(self._choose_folder)
        self.start.clicked.connect(self.submit)
        self.follow.clicked.connect(self.follow_asked)
        self.back.clicked.connect(self.left)

    def _method(self) -> str:
        return self.method.currentData() or choices.OWN

    def _chose_preset(self, preset: str) -> None:
        self._preset_why.setText(choices.presets()[preset])
        with QSignalBlocker(self.method):
            self.method.clear()
            for name, sentence in choices.methods(preset).items():
                self.method.addItem(name or "the preset's own", name)
                self.method.setItemData(self.method.count() - 1, sentence, Qt.ItemDataRole.ToolTipRole)
        self.epochs.setValue(choices.usual_epochs(preset))
        self._chose_method()

    def _chose_method(self) -> None:
        why = choices.methods(self.preset.currentText())[self._method()]
        self._method_why.setText(f"{why[:1].upper()}{why[1:]}.")
        self.strength.setText(choices.usual_strength(self.preset.currentText(), self._method()))
        self._changed()

    def _changed(self) -> None:
        if self._folder_is_own:
            self._fill_folder()
        self._show_command()

    def _fill_folder(self) -> None:
        self.folder.setText(str(choices.usual_folder(self.request())))

    def _typed_folder(self, text: str) -> None:
        self._folder_is_own = not text.strip()

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "An empty folder for the run", str(Path.home()))
        if chosen:
            self._folder_is_own = False
            self.folder.setText(chosen)

    def _show_command(self) -> None:
        self._command.setText(shlex.join(["python", "-m", "training", *choices.arguments_of(self.request())]))
