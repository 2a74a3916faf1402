"""The panel of the lessons: the shelf, the scene that is on, and what happens to the user's document meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget

from ..draw.palette import Colours
from ..model.session import Session
from .astray_strip import AstrayStrip
from .lesson import Lesson, Scene
from .progress import Progress
from .scene_page import ScenePage
from .shelf import lesson_named, paths
from .shelf_page import ShelfPage
from .stage import Stage


class LessonPanel(QWidget):
    """Lessons beside the rest of the window, which stays free to use.

    A scene is loaded as the session's document; the user's own is kept, with its path and whether it was saved, and
    comes back when the lesson is left.  ``view_wanted(name)``: a scene is best seen in this view; ``begun()`` and
    ``ended()``: a lesson is opened, and left, the user's document being back; ``closed()``: the shelf is to be closed
    too; ``progress_changed()``: ``progress``, plain values, is worth storing.  ``tell(text, kind)`` says a sentence;
    ``unsaved`` is the folder for crash copies, None for none.
    """

    begun = Signal()
    ended = Signal()
    closed = Signal()
    view_wanted = Signal(str)
    progress_changed = Signal()

    def __init__(self, session: Session, colours: Colours, tell: Callable, unsaved=None):
        super().__init__()
        self.session, self.colours = session, colours
        self.stage = Stage(session, unsaved)
        self.lesson: Lesson | None = None
        self.at = 0
        self._tell, self._progress = tell, Progress()
        self._shelf, self._page = ShelfPage(colours), ScenePage(colours)
        self._next_name = self._next_row = 0
        self._refused: set[str] = set()
        self._wanted: tuple | None = None  # the lesson that is to be opened, and where
        self._filling = QTimer(self, interval=0)
        self._filling.timeout.connect(self._fill_row)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._shelf)
        self._pages.addWidget(self._page)
        self._astray = AstrayStrip()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._astray)
        column.addWidget(self._pages, 1)
        self.setAccessibleName("Lessons")
        self._connect()
        session.document.title_changed.connect(self._document_settles)
        session.document.changed.connect(self._refresh_astray)
        self._refresh_astray()

    def _connect(self) -> None:
        page = self._page
        self._shelf.chosen.connect(self.open_lesson)
        page.moved.connect(self.move)
        page.played.connect(self.play)
        page.left.connect(self.leave)
        page.answered.connect(self._answered)
        page.revealed.connect(lambda: self._answered(False))
        page.again.connect(self.restart)
        page.complained.connect(lambda text: self._tell(text, "info"))
        self._astray.resume.clicked.connect(self.restart)
        self._astray.bring_back.clicked.connect(self.leave)
        self._astray.stay.clicked.connect(self.stay)

    # what the window asks

    @property
    def in_lesson(self) -> bool:
        """Is a lesson open?"""
        return self.lesson is not None

    @property
    def scene(self) -> Scene | None:
        """The scene that is open."""
        return None if self.lesson is None else self.lesson.scenes[self.at]

    @property
    def progress(self) -> dict:
        """What was done so far: {lesson: [state of each scene]}, plain values."""
        return {name: list(states) for name, states in self._progress.values.items()}

    def set_progress(self, values) -> None:
        """Take over what was stored; what is foreign in it is left out."""
        self._progress.restore(values)
        self._fill_shelf()

    def open_lesson(self, name: str, at: int | None = None) -> None:
        """Open a lesson, at the first scene that is not done yet.  ValueError for an unknown name.

        While edits of a crowd are made: once they are, so that the user's document has them when it is set aside.
        """
        lesson, self._wanted = lesson_named(name), None
        if self.lesson is None and self.session.document.making:
            self._wanted = (name, at)
            return
        if self.lesson is None:
            self.begun.emit()
        self.lesson = lesson
        self._go(self._progress.first_open(lesson) if at is None else at)

    def leave(self) -> None:
        """Close the lesson and bring the user's document back; nothing happens outside of a lesson."""
        was_open, self._wanted = self.in_lesson, None
        self._close()
        self.stage.leave()
        self._refresh_astray()
        if was_open:
            self.ended.emit()

    def stay(self) -> None:
        """Close the lesson; what is shown now is the user's document from now on."""
        self._close()
        self.stage.forget()
        self._refresh_astray()

    def take_focus(self) -> None:
        """The keyboard goes to the list of lessons, or to what is to be done in the one that is open."""
        self._page.take_focus() if self.in_lesson else self._shelf.list.setFocus()

    def closing(self) -> None:
        """The window closes: as if the lesson were left."""
        self.leave()
        self._filling.stop()

    def set_theme(self, colours: Colours) -> None:
        self.colours = colours
        self._shelf.set_theme(colours)
        self._page.set_theme(colours)

    # the lesson

    def move(self, step: int) -> None:
        """To the next or the last scene; past the end of the lesson, back to the shelf."""
        if self.lesson is None or self.at + step < 0:
            return
        if self.at + step == len(self.lesson.scenes):
            self.leave()
        else:
            self._go(self.at + step)

    def play(self) -> None:
        """Play the scene from its beginning."""
        if self.scene is not None:
            self.stage.play(self.scene)
            self._refresh_astray()
            self.view_wanted.emit(self.scene.view)

    def restart(self) -> None:
        """The scene as it was at first, question included."""
        if self.scene is not None:
            self._go(self.at)

    def event(self, event) -> bool:
        """Escape is kept from the window: it leaves the lesson, and then the lessons."""
        if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event) -> None:  # noqa: N802
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        else:
            (self.leave if self.in_lesson else self.closed.emit)()

    def showEvent(self, event) -> None:  # noqa: N802
        super().showEvent(event)
        if not self._shelf.list.count():
            self._fill_shelf()

    def _go(self, at: int) -> None:
        self.at, scene = at, self.lesson.scenes[at]
        self.stage.show(scene)
        self._note("seen")
        self._page.show_scene(self.lesson, at, self._progress.done(self.lesson))
        self._turn_to(self._page)
        self._refresh_astray()
        self.view_wanted.emit(scene.view)

    def _answered(self, right: bool) -> None:
        self._note("right" if right else "answered")
        self._page.dots.show_states(self._progress.done(self.lesson), self.at)
        self.stage.reveal(self.scene)

    def _note(self, state: str) -> None:
        if self._progress.note(self.lesson, self.at, state):
            self.progress_changed.emit()

    def _close(self) -> None:
        if self.lesson is not None:
            self.lesson = None
            self._fill_shelf()
            self._turn_to(self._shelf)

    def _turn_to(self, page: QWidget) -> None:
        """The keyboard goes along if something in here, or nothing, has it."""
        had_focus = self.isVisible() and self.isAncestorOf(QApplication.focusWidget() or self)
        self._pages.setCurrentWidget(page)
        if had_focus:
            self.take_focus()

    def _fill_shelf(self) -> None:
        """Show all lessons and how far each is done: one at a time, so that nothing has to wait."""
        self._next_name = self._next_row = 0
        self._filling.start()

    def _fill_row(self) -> None:
        names = list(paths())
        name = names[self._next_name]
        self._next_name += 1
        if self._next_name == len(names):
            self._filling.stop()
        try:
            lesson = lesson_named(name)
        except (ValueError, OSError) as error:
            self._refuse(name, error)
            return
        self._next_row += 1
        self._shelf.show_lesson(self._next_row, lesson, self._progress.done(lesson))

    def _refuse(self, name: str, error: Exception) -> None:
        """A file that is no lesson is left out, and why is said once."""
        if name not in self._refused:
            self._refused.add(name)
            self._tell(f"A lesson is left out. {error}")

    def _document_settles(self) -> None:
        """Open what is wanted, when those who hear of it too have heard."""
        self._refresh_astray()
        if self._wanted is not None and not self.session.document.making:
            QTimer.singleShot(0, self, lambda: self._wanted is not None and self.open_lesson(*self._wanted))

    def _refresh_astray(self) -> None:
        self._astray.show_state(self.stage.astray, self.in_lesson, self.stage.kept)
