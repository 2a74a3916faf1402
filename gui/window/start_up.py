"""Checks before the first window: a missing PySide6, missing system libraries, a release of PySide6 that crashes.

This file imports no Qt: it is what tells that there is none.
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from importlib.util import find_spec
from pathlib import Path

INSTALL = "pip install 'stickyweights[gui]'"
LIBRARIES = (
    "apt-get install --no-install-recommends libglib2.0-0 libgl1 libegl1 libdbus-1-3 libfontconfig1 libxkbcommon0 "
    "libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0"
)


class CannotStartError(Exception):
    """The window cannot be opened; the text is one sentence that says what to do."""


def load_qt() -> None:
    """Import Qt; CannotStartError where it is missing, cannot be loaded or is known to crash."""
    try:
        from PySide6 import QtWidgets  # noqa: F401
    except ImportError as error:
        raise CannotStartError(explained(error)) from error
    if find_spec("pyqtgraph") is None:  # importing it takes half a second, and the first page does without
        raise CannotStartError(explained(ImportError("no pyqtgraph", name="pyqtgraph")))
    check_references()


def explained(error: ImportError) -> str:
    """Why Qt could not be imported and what to type."""
    text = " ".join(str(error).split())
    if ".so" in text and "cannot open shared object file" in text:
        library = text.split(":")[0].strip()
        return f"Qt needs the system library {library}, which is missing; on Debian or Ubuntu: {LIBRARIES}"
    missing = getattr(error, "name", None) or "PySide6"
    if missing.partition(".")[0] in ("PySide6", "pyqtgraph", "shiboken6"):
        return f"the app needs {missing.partition('.')[0]}, which is not installed: {INSTALL}"
    return f"Qt could not be loaded ({text}): {INSTALL}"


def check_references(calls: int = 200) -> None:
    """Refuse a PySide6 whose calls lose references to None: Python then aborts after some seconds (6.12.0 does)."""
    from PySide6 import __version__
    from PySide6.QtGui import QPen

    pen = QPen()
    before = sys.getrefcount(None)
    for _ in range(calls):
        pen.setWidthF(1.0)
    if sys.getrefcount(None) < before - calls // 2:
        raise CannotStartError(
            f"PySide6 {__version__} loses references and would crash Python "
            f"{sys.version_info[0]}.{sys.version_info[1]}: {INSTALL} --upgrade installs one that works"
        )


def why_no_window() -> str:
    """Why no window can appear, "" if one can: Qt itself ends the process where it cannot open one."""
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if not sys.platform.startswith("linux") or platform not in ("", "xcb"):
        return ""
    if os.environ.get("WAYLAND_DISPLAY") and not platform:
        return ""
    display = os.environ.get("DISPLAY", "")
    if not display:
        return "there is no display"
    if not _answers(display):
        return f"the display {display} does not answer"
    return _missing_for_xcb()


def _answers(display: str) -> bool:
    """Whether an X server listens where DISPLAY says; one on another machine is taken at its word."""
    host, _, number = display.rpartition(":")
    number = number.partition(".")[0]
    if host not in ("", "unix") or not number.isdigit():
        return True
    path = f"/tmp/.X11-unix/X{number}"
    for address in (path, "\0" + path):
        with socket.socket(socket.AF_UNIX) as server:
            server.settimeout(2)
            try:
                server.connect(address)
                return True
            except OSError:
                continue
    return False


def _missing_for_xcb() -> str:
    """A system library that Qt's plug-in for X needs and does not find; its own message blames another one."""
    import PySide6

    plugin = Path(PySide6.__file__).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    if plugin.exists():
        try:
            ctypes.CDLL(str(plugin))
        except OSError as error:
            library = str(error).partition(":")[0]
            return f"the system library {library} is missing; on Debian or Ubuntu: {LIBRARIES}"
    return ""
