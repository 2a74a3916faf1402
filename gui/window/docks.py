"""The panels around the pages: scenario, linked views, lessons."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QSplitter, QWidget

from ..model.system import Recipe
from .class_mode import ClassMode
from .linked_tabs import LinkedTabs
from .narrow import SETTLED, Narrow
from .parts import LINKED, part
from .readouts_area import ReadoutsArea
from .scenario_panel import ScenarioPanel
from .whereabouts import Whereabouts

WIDTHS = {"scenario": 296, "views": 340, "lessons": 380}
MIDDLE = 640  # pixels that the panels leave to the middle where they can
WIDE = 1500  # pixels of a window that has room for the linked views beside the page of weights


class Docks:
    """Makes the three docks of a window and keeps them in order."""

    def __init__(self, window):
        self._window = window
        self.scenario = ScenarioPanel(window.session, self._load, self._draw, self._draw_again, window.shortcuts)
        self.tabs = LinkedTabs(window.session, window.colours)
        self.readouts: QWidget | None = None
        self.lessons: QWidget | None = None
        self._scenario_width = WIDTHS["scenario"]
        self._before_panel: Whereabouts | None = None
        self._before_lesson: Whereabouts | None = None
        self.views = QSplitter(Qt.Orientation.Vertical)
        self.views.setObjectName("readouts")
        self.views.setChildrenCollapsible(False)
        self.views.addWidget(self.tabs)
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        self.scenario_dock = self._dock("Scenario", "scenario", self.scenario, left)
        self.views_dock = self._dock("Linked views", "views", self.views, right)
        self.lessons_dock = self._dock("Lessons", "lessons", QWidget(), left)
        self.lessons_dock.hide()
        self.lessons_dock.toggleViewAction().toggled.connect(self._lessons_toggled)
        self._hidden_for_page: list[QDockWidget] = []
        self.narrow = Narrow(self, window)
        self.class_mode = ClassMode(self, window)

    def finish(self) -> None:
        """Build what may come after the first paint: readouts, the first tab, the table."""
        if self.readouts is None:
            self.readouts = part("readouts")(self._window.session, self._window.colours)
            self.views.insertWidget(0, ReadoutsArea(self.readouts, self.views))
            self.views.setStretchFactor(1, 1)
            self.tabs.build(self.tabs.currentIndex())
            self.scenario.add_table(self._window.colours)
            self.class_mode.follow()
            self.narrow.follow()

    def fill_lessons(self) -> None:
        """Lessons that are shown, as at the end of the time before or behind class mode, have their panel."""
        if not self.lessons_dock.isHidden():
            self.lessons_panel()

    def open_lesson(self, name: str) -> None:
        """Show the lessons with that one open; ValueError for an unknown name."""
        self.lessons_panel().open_lesson(name)
        if self.lessons_dock.isHidden():
            self.toggle_lessons()
        else:
            self._lessons_to_front()
            self.lessons.take_focus()

    def lessons_panel(self) -> QWidget:
        """The panel of lessons, built at first."""
        if self.lessons is None:
            window, settings = self._window, self._window.settings
            panel = part("lessons")(window.session, window.colours, window.tell, window.unsaved)
            panel.set_progress(settings.progress())
            panel.progress_changed.connect(lambda: settings.keep_progress(panel.progress))
            panel.view_wanted.connect(self.show_view)
            panel.begun.connect(self._lesson_begins)
            panel.closed.connect(self.toggle_lessons)
            panel.ended.connect(lambda: self._before_lesson.return_to_page())
            self.lessons_dock.setWidget(panel)
            self.lessons = panel
        return self.lessons

    def toggle_lessons(self) -> None:
        """Show or hide the lessons; they lie over the scenarios, so that all views can be seen beside them."""
        self.lessons_panel()
        hidden = self.lessons_dock.isHidden()
        if hidden:
            self._before_panel = Whereabouts(self._window)
            self._scenario_width = self.scenario_dock.width()
        if hidden and not self.lessons_dock.isFloating():
            self._window.tabifyDockWidget(self.scenario_dock, self.lessons_dock)
        self.lessons_dock.setVisible(hidden)
        if hidden:
            self._lessons_to_front()
            self.lessons.take_focus()

    def _lessons_to_front(self) -> None:
        self.lessons_dock.raise_()
        width = min(WIDTHS["lessons"], self._window.width() // 3)
        self._window.resizeDocks([self.lessons_dock], [width], Qt.Orientation.Horizontal)
        QTimer.singleShot(SETTLED, self.narrow, self.make_room)

    def make_room(self) -> None:
        """The middle has half of a narrow window, as far as the panels can be so narrow."""
        self.narrow.follow()
        over = min(self._window.width() // 2, MIDDLE) - self._window.pages.width()
        sides = [self.scenario_dock, self.lessons_dock, self.views_dock]
        sides = [dock for dock in sides if dock.isVisible() and not dock.isFloating() and dock.x() >= 0]
        taken = {dock.x(): dock for dock in sides}  # of tabs one
        if over > 0 and taken:
            total = sum(dock.width() for dock in taken.values())
            widths = [dock.width() * (total - over) // total for dock in taken.values()]
            self._window.resizeDocks([*taken.values()], widths, Qt.Orientation.Horizontal)

    def _lesson_begins(self) -> None:
        self._before_lesson = Whereabouts(self._window)

    def _lessons_toggled(self, shown: bool) -> None:
        """Who closes the lessons leaves the lesson that is open."""
        if not shown and self.lessons is not None:
            self.lessons.leave()
            if self._before_panel is not None:
                self._before_panel.return_focus()
                self._window.resizeDocks([self.scenario_dock], [self._scenario_width], Qt.Orientation.Horizontal)
        self.narrow.follow()
        self._window.shortcuts.refresh()

    def show_view(self, name: str) -> None:
        """Bring the view or page of that name to the front; one that is always there is left as it is."""
        if name in ("weights", "algorithms", "training"):
            self._window.pages.show(name)
        else:
            self._window.pages.show("particles")
        if name == "table":
            self.scenario.show_numbers()
        self.narrow.linked = name in LINKED
        if name in LINKED:
            self.views_dock.show()
            self.tabs.setCurrentIndex(LINKED.index(name))
        self.narrow.follow()

    def shows(self, name: str) -> bool:
        """Is this one of the linked views, and the one in front?"""
        return self.views_dock.isVisible() and LINKED[self.tabs.currentIndex()] == name

    def toggle_views(self) -> None:
        """Show or hide the linked views."""
        self.views_dock.setVisible(self.views_dock.isHidden())
        self.narrow.follow()

    def scenario_to_front(self) -> None:
        """Bring the panel of scenarios and exact numbers to the front, wherever it is needed."""
        self._window.session.options.set(class_mode=False)  # it has no room for the panel
        self._window.pages.show("particles")
        self.scenario_dock.show()
        self.scenario_dock.raise_()

    def for_page(self, name: str) -> None:
        """The scenarios belong to the particles, the linked views to the weights too where there is room."""
        self.narrow.leave()
        wanted = {self.scenario_dock: name == "particles", self.views_dock: name == "particles"}
        wanted[self.views_dock] |= name == "weights" and self._window.width() >= WIDE
        for dock, shown in wanted.items():
            if shown and dock in self._hidden_for_page:
                self._hidden_for_page.remove(dock)
                dock.show()
            elif not shown and not dock.isHidden():
                self._hidden_for_page.append(dock)
                dock.hide()
        self.narrow.follow()

    def all_shown(self) -> None:
        """Before the layout is remembered: what a page, class mode or lessons have moved is put back."""
        self.class_mode.leave()
        self.for_page("particles")
        self.narrow.leave()

    def reset_layout(self) -> None:
        """Every panel where it was at first."""
        window = self._window
        window.session.options.set(class_mode=False)
        self.narrow.leave()
        for dock, area in (
            (self.scenario_dock, Qt.DockWidgetArea.LeftDockWidgetArea),
            (self.views_dock, Qt.DockWidgetArea.RightDockWidgetArea),
            (self.lessons_dock, Qt.DockWidgetArea.LeftDockWidgetArea),
        ):
            dock.setFloating(False)
            window.addDockWidget(area, dock)
            dock.setVisible(dock is not self.lessons_dock)
        self.set_widths()
        window.splitters.reset()
        self._hidden_for_page = []
        self.for_page(window.pages.shown)

    def set_widths(self) -> None:
        """Widths that suit the window."""
        share = min(max(self._window.width() / 1440, 0.75), 1.4)
        docks = [self.scenario_dock, self.views_dock]
        widths = [round(WIDTHS["scenario"] * share), round(WIDTHS["views"] * share)]
        self._window.resizeDocks(docks, widths, Qt.Orientation.Horizontal)

    def set_theme(self, colours) -> None:
        self.tabs.set_theme(colours)
        for panel in (self.readouts, self.lessons, self.scenario.table):
            if panel is not None:
                panel.set_theme(colours)

    def _load(self, name: str) -> None:
        if self._window.filing.may_leave():
            self._window.attempt(lambda: self._window.filing.load_scenario(name))
        else:
            self.scenario.refresh()

    def _draw(self, recipe: Recipe) -> None:
        self._window.attempt(lambda: self._window.editing.draw_random(*recipe))

    def _draw_again(self, recipe: Recipe) -> None:
        self._window.attempt(lambda: self._window.editing.draw_again(recipe))

    def _dock(self, title: str, name: str, inside: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self._window)
        dock.setObjectName(name)
        dock.setWidget(inside)
        self._window.addDockWidget(area, dock)
        return dock
