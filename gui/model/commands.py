"""What menu, buttons and keys do to particles: each command takes the session, and is one step to undo."""

from __future__ import annotations

import numpy as np

from . import edits
from .system import System


def add(session, position: float | None = None) -> None:
    """One more, at rest, of mass 1, at a position or in the widest gap; it is selected."""
    new = _next_id(session.document)

    def make(system: System) -> System:
        return edits.added(system, widest_gap(system.particles.position) if position is None else position, 0.0)[0]

    session.document.edit_all(make, "Add particle", more=1)
    session.selection.select_new(np.array([new]))


def delete(session) -> None:
    """Without those that are selected."""
    ids = _chosen(session)
    what = "Delete particle" if ids.size == 1 else f"Delete {ids.size:,} particles"
    session.document.edit_all(lambda system: edits.removed(system, ids), what)


def duplicate(session) -> None:
    """A copy beside each that is selected; the copies are selected."""
    ids, first = _chosen(session), _next_id(session.document)
    session.document.edit_all(lambda system: edits.duplicated(system, ids), "Duplicate", more=ids.size)
    session.selection.select_new(np.arange(first, first + ids.size))


def mirror(session) -> None:
    """Left for right."""
    session.document.edit_all(edits.mirrored, "Mirror")


def penalty(session) -> None:
    """All with the velocities of the weight-sharing penalty."""
    session.document.edit_all(edits.penalty_velocities, "Velocities of the penalty")


def can_change_selected(session) -> bool:
    """Is something selected, and is the system in which it is the latest?"""
    return bool(session.selection) and not session.document.busy


def widest_gap(position: np.ndarray) -> float:
    """The middle of the widest gap between sorted positions; right of them where there is none; 0 on an empty line."""
    if position.size == 0:
        return 0.0
    gaps = np.diff(position / 2)  # a whole gap can be beyond float64
    if not gaps.any():
        return float(position[-1] + 1.0)
    widest = int(np.argmax(gaps))
    return float(position[widest] / 2 + position[widest + 1] / 2)


def _next_id(document) -> int:
    """The id that the next particle will have."""
    return edits.next_id(document.latest) + document.coming


def _chosen(session) -> np.ndarray:
    if session.document.busy:
        raise ValueError("the last change is still being computed: try again in a moment")
    if not session.selection:
        raise ValueError("no particle is selected: select one first")
    return session.selection.members
