"""The Training page: a run is started or followed, its past looked at while its live edge moves on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from gui.draw.palette import Colours
from gui.model.system import System

from .actions import ACTIONS
from .choices import missing_packages
from .conditions import Conditions
from .controls import Controls
from .follower import run_folder_of
from .form import RunForm
from .look import Look
from .own_run import OwnRun
from .replay import Replay
from .run_page import RunPage
from .run_state import RunState
from .sentences import CAN_GO_ON, why_not_go_on
from .watcher import Watcher

LARGEST_SYSTEM = 1_000_000  # particles


class TrainingPage(Conditions, QWidget):
    """A page of the window.  Signals: the document holds a tensor of a run; the page has drawings to show."""

    ACTIONS = ACTIONS
    title = "Training"
    why = "Train a network, or follow a run, and watch its weights merge."
    particles_opened = Signal()
    drawings_made = Signal()

    def __init__(self, session, colours: Colours, workers, tell: Callable[..., None], parent: QWidget | None = None):
        super().__init__(parent)
        self._session, self._workers, self._tell = session, workers, tell
        self.look, self._words, self._drawn = Look(), [], None
        self.watcher, self.own = Watcher(self), OwnRun(self)
        self.form, self.controls = RunForm(), Controls(colours)
        self._run_page = RunPage(self.controls, colours)
        self._replay = Replay(self.look, self)
        self._lay_out()
        self._connect()

    def set_theme(self, colours: Colours) -> None:
        """Repaint in these colours."""
        self._run_page.set_theme(colours)
        self.controls.set_theme(colours)
        self._show()

    view = property(lambda self: self._run_page.view, doc="The drawings of the run.")

    def open(self, path, ready: Callable[[], None] = lambda: None) -> bool:
        """Follow the run in a folder, and call ``ready()``, once its configuration was read; False where it is none."""
        folder = run_folder_of(path)
        if folder is not None:
            self.watcher.check(folder, lambda: self._follow(folder) and ready())
        return folder is not None

    def activated(self) -> None:
        """The page is shown: look at once."""
        self.watcher.look()
        self.form.set_running(self.own.running, self.look.newest is not None)

    def closing(self) -> None:
        """The window closes: the run of this window is stopped so that it saves, unless it is to go on."""
        self._replay.stop()
        self.own.closing(self.controls.keeps.isChecked())
        self.watcher.closing()

    def do_train_new(self) -> None:
        """Show the form."""
        self.form.set_running(self.own.running, self.look.newest is not None)
        self._pages.setCurrentWidget(self.form)
        self.form.preset.setFocus()

    def do_train_follow(self) -> None:
        """Choose a folder, and follow the run in it."""
        chosen = QFileDialog.getExistingDirectory(self, "The folder of a run", str(self.watcher.path or Path.cwd()))
        if chosen and not self.open(chosen):
            self._tell(f"{chosen} is not the folder of a run: it has no config.json and no log.")

    def do_train_stop(self) -> None:
        """Stop the run of this window."""
        self.own.stop()
        self._show()

    def do_train_resume(self) -> None:
        """Go on with the run that is shown."""
        if trouble := why_not_go_on(self.look.newest) or missing_packages():
            self._tell(trouble)
        else:
            self._tell("")
            self._start(self.own.resume, self.look.newest.path)

    def do_train_live(self) -> None:
        """To the newest moment, and on with it."""
        self._replay.stop()
        self.look.go_live()
        self._show()

    def do_train_pause_looking(self) -> None:
        """Let the page stand still, or catch up."""
        self.look.pause(not self.look.paused)
        self._show()

    def do_train_earlier(self) -> None:
        """One moment back."""
        self._go(self.look.go_by, -1)

    def do_train_later(self) -> None:
        """One moment on."""
        self._go(self.look.go_by, 1)

    def do_train_replay(self) -> None:
        """Play the moments from the one shown, or from the first where the last is shown; or stop that."""
        self._replay.toggle()

    def do_train_pin(self) -> None:
        """Pin the moment that is shown; the pinned one again: pin nothing."""
        self.look.pin()
        self._show()

    def do_train_particles(self) -> None:
        """The tensor, as it is at this moment, becomes the document."""
        moment, tensor = self.look.moment, self.view.tensor
        if moment is None or tensor not in moment.tensors:
            self._tell("There is no snapshot yet: wait for the first one, then open it as particles.")
        elif moment.tensors[tensor].numel > LARGEST_SYSTEM:
            self._tell(f"{tensor} has more than {LARGEST_SYSTEM:,} weights: choose a smaller tensor.")
        else:
            name = f"{tensor} at step {moment.step:,}"
            self.watcher.ask(moment, lambda tensors: System.of_weights(tensors[tensor], name), self._open_system)

    def do_train_words(self) -> None:
        """Show what the run says, or hide it."""
        self.controls.says.toggle()

    def _lay_out(self) -> None:
        self._pages = QStackedWidget()
        for page in (self.form, self._run_page):
            self._pages.addWidget(page)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.addWidget(self._pages)

    def _connect(self) -> None:
        self.watcher.seen.connect(self._seen)
        self.watcher.refused.connect(self._tell)
        self._replay.moved.connect(self._show)
        self.own.waits.connect(self._seen_words)
        self.own.began.connect(lambda folder: self.watcher.path == folder or self._follow(folder))
        self.own.ended.connect(self._own_ended)
        self.form.asked.connect(lambda request: self._start(self.own.start, request))
        self.form.tried.connect(lambda: self._tell(""))
        self.form.follow_asked.connect(self.do_train_follow)
        self._run_page.drawings_made.connect(self.drawings_made)
        self._run_page.picked.connect(lambda step: self._go(self.look.go_to, step))
        self._run_page.tensor_chosen.connect(self._show)
        self._run_page.particles_asked.connect(self.do_train_particles)
        self.form.left.connect(lambda: self._pages.setCurrentWidget(self._run_page))
        self.controls.timeline.valueChanged.connect(lambda place: self._go(self.look.go_by, place - self.look.place))
        self.controls.pause.clicked.connect(self.do_train_pause_looking)
        for name, button in self.controls.buttons.items():
            button.clicked.connect(getattr(self, f"do_train_{name}"))

    def _follow(self, folder: Path) -> bool:
        """Show another run, or the same from its start."""
        self._tell("")
        try:
            self.watcher.follow(folder)
        except OSError as error:
            self._tell(f"{error}.")
            return False
        self._begin(RunState(self.watcher.path))
        self._session.document.recent.add(folder)
        return True

    def _begin(self, state: RunState) -> None:
        self._replay.stop()
        self.look.begin(state)
        self._words, self._drawn = [], None
        self._pages.setCurrentWidget(self._run_page)
        self.controls.timeline.setFocus()
        self._show()

    def _start(self, start: Callable, what) -> None:
        try:
            start(what)
        except OSError as error:
            (self.form.say if self._pages.currentWidget() is self.form else self._tell)(str(error))
            return
        if start == self.own.resume and self.watcher.path == self.own.folder:
            self.look.see(replace(self.look.newest, status="starting"))
            self._pages.setCurrentWidget(self._run_page)
            self._show()
        else:
            self.watcher.leave()
            self._begin(RunState(self.own.folder, status="starting"))

    def _own_ended(self, sentence: str) -> None:
        self.watcher.look()
        self.form.set_running(False, self.look.newest is not None)
        if sentence:
            self._tell(sentence)
        if self.watcher.path is None:  # it ended before there was anything to follow
            self.look.begin(None)
            self.do_train_new()
            self.form.say(sentence)
        self._show()

    def _seen(self, state: RunState, words: list[str]) -> None:
        begins = self.own.folder == state.path and not self.own.stopping and state.status in CAN_GO_ON
        self.look.see(replace(state, status="starting") if begins else state)
        self._seen_words(words)

    def _seen_words(self, words: list[str]) -> None:
        self._words = words
        self._show()

    def _go(self, way: Callable[[int], None], where: int) -> None:
        self._replay.stop()
        way(where)
        self._show()

    def _show(self) -> None:
        """Draw what is looked at."""
        look, moment = self.look, self.look.moment
        if look.shown is None:
            return
        self.controls.show_look(look, self._words)
        self.controls.show_own(self.own.running, self.own.stopping, self.can_train_resume())
        for name in ("earlier", "replay", "later", "pin"):
            self.controls.buttons[name].setEnabled(getattr(self, f"can_train_{name}")())
        self.controls.show_replay(self._replay.plays)
        self.view.show_state(look.shown, moment, look.pinned, look.live)
        if moment is not None and moment is not self._drawn:
            self._drawn, config = moment, look.shown.config
            self.watcher.ask(moment, None, lambda tensors: self.view.show_filters(config, tensors))

    def _open_system(self, system: System) -> None:
        self._session.document.take(system, f"Open {system.name}")
        self.particles_opened.emit()
