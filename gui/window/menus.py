"""The menu bar, made from the table of actions."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QMainWindow, QMenu

from ..draw.tool_tip import plain
from .actions import MENUS
from .shortcuts import Shortcuts

SEPARATED = {  # a line before these
    "save", "export", "quit", "add", "select-all", "new-seed", "mirror", "rename", "reset", "restart", "previous-event",
    "slower", "speed-1", "loop", "range-start", "lessons", "arrows", "axis", "fit", "theme-light", "show-scenario",
    "hull", "class-mode", "full-screen", "tour",
}  # fmt: skip


class Menus:
    """One menu for each name in MENUS that has actions; File also has the files opened last."""

    def __init__(self, window: QMainWindow, shortcuts: Shortcuts):
        self._window, self._shortcuts = window, shortcuts
        self.menus: dict[str, QMenu] = {}
        for name in MENUS:
            rows = [row for row in shortcuts.table.values() if row.menu == name]
            if rows:
                self._add(name, rows)

    def _add(self, name: str, rows: list) -> None:
        menu = self._window.menuBar().addMenu(f"&{name}")  # Alt and its first letter open it
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._shortcuts.refresh)
        for row in rows:
            if row.id in SEPARATED:
                menu.addSeparator()
            menu.addAction(self._shortcuts.actions[row.id])
            if row.id == "open-run":
                self.recent = menu.addMenu("Open recent")
                menu.aboutToShow.connect(self._fill_recent)
        self.menus[name] = menu

    def _fill_recent(self) -> None:
        self.recent.clear()
        paths = self._window.session.document.recent
        self.recent.setEnabled(bool(paths))
        for path in paths:
            action = self.recent.addAction(_shortened(path))
            action.setToolTip(plain(str(path)))
            action.triggered.connect(lambda _=False, path=path: self._window.open(path))


def _shortened(path: Path) -> str:
    """A path with its folder, as it may stand in a menu."""
    text = f"{path.name}  —  {path.parent}"
    return (text if len(text) <= 70 else f"{text[:69]}…").replace("&", "&&")
