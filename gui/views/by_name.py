"""The views by their names.  Each is imported when it is first asked for, so that the window opens quickly."""

from __future__ import annotations

from importlib import import_module

VIEWS = {
    "line": ("gui.views.line", "LineView"),
    "space-time": ("gui.views.space_time", "SpaceTimeView"),
    "hull": ("gui.views.hull", "HullView"),
    "tree": ("gui.views.tree", "TreeView"),
    "phase": ("gui.views.phase", "PhaseView"),
    "counts": ("gui.views.counts", "CountsView"),
}


def view_class(name: str) -> type:
    """The class of the view of that name; KeyError where there is none."""
    module, kind = VIEWS[name]
    return getattr(import_module(module), kind)
