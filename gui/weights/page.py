"""The page of weights: a tensor becomes the session's document, time becomes the strength of the penalty."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QFileDialog, QWidget

from ..draw.palette import Colours
from ..draw.tool_tip import plain
from .actions import ACTIONS
from .beginning import Begun, begin
from .comparison import Comparison
from .counting import count
from .opening import PATTERN, holds_weights
from .outcome import Amounts
from .page_layout import arrange
from .result import Result
from .saving import FORMATS, saved
from .subject import Subject, subject
from .tensors import Tensor, TensorFile


class WeightsPage(QWidget):
    """Weights before and after; ``workers`` read, simulate and save, ``tell`` shows messages."""

    title, name = "Weights", "weights"
    why = "Open the weights of a layer, and watch them share their values."
    ACTIONS = ACTIONS

    def __init__(self, session, colours: Colours, workers, tell, parent=None):
        super().__init__(parent)
        self.session, self.workers, self.tell, self.colours = session, workers, tell, colours
        self.file: TensorFile | None = None
        self.subject: Subject | None = None
        self._opened: list[Subject] = []  # those that the document shows, or can by undo, redo and giving up
        self._arriving: Subject | None = None  # the document is about to show it
        self._begins_at: float | None = None  # the strength to show of it then
        arrange(self)
        self.comparison = Comparison(self)
        self.setAccessibleName(self.title)
        session.document.changed.connect(self._document_changed)
        session.document.title_changed.connect(self._settled)  # comes after changed has reached everybody
        session.document.trouble.connect(self._troubled)
        session.clock.changed.connect(self.refresh)
        self._document_changed()

    # the protocol of a page

    def set_theme(self, colours: Colours) -> None:
        self.colours = colours
        for widget in (self.panel, self.histogram, self.before, self.after):
            widget.set_theme(colours)
        self.comparison.forget_pictures()
        self.refresh()

    def open(self, path, ready: Callable[[], float | None] = lambda: None) -> bool:
        """A worker reads a file of weights; ``ready()`` is called where one of its tensors can be shown, and may give
        the strength to begin with; else all stays as it is."""
        path = Path(path)
        if not holds_weights(path):
            return False
        self.tell("")
        self._say(f"Reading {path.name}…")
        wanted = self.panel.wanted

        def work(task):
            return begin(path, wanted, lambda: task.cancelled)

        show = partial(self._show_file, ready)
        self.workers.run(work, show, f"reading {path.name}", failed=self.failed, key=(self, "file"))
        return True

    def forget_opening(self) -> None:
        """Something else is opened: a file that is still being read neither arrives nor complains."""
        self.workers.cancel((self, "file"))
        self._say("")

    def showEvent(self, event) -> None:  # noqa: N802
        super().showEvent(event)
        self.refresh()

    def closing(self) -> None:
        for key in ("file", "summary", "tensor", "save", "result"):
            self.workers.cancel((self, key))
        if self.file is not None:
            self.file.close()

    # actions

    def do_weights_open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open weights", "", f"{PATTERN};;All files (*)")
        if path and not self.open(path):
            self.tell(f"{path}: this holds no weights. Open npy, npz, safetensors, pt or pth.")

    def do_weights_positions(self) -> None:
        system = self.session.document.system
        if not len(system):
            self.tell("There are no particles: add some, or open a file of weights.")
            return
        self._make_subject(Tensor(None, system.name, system.particles.position, "float64"))

    def do_weights_sample(self) -> None:
        self.panel.sample.toggle()

    def is_weights_sample(self) -> bool:
        return self.panel.sample.isChecked()

    def do_weights_save(self) -> None:
        if not self.can_weights_save():
            self.tell("There is nothing to save: choose a tensor first.")
            return
        kinds = [f"{text} (*{suffix})" for suffix, text in FORMATS.items()]
        if self.subject.tensor.dtype == "bfloat16":
            kinds = kinds[:1]
        name = f"{self.subject.tensor.name}-shared{next(iter(FORMATS))}".replace("/", "-")
        path, kind = QFileDialog.getSaveFileName(self, "Save the shared weights", name, ";;".join(kinds))
        if path and self.saving.finish():
            suffix = next((s for s, text in FORMATS.items() if f"{text} (*{s})" == kind), ".npy")
            self.save(path if Path(path).suffix else path + suffix)

    def can_weights_save(self) -> bool:
        return self.subject is not None and self.result.subject is self.subject

    @property
    def amounts(self) -> Amounts:
        """What is done to the weights now."""
        return Amounts(self.session.clock.t, self.saving.rewind.value(), self.saving.field.value)

    def save(self, path) -> None:
        """Save the whole tensor as it is shown, in a worker."""
        work, told = partial(saved, path, self.subject.tensor, self.amounts), partial(self.tell, kind="info")
        self.workers.run(work, told, f"saving {Path(path).name}", failed=self.failed, key=(self, "save"))

    def choose(self, name: str) -> None:
        """Make a tensor of the open file the document."""
        opened = self.file
        self._make_subject(lambda: opened.tensor(name), opened.title(name))

    def restore(self) -> None:
        """Show the tensor again, after the particles were edited or others were loaded."""
        if self.subject is not None:
            self._load(self.subject)

    # how it comes about

    def _show_file(self, ready: Callable[[], float | None], begun: Begun) -> None:
        if self.file is not None:
            self.file.close()
        for key in ("summary", "tensor"):  # they read the file that was open
            self.workers.cancel((self, key))
        self.file = begun.file
        self.panel.show_file(begun.file)
        self._load(begun.subject, ready())
        self.session.document.recent.add(begun.file.path)
        self.tell(begun.passed)
        show = self.panel.model.show_summaries
        count(self.workers, begun.file, show, failed=self.failed, key=(self, "summary"))

    def _mark_row(self) -> None:
        """The row of the list is that of the tensor in hand, unless another is on its way; none of another file."""
        if self.workers.has((self, "tensor")):
            return
        mine = self.subject and self.file and self.subject.tensor.path == self.file.path
        self.panel.mark(self.subject.tensor.name if mine else None)

    def _make_subject(self, tensor, name: str = "") -> None:
        wanted = self.panel.wanted
        self._say("Sorting the weights…")

        def work():
            return subject(tensor() if callable(tensor) else tensor, wanted, name)

        self.workers.run(work, self._load, "sorting the weights", failed=self.failed, key=(self, "tensor"))

    def _load(self, made: Subject, begins_at: float | None = None) -> None:
        """The tensor becomes the document; unsaved edits of the one before can be had back by undo."""
        document = self.session.document
        self.subject = self._arriving = made
        self._begins_at = begins_at
        self._opened = [at for at in self._opened if document.modified or at.system is document.system] + [made]
        self._mark_row()
        document.take(made.system, "Open weights")
        if document.busy:
            self._say(f"Simulating {len(made.system):,} weights…")

    def _resampled(self) -> None:
        if self.subject is not None:
            self._make_subject(self.subject.tensor, self.subject.system.name)

    def _troubled(self, _sentence: str) -> None:
        self._say("")

    def failed(self, error: Exception) -> None:
        self._say("")
        self._mark_row()
        self.tell(" ".join(str(error).split()) or type(error).__name__)

    def _document_changed(self) -> None:
        document = self.session.document
        current = next((made for made in self._opened if made.system is document.system), None)
        self.subject = current or self.subject
        self._mark_row()
        self._say("")
        self.result = Result(document.system, document.history, current)
        self.comparison.forget_pictures()
        self.strength.set_history()
        self.refresh()

    def _settled(self) -> None:
        """All views show the new system: begin where it was asked for, else where half of the collisions after 0 are
        over; or it was given up."""
        document, arriving = self.session.document, self._arriving
        if arriving is not None and document.system is arriving.system:
            self._arriving = None
            times = document.history.events.time
            times = times[np.searchsorted(times, 0.0, side="right") :]
            half = float(times[times.size // 2]) if times.size else 0.0
            self.session.clock.t = half if self._begins_at is None else self._begins_at
        elif arriving is not None and not document.busy:
            self._arriving = None
            self._document_changed()

    # what is seen

    def refresh(self) -> None:
        """Show the present strength."""
        self.show_state()
        if self.isVisible():
            self.comparison.refresh()

    def show_state(self) -> None:
        """What can be done now, and what the page is about."""
        result = self.result
        self.sheet.setCurrentIndex(1 if result.shows_weights else 0)
        self.headline.setText(result.headline)
        self.stale.setVisible(result.subject is None and self.subject is not None)
        for widget in (self.strength, self.saving):
            widget.setVisible(result.shows_weights)
        self.saving.button.setEnabled(self.can_weights_save())
        self.saving.button.setToolTip(plain(result.note(self.amounts)))
        self.strength.refresh()

    def _say(self, text: str) -> None:
        self.status.setText(text)
        self.status.setVisible(bool(text))
