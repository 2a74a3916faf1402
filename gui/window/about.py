"""What this program is, and the versions of what it runs on."""

from __future__ import annotations

import platform
from importlib import metadata


def version() -> str:
    """The version of the program."""
    try:
        return metadata.version("stickyweights")
    except metadata.PackageNotFoundError:
        return "(run from its folder, not installed)"


def versions() -> str:
    """One line for a report of a fault."""
    parts = [f"Sticky Weights {version()}: particles that collide and stick, and weights that come to share values"]
    found = [f"Python {platform.python_version()}"]
    for name in ("PySide6-Essentials", "pyqtgraph", "numpy", "numba"):
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return f"{parts[0]}. {', '.join(found)}."
