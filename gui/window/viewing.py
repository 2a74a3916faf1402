"""The actions of the menu View: pages, panels, theme, and what the views show."""

from __future__ import annotations

from ..model.options import CHOICES
from .theme import resolved


class Viewing:
    """Options of the session, and the window's own parts."""

    def __init__(self, window):
        self._window, self._options = window, window.session.options

    def _next(self, name: str) -> None:
        choices = CHOICES[name]
        chosen = choices[(choices.index(getattr(self._options, name)) + 1) % len(choices)]
        self._options.set(**{name: chosen})
        self._window.tell(f"{name.replace('_', ' ').capitalize()}: {chosen}.", "info")

    def _flip(self, name: str) -> None:
        self._options.set(**{name: not getattr(self._options, name)})

    def do_arrows(self) -> None:
        self._next("arrows")

    def do_camera(self) -> None:
        self._next("camera")

    def do_axis(self) -> None:
        self._next("time_axis")

    def do_fit(self) -> None:
        self._window.x_range.fit()

    def do_zoom_in(self) -> None:
        self._window.x_range.zoom(0.5)

    def do_zoom_out(self) -> None:
        self._window.x_range.zoom(2.0)

    def do_centre(self) -> None:
        self._flip("centre_of_mass")

    def is_centre(self) -> bool:
        return self._options.centre_of_mass

    def do_ghosts(self) -> None:
        self._flip("ghosts")

    def is_ghosts(self) -> bool:
        return self._options.ghosts

    def do_flashes(self) -> None:
        self._flip("flashes")

    def is_flashes(self) -> bool:
        return self._options.flashes

    def do_labels(self) -> None:
        self._flip("labels")

    def is_labels(self) -> bool:
        return self._options.labels

    def do_snap(self) -> None:
        self._flip("snap")

    def is_snap(self) -> bool:
        return self._options.snap

    def do_class_mode(self) -> None:
        self._flip("class_mode")

    def is_class_mode(self) -> bool:
        return self._options.class_mode

    def do_theme_light(self) -> None:
        self._options.set(theme="light")

    def is_theme_light(self) -> bool:
        return self._options.theme == "light"

    def do_theme_dark(self) -> None:
        self._options.set(theme="dark")

    def is_theme_dark(self) -> bool:
        return self._options.theme == "dark"

    def do_theme_system(self) -> None:
        self._options.set(theme="system")

    def is_theme_system(self) -> bool:
        return self._options.theme == "system"

    def do_theme_swap(self) -> None:
        self._options.set(theme="light" if resolved(self._options.theme) == "dark" else "dark")

    def do_page_particles(self) -> None:
        self._window.pages.show("particles")

    def is_page_particles(self) -> bool:
        return self._window.pages.shown == "particles"

    def do_page_weights(self) -> None:
        self._window.pages.show("weights")

    def is_page_weights(self) -> bool:
        return self._window.pages.shown == "weights"

    def do_page_algorithms(self) -> None:
        self._window.pages.show("algorithms")

    def is_page_algorithms(self) -> bool:
        return self._window.pages.shown == "algorithms"

    def do_page_training(self) -> None:
        self._window.pages.show("training")

    def is_page_training(self) -> bool:
        return self._window.pages.shown == "training"

    def do_lessons(self) -> None:
        self._window.docks.toggle_lessons()

    def is_lessons(self) -> bool:
        return not self._window.lessons_dock.isHidden()

    def do_show_scenario(self) -> None:
        dock = self._window.scenario_dock
        dock.setVisible(dock.isHidden())

    def is_show_scenario(self) -> bool:
        return not self._window.scenario_dock.isHidden()

    def can_show_scenario(self) -> bool:
        return not self._options.class_mode  # which panels there are is up to it

    can_show_views = can_show_scenario

    def do_numbers(self) -> None:
        self._window.docks.scenario_to_front()
        self._window.docks.scenario.show_numbers()

    def do_show_views(self) -> None:
        self._window.docks.toggle_views()

    def is_show_views(self) -> bool:
        return not self._window.views_dock.isHidden()

    def do_hull(self) -> None:
        self._window.docks.show_view("hull")

    def is_hull(self) -> bool:
        return self._window.docks.shows("hull")

    def do_tree(self) -> None:
        self._window.docks.show_view("tree")

    def is_tree(self) -> bool:
        return self._window.docks.shows("tree")

    def do_phase(self) -> None:
        self._window.docks.show_view("phase")

    def is_phase(self) -> bool:
        return self._window.docks.shows("phase")

    def do_counts(self) -> None:
        self._window.docks.show_view("counts")

    def is_counts(self) -> bool:
        return self._window.docks.shows("counts")

    def do_layout(self) -> None:
        self._window.docks.reset_layout()

    def do_full_screen(self) -> None:
        window = self._window
        window.showNormal() if window.isFullScreen() else window.showFullScreen()

    def is_full_screen(self) -> bool:
        return self._window.isFullScreen()


class Helping:
    """The actions of the menu Help."""

    def __init__(self, window):
        self._window = window

    def do_palette(self) -> None:
        self._window.palette_box.open()

    def do_keys(self) -> None:
        self._window.key_overlay.open()

    def do_tour(self) -> None:
        self._window.session.options.set(class_mode=False)  # it has little to go round
        self._window.start_tour()

    def do_about(self) -> None:
        from .about import versions

        self._window.tell(versions(), "info")
