"""Modules that make classes of Qt, imported in the main thread a little at a time.

Qt's classes must not be made in one thread while another uses Qt: the program then ends without a word.  And most of
what the pages need takes longer to import than a frame may wait.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec, module_from_spec, resolve_name
from pathlib import Path
from types import ModuleType

from PySide6 import QtCore, QtGui, QtWidgets

LARGE = "pyqtgraph"  # a third of a second in one piece
_under_way: list[Iterator[None]] = []


def in_steps(name: str) -> Iterator[None]:
    """Import a module of ``gui`` after what it imports itself: each step is one module of it, or less."""
    if name in sys.modules:
        return
    for needed in _imports(name):
        if needed == LARGE:
            yield from _large_in_steps()
        elif needed.startswith("gui."):
            yield from in_steps(needed)
    import_module(name)
    yield


def finish() -> None:
    """Import at once the rest of what is half imported: somebody needs it now."""
    while _under_way:
        for _ in _under_way.pop():
            pass


def _imports(name: str) -> list[str]:
    """What a module imports when it is imported, as its source says."""
    spec = find_spec(name)
    found = []
    for line in ast.parse(Path(spec.origin).read_bytes()).body:
        if isinstance(line, ast.Import):
            found += [alias.name for alias in line.names]
        elif isinstance(line, ast.ImportFrom):
            found.append(resolve_name("." * line.level + (line.module or ""), spec.parent))
    return found


def _large_in_steps() -> Iterator[None]:
    if LARGE in sys.modules:
        return
    yield from _classes_of_qt()
    steps = _statements_of_large()
    _under_way.append(steps)
    while _under_way and next(steps, "done") is None:
        yield


def _classes_of_qt() -> Iterator[None]:
    """PySide6 makes each class when it is first asked for; pyqtgraph asks for all of them at once."""
    for module in (QtCore, QtGui, QtWidgets):
        for name in dir(module):
            getattr(module, name, None)
            yield


def _statements_of_large() -> Iterator[None]:
    """What ``import pyqtgraph`` does, with a rest after each statement of it."""
    spec = find_spec(LARGE)
    tree = ast.parse(Path(spec.origin).read_bytes())
    module = sys.modules[LARGE] = module_from_spec(spec)
    try:
        for statement in tree.body:
            _run(statement, module, spec.origin)
            yield
    except Exception:
        for name in [name for name in sys.modules if name.partition(".")[0] == LARGE]:
            del sys.modules[name]
        raise
    finally:
        _under_way.clear()


def _run(statement: ast.stmt, module: ModuleType, file: str) -> None:
    exec(compile(ast.Module([statement], []), file, "exec"), module.__dict__)
