"""Checks before the first window: a missing PySide6, missing system libraries, a release of PySide6 that crashes.

This file imports no Qt: it is what tells that there is none.
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from importlib import import_module
from pathlib import Path

INSTALL = "python -m pip install -e '.[gui]'"
LIBRARIES = "`sh .ci/system` installs what Qt needs on Debian and Ubuntu"
UNSEEN = ("offscreen", "minimal")  # platforms of Qt whose windows nobody sees


class CannotStartError(Exception):
    """The window cannot be opened; the text is one sentence that says what to do."""


def load_qt() -> None:
    """Import Qt; CannotStartError where it is missing, cannot be loaded or is known to crash."""
    try:
        from PySide6 import QtWidgets  # noqa: F401

        import_module("pyqtgraph")  # a third of a second in one piece: not while a window waits for it
    except ImportError as error:
        raise CannotStartError(explained(error)) from error
    check_references()


def explained(error: ImportError) -> str:
    """Why Qt could not be imported and what to type."""
    text = " ".join(str(error).split())
    if ".so" in text and "cannot open shared object file" in text:
        library = text.split(":")[0].strip()
        return f"Qt needs the system library {library}, which is missing: {LIBRARIES}"
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
    if platform in UNSEEN:
        return f"QT_QPA_PLATFORM is {platform}, whose windows nobody sees"
    if not sys.platform.startswith("linux") or platform not in ("", "xcb", "wayland"):
        return ""
    wayland, display = os.environ.get("WAYLAND_DISPLAY", ""), os.environ.get("DISPLAY", "")
    if wayland and platform != "xcb" and _listens(os.path.join(os.environ.get("XDG_RUNTIME_DIR", "/"), wayland)):
        return ""
    if not display or platform == "wayland":
        return f"the display {wayland} does not answer" if wayland else "there is no display"
    if not _answers(display):
        return f"the display {display} does not answer"
    return missing_for_xcb()


def _answers(display: str) -> bool:
    """Whether an X server listens where DISPLAY says; one on another machine is taken at its word."""
    host, _, number = display.rpartition(":")
    number = number.partition(".")[0]
    if host not in ("", "unix") or not number.isdigit():
        return True
    path = f"/tmp/.X11-unix/X{number}"
    return _listens(path) or _listens("\0" + path)


def _listens(address: str) -> bool:
    with socket.socket(socket.AF_UNIX) as server:
        server.settimeout(2)
        try:
            server.connect(address)
        except OSError:
            return False
    return True


def missing_for_xcb() -> str:
    """A system library that Qt's plug-in for X needs and does not find; its own message blames another one."""
    import PySide6

    plugin = Path(PySide6.__file__).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    if plugin.exists():
        try:
            ctypes.CDLL(str(plugin))
        except OSError as error:
            library = str(error).partition(":")[0]
            return f"the system library {library} is missing: {LIBRARIES}"
    return ""
