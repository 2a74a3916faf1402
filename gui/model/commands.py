"""What menu, buttons and keys do to particles: each command takes the session, and is one step to undo."""

from __future__ import annotations

import numpy as np

from . import edits
from .large_edits import edit_all


def add(session) -> None:
    """One more, at rest in the widest gap; it is selected."""
    new = edits.next_id(session.document.latest)
    edit_all(
        session.document,
        lambda system: edits.added(system, widest_gap(system.particles.position), 0.0)[0],
        "Add particle",
    )
    session.selection.select_new(np.array([new]))


def delete(session) -> None:
    """Without those that are selected."""
    ids = _chosen(session)
    what = "Delete" if ids.size > 1 else "Delete particle"
    edit_all(session.document, lambda system: edits.removed(system, ids), what)


def duplicate(session) -> None:
    """A copy beside each that is selected; the copies are selected."""
    ids, first = _chosen(session), edits.next_id(session.document.latest)
    edit_all(session.document, lambda system: edits.duplicated(system, ids), "Duplicate")
    session.selection.select_new(np.arange(first, first + ids.size))


def mirror(session) -> None:
    """Left for right."""
    edit_all(session.document, edits.mirrored, "Mirror")


def penalty(session) -> None:
    """All with the velocities of the weight-sharing penalty."""
    edit_all(session.document, edits.penalty_velocities, "Velocities of the penalty")


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


def _chosen(session) -> np.ndarray:
    if session.document.busy:
        raise ValueError("the last change is still being computed: try again in a moment")
    if not session.selection:
        raise ValueError("no particle is selected: select one first")
    return session.selection.members
