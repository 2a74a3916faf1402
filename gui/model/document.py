"""The document: a system, its whole history, and every edit, to be undone.

What is shown (``system`` and ``history``) always belongs together.  What was asked for last is ``latest``: for a
small system it is shown at once; a large one is simulated through ``run``, meanwhile the old one stays.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from particles import History

from .file_opening import FileOpening
from .home import Home
from .kept import Kept, new_document
from .long_work import at_once, run_guarded
from .making import Edit, Making
from .recent import Recent
from .saving import Saving
from .signal import Signal
from .simulation import AT_ONCE, SIMULATING, prepared
from .system import System
from .undo import Step, Undo


class Document:
    """One open document.

    ``changed()``: ``system`` and ``history`` are other ones.  ``title_changed()``: name, path, ``modified`` or
    ``busy``.  ``drag_ended()``: the last of nested drags has ended.  ``trouble(sentence)``: work through ``run`` has
    failed, and what was shown before is still shown.  ``run(work, then, what)`` does long work and calls ``then`` with
    its result in the thread that asked; it may leave out work that newer work has overtaken.
    """

    def __init__(self, system: System | None = None, run: Callable = at_once):
        self.changed, self.title_changed, self.drag_ended, self.trouble = Signal(), Signal(), Signal(), Signal()
        self.run = run
        self.system = self.latest = System.empty()
        self._home = Home(None, self.system, self.system)
        self.history: History = prepared(self.system)
        self.recent = Recent()  # what opens files adds them once they have arrived
        self._files, self._saving = FileOpening(self), Saving(self)
        self._undo = Undo()
        self._drags = 0
        self._making = Making(self)
        self._newest = self._shown = 0  # numbers of requests
        self._asked = self.system  # what is shown or simulated last
        self._as_shown = self.set_aside()  # what is shown, with the steps that led to it
        if system is not None:
            self.load(system)

    # what is asked for

    def edit(self, new: System, what: str, merge: object = None) -> None:
        """Show ``new`` instead; ``what`` names the step in the menu ("Move particle").

        Consecutive edits with one ``merge`` that is not None become one step, until a drag ends.  Build on ``latest``.
        """
        if new is not self.latest:
            self._undo.push(Step(self.latest, new, what, merge))
            self.latest, self._asked = new, None
            self._newest += 1
        self.show_latest()

    def show_latest(self) -> None:
        """Simulate and show what is not yet, once no more edits are being made."""
        if self.latest is not self._asked and not self._making:
            self._ask_for(self.latest)

    def edit_all(self, make: Callable, what: str, merge: object = None, more: int = 0) -> None:
        """``edit(make(latest), what, merge)``, which adds ``more`` particles; of a large system made in a worker."""
        self._making.ask_for(Edit(make, what, merge, more, self.edit))

    def undo(self) -> None:
        """Take back the last edit, also one that is still being made; nothing happens where there is none."""
        if not self._making.take_back() and self._undo.can_undo:
            self._cross(self._undo.undo(), 0)

    def redo(self) -> None:
        """Make the edit again that was taken back last."""
        if self.can_redo:
            self._cross(self._undo.redo(), 1)

    def reset(self) -> None:
        """Back to the system as it was loaded: an edit, which can be undone."""
        self._making.forget()
        self.edit(self.loaded, "Reset")

    def take(self, new: System, what: str) -> None:
        """A new document without a file, after the edits that are being made; the one before can be had back by undo
        where it has something to save."""
        if self._making:
            self._making.ask_for(Edit(lambda _: new, what, None, 0, self._take))
        else:
            self._take(new, what)

    def _take(self, new: System, what: str, _merge: object = None) -> None:
        if not self.modified:
            self.load(new)
        elif new is not self.latest:
            step = Step(self.latest, new, what, None, (self._home, Home(None, new)))
            self._undo.push(step)
            self._cross(step, 1)

    home = property(lambda self: self._home, doc="Where it belongs.")
    path = property(lambda self: self._home.path, doc="The file it belongs to; None: no file yet.")
    loaded = property(lambda self: self._home.loaded, doc="The system as it was when it was new.")
    can_undo = property(lambda self: self.making or self._undo.can_undo)
    can_redo = property(lambda self: not self._making and self._undo.can_redo)
    undo_text = property(lambda self: self._making.what or self._undo.undo_text, doc="What undo takes back, or empty.")
    redo_text = property(lambda self: self._undo.redo_text, doc="What redo makes again, or empty.")

    def load(self, system: System, path=None, modified: bool = False) -> None:
        """A new document: what could be undone is forgotten.  ``modified``: it is not what ``path`` holds."""
        self.bring_back(new_document(system, None if path is None else Path(path), modified))

    def set_aside(self) -> Kept:
        """What ``bring_back`` needs to show this document again as it is now, with all that can be undone."""
        self._making.finish()
        return Kept(self.latest, self._home, self._undo.steps())

    def bring_back(self, kept: Kept) -> None:
        """Show a document again that was set aside, instead of the present one."""
        while self.dragging:
            self.end_drag()
        self._making.forget()
        self._belong(kept)
        self._ask_for(kept.system)

    # files

    def open_file(self, path, load: Callable | None = None) -> None:
        """Load a scenario (JSON), a history (npz) or weights (npy, npz), as it tells, by ``load(system, path)``.

        ValueError or OSError, one sentence, where that fails; for a large file through ``trouble``, later.  Only a
        scenario keeps its path: saving must not overwrite an array with a scenario.
        """
        self._files.open(Path(path), load or self.load)

    def forget_opening(self) -> None:
        """A large file that is still being read neither arrives nor complains."""
        self._files.forget()

    def save(self, path=None) -> None:
        """Write the latest system, once it is made, as a scenario (JSON) to ``path`` (default: where it came from).

        ValueError where there is no path or nothing to save; OSError, one sentence, where writing fails.  A large
        system is written through ``run``; of several saves to one file the last is what it holds in the end.
        """
        home, target = self._home, self.path if path is None else Path(path)
        if target is None:
            raise ValueError("this document has no file yet: choose where to save it")
        self._making.then(lambda: self._saving.save_latest(home, target))

    def forget_saved(self, path: Path) -> None:
        """What another document had saved in this file is there no longer."""
        for home in self._undo.homes() | {self._home}:
            if home.path == path:
                home.saved = None

    @property
    def modified(self) -> bool:
        """Is there something that its file does not hold, or soon will not, because something else is saved there?"""
        home = self._home
        return self.making or self.latest is not home.saved or (home.saving is not None and not self.saving)

    making = property(lambda self: bool(self._making), doc="Is an edit being made?")
    coming = property(lambda self: self._making.more, doc="How many particles it will add.")
    writing = property(lambda self: self._saving.writing, doc="A file that is being written, if any is.")
    saving = property(lambda self: self.latest is self._home.saving, doc="Is it being saved at this moment?")

    # drags

    dragging = property(lambda self: self._drags > 0, doc="Is something dragged?  What is slow waits for its end.")

    def begin_drag(self) -> None:
        """Edits follow each other quickly now; drags may be nested."""
        if not self._drags:
            self._undo.stop_merging()
        self._drags += 1

    def end_drag(self) -> None:
        """The drag is over: the next edit is a step of its own."""
        if self._drags:
            self._drags -= 1
            if not self._drags:
                self._undo.stop_merging()
                self.drag_ended.emit()

    # how it comes about

    busy = property(lambda self: self.making or self.latest is not self.system, doc="Is what is shown not the latest?")

    def give_up(self) -> None:
        """Do not wait for the system that is being simulated: what is shown is the latest again."""
        if self.busy:
            self._making.forget()
            self._back_to_shown()

    def _ask_for(self, system: System) -> None:
        self.latest = self._asked = system
        self._newest += 1
        number, asked = self._newest, Kept(system, self._home, self._undo.steps())
        if system is self.system or len(system) <= AT_ONCE:
            self._show(number, asked, self.history if system is self.system else prepared(system))
            return
        self.title_changed.emit()

        def work():
            return None if number < self._newest else prepared(system)

        def then(history):
            if history is not None:
                self._show(number, asked, history)

        run_guarded(self.run, work, then, lambda sentence: self._failed(number, sentence), SIMULATING)

    def _show(self, number: int, asked: Kept, history: History) -> None:
        """Show a result, unless a newer one is already there: while dragging, each that is ready moves on."""
        if number < self._shown:
            return
        self._shown, self.system, self.history, self._as_shown = number, asked.system, history, asked
        self.changed.emit()
        self.title_changed.emit()

    def _failed(self, number: int, sentence: str) -> None:
        """What was asked for did not come about: the document stays what is shown."""
        if number == self._newest:
            self._back_to_shown()
        self.trouble.emit(sentence)

    def _back_to_shown(self) -> None:
        self._newest = self._shown = self._newest + 1  # nothing that was asked for before is shown any more
        self._belong(self._as_shown)  # also the path: nothing must be saved over the file of what did not come
        self.latest = self._asked = self.system
        self.title_changed.emit()

    def _belong(self, kept: Kept) -> None:
        self._home = kept.home
        self._undo.set_steps(kept.steps)

    def _cross(self, step: Step, side: int) -> None:
        if step.homes is not None:
            self._home = step.homes[side]
        self._ask_for((step.before, step.after)[side])
