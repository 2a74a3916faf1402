"""Editing on the line: drag a disc, its rim or its arrow's tip; each gesture is one step of undo."""

from __future__ import annotations

import itertools
import math
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, Qt

from gui.model import commands, edits
from gui.model.system import System

from .line_scene import Grip, LineScene, neat

CURSORS = {
    "disc": Qt.CursorShape.SizeHorCursor,
    "tip": Qt.CursorShape.SplitHCursor,
    "rim": Qt.CursorShape.SizeFDiagCursor,
}
BACK = "Editing happens at time 0, so the clock went back there."
SNAP = 8.0  # pixels between the places that "snap" allows
AT_REST = 4.0  # pixels from zero in which an arrow's tip means exactly 0
WHEEL = 1.1  # the mass grows by this for each notch
NUDGE = 0.005  # of what is in sight; a tenth of it with Shift
REMOVE = {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}
ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Down: (0, -1), Qt.Key.Key_Up: (0, 1)}
_GESTURES = itertools.count()


@dataclass(frozen=True, eq=False)
class Gesture:
    """A drag under way: of ``id`` (and, by position, of all ``ids``), taken hold of at ``start``."""

    kind: str
    id: int
    ids: np.ndarray
    values: np.ndarray  # the positions of ``ids`` when the drag began
    offset: float  # from the mouse to what it holds, pixels
    radius: float
    mass: float
    number: int


def means_edit(event) -> bool:
    """Whether a key edits: Delete, or Alt with an arrow key."""
    alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
    return event.key() in REMOVE or (bool(alt) and event.key() in ARROWS)


