"""The page of weights: a tensor becomes the session's document, time becomes the strength of the penalty."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog, QWidget

from ..draw.palette import Colours
from .actions import ACTIONS
from .opening import PATTERN, holds_weights, open_weights
from .page_layout import arrange
from .result import Result
from .saving import FORMATS, shared, write
from .subject import Subject, subject
from .summary import summary
from .tensors import Tensor, TensorFile

REST = 2  # times as long as showing takes, the page waits before it shows another strength


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
        self._tensor: Tensor | None = None
        self._soon = QTimer(self, singleShot=True)
        self._soon.timeout.connect(self._refresh_now)
        self._last = 0.0  # seconds that the last refresh took
        arrange(self)
        self.setAccessibleName(self.title)
        session.document.changed.connect(self._document_changed)
        session.clock.changed.connect(self.refresh)
        self._document_changed()

    # the protocol of a page

    def set_theme(self, colours: Colours) -> None:
        self.colours = colours
        for widget in (self.panel, self.histogram, self.before, self.after):
            widget.set_theme(colours)
        self.result.forget_pictures()
        self._refresh_now()

    def open(self, path) -> bool:
        """Take a file of weights; its tensors are listed by a worker."""
        path = Path(path)
        if not holds_weights(path):
            return False
        self._say(f"Reading {path.name}…")
        self.workers.run(
            lambda task: open_weights(path, lambda: task.cancelled),
            self._show_file,
            f"reading {path.name}",
            failed=self._failed,
            key=(self, "file"),
        )
        return True

    def activated(self) -> None:
        self._refresh_now()

    def closing(self) -> None:
        self._soon.stop()
        for key in ("file", "summary", "tensor", "save"):
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
        if self._tensor.dtype == "bfloat16":
            kinds = kinds[:1]
        name = f"{self._tensor.name}-shared{next(iter(FORMATS))}".replace("/", "-")
        path, kind = QFileDialog.getSaveFileName(self, "Save the shared weights", name, ";;".join(kinds))
        if path:
            suffix = next((s for s, text in FORMATS.items() if f"{text} (*{s})" == kind), ".npy")
            self.save(path if Path(path).suffix else path + suffix)

    def can_weights_save(self) -> bool:
        return self.subject is not None

    def save(self, path) -> None:
        """Save the whole tensor at exactly the strength shown, in a worker."""
        tensor, strength = self.subject.tensor, self.session.clock.t
        rewind, l1 = self.saving.rewind.value(), self.saving.l1

        def work():
            found = shared(tensor, strength, rewind, l1)
            write(path, found)
            return summary(found.values)

        def told(found):
            word = "value" if found.distinct == 1 else "values"
            self.tell(f"Saved {Path(path).name}: {tensor.values.size:,} weights, {found.distinct:,} {word}.", "info")

        self.workers.run(work, told, f"saving {Path(path).name}", failed=self._failed, key=(self, "save"))

    def choose(self, name: str) -> None:
        """Make a tensor of the open file the document."""
        opened, entry = self.file, self.file.entry(name)
        path = opened.path
        self._make_subject(lambda: Tensor(path, name, opened.read(name), entry.dtype), f"{path.stem}: {name}")

    def restore(self) -> None:
        """Show the tensor again, after the particles were edited or others were loaded."""
        if self.subject is not None:
            self._load(self.subject)

    # how it comes about

    def _show_file(self, opened: TensorFile) -> None:
        if self.file is not None:
            self.file.close()
        self.file = opened
        self.panel.show_file(opened)
        self._say("")
        good = [entry for entry in opened.entries if not entry.refusal]
        if not good:
            self.tell(f"{opened.path.name} holds no weights: {opened.entries[0].refusal}")
            return
        self.panel.select(next((entry for entry in good if len(entry.shape) > 1), good[0]).name)
        self._summarize(opened, [entry.name for entry in good])

    def _summarize(self, opened: TensorFile, names: list[str]) -> None:
        found = []  # filled by the worker, emptied here

        def work(task):
            for number, name in enumerate(names, 1):
                found.append((name, summary(opened.read(name))))
                task.report(number / len(names))

        def show(_):
            while found:
                self.panel.model.show_summary(*found.pop(0))

        self.workers.run(
            work, show, "counting distinct values", progress=show, failed=self._failed, key=(self, "summary")
        )

    def _make_subject(self, tensor, name: str = "") -> None:
        wanted = self.panel.wanted
        self._say("Sorting the weights…")

        def work():
            return subject(tensor() if callable(tensor) else tensor, wanted, name)

        self.workers.run(work, self._load, "sorting the weights", failed=self._failed, key=(self, "tensor"))

    def _load(self, made: Subject) -> None:
        """The tensor becomes the document; unsaved edits of the one before can be had back by undo."""
        document = self.session.document
        self.subject, self._tensor = made, made.tensor
        n = len(made.system)
        self._say(f"Simulating {n:,} weights…" if n > 10_000 else "")
        if document.modified and len(document.latest):
            document.edit(made.system, "Open weights")
        else:
            document.load(made.system)

    def _resampled(self) -> None:
        if self._tensor is not None:
            self._make_subject(self._tensor, self.subject.system.name if self.subject else "")

    def _failed(self, error: Exception) -> None:
        self._say("")
        self.tell(" ".join(str(error).split()) or type(error).__name__)

    def _document_changed(self) -> None:
        session, made = self.session, self.subject
        current = made is not None and session.document.system is made.system
        if current:
            self._say("")
            times = session.document.history.events.time
            session.clock.t = float(times[times.size // 2]) if times.size else 0.0
        self.result = Result(session, made if current else None)
        self.strength.set_history()
        self._refresh_now()

    # what is seen

    def refresh(self) -> None:
        """Show the present strength soon; another one may come before."""
        if self.isVisible() and not self._soon.isActive():
            self._soon.start(int(1000 * min(REST * self._last, 0.2)) if self._last > 0.01 else 0)

    def _refresh_now(self) -> None:
        begin = time.perf_counter()
        self._soon.stop()
        self.strength.refresh()
        self.result.show(self)
        self._last = time.perf_counter() - begin

    def _say(self, text: str) -> None:
        self.status.setText(text)
        self.status.setVisible(bool(text))
