"""Where the views and pages are.  They are imported when they are first needed, so that the window opens quickly."""

from __future__ import annotations

from importlib import import_module

from ..views.by_name import VIEWS, view_class

LINKED = ("hull", "tree", "phase", "counts")  # the tabs, in this order
TAB_TEXT = {"hull": "Hull", "tree": "Tree", "phase": "Phase", "counts": "Counts"}
PAGE_TEXT = {"particles": "Particles", "weights": "Weights", "algorithms": "Algorithms", "training": "Training"}
_CLASSES = {
    "readouts": ("gui.views.readouts", "ReadoutsPanel"),
    "weights": ("gui.weights.page", "WeightsPage"),
    "algorithms": ("gui.algorithms.page", "AlgorithmsPage"),
    "training": ("gui.training.page", "TrainingPage"),
    "lessons": ("gui.lessons.panel", "LessonPanel"),
}
_TABLES = {name: f"gui.{name}.actions" for name in ("weights", "algorithms", "training", "lessons")}


def part(name: str) -> type:
    """The class of a view, page or panel."""
    if name in VIEWS:
        return view_class(name)
    module, cls = _CLASSES[name]
    return getattr(import_module(module), cls)


def page_modules() -> list[str]:
    """The modules of what is built later."""
    return [*(module for module, _ in _CLASSES.values()), "gui.export.dialog"]


def actions_of(name: str) -> tuple:
    """The rows that a page adds to the table of actions; they load nothing else."""
    return import_module(_TABLES[name]).ACTIONS


def lesson_controller(panel):
    """What does the actions of the lessons; ``panel()`` gives their panel or None."""
    return import_module(_TABLES["lessons"]).LessonController(panel)
