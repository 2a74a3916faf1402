"""Putting a scene on: the session's document, clock, selection and options follow it; the user's own are kept."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..model.kept import Kept as KeptDocument
from ..model.session import Session
from ..model.system import System
from .lesson import Cast, Scene
from .safekeeping import Safekeeping

OPTIONS = ("arrows", "time_axis", "centre_of_mass", "future", "hidden")  # those that a scene sets
OPEN = {"future": True, "hidden": ()}  # everything may be seen
CLOCK = ("speed", "direction", "loop", "mode", "range", "t")


@dataclass(frozen=True, eq=False)
class Kept:
    """The user's own document while a lesson is on, and how it was shown."""

    document: KeptDocument
    options: dict
    clock: dict
    ids: np.ndarray


class Stage:
    """Shows scenes in a session, and gives the user's document back afterwards.

    The document of a scene may be edited freely.  ``astray``: somebody has loaded something else meanwhile.
    ``unsaved`` is the folder for crash copies of the user's document, None for none.
    """

    def __init__(self, session: Session, unsaved=None):
        self.session = session
        self._safe = Safekeeping(unsaved, lambda work, then, what: session.document.run(work, then, f"{what} aside"))
        self.kept: Kept | None = None
        self.astray = False
        self._systems: dict[Cast, System] = {}
        self._loading = False
        self._returning: Kept | None = None  # the document that is on its way back
        session.document.changed.connect(self._follow)
        session.document.title_changed.connect(self._not_back)

    @property
    def on(self) -> bool:
        """Is a scene shown now?"""
        return self.kept is not None and not self.astray

    def show(self, scene: Scene) -> None:
        """Load the scene's system, set the clock to its time, and highlight its particles.

        What is still to come, and what the question names, is hidden while there is something to predict.
        """
        if self.kept is None:
            self.kept, self._returning = _kept(self.session), None
            if self.session.document.modified:
                self._safe.keep(self.kept.document.system, self.kept.document.path)
        clock, options = self.session.clock, self.session.options
        clock.pause()
        self._load(self._system(scene.cast))
        options.set(arrows=scene.arrows, time_axis=scene.axis, **_covers(scene, scene.question is None))
        clock.loop, clock.mode, clock.speed = "once", "time", scene.speed
        ends = tuple(sorted(scene.play))
        clock.range = None if ends == (0.0, scene.cast.horizon) else ends
        clock.direction = -1 if scene.play[1] < scene.play[0] else 1
        clock.go(scene.time)
        self._highlight(scene)

    def play(self, scene: Scene) -> None:
        """Play the scene from its beginning; what was revealed stays so."""
        options = self.session.options
        covers = {name: getattr(options, name) for name in (*OPEN, "centre_of_mass")}
        self.show(scene)
        options.set(**covers)
        self.session.clock.go(scene.play[0])
        self.session.clock.play()

    def reveal(self, scene: Scene) -> None:
        """Stop at the moment that shows the answer."""
        self.session.clock.pause()
        self.session.options.set(**_covers(scene, True))
        show = scene.question.show
        if show is not None and self.on:
            self.session.clock.go(show)

    def leave(self) -> None:
        """Bring the user's document back, as it was shown; nothing happens where none is kept."""
        kept, self.kept = self.kept, None
        self.astray = False
        if kept is None:
            return
        self.session.clock.pause()
        self.session.options.set(**kept.options)
        self._systems.clear()
        self.session.document.bring_back(kept.document)
        if self.session.document.busy:  # a large system: the rest follows when it is there
            self._returning = kept
        else:
            self._came_back(kept)

    def forget(self) -> None:
        """Let what is shown now be the user's document; the one kept is given up."""
        self.kept, self._returning, self.astray = None, None, False
        self.session.options.set(**OPEN)
        self._safe.release()
        self._systems.clear()

    def _system(self, cast: Cast) -> System:
        if cast not in self._systems:
            self._systems[cast] = system_of(cast)
        return self._systems[cast]

    def _load(self, system: System) -> None:
        self.astray = False
        if self.session.document.latest is system:
            return
        self._loading = True
        try:
            self.session.document.load(system)
        finally:
            self._loading = False

    def _came_back(self, kept: Kept) -> None:
        self._returning = None
        self._safe.release()
        if self.session.document.latest is not kept.document.system:
            return  # somebody has loaded or edited it meanwhile
        for name, value in kept.clock.items():
            setattr(self.session.clock, name, value)
        self.session.selection.select(kept.ids)

    def _highlight(self, scene: Scene) -> None:
        system = self.session.document.system
        self.session.selection.select(system.ids[list(scene.highlight)] if scene.highlight else ())

    def _follow(self) -> None:
        """A document that is new, and not from here, was loaded by somebody else."""
        document, returning = self.session.document, self._returning
        if returning is not None and not document.busy:
            self._came_back(returning)
        if self.kept is None or self._loading or document.can_undo or document.can_redo:
            return
        if document.latest not in self._systems.values():
            self.astray = True
            self.session.options.set(**OPEN)

    def _not_back(self) -> None:
        """A large document that was on its way back was given up, or could not be simulated: it is kept again."""
        if self._returning is not None and not self.session.document.busy:
            self.kept, self._returning, self.astray = self._returning, None, True


def _covers(scene: Scene, answered: bool) -> dict:
    """The options by which a scene hides what tells the answer, or shows everything."""
    if answered:
        return OPEN | {"centre_of_mass": scene.centre_of_mass}
    hide = scene.question.hide
    return {"future": False, "hidden": hide, "centre_of_mass": scene.centre_of_mass and "centre" not in hide}


def system_of(cast: Cast) -> System:
    """The cast of a scene as a system that the app can show and edit."""
    if cast.weights is not None:
        return replace(System.of_weights(cast.weights, cast.name), horizon=cast.horizon)
    if cast.scenario is not None:
        return replace(System.of_scenario(cast.scenario), kind=cast.kind)
    return System(cast.particles, name=cast.name, why="Particles of a lesson.", horizon=cast.horizon)


def _kept(session: Session) -> Kept:
    document, clock, options = session.document, session.clock, session.options
    return Kept(
        document=document.set_aside(),
        options={name: getattr(options, name) for name in OPTIONS},
        clock={name: getattr(clock, name) for name in CLOCK},
        ids=session.selection.members,
    )
