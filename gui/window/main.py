"""The main window: it puts the parts together, and lets go of all of them when it closes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QTabWidget

from ..draw.x_range import XRange
from ..model.autosave import Autosave
from ..model.session import Session
from .actions import EDIT, FILE, HELP, PLAY, VIEW
from .cards import only
from .command_palette import CommandPalette
from .docks import Docks
from .dropping import paths_in
from .editing import Editing
from .errors import one_sentence
from .filing import Filing
from .key_overlay import KeyOverlay
from .leaving import end, offer_unsaved
from .menus import Menus
from .messages import MessageStrip
from .mode_bar import ModeBar, add_bar
from .pages import PageController, Pages
from .particles_page import ParticlesPage
from .parts import LINKED, actions_of, lesson_controller, part
from .playing import Playing, Ticking
from .settings import Settings
from .shortcuts import Shortcuts
from .splitters import Splitters
from .theme import apply_theme, change_theme
from .tour import Tour
from .transport import Transport
from .viewing import Helping, Viewing
from .warming import with_kernels
from .workers import Workers

SMALLEST = QSize(760, 480)
FIRST_SIZE = QSize(1360, 860)


class MainWindow(QMainWindow):
    """One window on one session.  ``unsaved`` is the folder for crash copies, None for none."""

    def __init__(self, session: Session, settings: Settings, unsaved=None):
        super().__init__()
        self.session, self.settings = session, settings
        self.unsaved = unsaved
        self.x_range = XRange.of(session)
        self.setMinimumSize(SMALLEST)
        self.resize(FIRST_SIZE)
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.colours = apply_theme(self, session.options.theme)
        self.messages = MessageStrip(self)
        self.workers = Workers(self, self.tell)
        self._connect_document()
        self.shortcuts = Shortcuts(self, self.attempt)
        self._add_actions()
        self._build()
        self.autosave = None if unsaved is None else Autosave(session.document, unsaved, self._run_quietly)
        if self.autosave is not None:
            self.autosave.trouble.connect(lambda sentence: self.tell(sentence, page="autosave"))
        self.ticking = Ticking(session.clock, self)
        self._finished = self._closed = self.layout_restored = self.unasked = False
        self._refresh_title()
        self.shortcuts.refresh()

    def _connect_document(self) -> None:
        session, document = self.session, self.session.document
        document.run = lambda work, then, what: self.workers.run(with_kernels(work), then, what, key=object())
        document.trouble.connect(self.tell)
        document.recent[:] = self.settings.recent()
        document.title_changed.connect(self._refresh_title)
        document.changed.connect(self._refresh_actions)
        session.selection.changed.connect(self._refresh_actions)
        session.clock.state_changed.connect(self._refresh_actions)
        session.options.changed.connect(self._option_changed)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)

    def _run_quietly(self, work, then, _what: str) -> None:
        self.workers.run(work, then, "", key=object())

    def _add_actions(self) -> None:
        self.filing, self.editing, self.playing = Filing(self), Editing(self), Playing(self.session)
        self.shortcuts.add(FILE, self.filing)
        self.shortcuts.add(EDIT, self.editing)
        self.shortcuts.add(VIEW, Viewing(self))
        self.shortcuts.add(PLAY, self.playing)
        self.shortcuts.add(HELP, Helping(self))

    def _build(self) -> None:
        self.particles_page = ParticlesPage(self.session, self.colours)
        self.line, self.space_time = self.particles_page.line, self.particles_page.space_time
        self.splitters = Splitters(self.settings)
        self.splitters.watch(self.particles_page)
        self.pages = Pages(self, self.particles_page)
        self.mode_bar = ModeBar(self.shortcuts)
        self.transport = Transport(self.session, self.colours, self.shortcuts)
        self.setCentralWidget(self.pages)
        add_bar(self, self.messages.under(self.mode_bar), "Pages", Qt.ToolBarArea.TopToolBarArea)
        self._transport_bar = add_bar(self, self.transport, "Transport", Qt.ToolBarArea.BottomToolBarArea)
        self.docks = Docks(self)
        self.scenario_dock, self.views_dock = self.docks.scenario_dock, self.docks.views_dock
        self.lessons_dock = self.docks.lessons_dock
        for name in ("weights", "algorithms", "training"):
            self.shortcuts.add(actions_of(name), PageController(self.pages, name, actions_of(name)))
        self.shortcuts.add(actions_of("lessons"), lesson_controller(lambda: self.docks.lessons))
        self.menus = Menus(self, self.shortcuts)
        self.workers.busy.connect(self.mode_bar.show_busy)
        self.palette_box = CommandPalette(self, self.shortcuts)
        self.key_overlay = KeyOverlay(self, self.shortcuts)
        self.tour: Tour | None = None

    # what the parts ask of the window

    def tell(self, text: str, kind: str = "error", page: str = "") -> None:
        """Say a sentence in the message strip; without words, what it says about ``page`` is over."""
        if text:
            self.messages.tell(text, kind, page)
        else:
            self.messages.over(page)

    def attempt(self, what: Callable[[], None]) -> bool:
        """Do it; an error of a foreseen kind becomes a message.  Whether it went well."""
        try:
            what()
        except (ValueError, OSError, RuntimeError, MemoryError) as error:
            self.tell(one_sentence(error))
            return False
        return True

    def open(self, path, time: float | None = None) -> bool:
        """Open a file or folder, or say why not."""
        self.messages.over()
        return self.attempt(lambda: self.filing.open(path, time))

    def open_export(self) -> None:
        """The dialog for pictures, films and tables."""
        from ..export.dialog import ExportDialog

        classes = [part(name) for name in ("line", "space-time", *LINKED)]
        dialog = ExportDialog(self.session, classes, self.colours, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()

    def page_shown(self, name: str) -> None:
        """Another page has come to the front."""
        only(self, None)
        self.messages.page_shown(name)
        self.mode_bar.buttons[name].setChecked(True)
        self._transport_bar.setVisible(name in ("particles", "weights"))
        self.docks.for_page(name)
        if name not in ("particles", "weights"):
            self.session.clock.pause()
        self._refresh_actions()

    def start_tour(self) -> None:
        """From the first stop."""
        self.pages.show("particles")
        if self.tour is None:
            self.tour = Tour(self, self.settings.set_tour_seen, self.colours)
        only(self, self.tour)
        self.tour.go(0)

    def finish(self) -> None:
        """After the first paint: the rest of the window, what a crash has left behind, and at first the tour."""
        if self._finished:
            return
        self._finished = True
        if self.focusWidget() is None or self.focusWidget() in self.mode_bar.buttons.values():
            self.setFocus()
        self.docks.finish()
        self.splitters.watch(self)
        if not self.layout_restored:
            self.docks.set_widths()
        offer_unsaved(self)

    def rescue(self) -> None:
        """Something unexpected happened: what is being made is made, what is dragged dropped, and so kept safe too."""
        document = self.session.document
        self.session.clock.pause()
        document.set_aside()  # it waits for nothing
        while document.dragging:
            document.end_drag()

    # what changes

    def _refresh_actions(self, *_) -> None:
        self.shortcuts.refresh()

    def _refresh_title(self) -> None:
        document = self.session.document
        self.setWindowTitle(f"{document.latest.name}[*] — Sticky Weights")
        self.setWindowModified(document.modified)
        self.mode_bar.show_document(document)
        self.shortcuts.refresh()

    def _system_changed(self, _scheme) -> None:
        self._option_changed("theme")  # another theme only where the option says "system"

    def _option_changed(self, name: str) -> None:
        if name == "theme":
            self.colours = change_theme(self, self.session.options.theme)
            for item in [*self.pages.all_built(), self.transport, self.docks, *filter(None, [self.tour])]:
                item.set_theme(self.colours)
        self._refresh_actions()

    # Qt's events

    def showEvent(self, event) -> None:  # noqa: N802
        super().showEvent(event)
        QTimer.singleShot(0, self, self.finish)

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        if self.tour is not None:
            self.tour.place()

    def dragEnterEvent(self, event) -> None:  # noqa: N802
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event) -> None:  # noqa: N802
        paths = paths_in(event.mimeData())
        event.acceptProposedAction()
        if len(paths) == 1:
            self.open(paths[0])
        else:
            self.tell("Drop one file or folder of this computer at a time.")

    def closeEvent(self, event) -> None:  # noqa: N802
        if self._closed:
            return
        # ``unasked`` can also come while it is asked
        if not (self.unasked or self.filing.may_leave(closing=True) or self.unasked):
            event.ignore()
            return
        self._closed = True
        self.hide()
        QGuiApplication.styleHints().colorSchemeChanged.disconnect(self._system_changed)
        end(self)
        super().closeEvent(event)