class LineEditing:
    """Turns the mouse and keys into edits of the session's document.  Only at time 0."""

    def __init__(self, session):
        self.session = session
        self.gesture: Gesture | None = None

    @property
    def possible(self) -> bool:
        """Whether the particles stand where they begin."""
        return self.session.clock.t == 0.0

    def go_to_start(self, then: str = "Now drag.") -> str:
        """Back to time 0; the sentences that explain it and what to do ``then``."""
        self.session.clock.pause()
        self.session.clock.go(0.0)
        return f"{BACK} {then}"

    def key(self, event, span: float, reach: float) -> str:
        """Do what a key means that ``means_edit``; a sentence where it cannot be done, else "".

        ``span`` is the width of what is in sight, ``reach`` the time that the arrows show.
        """
        if not self.session.selection:
            return "Select a particle first: click it, or press Up and Down."
        if not self.possible:
            return self.go_to_start("Press the key again.")
        if event.key() in REMOVE:
            try:
                commands.delete(self.session)
            except ValueError as error:
                return str(error)
        else:
            across, along = ARROWS[event.key()]
            step = span * NUDGE * (0.1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0)
            self.nudge(across * step, along * step / reach)
        return ""

    def begin(self, grip: Grip, scene: LineScene, press: QPointF) -> None:
        """Take hold of a particle.  Of several in one place it is the last; a selection moves as one."""
        system = self.session.document.latest
        id = self.id_of(grip.cluster)
        if not system.holds([id])[0]:
            return  # it is still shown, but deleted
        chosen = id in self.session.selection.members
        ids = self._selected() if grip.kind == "disc" and chosen else np.array([id])
        if not chosen:
            self.session.selection.select_node(self._rank(grip.cluster))
        row = int(np.searchsorted(scene.shown, grip.cluster))
        held = float(scene.tips[row]) if grip.kind == "tip" else float(scene.x[grip.cluster])
        ranks = system.ranks(ids)
        self.gesture = Gesture(
            kind=grip.kind,
            id=id,
            ids=ids,
            values=system.particles.position[ranks],
            offset=held - press.x(),
            radius=max(math.hypot(press.x() - scene.x[grip.cluster], press.y() - scene.base), 1.0),
            mass=float(system.particles.mass[system.ranks([id])[0]]),
            number=next(_GESTURES),
        )
        self.session.document.begin_drag()

    def move(self, point: QPointF, scene: LineScene) -> bool:
        """Follow the mouse; False where there is nothing to hold any more, and so it lets go."""
        document, held = self.session.document, self.gesture is not None and self.session.document.dragging
        if not held or not document.latest.holds(self.gesture.ids).all():  # a new document, or deleted
            self.end()
            return False
        move = {"disc": self._move_position, "tip": self._move_velocity, "rim": self._move_mass}[self.gesture.kind]
        with suppress(ValueError):  # beyond what can be: it stays where it was
            move(point, scene)
        return True

    def end(self) -> None:
        """Let go."""
        if self.gesture is not None:
            self.gesture = None
            self.session.document.end_drag()

    def nudge(self, across: float, along: float) -> None:
        """Change positions of the selection by ``across`` and velocities by ``along``."""
        selection, document = self.session.selection, self.session.document
        for what, by in (("position", across), ("velocity", along)):
            if by:
                make = partial(_nudged, selection.members, what, by)
                document.edit_all(make, f"Nudge {what}", ("nudge", what, selection.number))

    def scale_mass(self, grip: Grip, notches: float) -> None:
        """Multiply a particle's mass by 1.1 for each notch of the wheel."""
        system, id = self.session.document.latest, self.id_of(grip.cluster)
        if not system.holds([id])[0]:
            return
        mass = float(system.particles.mass[system.ranks([id])[0]]) * WHEEL**notches
        new = edits.with_mass(system, id, min(max(neat(mass, 1e-3 * mass), 1e-9), 1e9))
        self.session.document.edit(new, "Change mass", ("mass", id))

    def _selected(self) -> np.ndarray:
        """The ids of the selection, without those that are still shown but deleted."""
        members = self.session.selection.members
        return members[self.session.document.latest.holds(members)]

    def id_of(self, cluster: int) -> int:
        """The particle that a drag of a cluster at time 0 takes."""
        return int(self.session.document.system.ids[self._rank(cluster)])

    def _rank(self, cluster: int) -> int:
        clusters, n = self.session.clusters, len(self.session.document.system)
        return int(clusters.start[cluster + 1]) - 1 if cluster + 1 < len(clusters) else n - 1

    def _move_position(self, point: QPointF, scene: LineScene) -> None:
        gesture, system = self.gesture, self.session.document.latest
        wanted = scene.unit(point.x() + gesture.offset)
        snapping = self.session.options.snap
        pixels = SNAP if snapping else 0.5
        grid = 10.0 ** math.ceil(math.log10(pixels / scene.pixels_a_unit))
        wanted = neat(wanted, grid)
        own = gesture.ids == gesture.id
        positions = np.where(own, wanted, gesture.values + (wanted - gesture.values[own]))
        what = "Move particle" if own.size == 1 else f"Move {own.size:,} particles"
        new = edits.with_values(system, gesture.ids, position=positions)
        self.session.document.edit(new, what, ("drag", gesture.number))

    def _move_velocity(self, point: QPointF, scene: LineScene) -> None:
        gesture, system = self.gesture, self.session.document.latest
        rank = int(system.ranks([gesture.id])[0])
        home = scene.area.left() + (system.particles.position[rank] - scene.limits[0]) * scene.pixels_a_unit
        length = point.x() + gesture.offset - home
        pixels_a_velocity = scene.scale.reach * scene.pixels_a_unit
        if scene.arrows == "momentum":
            pixels_a_velocity *= system.particles.mass[rank]
        velocity = 0.0 if abs(length) < AT_REST else neat(length / pixels_a_velocity, 0.5 / pixels_a_velocity)
        new = edits.with_velocity(system, gesture.id, velocity)
        self.session.document.edit(new, "Change velocity", ("drag", gesture.number))

    def _move_mass(self, point: QPointF, scene: LineScene) -> None:
        gesture, system = self.gesture, self.session.document.latest
        rank = int(system.ranks([gesture.id])[0])
        home = scene.area.left() + (system.particles.position[rank] - scene.limits[0]) * scene.pixels_a_unit
        away = max(math.hypot(point.x() - home, point.y() - scene.base), 1.0)
        mass = gesture.mass * (away / gesture.radius) ** 2
        new = edits.with_mass(system, gesture.id, min(max(neat(mass, 1e-2 * mass), 1e-9), 1e9))
        self.session.document.edit(new, "Change mass", ("drag", gesture.number))


def _nudged(members: np.ndarray, what: str, by: float, system: System) -> System:
    ids = members[system.holds(members)]
    if not ids.size:
        return system
    return edits.with_values(system, ids, **{what: getattr(system.particles, what)[system.ranks(ids)] + by})
