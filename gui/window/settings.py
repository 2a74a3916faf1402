"""What the window remembers from one time to the next.  A broken or foreign value is as good as none."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QStandardPaths

from ..model.options import CHOICES, NAMES

ORGANIZATION, APPLICATION = "stickyweights", "stickyweights"
KEPT = tuple(name for name in NAMES if name not in ("follow", "future", "hidden"))
MOST_RECENT = 10
LAYOUT = 1  # of docks; another number forgets the old one


class Settings:
    """The settings file of this user, or the one at ``path``."""

    def __init__(self, path: Path | None = None):
        if path is None:
            self._store = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, ORGANIZATION, APPLICATION)
        else:
            self._store = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def first_start(self) -> bool:
        """Whether nothing has been remembered yet."""
        return not self._store.contains("geometry")

    @property
    def tour_seen(self) -> bool:
        return self._store.value("tour") == "seen"

    def set_tour_seen(self) -> None:
        self._store.setValue("tour", "seen")

    def options(self) -> dict:
        """The options that are remembered and still make sense."""
        found = {}
        for name in KEPT:
            value = self._store.value(f"options/{name}")
            if name in CHOICES and value in CHOICES[name]:
                found[name] = value
            elif name not in CHOICES and value in ("true", "false", True, False):
                found[name] = value in ("true", True)
        return found

    def keep_options(self, options) -> None:
        for name in KEPT:
            self._store.setValue(f"options/{name}", getattr(options, name))

    def recent(self) -> list[Path]:
        """What was opened last, newest first; what is gone or cannot be looked at is left out."""
        found = self._store.value("recent") or []
        found = [found] if isinstance(found, str) else found
        return [Path(text) for text in found if isinstance(text, str) and os.path.exists(text)][:MOST_RECENT]

    def keep_recent(self, paths: list[Path]) -> None:
        self._store.setValue("recent", [str(path) for path in paths[:MOST_RECENT]])

    def progress(self) -> dict:
        """What was done of the lessons."""
        try:
            found = json.loads(self._store.value("lessons") or "{}")
        except (TypeError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def keep_progress(self, progress: dict) -> None:
        self._store.setValue("lessons", json.dumps(progress))

    def sizes(self, name: str, count: int) -> list[int]:
        """The ``count`` sizes of the parts of a splitter; [] where they are not remembered."""
        kept = self._store.value(f"splitters/{name}")
        words = kept.split() if isinstance(kept, str) else []
        good = len(words) == count and all(re.fullmatch("[0-9]{1,5}", word) for word in words)
        sizes = [int(word) for word in words] if good else []
        return sizes if any(sizes) else []

    def keep_sizes(self, name: str, sizes: list[int]) -> None:
        self._store.setValue(f"splitters/{name}", " ".join(map(str, sizes)))

    def forget_sizes(self) -> None:
        self._store.remove("splitters")

    def restore(self, window) -> bool:
        """Put the window and its docks where they were; whether there was anything to restore."""
        geometry, state = self._store.value("geometry"), self._store.value("state")
        done = isinstance(geometry, QByteArray) and window.restoreGeometry(geometry)
        if isinstance(state, QByteArray):
            window.restoreState(state, LAYOUT)
        return done

    def keep(self, window) -> None:
        self._store.setValue("geometry", window.saveGeometry())
        self._store.setValue("state", window.saveState(LAYOUT))

    def sync(self) -> None:
        self._store.sync()


def data_folder() -> Path:
    """Where unsaved work is kept until the window is closed in order."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation)) / "unsaved"
